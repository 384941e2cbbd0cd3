from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.renewal import (
    add_months,
    due_notice,
    due_spans,
    london_day,
    renew_from,
    standing,
    term,
    valid_until,
)

D = date
NOTICES = [90, 60, 30, 14, 7, 1, -1]
LAST = D(2028, 4, 3)
days = st.dates(D(2000, 1, 1), D(2100, 1, 1))


@pytest.mark.parametrize(
    ("passed_on", "months", "last"),
    [
        (D(2025, 4, 3), 36, D(2028, 4, 3)),
        (D(2024, 2, 29), 36, D(2027, 2, 28)),
        (D(2024, 2, 29), 48, D(2028, 2, 29)),
        (D(2025, 2, 28), 36, D(2028, 2, 28)),
        (D(2026, 1, 31), 1, D(2026, 2, 28)),
        (D(2028, 1, 31), 1, D(2028, 2, 29)),
        (D(2026, 3, 31), 1, D(2026, 4, 30)),
        (D(2026, 12, 31), 2, D(2027, 2, 28)),
        (D(2026, 11, 30), 1, D(2026, 12, 30)),
        (D(2026, 12, 1), 12, D(2027, 12, 1)),
    ],
)
def test_pass_lasts_calendar_months(passed_on, months, last):
    assert valid_until(passed_on, months, None, 90) == last


@pytest.mark.parametrize(
    ("passed_on", "last"),
    [
        (D(2028, 1, 3), D(2031, 1, 3)),
        (D(2028, 1, 4), D(2031, 4, 3)),
        (D(2028, 4, 3), D(2031, 4, 3)),
        (D(2028, 4, 4), D(2031, 4, 4)),
    ],
    ids=["day before the window", "first day", "last day", "day after the end"],
)
def test_renewal_inside_the_window_keeps_the_anniversary(passed_on, last):
    assert valid_until(passed_on, 36, LAST, 90) == last


def test_anniversary_of_a_leap_day_stays_at_the_end_of_february():
    assert valid_until(D(2027, 2, 1), 36, D(2027, 2, 28), 90) == D(2030, 2, 28)


@pytest.mark.parametrize(
    ("last", "window", "first"),
    [
        (D(2028, 4, 3), 90, D(2028, 1, 4)),
        (D(2028, 3, 1), 1, D(2028, 2, 29)),
        (D(2028, 4, 3), 0, D(2028, 4, 3)),
    ],
)
def test_window_opens_its_days_before_the_end(last, window, first):
    assert renew_from(last, window) == first


LICENCES = [
    ("none on record", None, D(2028, 4, 3), None),
    ("ended before the pass", D(2025, 4, 2), D(2028, 4, 3), None),
    ("ends on the day of the pass", D(2025, 4, 3), D(2028, 4, 3), None),
    ("ends inside the window: the pass is for the next one", D(2025, 7, 2), D(2028, 4, 3), None),
    ("ends a day after the window", D(2025, 7, 3), D(2025, 7, 3), D(2025, 7, 3)),
    ("ends a day before the months do", D(2028, 4, 2), D(2028, 4, 2), D(2028, 4, 2)),
    ("ends with the months", D(2028, 4, 3), D(2028, 4, 3), None),
    ("lasts longer", D(2029, 1, 1), D(2028, 4, 3), None),
    ("ends on a leap day", D(2028, 2, 29), D(2028, 2, 29), D(2028, 2, 29)),
]


@pytest.mark.parametrize(
    ("licence", "last", "ended_by"),
    [case[1:] for case in LICENCES],
    ids=[case[0] for case in LICENCES],
)
def test_certificate_ends_with_the_licence_where_that_is_earlier(licence, last, ended_by):
    found = term(D(2025, 4, 3), months=36, window_days=90, licence_ends_on=licence)
    assert (found.valid_until, found.licence_ends_on) == (last, ended_by)
    assert found.renew_from == max(D(2025, 4, 3), renew_from(last, 90))


def test_renewal_before_the_licence_ends_counts_for_the_next_licence():
    """The certificate ended with the licence, whose own renewal is not in the register yet."""
    renewed = (D(2028, 1, 4), D(2028, 4, 3))
    found = term(
        D(2028, 2, 1), months=36, window_days=90, renewed=renewed, licence_ends_on=D(2028, 4, 3)
    )
    assert found.valid_until == D(2031, 4, 3)


def test_window_that_counts_is_the_one_on_the_certificate_renewed():
    """Printed on it was 90 days; the rule of today says 30."""
    renewed = (D(2028, 1, 4), D(2028, 4, 3))
    early = term(D(2028, 1, 4), months=36, window_days=30, renewed=renewed)
    assert (early.valid_until, early.renew_from) == (D(2031, 4, 3), D(2031, 3, 4))
    earlier = term(D(2028, 1, 3), months=36, window_days=30, renewed=renewed)
    assert earlier.valid_until == D(2031, 1, 3)


@given(
    days,
    st.integers(1, 60),
    st.integers(0, 365),
    st.none() | st.integers(-400, 2000),
    st.none() | st.tuples(st.integers(-200, 200), st.integers(0, 365)),
)
def test_term_begins_with_the_pass_and_never_outlasts_months_or_licence(
    passed_on, months, window_days, licence_in, held
):
    licence = None if licence_in is None else passed_on + timedelta(licence_in)
    renewed = None
    if held is not None:
        last = passed_on + timedelta(held[0])
        renewed = (last - timedelta(held[1]), last)
    found = term(
        passed_on,
        months=months,
        window_days=window_days,
        renewed=renewed,
        licence_ends_on=licence,
    )
    assert passed_on <= found.renew_from <= found.valid_until
    anchor = max([passed_on, *(renewed or ())])
    assert found.valid_until <= add_months(anchor, months)
    assert found.licence_ends_on in (None, found.valid_until)
    if licence is not None and found.licence_ends_on is None:
        ended = licence < passed_on + timedelta(window_days + 1)
        assert ended or licence >= found.valid_until


@given(days, st.integers(0, 90))
def test_renewal_in_the_window_never_loses_or_gains_a_day(passed_on, early):
    """Whoever renews inside the window ends up on the anniversary, however early in it."""
    first = term(passed_on, months=36, window_days=90)
    again = first.valid_until - timedelta(days=early)
    second = term(again, months=36, window_days=90, renewed=(first.renew_from, first.valid_until))
    assert second.valid_until == add_months(first.valid_until, 36)


@given(days, st.integers(1, 120))
def test_months_are_added_as_a_calendar_would(day, months):
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), D(2026, 1, 31)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), D(2026, 3, 29)),
        (datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC), D(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), D(2026, 7, 1)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), D(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), D(2026, 10, 25)),
    ],
    ids=["winter", "clocks forward", "summer", "after midnight", "clocks back", "and its end"],
)
def test_day_is_the_one_in_london(moment, day):
    assert london_day(moment) == day


@pytest.mark.parametrize(
    ("today", "marks", "is_now"),
    [
        (D(2028, 1, 3), "", "valid"),
        (D(2028, 1, 4), "", "expiring"),
        (D(2028, 1, 4), "superseded", "valid"),
        (D(2028, 4, 3), "", "expiring"),
        (D(2028, 4, 4), "", "expired"),
        (D(2028, 4, 4), "superseded", "expired"),
        (D(2028, 1, 3), "revoked", "revoked"),
        (D(2028, 4, 4), "revoked", "revoked"),
        (D(2028, 1, 3), "replaced", "replaced"),
        (D(2028, 4, 4), "replaced superseded", "replaced"),
        (D(2028, 1, 3), "replaced revoked", "revoked"),
    ],
)
def test_standing(today, marks, is_now):
    found = standing(
        revoked="revoked" in marks,
        replaced="replaced" in marks,
        superseded="superseded" in marks,
        renew_from=D(2028, 1, 4),
        valid_until=LAST,
        today=today,
    )
    assert found == is_now


@pytest.mark.parametrize(
    ("ahead", "sent", "notice"),
    [
        (91, (), None),
        (90, (), 90),
        (90, (90,), None),
        (61, (90,), None),
        (60, (90,), 60),
        (30, (90, 60), 30),
        (20, (90,), 30),
        (14, (90, 60), 14),
        (13, (90, 60), 14),
        (13, (90, 60, 14), None),
        (0, (90, 60, 30, 14, 7), 1),
        (0, (1,), None),
        (-1, (), -1),
        (-1, (90, 60, 30, 14, 7, 1), -1),
        (-1, (-1,), None),
        (-30, (1,), -1),
        (-31, (1,), None),
        (45, (-1,), None),
        (45, (30,), None),
    ],
)
def test_latest_notice_that_is_due_and_only_that(ahead, sent, notice):
    assert due_notice(LAST, NOTICES, sent, LAST - timedelta(days=ahead)) == notice


def test_notice_of_a_day_before_the_pass_is_never_sent():
    today = D(2026, 1, 10)
    assert due_notice(D(2026, 2, 1), NOTICES, (), today, passed_on=D(2026, 1, 5)) is None
    assert due_notice(D(2026, 2, 1), NOTICES, (), today) == 30


def test_notice_for_before_the_end_is_not_sent_after_it():
    assert due_notice(LAST, [30, 7], (), LAST + timedelta(days=1)) is None


def test_no_notices_asked_for_none_sent():
    assert due_notice(LAST, [], (), LAST) is None
    assert due_spans([], LAST) == []


@given(
    st.lists(st.integers(-10, 100), unique=True, max_size=8),
    st.lists(st.integers(-40, 110), min_size=1, max_size=60),
)
def test_runs_on_any_days_in_turn_send_each_notice_once_and_in_order(notices, run_ahead):
    sent = []
    for ahead in sorted(run_ahead, reverse=True):
        notice = due_notice(LAST, notices, tuple(sent), LAST - timedelta(days=ahead))
        if notice is not None:
            assert notice >= ahead
            sent.append(notice)
    assert sent == sorted(set(sent), reverse=True)


@given(st.lists(st.integers(-10, 100), unique=True, max_size=8), st.integers(-60, 130))
def test_spans_say_the_same_as_the_rule(notices, ahead):
    today = D(2026, 11, 22)
    last = today + timedelta(days=ahead)
    spans = due_spans(notices, today)
    found = [span.notice for span in spans if span.first <= last <= span.last]
    expected = due_notice(last, notices, (), today)
    assert found == ([] if expected is None else [expected])
