"""What an action of this room refuses. ``code`` is stable and is what callers decide by."""

from assessments.eligibility import Reason
from assessments.fairness import TopicDraw
from people import refusals
from people.refusals import Refused


class StartRefused(Refused):
    """No sitting may start. ``reasons`` are all that stand against it, ``code`` is the first."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(reasons[0].code)
        self.reasons = reasons


class CodeRefused(Refused):
    """``code``: ``no_such_code``; whether it is missing, wrong, used or over, nobody learns."""


class AnswerRefused(Refused):
    """``code``: ``sitting_closed``, ``too_late``, ``no_such_question``, ``no_such_option`` or
    ``held_by_staff``."""


class ExtensionRefused(Refused):
    """``code``: ``sitting_closed``, ``too_late``, ``no_extension`` or ``all_used``."""


class ChallengeRefused(Refused):
    """``code``: ``no_such_question`` or ``says_nothing``."""


class AdjustmentRefused(Refused):
    """``code``: ``asks_nothing``."""


class RuleRefused(refusals.RuleRefused):
    """``code``: ``empty_blueprint``, ``own_proposal``, ``approved_already``, ``bank_too_small`` or
    ``not_allowed``. ``shortages`` are the topics with too few questions for a fair draw."""

    def __init__(self, code: str, shortages: tuple[TopicDraw, ...] = ()) -> None:
        super().__init__(code)
        self.shortages = shortages


class ImportRefused(Refused):
    """``code``: ``no_lesson``: the course has none that a question could be about."""


class QuestionRefused(Refused):
    """``code``: ``not_allowed``, ``retired``, ``no_reason``, ``in_review``, ``locked``,
    ``nothing_new``, ``faulty``, ``not_live``, ``not_a_trainer`` or ``day_is_over``.

    ``faults`` are the sentences that say what makes a question faulty.
    """

    def __init__(self, code: str, faults: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.faults = faults


class ResultRefused(Refused):
    """``code``: ``not_allowed``, ``own_record``, ``interest``, ``no_reason``, ``passed`` or
    ``digest_mismatch``."""


class RulingRefused(Refused):
    """``code``: ``not_allowed``, ``own_record``, ``interest``, ``own_version``, ``own_proposal``,
    ``no_reason`` or ``digest_mismatch``."""


class ItemReviewRefused(Refused):
    """``code``: ``not_allowed``, ``own_question`` or ``not_held_back``."""


class CaseRefused(Refused):
    """``code``: ``not_allowed``, ``own_record``, ``interest``, ``not_closed``, ``no_notice``,
    ``too_early``, ``had_a_part``, ``decided_already``, ``not_decided``, ``nothing_to_appeal``,
    ``no_appeal``, ``wait_needs_proof`` or ``wait_out_of_range``."""


class ArrangementRefused(Refused):
    """What staff wanted to arrange around a sitting (R22–R29). ``code``: ``not_allowed``,
    ``own_record``, ``interest``, ``no_reason``; of help ``decided_already``, ``nothing_granted``,
    ``request_waiting``, ``not_granted``; of a start code or a held test ``identity_not_checked``,
    ``no_code_needed``, ``sitting_open``; of the answers of a held test ``not_held``,
    ``sitting_closed``, ``entered_by_another``, ``nothing_entered``, ``own_entry``,
    ``answers_changed``; of time ``no_time_limit``, ``sitting_closed``, ``not_a_span``,
    ``not_over_yet``; of further tries ``round_over``, ``tries_left``, ``own_proposal``,
    ``replaced``."""
