"""Time that a driver adds near the end (WCAG 2.2.1)."""

from datetime import timedelta

import pytest
from django.db import transaction

from assessments import actions
from assessments.models import Adjustment, TimeGiven
from tests.assessments.conftest import rule_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
MORE = timedelta(minutes=3)


@pytest.fixture
def extendable(course, learner, now):
    """A sitting of ten minutes, to which three may be added."""
    rule_of(course, time_limit_minutes=10, extension_minutes=3)
    return actions.start_sitting(learner=learner, course=course, now=now)


def extend(sitting, now):
    """As from a page that shows the end as it is."""
    sitting.refresh_from_db()
    return actions.extend(sitting=sitting, deadline_at=sitting.deadline_at, now=now)


def refused(sitting, now):
    with pytest.raises(actions.ExtensionRefused) as refusal, transaction.atomic():
        extend(sitting, now)
    return refusal.value.code


def test_asking_moves_the_end_and_keeps_the_fact(extendable, now):
    later = extend(extendable, now)
    assert later.deadline_at == now + timedelta(minutes=10) + MORE
    given = TimeGiven.objects.get()
    assert (given.sitting, given.seconds, given.why) == (extendable, 180, TimeGiven.Why.ASKED)
    assert (given.given_at, given.given_by) == (now, None)


def test_asking_twice_from_one_page_adds_time_once(extendable, now):
    shown = extendable.deadline_at
    for _ in range(2):
        later = actions.extend(sitting=extendable, deadline_at=shown, now=now)
    assert later.deadline_at == shown + MORE
    assert TimeGiven.objects.count() == 1


def test_time_may_be_added_ten_times_and_no_more(extendable, now):
    for _ in range(10):
        extend(extendable, now)
    assert refused(extendable, now) == "all_used"
    extendable.refresh_from_db()
    assert extendable.deadline_at == now + timedelta(minutes=10) + 10 * MORE


def test_time_that_was_given_back_is_not_counted_among_the_ten(extendable, now):
    for _ in range(10):
        extendable.time_given.create(
            seconds=1, why="fault", reason="Fire alarm", given_by=UserFactory(), given_at=now
        )
    assert extend(extendable, now).deadline_at == now + timedelta(minutes=10) + MORE


def test_rule_without_extension_refuses(timed, now):
    assert refused(timed, now) == "no_extension"


def test_sitting_without_a_limit_has_nothing_to_extend(course, learner, now):
    rule_of(course, time_limit_minutes=10, extension_minutes=3)
    Adjustment.objects.create(
        learner=learner,
        asked_at=now,
        no_limit=True,
        reason_class="other",
        decision="granted",
        decided_by=UserFactory(),
        decided_at=now,
    )
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    assert refused(sitting, now) == "no_extension"


def test_asking_when_the_time_is_up_is_too_late(extendable):
    assert refused(extendable, extendable.deadline_at) == "too_late"
    assert not TimeGiven.objects.exists()


def test_closed_sitting_is_not_extended(extendable, now):
    actions.submit(sitting=extendable, now=now)
    assert refused(extendable, now) == "sitting_closed"


def test_answer_in_the_added_time_counts(extendable, now):
    first_end = extendable.deadline_at
    extend(extendable, now)
    token = extendable.questions[0]["key"]
    actions.give_answer(sitting=extendable, position=1, option_tokens=[token], now=first_end)
    assert extendable.given_answers() == {1: token}
