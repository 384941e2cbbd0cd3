"""A certificate that takes another one's place: the same training, under a new number."""

from datetime import datetime
from typing import Any

from certificates.actions.issuing import new_reference, put_on_record
from certificates.models import Certificate, CertificateEvent, Reminder
from outbox.actions import withdraw
from outbox.models import Message
from people.models import Learner, User

Kind = CertificateEvent.Kind
# What a replacement says like the certificate it replaces. The database holds it to the dates.
KEPT = (
    "authority_id",
    "course_id",
    "counts_for_id",
    "rule_id",
    "licence_number",
    "authority_name",
    "course_title",
    "course_edition",
    "provider_name",
    "identity_method",
    "licence_ends_on",
    "passed_at",
    "passed_on",
    "valid_until",
    "renew_from",
)


def issue_replacement(
    *,
    old: Certificate,
    learner: Learner,
    holder_name: str,
    reason_class: CertificateEvent.ReasonClass,
    reason: str = "",
    by: User | None = None,
    seconded_by: User | None = None,
    now: datetime,
) -> tuple[Certificate, CertificateEvent]:
    """Issue the linked replacement of ``old``, which its caller has locked and found unreplaced.

    What two people decided about the old one goes on for the new one, so that a revoked one stays
    revoked; so do its reminders, and none is sent a second time (I24). Returns it with the event
    that ended the old one. The database refuses a second one.
    """
    facts: dict[str, Any] = {name: getattr(old, name) for name in KEPT}
    replacement = Certificate(
        reference=new_reference(),
        replaces=old,
        learner=learner,
        holder_name=holder_name,
        issued_at=now,
        **facts,
    )
    put_on_record(replacement, now=now)
    _carry_over_events(old, replacement, now=now)
    _hand_over_reminders(old, replacement, now=now)
    event = CertificateEvent.objects.create(
        certificate=old,
        kind=Kind.REPLACED,
        recorded_at=now,
        effective_on=old.passed_on,
        reason_class=reason_class,
        reason=reason,
        by=by,
        seconded_by=seconded_by,
    )
    return replacement, event


def _carry_over_events(old: Certificate, replacement: Certificate, *, now: datetime) -> None:
    """The same people, reasons and days, recorded now: an answer for an earlier moment is not
    touched, and a day on which the old one was revoked does not turn good."""
    for event in old.events.exclude(kind=Kind.ISSUED).order_by("pk"):
        event.pk, event.certificate, event.recorded_at = None, replacement, now
        event.save(force_insert=True)


def _hand_over_reminders(old: Certificate, replacement: Certificate, *, now: datetime) -> None:
    """What waits is withdrawn, and falls due again for the replacement. Whatever else there is,
    sent or in a relay's hands, counts for the replacement too: without a message of its own."""
    reminders = Reminder.objects.filter(certificate=old).order_by("pk")
    related = reminders.select_related("message__sent_instead__sent_instead")
    last = {reminder: _last_message(reminder) for reminder in related}
    waiting = {m.pk for m in last.values() if m and m.sent_at is None and m.failed_at is None}
    withdraw(message_ids=waiting, reason="Withdrawn: a corrected one was issued.", now=now)
    given_up = Message.objects.filter(pk__in=waiting, failed_at__isnull=False)
    withdrawn = set(given_up.values_list("pk", flat=True))
    Reminder.objects.bulk_create(
        Reminder(
            certificate=replacement,
            notice=reminder.notice,
            due_on=reminder.due_on,
            queued_at=now,
            language=reminder.language,
        )
        for reminder, message in last.items()
        if message is None or message.pk not in withdrawn
    )


def _last_message(reminder: Reminder) -> Message | None:
    """The one that stands in for all before it that could not be delivered."""
    message = reminder.message
    while (instead := getattr(message, "sent_instead", None)) is not None:
        message = instead
    return message
