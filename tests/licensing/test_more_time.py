"""Deadlines and exceptions as a table: who has time, until when, and what is said besides."""

from datetime import date

import pytest

from licensing.eligibility import Code, GrantedException, Status, Terms, assess
from tests.licensing.test_eligibility import held, noon, revoked

KINDS = ("private_hire",)
DUE_BY = date(2026, 3, 31)
D, X = Code.DEADLINE_NOT_REACHED, Code.EXCEPTION_GRANTED
NEVER, EXPIRED, REVOKED = Code.NEVER_PASSED, Code.CERTIFICATE_EXPIRED, Code.CERTIFICATE_REVOKED
ENDED = held("2022-06-01", "2025-06-01", "2025-03-03")  # Its last day is 1 June 2025.
COVERS = held("2025-04-03", "2028-04-03", "2028-01-04")
TAKEN = held("2025-04-03", "2028-04-03", "2028-01-04", revoked("2025-12-01"))


def more_time(ends: str, granted: str, ended: str = "") -> GrantedException:
    return GrantedException(date.fromisoformat(ends), noon(granted), noon(ended) if ended else None)


def asked(certificates, as_at, *, due_by=None, exceptions=(), known="2035-01-01", grace_days=0):
    found = assess(
        Terms(1, "safeguarding", date(2026, 1, 1), KINDS, grace_days, due_by),
        licence_kind="private_hire",
        certificates=certificates,
        as_at=date.fromisoformat(as_at),
        known_at=noon(known),
        exceptions=exceptions,
    )
    return found.status, [reason.code for reason in found.reasons]


DEADLINES = [
    ("never passed, on the first day", [], "2026-01-01", Status.IN_GRACE, [D, NEVER]),
    ("never passed, on the last day", [], "2026-03-31", Status.IN_GRACE, [D, NEVER]),
    ("never passed, the day after", [], "2026-04-01", Status.NEVER_PASSED, [NEVER]),
    ("a pass that has ended", [ENDED], "2026-03-31", Status.IN_GRACE, [D, EXPIRED]),
    ("the same the day after", [ENDED], "2026-04-01", Status.EXPIRED, [EXPIRED]),
    ("a valid pass needs no time", [COVERS], "2026-02-01", Status.VALID, [Code.CERTIFICATE_VALID]),
    ("a revoked one stays revoked", [TAKEN], "2026-02-01", Status.REVOKED, [REVOKED]),
]
SPRING = more_time("2026-03-31", "2026-02-10")
CUT_SHORT = more_time("2026-03-31", "2026-02-10", "2026-03-01")
EXCEPTIONS = [
    ("the day before it was granted", [], [SPRING], "2026-02-09", Status.NEVER_PASSED, [NEVER]),
    ("the day on which it was granted", [], [SPRING], "2026-02-10", Status.IN_GRACE, [X, NEVER]),
    ("its last day", [], [SPRING], "2026-03-31", Status.IN_GRACE, [X, NEVER]),
    ("the day after", [], [SPRING], "2026-04-01", Status.NEVER_PASSED, [NEVER]),
    ("a pass that has ended", [ENDED], [SPRING], "2026-03-01", Status.IN_GRACE, [X, EXPIRED]),
    ("a revoked one stays revoked", [TAKEN], [SPRING], "2026-03-01", Status.REVOKED, [REVOKED]),
    ("the day before it was ended", [], [CUT_SHORT], "2026-02-28", Status.IN_GRACE, [X, NEVER]),
    ("the day on which it was ended", [], [CUT_SHORT], "2026-03-01", Status.NEVER_PASSED, [NEVER]),
    ("ended after its last day", [], [more_time("2026-02-20", "2026-02-10", "2026-03-01")],
     "2026-02-21", Status.NEVER_PASSED, [NEVER]),
    ("of two the one that lasts longer", [], [SPRING, more_time("2026-05-31", "2026-03-01")],
     "2026-05-31", Status.IN_GRACE, [X, NEVER]),
]  # fmt: skip
KNOWN = [
    ("before the second signature", "2026-02-09", Status.NEVER_PASSED),
    ("granted, not ended yet", "2026-02-28", Status.IN_GRACE),
    ("once its end was on record", "2026-03-01", Status.NEVER_PASSED),
]


@pytest.mark.parametrize(
    ("certificates", "as_at", "status", "codes"),
    [pytest.param(*row[1:], id=row[0]) for row in DEADLINES],
)
def test_deadline_gives_time_and_hides_nothing(certificates, as_at, status, codes):
    assert asked(certificates, as_at, due_by=DUE_BY) == (status, codes)


@pytest.mark.parametrize(
    ("certificates", "exceptions", "as_at", "status", "codes"),
    [pytest.param(*row[1:], id=row[0]) for row in EXCEPTIONS],
)
def test_exception_gives_time_and_hides_nothing(certificates, exceptions, as_at, status, codes):
    assert asked(certificates, as_at, exceptions=exceptions) == (status, codes)


@pytest.mark.parametrize(("known", "status"), [pytest.param(*row[1:], id=row[0]) for row in KNOWN])
def test_exception_counts_by_what_was_on_record(known, status):
    assert asked([], "2026-03-15", exceptions=[CUT_SHORT], known=known)[0] == status


def test_grace_of_the_certificate_is_named_before_other_time():
    found = asked([ENDED], "2025-06-05", grace_days=14, due_by=DUE_BY)

    assert found == (Status.IN_GRACE, [Code.IN_GRACE, D])


def test_deadline_and_exception_are_both_told():
    found = asked([], "2026-03-01", due_by=DUE_BY, exceptions=[SPRING])

    assert found == (Status.IN_GRACE, [D, X, NEVER])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"due_by": DUE_BY}, "The driver has until the end of 31 March 2026 to pass."),
        (
            {"exceptions": [SPRING]},
            "The authority has granted an exception until the end of 31 March 2026.",
        ),
    ],
)
def test_reason_names_the_last_day(given, text):
    found = assess(
        Terms(1, "safeguarding", date(2026, 1, 1), KINDS, 0, given.get("due_by")),
        licence_kind="private_hire",
        certificates=[],
        as_at=date(2026, 3, 1),
        known_at=noon("2026-03-01"),
        exceptions=given.get("exceptions", ()),
    )

    assert found.reasons[0].text == text


def test_kind_of_licence_that_is_left_out_needs_no_time():
    found = assess(
        Terms(1, "safeguarding", date(2026, 1, 1), KINDS, 0, DUE_BY),
        licence_kind="dual",
        certificates=[],
        as_at=date(2026, 3, 1),
        known_at=noon("2026-03-01"),
    )

    assert found.status is Status.NOT_REQUIRED
