"""An authority's records from before this service, entered and decided as one file.

Nothing is issued here: the certificates of an accepted file are made in the background, as each has
its signed document. Work to do is accepted evidence without a certificate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Q

from assessments.importers.workbook import is_workbook
from certificates import past_records
from certificates.actions.recognising import (
    FIRST_DAY,
    RecognitionRefused,
    as_kept,
    check_decision,
    check_person,
    may_act,
)
from certificates.models import Evidence, EvidenceBatch, EvidenceFile, ValidityRule
from certificates.past_records import PastRecord, RowError
from certificates.recognition import Checked, Kind
from certificates.renewal import london_day
from certificates.uploads import safe_name
from courses.models import CoursePage
from people.actions import hold_many_without_account
from people.models import Authority, Learner, Licence, User
from people.models.register import normalise_number
from people.perms import kept_from

CHUNK = 1000  # Rows in memory at a time.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Key = tuple[int, date, str]


@dataclass
class Report:
    """What a file says, or would be. ``batch`` is None after a dry run and where a row is wrong."""

    rows: int = 0
    without_account: int = 0
    errors: list[RowError] = field(default_factory=list)
    batch: EvidenceBatch | None = None


@dataclass(frozen=True)
class _Terms:
    """Against what every row of one file is judged."""

    authority: Authority
    course: CoursePage
    by: User
    today: date
    first_day: date


@transaction.atomic
def enter_past_records(
    *,
    authority: Authority,
    course: CoursePage,
    name: str,
    content: bytes,
    by: User,
    now: datetime,
    dry_run: bool = False,
) -> Report:
    """Write down every row of a file as evidence that waits for one decision, or nothing at all.

    A dry run finds what the real run finds. Raises FileRefused for what is no such table, and
    RecognitionRefused for the file itself: ``not_allowed``, ``same_file``, ``no_rule``.
    """
    may_act(by, authority)
    # One file of an authority at a time, so that none is entered twice.
    Authority.objects.select_for_update(of=("self",), no_key=True).get(pk=authority.pk)
    digest = sha256(content).hexdigest()
    entered = EvidenceBatch.objects.filter(authority=authority, file__digest=digest)
    if entered.exclude(decision=EvidenceBatch.Decision.REFUSED).exists():
        raise RecognitionRefused("same_file")
    terms = _Terms(authority, course, by, london_day(now), _first_day(authority))
    report = _checked(content, terms)
    if not report.errors and not dry_run:
        file = _kept(name, content, digest)
        report.batch = EvidenceBatch.objects.create(
            authority=authority, file=file, rows=report.rows, entered_by=by, entered_at=now
        )
        _write(content, report.batch, terms)
    return report


def _first_day(authority: Authority) -> date:
    """From when on a rule says how long a pass counts."""
    rules = ValidityRule.objects.approved().filter(Q(authority=authority) | Q(authority=None))
    first: date | None = rules.aggregate(first=Min("effective_from"))["first"]
    if first is None:
        raise RecognitionRefused("no_rule")
    return max(first, FIRST_DAY)


def _kept(name: str, content: bytes, digest: str) -> EvidenceFile:
    sheet = is_workbook(content)
    return EvidenceFile.objects.create(
        digest=digest,
        name=safe_name(name, (".xlsx",) if sheet else (".csv",)),
        content_type=XLSX if sheet else "text/csv",
        content=content,
    )


# -- Checking -------------------------------------------------------------------------------
def _checked(content: bytes, terms: _Terms) -> Report:
    report = Report()
    seen: set[tuple[str, date, str]] = set()
    for chunk in _chunks(past_records.read(content)):
        records = [row for row in chunk if isinstance(row, PastRecord)]
        report.rows += len(chunk)
        found = _Found.of(records, terms)
        for row in chunk:
            errors = found.errors(row, seen) if isinstance(row, PastRecord) else row
            report.errors.extend(errors)
        report.without_account += sum(found.is_without_account(row) for row in records)
    return report


@dataclass(frozen=True)
class _Found:
    """What is on record about the people of some rows, read at once."""

    terms: _Terms
    licences: Mapping[str, Licence]
    kept_from: frozenset[int]
    entered: frozenset[Key]

    @classmethod
    def of(cls, records: list[PastRecord], terms: _Terms) -> "_Found":
        licences = _licences(records, terms)
        holders = {one.holder_id for one in licences.values() if one.holder_id is not None}
        own = Learner.objects.filter(kept_from(terms.by, place=""), pk__in=holders)
        there = Evidence.objects.exclude(decision=Evidence.Decision.REFUSED)
        there = there.filter(course=terms.course, learner__in=holders)
        entered = there.values_list("learner_id", "passed_on", "provider_name")
        return cls(terms, licences, frozenset(own.values_list("pk", flat=True)), frozenset(entered))

    def is_without_account(self, record: PastRecord) -> bool:
        licence = self.licences.get(normalise_number(record.licence_number))
        return licence is not None and (licence.holder is None or licence.holder.user_id is None)

    def errors(self, record: PastRecord, seen: set[tuple[str, date, str]]) -> Iterator[RowError]:
        """``seen``: the rows before this one, each by what makes it one training."""
        number = normalise_number(record.licence_number)
        licence = self.licences.get(number)
        if licence is None:
            yield RowError(record.row, "licence_number", "No licence of yours has this number.")
            return
        if not past_records.same_name(record.full_name, licence.full_name):
            yield RowError(record.row, "full_name", "The register has another name for it.")
        if record.passed_on > self.terms.today:
            yield RowError(record.row, "passed_on", "This day is to come.")
        elif record.passed_on < self.terms.first_day:
            message = f"No rule says how long a pass before {self.terms.first_day} counts."
            yield RowError(record.row, "passed_on", message)
        if licence.holder_id in self.kept_from:
            message = "This is about you or somebody you know. Another officer has to enter it."
            yield RowError(record.row, "", message)
        training = (number, record.passed_on, record.provider)
        known = (licence.holder_id or 0, record.passed_on, record.provider)
        if training in seen:
            yield RowError(record.row, "", "The same training is in a row above.")
        elif known in self.entered:
            yield RowError(record.row, "", "This training has been entered already.")
        seen.add(training)


def _licences(
    records: list[PastRecord], terms: _Terms, *, locked: bool = False
) -> dict[str, Licence]:
    numbers = {normalise_number(record.licence_number) for record in records}
    found = Licence.objects.filter(authority=terms.authority, number__in=numbers)
    if locked:
        found = found.order_by("pk").select_for_update(of=("self",))
    return {licence.number: licence for licence in found.select_related("holder")}


# -- Writing --------------------------------------------------------------------------------
def _write(content: bytes, batch: EvidenceBatch, terms: _Terms) -> None:
    rows = (row for row in past_records.read(content) if isinstance(row, PastRecord))
    for records in _chunks(rows):
        free = [one.pk for one in _licences(records, terms, locked=True).values()]
        hold_many_without_account(licence_ids=free, now=batch.entered_at)
        licences = _licences(records, terms)
        try:
            with transaction.atomic():
                Evidence.objects.bulk_create(
                    _evidence(record, licences, batch, terms) for record in records
                )
        except IntegrityError as error:  # Another officer has entered one of them just now.
            raise RecognitionRefused("entered_already") from error


def _evidence(
    record: PastRecord, licences: Mapping[str, Licence], batch: EvidenceBatch, terms: _Terms
) -> Evidence:
    licence = licences[normalise_number(record.licence_number)]
    return Evidence(
        learner=licence.holder,
        authority=terms.authority,
        course=terms.course,
        batch=batch,
        kind=Kind.PAST_RECORD,
        holder_name=licence.full_name,
        licence_number=licence.number,
        provider_name=record.provider,
        course_name=record.course_name,
        their_reference=record.reference,
        passed_on=record.passed_on,
        entered_by=terms.by,
        entered_at=batch.entered_at,
    )


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


# -- Deciding -------------------------------------------------------------------------------
@transaction.atomic
def decide_batch(
    *,
    batch: EvidenceBatch,
    accept: bool,
    answers: Mapping[str, Checked],
    reason: str,
    by: User,
    now: datetime,
) -> EvidenceBatch:
    """Accept or refuse all rows of a file at once; the sweep issues their certificates.

    The first decision stands. Raises RecognitionRefused with nothing written, also where one of the
    people is whoever decides, or somebody they know.
    """
    locked = EvidenceBatch.objects.select_related("authority").select_for_update(of=("self",))
    batch = locked.get(pk=batch.pk)
    may_act(by, batch.authority)
    check_decision(batch, Kind.PAST_RECORD, accept=accept, answers=answers, reason=reason, by=by)
    own = batch.evidence.filter(kept_from(by)).select_related("learner").first()
    if own is not None:
        check_person(by, own.learner)
    decision = Evidence.Decision.ACCEPTED if accept else Evidence.Decision.REFUSED
    decided: dict[str, Any] = {
        "decision": decision,
        "decision_reason": reason.strip(),
        "decided_by": by,
        "decided_at": now,
    }
    batch.evidence.update(checklist=as_kept(answers), **decided)
    for column, value in decided.items():
        setattr(batch, column, value)
    batch.save()
    return batch
