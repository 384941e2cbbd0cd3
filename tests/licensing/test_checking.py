"""What may be told of an answer, and how long somebody has to wait for the next one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from licensing.checking import seconds_to_wait, tell
from licensing.eligibility import (
    Certificate,
    Change,
    Code,
    Event,
    Reason,
    Status,
    Terms,
    Training,
    assess,
)

DAY, KNOWN = date(2026, 11, 22), datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def certificate(until, *, events=()):
    return Certificate(
        reference="7K3M-9QX2-HT4D",
        course="A course",
        passed_on=date(2020, 1, 1),
        valid_until=until,
        renew_from=until - timedelta(days=90),
        issued_at=datetime(2020, 1, 1, tzinfo=UTC),
        events=events,
    )


def assessed(*certificates, kind="private_hire", grace=0):
    terms = Terms(1, "safeguarding", date(2019, 8, 1), ["private_hire"], grace)
    return assess(terms, licence_kind=kind, certificates=certificates, as_at=DAY, known_at=KNOWN)


REVOKED = Event(Change.REVOKED, date(2026, 10, 1), datetime(2026, 10, 1, tzinfo=UTC))
VALID = assessed(certificate(date(2028, 4, 3)))
SOONER = assessed(certificate(date(2027, 6, 1)))
EXPIRING = assessed(certificate(date(2026, 12, 24)))
GRACE = assessed(certificate(date(2026, 11, 20)), grace=14)
ENDED = assessed(certificate(date(2026, 11, 20)))
TAKEN = assessed(certificate(date(2028, 4, 3), events=(REVOKED,)))
NEVER = assessed()
FREE = assessed(kind="dual")


@pytest.mark.parametrize(
    ("requirements", "training", "status", "day"),
    [
        ([VALID], Training.MET, Status.VALID, date(2028, 4, 3)),
        ([VALID, SOONER], Training.MET, Status.VALID, date(2027, 6, 1)),
        ([VALID, EXPIRING], Training.MET, Status.EXPIRING, date(2026, 12, 24)),
        ([GRACE, VALID], Training.MET, Status.IN_GRACE, date(2026, 12, 4)),
        ([FREE], Training.MET, Status.NOT_REQUIRED, None),
        ([FREE, VALID], Training.MET, Status.VALID, date(2028, 4, 3)),
        ([ENDED], Training.NOT_MET, Status.EXPIRED, date(2026, 11, 20)),
        ([VALID, ENDED], Training.NOT_MET, Status.EXPIRED, date(2026, 11, 20)),
        ([TAKEN, ENDED], Training.NOT_MET, Status.REVOKED, date(2026, 10, 1)),
        ([NEVER, TAKEN], Training.NOT_MET, Status.NEVER_PASSED, None),
        ([], Training.NOT_MET, Status.NEVER_PASSED, None),
    ],
)
def test_worst_of_several_requirements_is_told(requirements, training, status, day):
    told = tell(requirements)
    assert (told.training, told.status, told.day) == (training, status, day)


def test_extra_time_lasts_as_long_as_the_longest_reason_for_it():
    longer = Reason(Code.IN_GRACE, "A further reason.", {"until": date(2027, 1, 31)})
    twice = replace(GRACE, reasons=(*GRACE.reasons, longer))
    assert tell([twice]).day == date(2027, 1, 31)


def test_what_is_kept_is_met_or_not_a_word_and_a_day():
    assert tell([TAKEN]).facts() == {
        "training": "not_met",
        "status": "revoked",
        "day": "2026-10-01",
    }


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ([], 0),
        ([(1, 1), (2, 1)], 0),
        ([(10, 1), (20, 1), (30, 1)], 30),
        ([(10, 1), (20, 1), (30.5, 1)], 30),
        ([(10, 5)], 50),
        ([(10, 5), (50, 5)], 50),
        ([(59.9, 3)], 1),
    ],
)
def test_wait_is_over_when_enough_is_out_of_the_window(asked, seconds):
    ages = [(timedelta(seconds=age), weight) for age, weight in asked]
    assert seconds_to_wait(ages, limit=3, window=MINUTE) == seconds
