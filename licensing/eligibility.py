"""Is the training requirement met? Pure: facts in, a status with its reasons out.

Every day is a London day, whole. Two questions are kept apart: which day is asked about (``as_at``)
and what was on record when (``known_at``). A fact recorded after ``known_at`` is not seen, so the
same question gets the same answer years later. Nothing found never means met.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


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


class Change(StrEnum):
    """What can happen to a certificate after it was issued."""

    REVOKED = "revoked"
    REINSTATED = "reinstated"


MEETING = frozenset({Status.VALID, Status.EXPIRING, Status.IN_GRACE, Status.NOT_REQUIRED})
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


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a certificate's standing: from which day it counts, and when it was recorded."""

    change: Change
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate that counts for the requirement; its events in the order of their writing."""

    reference: str
    course: str
    passed_on: date
    valid_until: date
    renew_from: date
    issued_at: datetime
    events: tuple[Event, ...] = ()


Judged = tuple[Certificate, Event | None]  # With the revocation that counts, if one does.


@dataclass(frozen=True, slots=True)
class Reason:
    code: Code
    text: str


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
) -> Assessment:
    """Judge one requirement on the day ``as_at`` by what was on record at ``known_at``.

    ``certificates`` are the holder's for this requirement and authority. ``linked`` says whether
    the licence was known to belong to a person in training. Without ``terms`` there was nothing to
    meet: pass None only when the authority had no requirement at all in force on the day.
    """
    if terms is None:
        text = f"No training requirement was in force on {plain(as_at)}."
        return _without_certificate(None, Status.NOT_REQUIRED, Code.NO_REQUIREMENT_IN_FORCE, text)
    if licence_kind not in terms.licence_kinds:
        text = "The requirement does not apply to this kind of licence."
        code = Code.NOT_REQUIRED_FOR_LICENCE_KIND
        return _without_certificate(terms, Status.NOT_REQUIRED, code, text)
    known = [
        (certificate, _revocation(certificate, as_at, known_at))
        for certificate in certificates
        if certificate.issued_at <= known_at and certificate.passed_on <= as_at
    ]
    if not known:
        return _never_passed(terms, as_at, linked=linked)
    known.sort(key=_worth, reverse=True)
    for certificate, revocation in known:
        if revocation is None and certificate.valid_until >= as_at:
            return _covered(terms, certificate, known, as_at)
    last, revocation = known[0]
    if revocation is not None:
        return Assessment(terms, Status.REVOKED, (_revoked_reason(last, revocation),), last)
    return _lapsed(terms, last, as_at)


def training(assessments: Collection[Assessment]) -> Training:
    """Met only if there is something to go by and every requirement is met or does not apply."""
    met = bool(assessments) and all(found.status in MEETING for found in assessments)
    return Training.MET if met else Training.NOT_MET


def plain(day: date) -> str:
    """The day as people write it: 3 April 2028."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


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
    name, end = f"Certificate {best.reference}", plain(best.valid_until)
    if as_at >= best.renew_from:
        since = plain(best.renew_from)
        text = f"{name} is valid until {end}. Renewal has been open since {since}."
        status, reason = Status.EXPIRING, Reason(Code.CERTIFICATE_EXPIRING, text)
    else:
        text = f"{name} is valid until {end}."
        status, reason = Status.VALID, Reason(Code.CERTIFICATE_VALID, text)
    others = [
        _revoked_reason(certificate, revocation)
        for certificate, revocation in known
        if revocation is not None and certificate.valid_until >= as_at
    ]
    return Assessment(terms, status, (reason, *others), best, best.renew_from)


def _lapsed(terms: Terms, last: Certificate, as_at: date) -> Assessment:
    text = f"Certificate {last.reference} ended on {plain(last.valid_until)}."
    if (as_at - last.valid_until).days <= terms.grace_days:
        text += f" Grace lasts until {plain(last.valid_until + timedelta(terms.grace_days))}."
        status, reason = Status.IN_GRACE, Reason(Code.IN_GRACE, text)
    else:
        status, reason = Status.EXPIRED, Reason(Code.CERTIFICATE_EXPIRED, text)
    return Assessment(terms, status, (reason,), last, last.renew_from)


def _never_passed(terms: Terms, as_at: date, *, linked: bool) -> Assessment:
    text = f"No certificate of the required course is on record for {plain(as_at)}."
    reasons = [Reason(Code.NEVER_PASSED, text)]
    if not linked:
        text = "The licence is not linked to a person in training yet."
        reasons.append(Reason(Code.LICENCE_NOT_LINKED, text))
    return Assessment(terms, Status.NEVER_PASSED, tuple(reasons))


def _without_certificate(terms: Terms | None, status: Status, code: Code, text: str) -> Assessment:
    return Assessment(terms, status, (Reason(code, text),))


def _revoked_reason(certificate: Certificate, revocation: Event) -> Reason:
    text = (
        f"Certificate {certificate.reference} was revoked"
        f" with effect from {plain(revocation.effective_on)}."
    )
    return Reason(Code.CERTIFICATE_REVOKED, text)
