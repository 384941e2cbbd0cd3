"""Every change to certificates: issuing, revoking, reminding. Each is safe to repeat."""

import logging
import secrets
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import translation

from assessments.models import Sitting
from certificates import reference, renewal
from certificates.models import (
    Certificate,
    CertificateEvent,
    CertificateQuerySet,
    Reminder,
    ValidityRule,
)
from outbox.actions import Email, queue_email, queue_emails, withdraw
from people.models import Licence, User

logger = logging.getLogger(__name__)
Kind = CertificateEvent.Kind
BATCH = 1000  # Rows in memory and in one transaction of a sweep.
WITHOUT_CERTIFICATE = ~Exists(Certificate.objects.filter(sitting=OuterRef("pk")))


class NoValidityRule(Exception):
    """Nothing says how long it would last. Once a rule is approved the sweep issues it."""

    def __init__(self, sitting: Sitting, passed_on: date) -> None:
        whose = sitting.authority.code if sitting.authority else "no authority"
        super().__init__(
            f"No approved validity rule is in force on {passed_on} for {whose}:"
            f" sitting {sitting.pk} waits for one."
        )


class StandingRefused(Exception):
    """``code``: ``same_person``, ``no_reason``, ``not_revoked``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# -- Issuing -------------------------------------------------------------------------------------
@transaction.atomic
def issue_certificate(*, sitting_id: UUID, now: datetime) -> Certificate | None:
    """Issue the certificate of a pass and queue the e-mail about it; None if it is not passed.

    A repeat, also at the same moment, returns the certificate there is and writes nothing. Raises
    NoValidityRule, with nothing written, where no rule says how long it would last.
    """
    return _issue(_sittings().select_for_update(of=("self",)).get(pk=sitting_id), now=now)


def issue_missing(
    *, now: datetime, limit: int = BATCH, closed_since: datetime | None = None
) -> int:
    """Issue up to ``limit`` certificates that passed sittings still lack; returns how many.

    Any number of sweeps may run at once: each leaves alone what another has in hand. A sitting that
    fails is logged, blocks no other and is tried again by the next sweep.
    """
    missing = Sitting.objects.passed().filter(WITHOUT_CERTIFICATE).order_by("closed_at", "pk")
    if closed_since is not None:
        missing = missing.filter(closed_at__gte=closed_since)
    issued = 0
    page = missing
    while places := list(page.values_list("closed_at", "pk")[:BATCH]):
        for _, sitting_id in places:
            if issued >= limit:
                return issued
            issued += _issue_or_log(sitting_id, now=now)
        closed_at, pk = places[-1]
        page = missing.filter(Q(closed_at__gt=closed_at) | Q(closed_at=closed_at, pk__gt=pk))
    return issued


def _issue_or_log(sitting_id: UUID, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            free = _sittings().filter(WITHOUT_CERTIFICATE, pk=sitting_id)
            sitting = free.select_for_update(of=("self",), skip_locked=True).first()
            return int(sitting is not None and _issue(sitting, now=now) is not None)
    except NoValidityRule as error:
        logger.error("certificate not issued: %s", error)
    except Exception:
        logger.exception("certificate not issued: sitting %s", sitting_id)
    return 0


def _sittings() -> QuerySet[Sitting]:
    related = Sitting.objects.select_related("learner__user", "course__refreshes", "authority")
    return related.defer("paper")


def _issue(sitting: Sitting, *, now: datetime) -> Certificate | None:
    """For a sitting that is locked: what is looked up here cannot change until the commit."""
    there = Certificate.objects.filter(sitting=sitting).first()
    if there is not None or sitting.result != Sitting.Outcome.PASSED:
        return there
    held = list(_held_before(sitting))
    certificate = _snapshot(sitting, held, now=now)
    certificate.save(force_insert=True)
    CertificateEvent.objects.create(
        certificate=certificate,
        kind=Kind.ISSUED,
        recorded_at=now,
        effective_on=certificate.passed_on,
    )
    replaced = [old.pk for old in held if old.valid_until <= certificate.valid_until]
    _withdraw_reminders(replaced, reason="Withdrawn: a later certificate was issued.", now=now)
    _tell_holder(certificate, "issued", key="issued", now=now)
    return certificate


def _held_before(sitting: Sitting) -> CertificateQuerySet:
    """Earlier certificates for the same purpose, locked against sweeps and revocation."""
    return (
        Certificate.objects.of(sitting.learner)
        .filter(counts_for=sitting.course.counts_for, passed_at__lt=sitting.closed_at)
        .filter(Q(authority=sitting.authority_id) | Q(authority=None))
        .with_revoked()
        .order_by("pk")
        .select_for_update(of=("self",))
    )


def _snapshot(sitting: Sitting, held: list[Certificate], *, now: datetime) -> Certificate:
    """The facts of the pass as they are now, under a new reference.

    Two references in a lifetime may meet by chance; the database refuses the second, and the sweep
    draws another one.
    """
    assert sitting.closed_at is not None
    passed_on = renewal.london_day(sitting.closed_at)
    rule = ValidityRule.objects.in_force(authority=sitting.authority, on=passed_on).first()
    if rule is None:
        raise NoValidityRule(sitting, passed_on)
    valid_until = _valid_until(passed_on, rule, held)
    licence = _licence(sitting)
    return Certificate(
        reference=reference.make(secrets.token_bytes(reference.RANDOM_LENGTH)),
        sitting=sitting,
        learner=sitting.learner,
        authority=sitting.authority,
        course=sitting.course,
        counts_for=sitting.course.counts_for,
        rule=rule,
        holder_name=licence.full_name if licence else sitting.learner.full_name,
        licence_number=licence.number if licence else "",
        authority_name=sitting.authority.name if sitting.authority else "",
        course_title=sitting.course.title,
        course_edition=sitting.course.edition,
        passed_at=sitting.closed_at,
        passed_on=passed_on,
        valid_until=valid_until,
        renew_from=max(passed_on, renewal.renew_from(valid_until, rule.renewal_window_days)),
        issued_at=now,
    )


def _valid_until(passed_on: date, rule: ValidityRule, held: list[Certificate]) -> date:
    """The window that counts is the one printed on the certificate that is renewed."""
    renewed = [
        old for old in held if not old.revoked and old.renew_from <= passed_on <= old.valid_until
    ]
    if not renewed:
        return renewal.valid_until(passed_on, rule.months, None, rule.renewal_window_days)
    last = max(renewed, key=lambda old: old.valid_until)
    window_days = (last.valid_until - last.renew_from).days
    return renewal.valid_until(passed_on, rule.months, last.valid_until, window_days)


def _licence(sitting: Sitting) -> Licence | None:
    """The licence the person holds from the sitting's authority; a current one before others."""
    held = Licence.objects.held_by(sitting.learner).filter(authority=sitting.authority_id)
    return max(held, key=lambda licence: licence.state == Licence.State.CURRENT, default=None)


# -- Standing ------------------------------------------------------------------------------------
@transaction.atomic
def revoke(
    *, certificate: Certificate, by: User, seconded_by: User, reason: str, now: datetime
) -> CertificateEvent:
    """Take the certificate's worth away from this moment, with two signatures and a reason.

    Revoking again returns the revocation that stands. Reminders that wait are withdrawn. Raises
    StandingRefused for one person signing twice or no reason.
    """
    standing = _lock_standing(certificate, by, seconded_by, reason)
    if standing is not None and standing.kind == Kind.REVOKED:
        return standing
    event = _append(
        certificate, Kind.REVOKED, by=by, seconded_by=seconded_by, reason=reason, now=now
    )
    _withdraw_reminders([certificate.pk], reason="Withdrawn: the certificate is revoked.", now=now)
    return event


@transaction.atomic
def reinstate(
    *, certificate: Certificate, by: User, seconded_by: User, reason: str, now: datetime
) -> CertificateEvent:
    """Undo a revocation, with two signatures and a reason; the history keeps both.

    Reinstating again returns the reinstatement that stands. Raises StandingRefused for one person
    signing twice, no reason, or a certificate that was never revoked.
    """
    standing = _lock_standing(certificate, by, seconded_by, reason)
    if standing is None:
        raise StandingRefused("not_revoked")
    if standing.kind == Kind.REINSTATED:
        return standing
    return _append(
        certificate, Kind.REINSTATED, by=by, seconded_by=seconded_by, reason=reason, now=now
    )


def _lock_standing(
    certificate: Certificate, by: User, seconded_by: User, reason: str
) -> CertificateEvent | None:
    """The event that decides the standing now, None while there is only the issue."""
    if by == seconded_by:
        raise StandingRefused("same_person")
    if not reason.strip():
        raise StandingRefused("no_reason")
    Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    changes = CertificateEvent.objects.filter(certificate=certificate).exclude(kind=Kind.ISSUED)
    return changes.order_by("-pk").first()


def _append(
    certificate: Certificate,
    kind: CertificateEvent.Kind,
    *,
    by: User,
    seconded_by: User,
    reason: str,
    now: datetime,
) -> CertificateEvent:
    event = CertificateEvent.objects.create(
        certificate=certificate,
        kind=kind,
        recorded_at=now,
        effective_on=renewal.london_day(now),
        by=by,
        seconded_by=seconded_by,
        reason=reason.strip(),
    )
    _tell_holder(certificate, kind.value, key=f"{kind.value}:{event.pk}", now=now)
    return event


# -- Reminders -----------------------------------------------------------------------------------
def queue_due_reminders(*, now: datetime) -> int:
    """Queue the reminder that is due for each certificate that has none yet; returns how many.

    Each notice goes once, whatever runs twice or at the same time; what an outage missed is caught
    up by the latest notice alone. After a renewal or a revocation there is none.
    """
    today = renewal.london_day(now)
    queued = 0
    for notices, rules in _schedules().items():
        for span in renewal.due_spans(notices, today):
            waiting = (
                Certificate.objects.filter(rule__in=rules, learner__user__is_active=True)
                .expiring_between(span.first, span.last)
                .without_notice(span.notice)
                .not_revoked()
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
        emails.append(_email(certificate, what, key=key, today=today))
        reminder = Reminder(certificate=certificate, notice=notice, queued_at=now)
        reminder.due_on = certificate.notice_due_on(notice)
        reminders.append((key, reminder))
    messages = queue_emails(emails=emails, now=now)
    for key, reminder in reminders:
        reminder.message_id = messages[key]
    Reminder.objects.bulk_create([row for _, row in reminders], ignore_conflicts=True)
    return len(reminders)


def _withdraw_reminders(certificate_ids: list[int], *, reason: str, now: datetime) -> None:
    """A notice that has not gone out yet is judged again when things change (I25)."""
    queued = Reminder.objects.filter(certificate__in=certificate_ids, message__isnull=False)
    message_ids = [pk for pk in queued.values_list("message_id", flat=True) if pk is not None]
    if message_ids:
        withdraw(message_ids=message_ids, reason=reason, now=now)


# -- E-mail --------------------------------------------------------------------------------------
def _tell_holder(certificate: Certificate, what: str, *, key: str, now: datetime) -> None:
    key = f"certificate:{certificate.reference}:{key}"
    email = _email(certificate, what, key=key, today=renewal.london_day(now))
    queue_email(key=email.key, to=email.to, subject=email.subject, body=email.body, now=now)


def _email(certificate: Certificate, what: str, *, key: str, today: date) -> Email:
    """In the language of the person it goes to."""
    holder = certificate.learner.user
    context: dict[str, Any] = {
        "certificate": certificate,
        "authority": certificate.authority,
        "may_renew_now": certificate.renew_from <= today,
        "site_url": settings.SITE_URL,
    }
    with translation.override(holder.message_language):
        return Email(
            key=key,
            to=holder.email,
            subject=render_to_string(f"certificates/email/{what}_subject.txt", context),
            body=render_to_string(f"certificates/email/{what}_body.txt", context).strip(),
        )
