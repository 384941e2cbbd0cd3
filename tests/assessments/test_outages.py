"""Time that our own fault took is given back before anything is closed (R22, I40)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Outage, ServicePulse, Sitting, TimeGiven
from assessments.tasks import close_expired_sittings
from people.models import Membership
from tests.assessments.conftest import answer, finished, rule_of
from tests.assessments.desk import officer_of, refusal, trainer_of
from tests.assessments.pages import review_url, text
from tests.factories import LearnerFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
Why, Role = TimeGiven.Why, Membership.Role


def deadline_of(sitting):
    return Sitting.objects.get(pk=sitting.pk).deadline_at


@pytest.fixture
def alive(timed, now):
    """The service was alive when the sitting of ten minutes had run for five."""
    actions.beat(now=now + 5 * MINUTE)
    return timed


# -- the pulse ----------------------------------------------------------------------------------


def test_first_beat_notes_the_pulse_and_no_outage(now):
    assert actions.beat(now=now) is None
    assert ServicePulse.objects.get().beaten_at == now


def test_beats_of_a_live_service_record_nothing(now):
    for half_minutes in range(10):
        actions.beat(now=now + half_minutes * MINUTE / 2)
    assert not Outage.objects.exists()


@pytest.mark.parametrize(("seconds", "outages"), [(120, 0), (121, 1)])
def test_silence_of_more_than_two_minutes_is_an_outage(now, seconds, outages):
    actions.beat(now=now)
    actions.beat(now=now + timedelta(seconds=seconds))
    assert Outage.objects.count() == outages


def test_outage_lasts_from_the_last_beat_to_the_next(now):
    actions.beat(now=now)
    actions.beat(now=now + 5 * MINUTE)
    outage = Outage.objects.get()
    assert (outage.began_at, outage.over_at) == (now, now + 5 * MINUTE)
    assert outage.noted_by is None


def test_outage_is_recorded_once(now):
    actions.beat(now=now)
    for _ in range(2):
        actions.beat(now=now + 5 * MINUTE)
    assert Outage.objects.count() == 1


def test_outage_moves_the_deadline_by_what_was_lost(alive, now):
    actions.beat(now=now + 8 * MINUTE)
    assert deadline_of(alive) == alive.deadline_at + 3 * MINUTE
    gift = TimeGiven.objects.get()
    assert (gift.seconds, gift.why, gift.given_by) == (180, Why.OUTAGE, None)


def test_whoever_had_minutes_left_has_them_after_a_long_outage(alive, now):
    later = now + timedelta(hours=9)
    actions.beat(now=later)
    assert deadline_of(alive) - later == 5 * MINUTE


def test_outage_takes_nothing_from_whom_it_did_not_hit(alive, now, course):
    rule_of(course, authority=(other := LearnerFactory()).authority)
    finished(course, other)
    untimed = actions.start_sitting(learner=other, course=course, now=now)
    done = actions.submit(sitting=alive, now=now + 6 * MINUTE)
    actions.beat(now=now + 8 * MINUTE)
    assert not TimeGiven.objects.exists()
    assert (deadline_of(untimed), deadline_of(done)) == (None, alive.deadline_at)


@pytest.mark.parametrize("others", [0, 6])
def test_giving_back_to_many_costs_what_giving_back_to_one_does(
    alive, course, now, others, django_assert_num_queries
):
    for _ in range(others):
        actions.start_sitting(learner=finished(course), course=course, now=now)
    with django_assert_num_queries(15):  # Six of them open and end a savepoint.
        actions.beat(now=now + 8 * MINUTE)
    assert TimeGiven.objects.count() == others + 1


def test_giving_back_again_gives_nothing(alive, now):
    outage = actions.beat(now=now + 8 * MINUTE)
    assert actions.give_back_time(outage=outage, now=now + 9 * MINUTE) == 0
    assert deadline_of(alive) == alive.deadline_at + 3 * MINUTE


# -- the clock (I40) ----------------------------------------------------------------------------


def test_clock_two_hours_back_is_no_outage_and_takes_no_time(alive, now):
    back = now - timedelta(hours=2)
    assert actions.beat(now=back) is None
    assert ServicePulse.objects.get().beaten_at == back
    assert deadline_of(alive) == alive.deadline_at


def test_outage_after_the_clock_went_back_is_noticed(timed, now):
    actions.beat(now=now + timedelta(hours=2))
    actions.beat(now=now)
    actions.beat(now=now + 3 * MINUTE)
    assert deadline_of(timed) == timed.deadline_at + 3 * MINUTE


def test_second_machine_whose_clock_is_behind_makes_no_outage(now):
    for minute in range(6):
        actions.beat(now=now + minute * MINUTE)
        actions.beat(now=now + (minute - 5) * MINUTE)
    assert not Outage.objects.exists()


def test_clock_400_days_ahead_is_recorded_and_leaves_no_test_open_for_a_year(alive, now):
    actions.beat(now=now + timedelta(days=400))
    assert Outage.objects.get().over_at == now + timedelta(days=400)
    assert deadline_of(alive) == alive.deadline_at + timedelta(days=7)


# -- before anything is closed ------------------------------------------------------------------


def test_sweep_gives_back_before_it_closes(alive, clock, now):
    clock.move_to(now + timedelta(hours=1), tick=False)
    close_expired_sittings()
    alive.refresh_from_db()
    assert alive.closed_at is None
    assert alive.deadline_at == now + timedelta(hours=1) + 5 * MINUTE


def test_sweep_closes_what_is_still_over_afterwards(timed, now):
    actions.beat(now=now + 20 * MINUTE)
    assert actions.close_expired(now=now + 30 * MINUTE) == 1
    timed.refresh_from_db()
    assert timed.closed_at == now + 10 * MINUTE


def test_late_page_gives_back_and_goes_on(alive, as_learner, clock, now):
    clock.move_to(now + timedelta(hours=1), tick=False)
    page = text(as_learner.get(review_url(alive), follow=True))
    assert "Go on with the test" in page  # The warning comes first: little time is left.
    alive.refresh_from_db()
    assert alive.closed_at is None


def test_answer_after_an_outage_counts(alive, as_learner, clock, now):
    clock.move_to(now + timedelta(hours=1), tick=False)
    address = reverse("sitting_question", args=[alive.pk, 1])
    as_learner.post(address, {"answer": alive.questions[0]["key"]})
    assert alive.answers.count() == 1


def test_handing_in_after_an_outage_is_in_time(alive, now):
    answer(alive, now)
    closed = actions.submit(sitting=alive, now=now + timedelta(hours=1))
    assert closed.closed_by == Sitting.ClosedBy.SUBMIT


def test_late_page_without_an_outage_marks_the_test(timed, as_learner, clock, now):
    actions.beat(now=timed.deadline_at)
    clock.move_to(timed.deadline_at + MINUTE, tick=False)
    assert as_learner.get(review_url(timed)).status_code == 302
    timed.refresh_from_db()
    assert timed.closed_at == timed.deadline_at


# -- what staff note ----------------------------------------------------------------------------


@pytest.fixture
def admin():
    return UserFactory(is_superuser=True)


def note(by, now, **changes):
    facts = {"began_at": now + 2 * MINUTE, "over_at": now + 4 * MINUTE, "reason": "The network"}
    return actions.note_outage(by=by, now=now + 6 * MINUTE, **{**facts, **changes})


def test_administrator_notes_an_outage_and_its_time_is_given_back(timed, admin, now):
    outage = note(admin, now)
    assert (outage.noted_by, outage.reason) == (admin, "The network")
    assert deadline_of(timed) == timed.deadline_at + 2 * MINUTE


def test_noting_again_returns_the_first(timed, admin, now):
    assert note(admin, now) == note(admin, now)
    assert deadline_of(timed) == timed.deadline_at + 2 * MINUTE


def test_outage_that_was_noticed_already_gives_only_the_rest(alive, admin, now):
    actions.beat(now=now + 8 * MINUTE)
    note(admin, now, began_at=now + 4 * MINUTE, over_at=now + 6 * MINUTE)
    assert deadline_of(alive) == alive.deadline_at + 4 * MINUTE


def test_whoever_notes_an_outage_gives_none_to_themselves(timed, now):
    own = timed.learner.user
    own.is_superuser = True
    own.save()
    note(own, now)
    assert deadline_of(timed) == timed.deadline_at


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"over_at": -MINUTE}, "not_a_span"),
        ({"over_at": 9 * MINUTE}, "not_over_yet"),
    ],
)
def test_outage_is_not_noted(admin, now, changes, code):
    moved = {k: now + v if isinstance(v, timedelta) else v for k, v in changes.items()}
    assert refusal(note, by=admin, now=now, **moved) == code


def test_officer_notes_no_outage(timed, now):
    assert refusal(note, by=officer_of(timed.learner, now), now=now) == "not_allowed"


# -- a fault in the room ------------------------------------------------------------------------


def give(sitting, by, now, **changes):
    facts = {"minutes": 10, "reason": "The tablet went off"}
    return actions.give_time(sitting=sitting, by=by, now=now, **{**facts, **changes})


@pytest.mark.parametrize("person", [officer_of, trainer_of])
def test_staff_give_time_back(timed, now, person):
    by = person(timed.learner, now)
    gift = give(timed, by, now)
    assert deadline_of(timed) == timed.deadline_at + 10 * MINUTE
    assert (gift.seconds, gift.why, gift.given_by) == (600, Why.FAULT, by)


def test_second_click_gives_nothing_more(timed, now):
    by = officer_of(timed.learner, now)
    assert give(timed, by, now) == give(timed, by, now + timedelta(seconds=30))
    assert deadline_of(timed) == timed.deadline_at + 10 * MINUTE


def test_same_fault_a_minute_later_is_another_one(timed, now):
    by = officer_of(timed.learner, now)
    give(timed, by, now)
    give(timed, by, now + MINUTE)
    assert deadline_of(timed) == timed.deadline_at + 20 * MINUTE


def test_no_time_is_given_without_a_reason(timed, now):
    by = officer_of(timed.learner, now)
    assert refusal(give, sitting=timed, by=by, now=now, reason=" ") == "no_reason"


def test_no_time_is_given_to_a_closed_test(timed, now):
    actions.submit(sitting=timed, now=now)
    by = officer_of(timed.learner, now)
    assert refusal(give, sitting=timed, by=by, now=now) == "sitting_closed"


def test_no_time_is_given_where_no_clock_runs(sitting, now):
    by = officer_of(sitting.learner, now)
    assert refusal(give, sitting=sitting, by=by, now=now) == "no_time_limit"


def test_nobody_gives_time_to_themselves(timed, now):
    own = timed.learner.user
    own.memberships.create(
        authority=timed.learner.authority, role=Role.OFFICER, granted_at=now, granted_by=None
    )
    assert refusal(give, sitting=timed, by=own, now=now) == "own_record"


@pytest.mark.parametrize("whose", ["another council", "an auditor"])
def test_no_time_is_given_by(timed, now, whose):
    role = Role.OFFICER if whose == "another council" else Role.AUDITOR
    authority = LearnerFactory().authority if role == Role.OFFICER else timed.learner.authority
    assert refusal(give, sitting=timed, by=staff(role, authority, now), now=now) == "not_allowed"
