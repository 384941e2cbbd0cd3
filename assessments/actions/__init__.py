"""Every change to the question bank, test rules, sittings and what follows them."""

from assessments.actions.adjustments import ask_for_adjustment
from assessments.actions.analysis import review_item, work_out_statistics
from assessments.actions.arrangements import (
    CODE_LASTS,
    decide_adjustment,
    end_adjustment,
    grant_adjustment,
    issue_start_code,
)
from assessments.actions.bank import retire, set_upkeep, submit_for_review, take_out
from assessments.actions.challenges import challenge
from assessments.actions.conduct import (
    add_note,
    appeal,
    decide_appeal,
    decide_case,
    open_case,
    reply_by,
    reply_to_notice,
    send_notice,
)
from assessments.actions.drawing import carried_topics
from assessments.actions.exchange import Export, ImportReport, export_questions, import_questions
from assessments.actions.held import confirm_answers, enter_answers, hold_sitting, last_entered
from assessments.actions.noticing import find_signals
from assessments.actions.outages import beat, give_back_time, give_time, note_outage
from assessments.actions.results import (
    note_bundle,
    rescore,
    rescore_sitting,
    rescore_withdrawn,
    void,
)
from assessments.actions.rules import approve_rule, propose_rule
from assessments.actions.rulings import confirm_withdrawal, decline_challenge, uphold_challenge
from assessments.actions.sittings import (
    SETTLE,
    close_expired,
    close_late,
    extend,
    give_answer,
    minutes_allowed,
    start_sitting,
    submit,
)
from assessments.actions.tries import confirm_extra_tries, propose_extra_tries
from assessments.refusals import (
    AdjustmentRefused,
    AnswerRefused,
    ArrangementRefused,
    CaseRefused,
    ChallengeRefused,
    CodeRefused,
    ExtensionRefused,
    ImportRefused,
    ItemReviewRefused,
    QuestionRefused,
    ResultRefused,
    RuleRefused,
    RulingRefused,
    StartRefused,
)
from people.refusals import Refused

__all__ = [
    "CODE_LASTS",
    "SETTLE",
    "AdjustmentRefused",
    "AnswerRefused",
    "ArrangementRefused",
    "CaseRefused",
    "ChallengeRefused",
    "CodeRefused",
    "Export",
    "ExtensionRefused",
    "ImportRefused",
    "ImportReport",
    "ItemReviewRefused",
    "QuestionRefused",
    "Refused",
    "ResultRefused",
    "RuleRefused",
    "RulingRefused",
    "StartRefused",
    "add_note",
    "appeal",
    "approve_rule",
    "ask_for_adjustment",
    "beat",
    "carried_topics",
    "challenge",
    "close_expired",
    "close_late",
    "confirm_answers",
    "confirm_extra_tries",
    "confirm_withdrawal",
    "decide_adjustment",
    "decide_appeal",
    "decide_case",
    "decline_challenge",
    "end_adjustment",
    "enter_answers",
    "export_questions",
    "extend",
    "find_signals",
    "give_answer",
    "give_back_time",
    "give_time",
    "grant_adjustment",
    "hold_sitting",
    "import_questions",
    "issue_start_code",
    "last_entered",
    "minutes_allowed",
    "note_bundle",
    "note_outage",
    "open_case",
    "propose_extra_tries",
    "propose_rule",
    "reply_by",
    "reply_to_notice",
    "rescore",
    "rescore_sitting",
    "rescore_withdrawn",
    "retire",
    "review_item",
    "send_notice",
    "set_upkeep",
    "start_sitting",
    "submit",
    "submit_for_review",
    "take_out",
    "uphold_challenge",
    "void",
    "work_out_statistics",
]
