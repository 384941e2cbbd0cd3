"""Every change to certificates: issuing, revoking, reminding. Each is safe to repeat."""

from certificates.actions.catching_up import (
    carry_over,
    carry_over_with,
    issue_recognised,
)
from certificates.actions.changes import (
    REASONS,
    confirm_change,
    decline_change,
    earliest_day,
    propose_change,
    take_back_change,
)
from certificates.actions.instead import (
    send_instead,
)
from certificates.actions.issuing import (
    NOT_ISSUED,
    NoValidityRule,
    issue_certificate,
    issue_missing,
)
from certificates.actions.past_records import (
    decide_batch,
    enter_past_records,
)
from certificates.actions.recognising import (
    RecognitionRefused,
    Told,
    decide_evidence,
    enter_evidence,
)
from certificates.actions.reminders import (
    queue_due_reminders,
)
from certificates.actions.sealing import (
    document_of,
    seal,
)
from certificates.actions.standing import (
    StandingRefused,
    correct,
    reinstate,
    revoke,
)
from certificates.actions.wording import TEXTS as WORDING_TEXTS
from certificates.actions.wording import (
    WordingRefused,
    make_specimen,
    word_certificates,
)

__all__ = [
    "NOT_ISSUED",
    "REASONS",
    "WORDING_TEXTS",
    "NoValidityRule",
    "RecognitionRefused",
    "StandingRefused",
    "Told",
    "WordingRefused",
    "carry_over",
    "carry_over_with",
    "confirm_change",
    "correct",
    "decide_batch",
    "decide_evidence",
    "decline_change",
    "document_of",
    "earliest_day",
    "enter_evidence",
    "enter_past_records",
    "issue_certificate",
    "issue_missing",
    "issue_recognised",
    "make_specimen",
    "propose_change",
    "queue_due_reminders",
    "reinstate",
    "revoke",
    "seal",
    "send_instead",
    "take_back_change",
    "word_certificates",
]
