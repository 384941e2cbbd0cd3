"""The proof of notice: every reminder of a person, what it said, and what became of it (R42).

The page shows it in the reader's language; the file for a hearing is in plain English.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from assessments.typesetting import typeset
from certificates import renewal
from certificates.actions.rights import PREFIX, key_of
from certificates.channels import Way, masked
from certificates.models import Certificate, CertificateEvent, Reminder
from outbox.models import Message, MessageEvent
from people.models import User

TEMPLATE = Path(__file__).parent / "typst" / "proof.typ"
LANGUAGES = dict(settings.LANGUAGES)
Kind = MessageEvent.Kind


@dataclass(frozen=True)
class Step:
    """One thing that happened to a message. ``by`` is empty where nobody did it by hand."""

    at: str
    what: str
    detail: str
    by: str


@dataclass(frozen=True)
class Sent:
    """One message: the whole text as it was frozen, and everything that became of it."""

    channel: str
    address: str
    instead: bool
    queued: str
    subject: str
    body: str
    outcome: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Notice:
    """One reminder that was due. ``nothing`` says why no message was written for it."""

    title: str
    due: str
    language: str
    nothing: str
    messages: tuple[Sent, ...]


@dataclass(frozen=True)
class Held:
    """A certificate and its reminders."""

    reference: str
    course: str
    term: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Ledger:
    """What is on record for some certificates, read at once. By the key of the certificate, of the
    reminder and of the message."""

    reminders: dict[int, dict[int, Reminder]]
    messages: dict[int, list[Message]]
    events: dict[int, list[MessageEvent]]
    ended: dict[int, datetime]
    now: datetime

    def told_before(self, certificate: Certificate) -> Collection[int]:
        """The notices of the certificate that this one corrects."""
        return self.reminders.get(certificate.replaces_id or 0, {})


def proof_of(certificates: Sequence[Certificate], *, now: datetime) -> tuple[Held, ...]:
    """The proof for certificates that the reader may see, in four questions however many."""
    ledger = _ledger(certificates, now)
    return tuple(
        Held(
            certificate.reference,
            certificate.course_title,
            _term(certificate),
            tuple(_notices(certificate, ledger)),
        )
        for certificate in certificates
    )


def reminders_sent(certificate: Certificate) -> list[Message]:
    """For its holder: the reminders that went out, oldest first."""
    prefix = f"{PREFIX}{certificate.reference}:"
    sent = Message.objects.filter(key__startswith=prefix, sent_at__isnull=False)
    return list(sent.order_by("sent_at").only("channel", "sent_at"))


def _ledger(certificates: Sequence[Certificate], now: datetime) -> Ledger:
    reminders: dict[int, dict[int, Reminder]] = {}
    for reminder in Reminder.objects.filter(certificate__in=certificates):
        reminders.setdefault(reminder.certificate_id, {})[reminder.notice] = reminder
    references = {certificate.pk: certificate.reference for certificate in certificates}
    written = [reminder for own in reminders.values() for reminder in own.values()]
    messages = _messages(references, written)
    events = _events(message for found in messages.values() for message in found)
    return Ledger(reminders, messages, events, _ended(certificates), now)


def _term(certificate: Certificate) -> str:
    return gettext("Passed on %(passed)s, valid until %(until)s") % {
        "passed": date_format(certificate.passed_on),
        "until": date_format(certificate.valid_until),
    }


def _messages(
    references: dict[int, str], reminders: Iterable[Reminder]
) -> dict[int, list[Message]]:
    """By the key of the reminder: its message, and those that stood in for it."""
    whose: dict[str, int] = {}
    for reminder in reminders:
        reference = references[reminder.certificate_id]
        for channel in ("", *Message.Channel.values):
            whose[key_of(reference, reminder.notice, channel)] = reminder.pk
    found: dict[int, list[Message]] = {}
    for message in Message.objects.filter(key__in=whose).order_by("pk"):
        found.setdefault(whose[message.key], []).append(message)
    return found


def _events(messages: Iterable[Message]) -> dict[int, list[MessageEvent]]:
    related = MessageEvent.objects.filter(message__in=list(messages)).select_related("by")
    in_order = related.order_by("message", "pk")
    return {pk: list(found) for pk, found in groupby(in_order, key=lambda e: e.message_id)}


def _ended(certificates: Iterable[Certificate]) -> dict[int, datetime]:
    """When each was revoked or corrected, if it was and that stands."""
    events = CertificateEvent.objects.filter(certificate__in=list(certificates)).ending()
    return dict(events.order_by("pk").values_list("certificate_id", "recorded_at"))


def _notices(certificate: Certificate, ledger: Ledger) -> Iterator[Notice]:
    today, own = renewal.london_day(ledger.now), ledger.reminders.get(certificate.pk, {})
    for notice in sorted({*certificate.rule.reminder_days, *own}, reverse=True):
        due_on, reminder = certificate.notice_due_on(notice), own.get(notice)
        if reminder is None and not certificate.passed_on < due_on <= today:
            continue
        sent = ledger.messages.get(reminder.pk, []) if reminder else []
        nothing = ""
        if reminder is None:
            nothing = _why_missing(certificate, notice, ledger)
        elif not sent and notice in ledger.told_before(certificate):
            nothing = gettext("This went out for the certificate that this one corrects.")
        elif not sent:
            nothing = gettext("Nothing was sent: no e-mail address, mobile or licence number.")
        yield Notice(
            title=title(notice),
            due=date_format(due_on),
            language=LANGUAGES.get(reminder.language, "") if reminder else "",
            nothing=nothing,
            messages=tuple(_sent(message, ledger.events.get(message.pk, [])) for message in sent),
        )


def title(notice: int) -> str:
    if notice < 0:
        after = ngettext(
            "Reminder %(days)d day after the end", "Reminder %(days)d days after the end", -notice
        )
        return after % {"days": -notice}
    before = ngettext(
        "Reminder %(days)d day before the end", "Reminder %(days)d days before the end", notice
    )
    return before % {"days": notice}


def _why_missing(certificate: Certificate, notice: int, ledger: Ledger) -> str:
    due_on, ended = certificate.notice_due_on(notice), ledger.ended.get(certificate.pk)
    if ended is not None and renewal.london_day(ended) <= due_on:
        return gettext("Not due: the certificate had been revoked or corrected.")
    if certificate.superseded:
        return gettext("Not sent: there is a newer certificate.")
    if any(later < notice for later in ledger.reminders.get(certificate.pk, ())):
        return gettext("Skipped: a later reminder was due by the time it could be sent.")
    today, days = renewal.london_day(ledger.now), certificate.rule.reminder_days
    passed_on = certificate.passed_on
    due = renewal.due_notice(certificate.valid_until, days, (), today, passed_on=passed_on)
    if due == notice:
        return gettext("Not queued yet, or the person may not be reminded.")
    return gettext("Not sent, and its time is over.")


def _sent(message: Message, events: Sequence[MessageEvent]) -> Sent:
    steps = tuple(
        Step(_moment(event.at), event.get_kind_display(), event.detail, _name(event.by))
        for event in events
    )
    return Sent(
        channel=message.get_channel_display(),
        address=masked(Way(message.channel, message.to)),
        instead=message.instead_of_id is not None,
        queued=_moment(message.created_at),
        subject=message.subject,
        body=message.body,
        outcome=outcome(message, {event.kind for event in events}),
        steps=steps,
    )


def outcome(message: Message, kinds: set[str]) -> str:
    """In one sentence, what became of it."""
    if Kind.BOUNCED in kinds:
        return gettext("It could not be delivered.")
    if Kind.DELIVERED in kinds:
        return gettext("It was delivered.")
    if message.sent_at and message.channel == Message.Channel.LETTER:
        return gettext("It was posted on %(day)s.") % {
            "day": date_format(localtime(message.sent_at))
        }
    if message.sent_at:
        return gettext("The provider accepted it on %(moment)s.") % {
            "moment": _moment(message.sent_at)
        }
    if message.failed_at:
        return gettext("It was not sent. %(reason)s") % {"reason": message.last_error}
    return gettext("It waits to be sent.")


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.email) if user else ""


def render_proof(
    person: str, certificates: Sequence[Certificate], *, by: User, now: datetime
) -> bytes:
    """The same as a file for a hearing, with who made it and when."""
    with translation.override(settings.LANGUAGE_CODE):
        facts = {
            "person": person,
            "made": f"Made on {_moment(now)} for {_name(by)}.",
            "held": [asdict(held) for held in proof_of(certificates, now=now)],
        }
        return typeset(TEMPLATE, facts, at=now)
