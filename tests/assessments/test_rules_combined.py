"""What a rule asks holds together, and what it has judged stays judged."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import actions
from assessments.marking import Standard, mark, required_count
from assessments.models import Sitting
from tests.assessments.conftest import answer, draft_rule, rule_of, sit
from tests.assessments.rules import topic_of
from tests.assessments.test_marking import keys, paper
from tests.factories import UserFactory

# Ten questions: six of topic "a", four of topic "b"; the first of each must be got right.
A, B = range(1, 7), range(7, 11)
CRITICAL = {1, 7}
ALL = {*A, *B}


@pytest.mark.parametrize("critical", [True, False], ids=["must", "need-not"])
@pytest.mark.parametrize("minimum", [0, 3, 4], ids=lambda n: f"minimum-{n}")
@pytest.mark.parametrize("pass_mark", [100, 90, 80, 60], ids=lambda n: f"{n}%")
@pytest.mark.parametrize(
    ("missed", "right", "right_in_b", "critical_missed"),
    [
        (set(), 10, 4, False),
        ({2}, 9, 4, False),
        ({1}, 9, 4, True),
        ({8}, 9, 3, False),
        ({7}, 9, 3, True),
        ({8, 9}, 8, 2, False),
        ({2, 3}, 8, 4, False),
        ({1, 2, 3, 4}, 6, 4, True),
        ({2, 3, 4, 8}, 6, 3, False),
        ({2, 3, 4, 5, 8}, 5, 3, False),
    ],
)
def test_mark_minimum_and_must_get_right_hold_together(
    missed, right, right_in_b, critical_missed, pass_mark, minimum, critical
):
    drawn = paper(*"aaaaaabbbb", critical=CRITICAL, minimums={"b": minimum})
    marking = mark(drawn, keys(*(ALL - missed)), Standard(pass_mark, critical))
    enough = right * 10 >= pass_mark
    safe = not (critical and critical_missed)
    assert marking.correct_count == right
    assert marking.passed is (enough and right_in_b >= minimum and safe)


@pytest.mark.parametrize(
    ("missed", "pass_mark", "minimum", "critical", "passed"),
    [
        ({8}, 100, 0, False, False),
        ({8}, 90, 0, True, True),
        ({7}, 90, 0, True, False),
        ({7}, 90, 0, False, True),
        ({8}, 90, 4, True, False),
        ({8}, 90, 3, True, True),
        ({8, 9}, 80, 3, False, False),
        ({2, 3}, 80, 4, True, True),
        ({1, 3}, 80, 4, True, False),
    ],
)
def test_combinations_by_example(missed, pass_mark, minimum, critical, passed):
    drawn = paper(*"aaaaaabbbb", critical=CRITICAL, minimums={"b": minimum})
    marking = mark(drawn, keys(*(ALL - missed)), Standard(pass_mark, critical))
    assert marking.passed is passed


@given(st.sets(st.sampled_from(sorted(ALL))), st.integers(1, 100), st.integers(0, 4), st.booleans())
def test_one_more_right_answer_never_turns_a_pass_into_a_fail(right, pass_mark, minimum, critical):
    drawn = paper(*"aaaaaabbbb", critical=CRITICAL, minimums={"b": minimum})
    standard = Standard(pass_mark, critical)
    if mark(drawn, keys(*right), standard).passed:
        assert all(mark(drawn, keys(*right, one), standard).passed for one in ALL)


# -- what is judged stays judged ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "outcome"), [(3, "failed"), (4, "passed")], ids=["failed", "passed"]
)
@pytest.mark.parametrize(
    "later",
    [
        {"pass_mark": 1, "critical_must_be_right": False},
        {"pass_mark": 100},
        {"tries": 1, "waits": ["P6M"]},
        {"resit_days": 30, "restudy_topics": True},
        {"language": "cy", "time_limit_minutes": 1},
        {"start_code_required": True, "lessons_again_after": 1},
    ],
    ids="-".join,
)
def test_later_rule_alters_no_result(course, learner, now, later, right, outcome):
    first = rule_of(course, pass_mark=100)
    closed = sit(learner, course, now, right=right)
    fixed = ("rule_id", "paper_digest", "outcome", "correct_count", "next_try_at", "closed_at")
    before = {name: getattr(closed, name) for name in fixed}
    changed = draft_rule(
        course,
        authority=learner.authority,
        effective_from=now.date(),
        places=[(topic_of(course), 2, 2)],
        **later,
    )
    changed.approve(by=UserFactory(), now=now + timedelta(seconds=1))
    found = Sitting.objects.get(pk=closed.pk)
    assert {name: getattr(found, name) for name in fixed} == before
    assert (found.rule, found.result, found.required_count) == (first, outcome, 4)
    assert found.mark().passed is (outcome == "passed")


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), [(100, 50), (50, 100)])
def test_open_sitting_ends_under_the_rule_it_began_with(course, learner, now, old, new):
    rule = rule_of(course, pass_mark=old)
    begun = actions.start_sitting(learner=learner, course=course, now=now)
    changed = draft_rule(
        course, authority=learner.authority, pass_mark=new, places=[(topic_of(course), 2, 0)]
    )
    changed.approve(by=UserFactory(), now=now + timedelta(seconds=1))
    later = now + timedelta(minutes=5)
    answer(begun, later, right=3)
    ended = actions.submit(sitting=begun, now=later)
    assert (ended.rule, ended.required_count) == (rule, required_count(old, 4))
    assert ended.outcome == ("failed" if old == 100 else "passed")


@pytest.mark.django_db
def test_every_sitting_names_the_rule_that_judges_it(sitting, rule):
    assert Sitting.objects.get(pk=sitting.pk).rule == rule
    assert not Sitting._meta.get_field("rule").null
