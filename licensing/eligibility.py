"""Is the training requirement met? Pure: facts in, a status with its reasons out.

Every day is a London day, whole. Two questions are kept apart: which day is asked about (``as_at``)
and what was on record when (``known_at``). A fact recorded after ``known_at`` is not seen, so the
same question gets the same answer years later. Nothing found never means met.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from certificates.renewal import london_day


class Status(StrEnum):
    """Where one requirement stands."""

    VALID = "valid"
    EXPIRING = "expiring"
    IN_GRACE = "in_grace"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NEVER_PASSED = "never_passed"
    NOT_REQUIRED = "not_required"


class Training(StrEnum):
    """What all the requirements of one licence come to."""

    MET = "met"
    NOT_MET = "not_met"


class Code(StrEnum):
    """Why. Other systems act on these, so none is ever renamed; the text beside it may change."""

    CERTIFICATE_VALID = "certificate_valid"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    IN_GRACE = "in_grace"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_REVOKED = "certificate_revoked"
    NEVER_PASSED = "never_passed"
    LICENCE_NOT_LINKED = "licence_not_linked"
    NOT_REQUIRED_FOR_LICENCE_KIND = "not_required_for_licence_kind"
    NO_REQUIREMENT_IN_FORCE = "no_requirement_in_force"
    TRAINING_RECOGNISED = "training_recognised"
    ACCEPTED_FROM_ELSEWHERE = "accepted_from_elsewhere"
    DEADLINE_NOT_REACHED = "deadline_not_reached"
    EXCEPTION_GRANTED = "exception_granted"


class Change(StrEnum):
    """What can happen to a certificate after it was issued."""

    REVOKED = "revoked"
    REINSTATED = "reinstated"
    REPLACED = "replaced"


MEETING = frozenset({Status.VALID, Status.EXPIRING, Status.IN_GRACE, Status.NOT_REQUIRED})
TEXTS = {
    Code.CERTIFICATE_VALID: "Certificate {reference} is valid until {until}.",
    Code.CERTIFICATE_EXPIRING: (
        "Certificate {reference} is valid until {until}. Renewal has been open since {since}."
    ),
    Code.IN_GRACE: "Certificate {reference} ended on {ended}. Grace lasts until {until}.",
    Code.CERTIFICATE_EXPIRED: "Certificate {reference} ended on {ended}.",
    Code.CERTIFICATE_REVOKED: "Certificate {reference} was revoked with effect from {since}.",
    Code.NEVER_PASSED: "No certificate of the required course is on record for {day}.",
    Code.LICENCE_NOT_LINKED: "The licence is not linked to a person in training yet.",
    Code.NOT_REQUIRED_FOR_LICENCE_KIND: "The requirement does not apply to this kind of licence.",
    Code.NO_REQUIREMENT_IN_FORCE: "No training requirement was in force on {day}.",
    Code.DEADLINE_NOT_REACHED: "The driver has until the end of {until} to pass.",
    Code.EXCEPTION_GRANTED: "The authority has granted an exception until the end of {until}.",
    Code.TRAINING_RECOGNISED: (
        "Certificate {reference} is for training elsewhere, which the authority has recognised."
    ),
    Code.ACCEPTED_FROM_ELSEWHERE: (
        "Certificate {reference} was earned with {authority}, whose certificates are accepted."
    ),
}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """One requirement as its rule in force words it."""

    rule_id: int
    code: str
    effective_from: date
    licence_kinds: Collection[str]
    grace_days: int
    due_by: date | None = None


@dataclass(frozen=True, slots=True)
class GrantedException:
    """More time for one licence and requirement, from the day of the second signature to the end of
    ``ends_on``, or until somebody ended it."""

    ends_on: date
    granted_at: datetime
    ended_at: datetime | None = None

    def last_day(self, known_at: datetime) -> date:
        """It no longer counts on the day on which it was ended early."""
        if self.ended_at is None or self.ended_at > known_at:
            return self.ends_on
        return min(self.ends_on, london_day(self.ended_at) - timedelta(1))


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a certificate's standing: from which day it counts, and when it was recorded."""

    change: Change
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate that counts for the requirement; its events in the order of their writing.

    ``accepted_from`` names the other authority whose certificate it is; its days are those that it
    has with the authority that accepts it.
    """

    reference: str
    course: str
    passed_on: date
    valid_until: date
    renew_from: date
    issued_at: datetime
    events: tuple[Event, ...] = ()
    recognised: bool = False  # The training was elsewhere, and its evidence was accepted (R37).
    accepted_from: str = ""


Judged = tuple[Certificate, Event | None]  # With the revocation that counts, if one does.


Facts = Mapping[str, str | date]


@dataclass(frozen=True, slots=True)
class Reason:
    """``text`` is for other systems, in English; pages word ``code`` and ``facts`` themselves."""

    code: Code
    text: str
    facts: Facts = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer for one requirement. The first reason says why the status is what it is.

    ``terms`` is None when no requirement was in force; ``certificate`` is the one that decided.
    ``renew_from`` is the first day on which that one may be renewed; None if it is revoked.
    """

    terms: Terms | None
    status: Status
    reasons: tuple[Reason, ...]
    certificate: Certificate | None = None
    renew_from: date | None = None


def assess(
    terms: Terms | None,
    *,
    licence_kind: str,
    certificates: Iterable[Certificate],
    as_at: date,
    known_at: datetime,
    linked: bool = True,
    exceptions: Iterable[GrantedException] = (),
) -> Assessment:
    """Judge one requirement on the day ``as_at`` by what was on record at ``known_at``.

    ``certificates`` are the holder's for this requirement and authority. ``linked`` says whether
    the licence was known to belong to a person in training. Without ``terms`` there was nothing to
    meet: pass None only when no requirement at all was in force for the licence on the day.

    A deadline or an exception gives time to whoever has no certificate that covers the day, and
    says so; neither counts as training, and neither helps against a revocation.
    """
    if terms is None:
        reason = _reason(Code.NO_REQUIREMENT_IN_FORCE, day=as_at)
        return Assessment(None, Status.NOT_REQUIRED, (reason,))
    if licence_kind not in terms.licence_kinds:
        reason = _reason(Code.NOT_REQUIRED_FOR_LICENCE_KIND)
        return Assessment(terms, Status.NOT_REQUIRED, (reason,))
    known = _known(certificates, as_at, known_at)
    more_time = _more_time(terms, exceptions, as_at, known_at)
    if not known:
        return _never_passed(terms, as_at, more_time, linked=linked)
    for certificate, revocation in known:
        if revocation is None and certificate.valid_until >= as_at:
            return _covered(terms, certificate, known, as_at)
    last, revocation = known[0]
    if revocation is not None:
        reasons = (_revoked_reason(last, revocation), *_acceptance(last))
        return Assessment(terms, Status.REVOKED, reasons, last)
    return _lapsed(terms, last, as_at, more_time)


def training(assessments: Collection[Assessment]) -> Training:
    """Met only if there is something to go by and every requirement is met or does not apply."""
    met = bool(assessments) and all(found.status in MEETING for found in assessments)
    return Training.MET if met else Training.NOT_MET


def plain(day: date) -> str:
    """The day as people write it: 3 April 2028."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _known(certificates: Iterable[Certificate], as_at: date, known_at: datetime) -> list[Judged]:
    """Those that count on the day by what was on record, the worthiest first."""
    known = [
        (certificate, _revocation(certificate, as_at, known_at))
        for certificate in certificates
        if certificate.issued_at <= known_at
        and certificate.passed_on <= as_at
        and not _is_replaced(certificate, known_at)
    ]
    return sorted(known, key=_worth, reverse=True)


def _more_time(
    terms: Terms, exceptions: Iterable[GrantedException], as_at: date, known_at: datetime
) -> tuple[Reason, ...]:
    """Why somebody without training has time on the day; nothing if they have none."""
    reasons = []
    if terms.due_by is not None and as_at <= terms.due_by:
        reasons.append(_reason(Code.DEADLINE_NOT_REACHED, until=terms.due_by))
    last_days = (
        one.last_day(known_at)
        for one in exceptions
        if one.granted_at <= known_at and london_day(one.granted_at) <= as_at
    )
    running = [day for day in last_days if day >= as_at]
    if running:
        reasons.append(_reason(Code.EXCEPTION_GRANTED, until=max(running)))
    return tuple(reasons)


def _worth(known: Judged) -> tuple[date, bool, date, datetime, str]:
    """The one that lasts longest comes first; of two that end together, the one that stands."""
    certificate, revocation = known
    return (
        certificate.valid_until,
        revocation is None,
        certificate.passed_on,
        certificate.issued_at,
        certificate.reference,
    )


def _is_replaced(certificate: Certificate, known_at: datetime) -> bool:
    """A corrected certificate answers in its place, for every day, once that was on record."""
    return any(
        event.change == Change.REPLACED and event.recorded_at <= known_at
        for event in certificate.events
    )


def _revocation(certificate: Certificate, as_at: date, known_at: datetime) -> Event | None:
    """The revocation that counts on the day, if the last change that does is one."""
    counting = [
        event
        for event in certificate.events
        if event.recorded_at <= known_at and event.effective_on <= as_at
    ]
    last = max(reversed(counting), key=lambda event: event.recorded_at, default=None)
    return last if last is not None and last.change == Change.REVOKED else None


def _covered(terms: Terms, best: Certificate, known: Iterable[Judged], as_at: date) -> Assessment:
    """A certificate covers the day. One that would, were it not revoked, is told of as well."""
    facts: Facts = {"reference": best.reference, "until": best.valid_until}
    if as_at >= best.renew_from:
        status = Status.EXPIRING
        reason = _reason(Code.CERTIFICATE_EXPIRING, **facts, since=best.renew_from)
    else:
        status, reason = Status.VALID, _reason(Code.CERTIFICATE_VALID, **facts)
    others = [
        _revoked_reason(certificate, revocation)
        for certificate, revocation in known
        if revocation is not None and certificate.valid_until >= as_at
    ]
    reasons = (reason, *_origin(best), *others)
    return Assessment(terms, status, reasons, best, best.renew_from)


def _lapsed(
    terms: Terms, last: Certificate, as_at: date, more_time: tuple[Reason, ...]
) -> Assessment:
    facts: Facts = {"reference": last.reference, "ended": last.valid_until}
    if (as_at - last.valid_until).days <= terms.grace_days:
        until = last.valid_until + timedelta(terms.grace_days)
        status = Status.IN_GRACE
        reasons = (_reason(Code.IN_GRACE, **facts, until=until), *more_time)
    else:
        status = Status.IN_GRACE if more_time else Status.EXPIRED
        reasons = (*more_time, _reason(Code.CERTIFICATE_EXPIRED, **facts))
    return Assessment(terms, status, (*reasons, *_origin(last)), last, last.renew_from)


def _never_passed(
    terms: Terms, as_at: date, more_time: tuple[Reason, ...], *, linked: bool
) -> Assessment:
    reasons = [*more_time, _reason(Code.NEVER_PASSED, day=as_at)]
    if not linked:
        reasons.append(_reason(Code.LICENCE_NOT_LINKED))
    status = Status.IN_GRACE if more_time else Status.NEVER_PASSED
    return Assessment(terms, status, tuple(reasons))


def _revoked_reason(certificate: Certificate, revocation: Event) -> Reason:
    since = revocation.effective_on
    return _reason(Code.CERTIFICATE_REVOKED, reference=certificate.reference, since=since)


def _origin(certificate: Certificate) -> tuple[Reason, ...]:
    """What is said besides of a certificate that no test of the authority has earned (R37)."""
    if not certificate.recognised:
        return _acceptance(certificate)
    return (_reason(Code.TRAINING_RECOGNISED, reference=certificate.reference),)


def _acceptance(certificate: Certificate) -> tuple[Reason, ...]:
    """Whose certificate it is, if it is another authority's (R58)."""
    if not certificate.accepted_from:
        return ()
    facts: Facts = {"reference": certificate.reference, "authority": certificate.accepted_from}
    return (_reason(Code.ACCEPTED_FROM_ELSEWHERE, **facts),)


def _reason(code: Code, **facts: str | date) -> Reason:
    words = {name: plain(fact) if isinstance(fact, date) else fact for name, fact in facts.items()}
    return Reason(code, TEXTS[code].format(**words), facts)
