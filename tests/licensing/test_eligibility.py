"""The rule as a table: facts and a question in, a status and its reasons out."""

from datetime import UTC, date, datetime

import pytest

from licensing.eligibility import (
    Assessment,
    Certificate,
    Change,
    Code,
    Event,
    Status,
    Terms,
    Training,
    assess,
    plain,
    training,
)

KINDS = ("hackney_carriage", "private_hire", "dual")
ANY_TIME = "2035-01-01"


def terms(*, grace_days: int = 0, kinds: tuple[str, ...] = KINDS) -> Terms:
    return Terms(1, "safeguarding", date(2019, 8, 1), kinds, grace_days)


def held(
    passed: str = "2025-04-03",
    until: str = "2028-04-03",
    renew: str = "2028-01-04",
    *events: Event,
    issued: str = "",
    name: str = "AAAA",
) -> Certificate:
    """A certificate issued at noon of the day it was passed, unless said otherwise."""
    return Certificate(
        reference=name,
        course="Safeguarding",
        passed_on=date.fromisoformat(passed),
        valid_until=date.fromisoformat(until),
        renew_from=date.fromisoformat(renew),
        issued_at=noon(issued or passed),
        events=events,
    )


def revoked(from_day: str, *, recorded: str = "") -> Event:
    return Event(Change.REVOKED, date.fromisoformat(from_day), noon(recorded or from_day))


def reinstated(from_day: str, *, recorded: str = "") -> Event:
    return Event(Change.REINSTATED, date.fromisoformat(from_day), noon(recorded or from_day))


def corrected(on: str) -> tuple[Certificate, Certificate]:
    """A certificate whose name was wrong, and the one that stands in its place since that day."""
    wrong = held("2025-04-03", "2028-04-03", "2028-01-04", replaced(on), name="WRONG")
    return wrong, held(issued=on, name="RIGHT")


def replaced(on: str) -> Event:
    return Event(Change.REPLACED, date(2025, 4, 3), noon(on))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def asked(
    certificates: list[Certificate],
    as_at: str,
    *,
    known: str = ANY_TIME,
    kind: str = "private_hire",
    of: Terms | None = None,
) -> Assessment:
    return assess(
        of or terms(),
        licence_kind=kind,
        certificates=certificates,
        as_at=date.fromisoformat(as_at),
        known_at=noon(known),
    )


OLD = held("2022-04-03", "2025-04-03", "2025-01-03", name="OLD")
RENEWED = held("2025-02-01", "2028-04-03", "2028-01-04", name="NEW")
LATE = held("2025-06-01", "2028-06-01", "2028-03-03", name="LATE")
R = revoked
B = reinstated

TERM = [
    ("the day before the pass", [held()], "2025-04-02", Status.NEVER_PASSED),
    ("the day of the pass", [held()], "2025-04-03", Status.VALID),
    ("the middle of the term", [held()], "2026-11-22", Status.VALID),
    ("the day before the renewal window", [held()], "2028-01-03", Status.VALID),
    ("the first day of the renewal window", [held()], "2028-01-04", Status.EXPIRING),
    ("the last day", [held()], "2028-04-03", Status.EXPIRING),
    ("the day after the last day", [held()], "2028-04-04", Status.EXPIRED),
    ("years after the last day", [held()], "2034-04-04", Status.EXPIRED),
    ("nothing held", [], "2026-11-22", Status.NEVER_PASSED),
    (
        "a term that ends on 28 February after a pass on the 29th",
        [held("2024-02-29", "2027-02-28", "2026-11-30")],
        "2027-02-28",
        Status.EXPIRING,
    ),
    (
        "the day after that",
        [held("2024-02-29", "2027-02-28", "2026-11-30")],
        "2027-03-01",
        Status.EXPIRED,
    ),
    ("the last day of the calendar", [held()], "9999-12-31", Status.EXPIRED),
    ("the first day of the calendar", [held()], "0001-01-01", Status.NEVER_PASSED),
]
SEVERAL = [
    ("only the old one so far", [OLD, RENEWED], "2025-01-31", Status.EXPIRING),
    ("renewed early: the later one speaks", [OLD, RENEWED], "2025-02-01", Status.VALID),
    ("the order they are given in is nothing", [RENEWED, OLD], "2025-02-01", Status.VALID),
    ("after the old one's end", [OLD, RENEWED], "2025-04-04", Status.VALID),
    ("a gap before a late renewal", [OLD, LATE], "2025-05-31", Status.EXPIRED),
    ("a gap closed by a late renewal", [OLD, LATE], "2025-06-01", Status.VALID),
    ("both over", [OLD, LATE], "2028-06-02", Status.EXPIRED),
]
REVOKED = [
    ("before the revocation", [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-05-05"))],
     "2026-05-04", Status.VALID),
    ("the day of the revocation", [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-05-05"))],
     "2026-05-05", Status.REVOKED),
    ("after the revocation", [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-05-05"))],
     "2027-05-05", Status.REVOKED),
    ("in what would be the renewal window",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-05-05"))],
     "2028-02-01", Status.REVOKED),
    ("after the term of a revoked one",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-05-05"))],
     "2029-01-01", Status.REVOKED),
    ("revoked from before the pass",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2025-01-01", recorded="2026-01-01"))],
     "2025-04-03", Status.REVOKED),
    ("revoked backwards: the days since count as revoked",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2025-06-01", recorded="2026-06-01"))],
     "2025-12-01", Status.REVOKED),
    ("revoked from a day to come",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2027-01-01", recorded="2026-06-01"))],
     "2026-12-31", Status.VALID),
    ("reinstated, on the day it counts from",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"), B("2026-02-01"))],
     "2026-02-01", Status.VALID),
    ("between revocation and reinstatement",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"), B("2026-02-01"))],
     "2026-01-15", Status.REVOKED),
    ("reinstated as if never revoked",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"),
           B("2026-01-01", recorded="2026-02-01"))],
     "2026-01-15", Status.VALID),
    ("revoked again",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"), B("2026-02-01"),
           R("2026-03-01"))],
     "2026-03-01", Status.REVOKED),
    ("reinstated before a revocation to come had begun",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-03-01", recorded="2026-01-01"),
           B("2026-02-01"))],
     "2026-03-02", Status.VALID),
    ("revoked and reinstated in the same instant: the last written counts",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"), B("2026-01-01"))],
     "2026-01-02", Status.VALID),
    ("the renewal revoked while the old one still covers",
     [OLD, held("2025-02-01", "2028-04-03", "2028-01-04", R("2025-03-01"), name="NEW")],
     "2025-03-15", Status.EXPIRING),
    ("the renewal revoked and the old one over",
     [OLD, held("2025-02-01", "2028-04-03", "2028-01-04", R("2025-03-01"), name="NEW")],
     "2025-04-04", Status.REVOKED),
    ("passed again after a revocation",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01")),
      held("2026-02-01", "2029-02-01", "2028-11-03", name="AGAIN")],
     "2026-02-01", Status.VALID),
    ("passed again after a revocation, and that one over",
     [held("2022-04-03", "2025-04-03", "2025-01-03", R("2022-05-01")),
      held("2022-06-01", "2025-06-01", "2025-03-03", name="AGAIN")],
     "2025-06-02", Status.EXPIRED),
]  # fmt: skip
KNOWN = [
    ("issued after the instant", [held()], "2025-04-05", "2025-04-02", Status.NEVER_PASSED),
    ("issued at the very instant", [held()], "2025-04-05", "2025-04-03", Status.VALID),
    ("issued days after the pass, known only then", [held(issued="2025-04-10")],
     "2025-04-05", "2025-04-09", Status.NEVER_PASSED),
    ("issued days after the pass, asked later about the day between", [held(issued="2025-04-10")],
     "2025-04-05", "2025-04-10", Status.VALID),
    ("a revocation not recorded yet",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01", recorded="2026-06-01"))],
     "2026-02-01", "2026-05-31", Status.VALID),
    ("the same revocation once recorded",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01", recorded="2026-06-01"))],
     "2026-02-01", "2026-06-01", Status.REVOKED),
    ("a reinstatement not recorded yet",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"),
           B("2026-01-01", recorded="2026-06-01"))],
     "2026-02-01", "2026-05-31", Status.REVOKED),
    ("the same reinstatement once recorded",
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"),
           B("2026-01-01", recorded="2026-06-01"))],
     "2026-02-01", "2026-06-01", Status.VALID),
    ("a renewal not on record yet", [OLD, LATE], "2025-06-01", "2025-05-31", Status.EXPIRED),
    ("a day to come, by what is on record", [held()], "2028-04-04", "2025-04-03", Status.EXPIRED),
    ("corrected before the instant", [*corrected("2026-06-01")],
     "2025-04-03", "2026-06-01", Status.VALID),
    ("corrected after the instant", [*corrected("2026-06-01")],
     "2026-02-01", "2026-05-31", Status.VALID),
    ("replaced, with nothing in its place for this person", [corrected("2026-06-01")[0]],
     "2026-02-01", "2026-06-01", Status.NEVER_PASSED),
    ("replaced for another person later", [corrected("2026-06-01")[0]],
     "2026-02-01", "2026-05-31", Status.VALID),
    ("corrected, and the corrected one revoked",
     [corrected("2026-06-01")[0],
      held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-07-01"), issued="2026-06-01")],
     "2026-07-01", "2026-07-01", Status.REVOKED),
]  # fmt: skip
GRACE = [
    ("the last day of the term", 14, [held()], "2028-04-03", Status.EXPIRING),
    ("the first day of grace", 14, [held()], "2028-04-04", Status.IN_GRACE),
    ("the last day of grace", 14, [held()], "2028-04-17", Status.IN_GRACE),
    ("the day after grace", 14, [held()], "2028-04-18", Status.EXPIRED),
    ("no grace", 0, [held()], "2028-04-04", Status.EXPIRED),
    ("a revoked one has no grace", 14,
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-01-01"))],
     "2028-04-04", Status.REVOKED),
    ("revoked in its grace", 14,
     [held("2025-04-03", "2028-04-03", "2028-01-04", R("2028-04-10"))],
     "2028-04-10", Status.REVOKED),
    ("grace of the latest, an older revoked", 14,
     [held("2024-04-03", "2027-04-03", "2027-01-03", R("2024-06-01"), name="OLD"), held()],
     "2028-04-10", Status.IN_GRACE),
    ("never passed has no grace", 14, [], "2026-01-01", Status.NEVER_PASSED),
]  # fmt: skip


def of(table):
    return [pytest.param(*row[1:], id=row[0]) for row in table]


@pytest.mark.parametrize(("certificates", "as_at", "status"), of(TERM + SEVERAL + REVOKED))
def test_status_on_a_day(certificates, as_at, status):
    assert asked(certificates, as_at).status == status


@pytest.mark.parametrize(("certificates", "as_at", "known", "status"), of(KNOWN))
def test_status_by_what_was_on_record(certificates, as_at, known, status):
    assert asked(certificates, as_at, known=known).status == status


@pytest.mark.parametrize(("grace_days", "certificates", "as_at", "status"), of(GRACE))
def test_status_with_grace(grace_days, certificates, as_at, status):
    assert asked(certificates, as_at, of=terms(grace_days=grace_days)).status == status


@pytest.mark.parametrize(
    ("certificates", "as_at", "code", "text"),
    [
        ([held()], "2026-11-22", Code.CERTIFICATE_VALID,
         "Certificate AAAA is valid until 3 April 2028."),
        ([held()], "2028-02-01", Code.CERTIFICATE_EXPIRING,
         ("Certificate AAAA is valid until 3 April 2028."
          " Renewal has been open since 4 January 2028.")),
        ([held()], "2028-04-10", Code.IN_GRACE,
         "Certificate AAAA ended on 3 April 2028. Grace lasts until 17 April 2028."),
        ([held()], "2028-04-18", Code.CERTIFICATE_EXPIRED,
         "Certificate AAAA ended on 3 April 2028."),
        ([held("2025-04-03", "2028-04-03", "2028-01-04", R("2026-05-05"))], "2026-11-22",
         Code.CERTIFICATE_REVOKED, "Certificate AAAA was revoked with effect from 5 May 2026."),
        ([], "2026-11-22", Code.NEVER_PASSED,
         "No certificate of the required course is on record for 22 November 2026."),
    ],
)  # fmt: skip
def test_the_first_reason_says_why(certificates, as_at, code, text):
    reason = asked(certificates, as_at, of=terms(grace_days=14)).reasons[0]

    assert (reason.code, reason.text) == (code, text)


def test_a_kind_of_licence_the_rule_leaves_out_needs_nothing():
    found = asked([held()], "2026-11-22", kind="dual", of=terms(kinds=("private_hire",)))

    assert (found.status, found.reasons[0].code, found.certificate) == (
        Status.NOT_REQUIRED,
        Code.NOT_REQUIRED_FOR_LICENCE_KIND,
        None,
    )


def test_no_requirement_in_force_is_said_so():
    found = assess(
        None,
        licence_kind="dual",
        certificates=[],
        as_at=date(2019, 1, 1),
        known_at=noon(ANY_TIME),
    )

    assert (found.status, found.reasons[0].code, found.terms) == (
        Status.NOT_REQUIRED,
        Code.NO_REQUIREMENT_IN_FORCE,
        None,
    )


def test_a_licence_that_is_not_linked_is_said_to_be_so():
    found = assess(
        terms(),
        licence_kind="dual",
        certificates=[],
        as_at=date(2026, 1, 1),
        known_at=noon(ANY_TIME),
        linked=False,
    )

    assert [reason.code for reason in found.reasons] == [
        Code.NEVER_PASSED,
        Code.LICENCE_NOT_LINKED,
    ]


def test_of_two_that_cover_the_day_the_one_that_lasts_longer_is_shown():
    assert asked([OLD, RENEWED], "2025-02-01").certificate == RENEWED


@pytest.mark.parametrize(("known", "names"), [("2026-05-31", "WRONG"), ("2026-06-01", "RIGHT")])
def test_a_correction_is_named_from_its_record_on_for_every_day(known, names):
    pair = [*corrected("2026-06-01")]

    for as_at in ("2025-04-03", "2026-05-31", "2026-06-01", "2028-04-04"):
        assert asked(pair, as_at, known=known).certificate.reference == names


def test_a_corrected_one_is_no_second_reason():
    assert len(asked([*corrected("2026-06-01")], "2026-07-01").reasons) == 1


def test_a_revoked_one_beside_a_valid_one_is_told_of_as_well():
    cheated = held("2025-02-01", "2028-04-03", "2028-01-04", revoked("2025-03-01"), name="NEW")

    codes = [reason.code for reason in asked([OLD, cheated], "2025-03-15").reasons]

    assert codes == [Code.CERTIFICATE_EXPIRING, Code.CERTIFICATE_REVOKED]


@pytest.mark.parametrize(
    ("as_at", "renew_from"),
    [("2026-11-22", "2028-01-04"), ("2028-02-01", "2028-01-04"), ("2028-05-01", "2028-01-04")],
)
def test_the_first_day_of_renewal_is_the_certificates(as_at, renew_from):
    assert asked([held()], as_at).renew_from == date.fromisoformat(renew_from)


def test_a_revoked_certificate_cannot_be_renewed():
    certificate = held("2025-04-03", "2028-04-03", "2028-01-04", revoked("2026-01-01"))

    assert asked([certificate], "2026-02-01").renew_from is None


@pytest.mark.parametrize(
    ("statuses", "answer"),
    [
        ([Status.VALID], Training.MET),
        ([Status.EXPIRING], Training.MET),
        ([Status.IN_GRACE], Training.MET),
        ([Status.NOT_REQUIRED], Training.MET),
        ([Status.EXPIRED], Training.NOT_MET),
        ([Status.REVOKED], Training.NOT_MET),
        ([Status.NEVER_PASSED], Training.NOT_MET),
        ([Status.VALID, Status.NOT_REQUIRED], Training.MET),
        ([Status.VALID, Status.NEVER_PASSED], Training.NOT_MET),
        ([Status.EXPIRED, Status.VALID], Training.NOT_MET),
        ([], Training.NOT_MET),
    ],
)
def test_training_is_met_only_if_every_requirement_is(statuses, answer):
    assert training([Assessment(None, status, ()) for status in statuses]) == answer


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2028, 4, 3), "3 April 2028"),
        (date(2024, 2, 29), "29 February 2024"),
        (date(2026, 12, 31), "31 December 2026"),
    ],
)
def test_days_are_written_as_people_write_them(day, words):
    assert plain(day) == words
