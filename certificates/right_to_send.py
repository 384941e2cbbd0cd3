"""Whether a reminder may still go, judged when it is sent (I25, I26). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certificates.renewal import due_notice

# What the ledger says of a message that was not sent. English, as all of its records.
REVOKED = "Withdrawn: the certificate is revoked."
REPLACED = "Withdrawn: a corrected certificate took its place."
RENEWED = "Withdrawn: a later certificate was issued."
CLOSED = "Withdrawn: the person's account is closed."
JOINED = "Withdrawn: the record was joined with the person's account."
MOVED = "Withdrawn: the person is with another council now."
OVERTAKEN = "Withdrawn: its time is over, and a later reminder takes its place where one is due."
UNKNOWN = "Withdrawn: there is no such certificate."


@dataclass(frozen=True)
class Facts:
    """What is true of a certificate and its holder now. ``moved``: they train for another council,
    to which the one that the certificate was passed for handed nothing over, and hold no licence of
    that one."""

    valid_until: date
    passed_on: date
    reminder_days: Sequence[int]
    revoked: bool = False
    replaced: bool = False
    renewed: bool = False
    closed: bool = False
    joined: bool = False
    moved: bool = False


def why_not(notice: int, facts: Facts, *, today: date) -> str:
    """Why the reminder must not go on the London day ``today``; empty where it may."""
    reasons = {
        REVOKED: facts.revoked,
        REPLACED: facts.replaced,
        RENEWED: facts.renewed,
        CLOSED: facts.closed,
        JOINED: facts.joined,
        MOVED: facts.moved,
        OVERTAKEN: _due(facts, today) != notice,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _due(facts: Facts, today: date) -> int | None:
    days = facts.reminder_days
    return due_notice(facts.valid_until, days, (), today, passed_on=facts.passed_on)
