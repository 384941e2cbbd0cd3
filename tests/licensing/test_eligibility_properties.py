"""What holds for any facts and any question."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.eligibility import (
    MEETING,
    Certificate,
    Change,
    Event,
    Status,
    Terms,
    Training,
    assess,
    training,
)

START = date(2020, 1, 1)
patient = settings(deadline=None)  # A busy machine proves nothing wrong.
days = st.integers(0, 4000).map(lambda number: START + timedelta(days=number))
instants = st.integers(0, 4000 * 24).map(
    lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)
later_by = st.integers(1, 2000).map(lambda number: timedelta(days=number))
events = st.builds(Event, st.sampled_from(Change), days, instants)
terms = st.builds(
    Terms,
    st.just(1),
    st.just("safeguarding"),
    st.just(START),
    st.sampled_from([("dual",), ("dual", "private_hire")]),
    st.integers(0, 40),
)
kinds = st.sampled_from(["dual", "private_hire"])


@st.composite
def certificates(draw):
    passed_on = draw(days)
    valid_until = passed_on + timedelta(days=draw(st.integers(30, 1200)))
    return Certificate(
        reference=draw(st.text("ABCD", min_size=4, max_size=4)),
        course="Safeguarding",
        passed_on=passed_on,
        valid_until=valid_until,
        renew_from=valid_until - timedelta(days=draw(st.integers(0, 30))),
        issued_at=draw(instants),
        events=tuple(draw(st.lists(events, max_size=4))),
    )


# No two certificates have one reference: it is the last word on which of them decides.
facts = st.lists(certificates(), max_size=4, unique_by=lambda one: one.reference)


def asked(terms, kind, held, as_at, known_at):
    return assess(terms, licence_kind=kind, certificates=held, as_at=as_at, known_at=known_at)


@patient
@given(terms, kinds, facts, days, instants, certificates(), later_by)
def test_a_certificate_issued_later_changes_no_answer(t, kind, held, as_at, known_at, new, wait):
    new = replace(new, issued_at=known_at + wait)

    assert asked(t, kind, [*held, new], as_at, known_at) == asked(t, kind, held, as_at, known_at)


@patient
@given(terms, kinds, certificates(), days, instants, events, later_by)
def test_an_event_recorded_later_changes_no_answer(t, kind, one, as_at, known_at, event, wait):
    event = replace(event, recorded_at=known_at + wait)
    more = replace(one, events=(*one.events, event))

    before = asked(t, kind, [one], as_at, known_at)
    after = asked(t, kind, [more], as_at, known_at)

    assert (before.status, before.reasons) == (after.status, after.reasons)


@patient
@given(terms, kinds, facts, days, instants, later_by)
def test_time_alone_never_makes_training_good_again(t, kind, held, as_at, known_at, wait):
    """Without a pass, a reinstatement or a change of terms between the two days."""
    held = [
        replace(
            one,
            passed_on=min(one.passed_on, as_at),
            events=tuple(e for e in one.events if e.change is Change.REVOKED),
        )
        for one in held
    ]
    before = asked(t, kind, held, as_at, known_at).status
    after = asked(t, kind, held, as_at + wait, known_at).status

    assert before in MEETING or after not in MEETING


@patient
@given(terms, kinds, facts, days, instants, later_by)
def test_expired_stays_expired_until_something_happens(t, kind, held, as_at, known_at, wait):
    held = [replace(one, passed_on=min(one.passed_on, as_at), events=()) for one in held]
    before = asked(t, kind, held, as_at, known_at).status
    after = asked(t, kind, held, as_at + wait, known_at).status

    assert before is not Status.EXPIRED or after is Status.EXPIRED


@patient
@given(st.lists(st.tuples(terms, kinds, facts), max_size=3), days, instants)
def test_met_if_and_only_if_every_status_is_a_meeting_one(requirements, as_at, known_at):
    found = [asked(t, kind, held, as_at, known_at) for t, kind, held in requirements]

    met = bool(found) and {one.status for one in found} <= MEETING

    assert (training(found) is Training.MET) is met


@patient
@given(terms, kinds, facts, days, instants)
def test_the_order_of_the_certificates_is_nothing(t, kind, held, as_at, known_at):
    there = asked(t, kind, held, as_at, known_at)
    back = asked(t, kind, held[::-1], as_at, known_at)

    assert (there.status, there.reasons[0]) == (back.status, back.reasons[0])


@patient
@given(terms, facts, days, instants)
def test_valid_means_that_a_certificate_known_by_then_covers_the_day(t, held, as_at, known_at):
    found = asked(t, "dual", held, as_at, known_at)

    if found.status in {Status.VALID, Status.EXPIRING}:
        shown = found.certificate
        assert shown.passed_on <= as_at <= shown.valid_until
        assert shown.issued_at <= known_at


@patient
@given(terms, certificates(), days, instants, instants)
def test_a_correction_changes_no_status_and_no_earlier_answer(t, one, as_at, moment, known_at):
    """The replacement carries over what had become of the old one."""
    history = sorted(
        (e for e in one.events if e.change is not Change.REPLACED and e.recorded_at <= moment),
        key=lambda event: event.recorded_at,
    )
    one = replace(one, issued_at=min(one.issued_at, moment), events=tuple(history))
    end = Event(Change.REPLACED, one.passed_on, moment)
    old = replace(one, events=(*history, end))
    carried = tuple(replace(event, recorded_at=moment) for event in history)
    new = replace(one, reference="RIGHT", issued_at=moment, events=carried)

    before = asked(t, "dual", [one], as_at, known_at)
    after = asked(t, "dual", [old, new], as_at, known_at)

    assert before.status == after.status
    if known_at < moment and before.certificate is not None:
        assert after.certificate.reference == one.reference
    elif after.certificate is not None:
        assert after.certificate.reference == "RIGHT"


@patient
@given(terms, facts, days, instants)
def test_every_answer_has_a_reason(t, held, as_at, known_at):
    assert all(reason.text for reason in asked(t, "dual", held, as_at, known_at).reasons)
    assert asked(t, "dual", held, as_at, known_at).reasons


@patient
@given(terms, facts, days, instants)
def test_a_pass_never_makes_the_answer_worse(t, held, as_at, known_at):
    new = Certificate("NEW", "Safeguarding", as_at, date(2099, 1, 1), date(2098, 1, 1), known_at)

    assert asked(t, "dual", [*held, new], as_at, known_at).status is Status.VALID
