"""Certificates and what became of them, training elsewhere, and every notice with its proof."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from certificates.actions.posting import PLACES, reminder_of
from certificates.models import CertificateEvent, Reminder, StandingChange
from certificates.perms import readable_evidence
from certificates.proof import title
from certificates.views.timeline import DECISIONS, HAPPENED, PROPOSED
from licensing.desk.history.line import Kind, Line, Subject
from outbox.models import Message, MessageEvent

TOLD = (
    MessageEvent.Kind.ACCEPTED,
    MessageEvent.Kind.DELIVERED,
    MessageEvent.Kind.BOUNCED,
    MessageEvent.Kind.GIVEN_UP,
    MessageEvent.Kind.WITHDRAWN,
)


def _address(certificate_id: int) -> str:
    return reverse("staff_certificate", args=[certificate_id])


def standings(subject: Subject) -> Iterator[Line]:
    events = CertificateEvent.objects.filter(certificate__in=subject.certificates)
    for event in events.select_related("certificate", "by", "seconded_by"):
        reasons = (event.get_reason_class_display().capitalize(), event.reason)
        yield Line(
            at=event.recorded_at,
            kind=Kind.CERTIFICATES,
            what=HAPPENED[event.kind],
            details=(event.certificate.reference, *filter(None, reasons)),
            by=event.by,
            seconded_by=event.seconded_by,
            effective_on=event.effective_on,
            url=_address(event.certificate_id),
        )


def proposals(subject: Subject) -> Iterator[Line]:
    """What was proposed about a certificate and did not come about, or not yet."""
    open_ones = StandingChange.objects.filter(certificate__in=subject.certificates, event=None)
    for change in open_ones.select_related("certificate", "proposed_by"):
        yield Line(
            at=change.proposed_at,
            kind=Kind.CERTIFICATES,
            what=PROPOSED[change.kind],
            details=(change.certificate.reference, DECISIONS[change.decision], change.reason),
            by=change.proposed_by,
            effective_on=change.effective_on,
            url=reverse("standing_change", args=[change.pk]),
        )


def evidence(subject: Subject) -> Iterator[Line]:
    own = readable_evidence(subject.reader).filter(
        learner__in=subject.people, authority=subject.licence.authority_id
    )
    for one in own.select_related("entered_by", "decided_by"):
        address = reverse("evidence", args=[one.pk])
        named = f"{one.provider_name}: {one.course_name}"
        yield Line(
            at=one.entered_at,
            kind=Kind.ELSEWHERE,
            what=_("Training elsewhere was entered"),
            details=(named, one.get_kind_display()),
            by=one.entered_by,
            effective_on=one.passed_on,
            url=address,
        )
        if one.decided_at:
            yield Line(
                at=one.decided_at,
                kind=Kind.ELSEWHERE,
                what=_("Training elsewhere was decided about"),
                details=tuple(
                    filter(None, (named, one.get_decision_display(), one.decision_reason))
                ),
                by=one.decided_by,
                url=address,
            )


def notices(subject: Subject) -> Iterator[Line]:
    """Each reminder and letter, with what became of it. Its text is in the proof of notice."""
    ours = Q()
    for place in PLACES:
        ours |= Q(**{f"{place}__certificate__in": subject.certificates})
    letters = Q()
    for certificate in subject.certificates:
        letters |= Q(key__startswith=f"certificate:{certificate.reference}:")
    if not letters:
        return
    reminders = Message.objects.filter(ours).select_related(*PLACES)
    others = Message.objects.filter(letters)
    messages = {
        **{one.pk: (one, title(reminder_of(one).notice)) for one in reminders},
        **{one.pk: (one, one.subject) for one in others},
    }
    events = MessageEvent.objects.filter(message__in=messages, kind__in=TOLD)
    for event in events.select_related("by"):
        message, named = messages[event.message_id]
        happened = f"{message.get_channel_display()}: {event.get_kind_display()}"
        yield Line(
            at=event.at,
            kind=Kind.NOTICES,
            what=named,
            details=tuple(filter(None, (happened, event.detail[:200]))),
            by=event.by,
            url=_proof(subject),
        )


def unreached(subject: Subject) -> Iterator[Line]:
    """Reminders for which no way to reach the person was known."""
    nowhere = Reminder.objects.filter(certificate__in=subject.certificates, message=None)
    for reminder in nowhere:
        yield Line(
            at=reminder.queued_at,
            kind=Kind.NOTICES,
            what=title(reminder.notice),
            details=(gettext("Nothing was sent under this certificate's number."),),
            url=_proof(subject),
        )


def _proof(subject: Subject) -> str:
    return reverse("notices", args=[subject.certificates[0].learner_id])
