"""Every change to certificates: issuing, revoking, reminding. Each is safe to repeat."""

from certificates.actions.issuing import NoValidityRule, issue_certificate, issue_missing
from certificates.actions.reminders import queue_due_reminders
from certificates.actions.standing import StandingRefused, reinstate, revoke

__all__ = [
    "NoValidityRule",
    "StandingRefused",
    "issue_certificate",
    "issue_missing",
    "queue_due_reminders",
    "reinstate",
    "revoke",
]
