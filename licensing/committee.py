"""One driver's training as a committee reads it: as at a day, by what was known at a moment (R53).

The words are those of the document that is put before the meeting, which is in English whoever
makes it. Answers and questions of a test are never in it, nor who contacted whom about the driver.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, Q
from django.utils import translation

from assessments.models import ResultChange, Sitting
from certificates.actions.posting import PLACES, reminder_of
from certificates.models import Certificate, CertificateEvent, Reminder
from certificates.proof import title
from licensing.answers import IN_FORCE, TrainingStatus, training_status
from licensing.document import Document, Row, Section, Table
from licensing.eligibility import Status, Training, plain
from licensing.models import TrainingException
from licensing.on_record import EXCEPTIONS
from licensing.rule_texts import name_of, rules_in_force
from outbox.models import Message, MessageEvent
from people.models import Learner, Licence, User

LONDON = ZoneInfo("Europe/London")
NOTICE = "Training status only. This is not a licensing decision."
LEFT_OUT = (
    "Questions and answers of tests, tests on a record that was merged with this one, tests and"
    " reminders of other councils, the texts of reminders, and who contacted the council about the"
    " driver."
)
HOLDER = f"{IN_FORCE} SELECT holder_id FROM wanted"  # noqa: S608  (Put together from constants.)
EXCEPTIONS_OF = f"""{IN_FORCE}
SELECT DISTINCT x.id FROM needs w JOIN licensing_trainingexception x ON {EXCEPTIONS}
"""  # noqa: S608
# Of the same statement as the training, so that whoever is named is the one who is judged.
REGISTERED = f"{IN_FORCE} SELECT full_name, kind, state, starts_on, expires_on FROM wanted"  # noqa: S608
KINDS = {
    "hackney_carriage": "taxi (hackney carriage)",
    "private_hire": "private hire",
    "dual": "taxi and private hire",
}
WORDS = {
    Status.VALID: "valid",
    Status.EXPIRING: "valid, and may be renewed",
    Status.IN_GRACE: "not valid, and the time allowed was still running",
    Status.EXPIRED: "expired",
    Status.REVOKED: "certificate revoked",
    Status.NEVER_PASSED: "never trained",
    Status.NOT_REQUIRED: "not required",
}
RESULTS = {"passed": "passed", "failed": "not passed", "void": "does not count"}
NOT_FINISHED = "not finished"
HELD = {"online": "on a screen", "spoken": "spoken", "paper": "on paper"}


@dataclass(frozen=True)
class Asked:
    """Of whose licence, about which London day, and what had been recorded by when."""

    licence: Licence
    as_at: date
    known_at: datetime

    @property
    def parameters(self) -> dict[str, Any]:
        return {"licence": self.licence.pk, "as_at": self.as_at, "known_at": self.known_at}

    @property
    def seen(self) -> datetime:
        """The end of the day or the moment, whichever is earlier."""
        end = datetime.combine(self.as_at + timedelta(days=1), time(), tzinfo=LONDON)
        return min(self.known_at, end)


def holder_on(licence: Licence, *, as_at: date, known_at: datetime) -> Learner | None:
    """Whose licence it was on the day, by what was on record at the moment."""
    asked = Asked(licence, as_at, known_at)
    with connection.cursor() as cursor:
        cursor.execute(HOLDER.format(narrowing="l.id = %(licence)s"), asked.parameters)
        (key,) = cursor.fetchone()
    return Learner.objects.select_related("succeeded_by").get(pk=key) if key else None


def committee_document(
    *,
    licence: Licence,
    holder: Learner | None,
    as_at: date,
    known_at: datetime,
    reason: str,
    by: User,
    now: datetime,
) -> Document:
    """The same number of questions to the database however long the history is."""
    asked = Asked(licence, as_at, known_at)
    with translation.override(settings.LANGUAGE_CODE):
        status = _status(asked)
        certificates = _certificates_of(asked, holder)
        return Document(
            title=f"Training of the holder of licence {licence.number}",
            facts=(
                *_register(asked),
                ("As at the end of", plain(as_at)),
                ("By what was recorded by", _moment(known_at)),
                ("Left out", LEFT_OUT),
                ("Made for", reason),
                ("Made by", name_of(by)),
                ("Made on", _moment(now)),
            ),
            notice=NOTICE,
            sections=(
                _training(status, as_at),
                _more_time(asked),
                _sittings(asked, holder),
                _certificates(certificates, status),
                _reminders(asked, certificates),
                _rules(asked, status),
            ),
        )


def _register(asked: Asked) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(REGISTERED.format(narrowing="l.id = %(licence)s"), asked.parameters)
        name, kind, state, starts_on, expires_on = cursor.fetchone()
    yield "Authority", asked.licence.authority.name
    yield "Licence number", asked.licence.number
    yield "Name in the register", name
    yield "Kind of licence", KINDS[kind]
    yield "State in the register", state
    yield "Licence began", plain(starts_on) if starts_on else "not in the register"
    yield "Licence ends", plain(expires_on) if expires_on else "not in the register"


def _status(asked: Asked) -> TrainingStatus:
    status = training_status(
        authority=asked.licence.authority_id,
        number=asked.licence.number,
        as_at=asked.as_at,
        known_at=asked.known_at,
    )
    assert status is not None  # The licence is there.
    return status


def _training(status: TrainingStatus, as_at: date) -> Section:
    met = "met" if status.training == Training.MET else "not met"
    rows = tuple(
        (
            found.terms.code if found.terms else "–",
            WORDS[found.status],
            " ".join(reason.text for reason in found.reasons),
            str(found.terms.rule_id) if found.terms else "–",
        )
        for found in status.requirements
    )
    columns = ("Requirement", "State", "Reasons", "Rule")
    said = f"The training requirement was {met} on {plain(as_at)}."
    return Section("Training status", (said,), (Table("Requirements", columns, rows),))


def _more_time(asked: Asked) -> Section:
    """Exceptions that were granted by the day to whoever held the licence then."""
    with connection.cursor() as cursor:
        cursor.execute(EXCEPTIONS_OF.format(narrowing="l.id = %(licence)s"), asked.parameters)
        keys = [key for (key,) in cursor.fetchall()]
    granted = TrainingException.objects.filter(pk__in=keys).order_by("decided_at", "pk")
    rows = [
        (
            one.requirement,
            plain(one.ends_on),
            f"{name_of(one.proposed_by)}, granted by {name_of(one.decided_by)}",
            one.reason,
            _ended_early(one, asked),
        )
        for one in granted.select_related("proposed_by", "decided_by", "ended_by")
    ]
    columns = ("Requirement", "Until the end of", "Asked for by", "Why", "Ended early")
    return _listed("More time that was granted", columns, rows, "None was on record.")


def _ended_early(one: TrainingException, asked: Asked) -> str:
    if one.ended_at is None or one.ended_at > asked.known_at:
        return "no"
    return f"{_moment(one.ended_at)}, by {name_of(one.ended_by)}. {one.end_reason}"


def _sittings(asked: Asked, holder: Learner | None) -> Section:
    changes = ResultChange.objects.filter(changed_at__lte=asked.known_at).order_by("pk")
    sittings = (
        Sitting.objects.filter(
            learner=holder, authority=asked.licence.authority_id, started_at__lt=asked.seen
        )
        .select_related("course")
        .prefetch_related(Prefetch("changes", changes, to_attr="known_changes"))
        .defer("paper")
        .order_by("started_at", "pk")
    )
    rows, tries = [], Counter[int]()
    for sitting in sittings if holder else ():
        result = _result(sitting, asked)
        tries[sitting.enrolment_id] += result != RESULTS["void"]
        number = str(tries[sitting.enrolment_id]) if result != RESULTS["void"] else "–"
        day = plain(sitting.started_at.astimezone(LONDON).date())
        rows.append((day, sitting.course.title, HELD[sitting.mode], number, result))
    columns = ("Day", "Course", "How it was held", "Try", "Result")
    return _listed("Tests", columns, rows, "No test was on this record.")


def _result(sitting: Any, asked: Asked) -> str:
    if sitting.closed_at is None or sitting.closed_at >= asked.seen:
        return NOT_FINISHED
    changed = [change.outcome for change in sitting.known_changes]
    return RESULTS[changed[-1] if changed else sitting.outcome]


def _certificates_of(asked: Asked, holder: Learner | None) -> list[Any]:
    if holder is None:
        return []
    events = CertificateEvent.objects.filter(recorded_at__lte=asked.known_at)
    certificates = Certificate.objects.filter(
        learner=holder,
        authority=asked.licence.authority_id,
        issued_at__lte=asked.known_at,
        passed_on__lte=asked.as_at,
    )
    known = Prefetch("events", events.order_by("pk"), to_attr="known_events")
    return list(certificates.prefetch_related(known).order_by("passed_at", "pk"))


def _certificates(certificates: Iterable[Any], status: TrainingStatus) -> Section:
    rows, happened = [], []
    for one in certificates:
        taught = one.provider_name or "here"
        until = plain(one.valid_until)
        rows.append((one.reference, one.course_title, taught, plain(one.passed_on), until))
        happened += [
            (
                one.reference,
                event.get_kind_display(),
                plain(event.effective_on),
                _moment(event.recorded_at),
                ". ".join(filter(None, [event.get_reason_class_display(), event.reason])) or "–",
            )
            for event in one.known_events
        ]
    held = ("Number", "Course", "Taught", "Passed on", "Valid until")
    events = ("Number", "What happened", "Counts from", "Recorded", "Reason")
    accepted = ("Number", "Course", "Issued by", "Counts here until")
    tables = (
        Table("Certificates", held, tuple(rows)),
        Table("What happened to them", events, tuple(happened)),
        Table("Accepted from another council", accepted, _accepted(status)),
    )
    found = tuple(table for table in tables if table.rows)
    return Section("Certificates", () if found else ("No certificate was on record.",), found)


def _accepted(status: TrainingStatus) -> tuple[Row, ...]:
    """The certificates of other authorities that decided, with no more than whoever has the number
    can check (R34) and until when they count here: the rest is on record with who issued them."""
    return tuple(
        {
            one.reference: (
                one.reference,
                one.course,
                one.accepted_from,
                WORDS[Status.REVOKED] if found.status == Status.REVOKED else plain(one.valid_until),
            )
            for found in status.requirements
            if (one := found.certificate) and one.accepted_from
        }.values()
    )


def _reminders(asked: Asked, certificates: list[Any]) -> Section:
    """What was sent by then and what is known of its arrival. The proof of notice has the texts."""
    heading, nothing = "Reminders", "No reminder was due and queued by then."
    due = Reminder.objects.filter(certificate__in=certificates, queued_at__lt=asked.seen)
    reminders = list(due.select_related("certificate").order_by("due_on", "pk"))
    sent: dict[int, list[Any]] = {}
    for message in _messages(reminders, asked):
        sent.setdefault(reminder_of(message).pk, []).append(message)
    rows: list[Row] = []
    for one in reminders:
        said = (one.certificate.reference, title(one.notice), plain(one.due_on))
        rows += [
            (*said, message.get_channel_display(), _proof(message))
            for message in sent.get(one.pk, ())
        ]
        if one.pk not in sent:
            rows.append((*said, "–", "Nothing was sent: no way to reach the person was known."))
    columns = ("Certificate", "Reminder", "Due on", "Sent by", "What became of it")
    return _listed(heading, columns, rows, nothing)


def _messages(reminders: list[Reminder], asked: Asked) -> Iterable[Message]:
    """Of the reminders, those sent in place of one that did not arrive with them."""
    ours = Q()
    for place in PLACES:
        ours |= Q(**{f"{place}__in": reminders})
    events = MessageEvent.objects.filter(at__lte=asked.known_at).order_by("pk")
    return (
        Message.objects.filter(ours, created_at__lt=asked.seen)
        .select_related(*PLACES)
        .prefetch_related(Prefetch("events", events, to_attr="known_events"))
        .order_by("pk")
    )


def _proof(message: Any) -> str:
    steps = [
        f"{event.get_kind_display().capitalize()} on {_moment(event.at)}"
        for event in message.known_events
    ]
    return ". ".join(steps) + "." if steps else "It waited to be sent."


def _rules(asked: Asked, status: TrainingStatus) -> Section:
    texts = rules_in_force(
        authority=asked.licence.authority,
        on=asked.as_at,
        known_at=asked.known_at,
        requirements=[found.terms.rule_id for found in status.requirements if found.terms],
    )
    rows = [
        (
            text.kind,
            text.number,
            text.first_day,
            text.words,
            f"{name_of(text.rule.proposed_by)}, approved by {name_of(text.rule.approved_by)}",
            text.rule.reason,
        )
        for text in texts
    ]
    columns = ("Kind of rule", "Number", "In force since", "What it says", "Proposed by", "Why")
    return _listed("Rules in force on the day", columns, rows, "No rule was in force on the day.")


def _listed(heading: str, columns: tuple[str, ...], rows: Iterable[Row], nothing: str) -> Section:
    found = tuple(rows)
    if not found:
        return Section(heading, (nothing,))
    return Section(heading, tables=(Table(heading, columns, found),))


def _moment(moment: datetime) -> str:
    here = moment.astimezone(LONDON)
    return f"{plain(here.date())}, {here:%H:%M}"
