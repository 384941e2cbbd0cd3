"""The reminder that is due for each certificate: once, in turn, and only while it counts."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from certificates import renewal
from certificates.actions.letters import letter_about
from certificates.models import Certificate, CertificateQuerySet, Reminder, ValidityRule
from outbox.actions import queue_messages, withdraw

BATCH = 1000  # Rows in memory and in one transaction of a sweep.


def queue_due_reminders(*, now: datetime) -> int:
    """Queue the reminder that is due for each certificate that has none yet; returns how many.

    Each notice goes once, whatever runs twice or at the same time; what an outage missed is caught
    up by the latest notice alone. After a renewal, a revocation or a correction there is none.
    """
    today = renewal.london_day(now)
    queued = 0
    for notices, rules in _schedules().items():
        for span in renewal.due_spans(notices, today):
            waiting = (
                Certificate.objects.filter(rule__in=rules, learner__user__is_active=True)
                .expiring_between(span.first, span.last)
                .without_notice(span.notice)
                .counting()
                .not_superseded()
            )
            queued += _queue_in_batches(waiting, today=today, now=now)
    return queued


def _schedules() -> dict[tuple[int, ...], list[int]]:
    """The rules by the reminder days they ask for: most share the same."""
    schedules: dict[tuple[int, ...], list[int]] = {}
    for pk, days in ValidityRule.objects.approved().values_list("pk", "reminder_days"):
        schedules.setdefault(tuple(days), []).append(pk)
    return schedules


def _queue_in_batches(waiting: CertificateQuerySet, *, today: date, now: datetime) -> int:
    queued = 0
    page = waiting
    while True:
        with transaction.atomic():
            free = page.select_for_update(skip_locked=True, of=("self",))
            places = list(free.values_list("valid_until", "pk")[:BATCH])
            # Look again: what another sweep or a revocation did before the lock shows only now.
            locked = waiting.filter(pk__in=[pk for _, pk in places])
            queued += _queue_batch(locked, today=today, now=now) if places else 0
        if len(places) < BATCH:
            return queued
        day, pk = places[-1]
        page = waiting.filter(Q(valid_until__gt=day) | Q(pk__gt=pk), valid_until__gte=day)


def _queue_batch(locked: CertificateQuerySet, *, today: date, now: datetime) -> int:
    emails, reminders = [], []
    related = locked.select_related("learner__user", "authority", "rule")
    for certificate in related.with_sent_notices():
        notice = renewal.due_notice(
            certificate.valid_until,
            certificate.rule.reminder_days,
            certificate.sent_notices,
            today,
            passed_on=certificate.passed_on,
        )
        if notice is None:
            continue
        key = f"reminder:{certificate.reference}:{notice}"
        what = "expiring" if notice >= 0 else "expired"
        draft = letter_about(certificate, what, key=key, today=today)
        if draft is None:
            continue
        emails.append(draft)
        reminder = Reminder(certificate=certificate, notice=notice, queued_at=now)
        reminder.due_on = certificate.notice_due_on(notice)
        reminders.append((key, reminder))
    messages = queue_messages(messages=emails, now=now)
    for key, reminder in reminders:
        reminder.message_id = messages[key]
    Reminder.objects.bulk_create([row for _, row in reminders], ignore_conflicts=True)
    return len(reminders)


def withdraw_reminders(certificate_ids: list[int], *, reason: str, now: datetime) -> None:
    """A notice that has not gone out yet is judged again when things change (I25)."""
    queued = Reminder.objects.filter(certificate__in=certificate_ids, message__isnull=False)
    message_ids = [pk for pk in queued.values_list("message_id", flat=True) if pk is not None]
    if message_ids:
        withdraw(message_ids=message_ids, reason=reason, now=now)
