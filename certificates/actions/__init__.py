"""Every change to certificates: issuing, revoking, reminding. Each is safe to repeat."""

from certificates.actions.catching_up import carry_over, issue_recognised
from certificates.actions.issuing import NoValidityRule, issue_certificate, issue_missing
from certificates.actions.recognising import (
    RecognitionRefused,
    decide_evidence,
    enter_evidence,
)
from certificates.actions.reminders import queue_due_reminders
from certificates.actions.sealing import document_of, seal
from certificates.actions.standing import StandingRefused, reinstate, revoke

__all__ = [
    "NoValidityRule",
    "RecognitionRefused",
    "StandingRefused",
    "carry_over",
    "decide_evidence",
    "document_of",
    "enter_evidence",
    "issue_certificate",
    "issue_missing",
    "issue_recognised",
    "queue_due_reminders",
    "reinstate",
    "revoke",
    "seal",
]
