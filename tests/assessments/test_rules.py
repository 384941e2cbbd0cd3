"""How a test rule comes into force: two names, and a bank that is large enough."""

from datetime import timedelta

import pytest

from assessments import actions
from assessments.fairness import TopicDraw
from assessments.models import ItemStatistic, Question, TestRule, TestRuleTopic
from people.models import Membership
from tests.assessments.conftest import draft_rule, fill_bank
from tests.assessments.rules import proposed, topic_of
from tests.factories import LONG_AGO, AuthorityFactory, UserFactory, make_question, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def council():
    return AuthorityFactory()


@pytest.fixture
def officer(council, now):
    return staff(Role.OFFICER, council, now)


@pytest.fixture
def second(council, now):
    return staff(Role.OFFICER, council, now)


def refused(action, **arguments):
    with pytest.raises(actions.RuleRefused) as caught:
        action(**arguments)
    return caught.value


def test_proposed_rule_judges_nobody_yet(course, council, officer, now):
    rule = proposed(course, council, officer, now)
    assert (rule.proposed_by, rule.proposed_at, rule.approved_at) == (officer, now, None)
    assert not TestRule.objects.in_force(authority=council, on=now.date()).exists()


def test_second_officer_puts_the_rule_in_force(course, council, officer, second, now):
    rule = proposed(course, council, officer, now)
    actions.approve_rule(rule=rule, by=second, now=now)
    assert TestRule.objects.in_force(authority=council, on=now.date()).first() == rule


def test_own_proposal_is_not_approved(course, council, officer, now):
    rule = proposed(course, council, officer, now)
    assert refused(actions.approve_rule, rule=rule, by=officer, now=now).code == "own_proposal"


def test_approved_rule_is_not_approved_again(course, council, officer, second, now):
    rule = proposed(course, council, officer, now)
    actions.approve_rule(rule=rule, by=second, now=now)
    third = staff(Role.OFFICER, council, now)
    assert refused(actions.approve_rule, rule=rule, by=third, now=now).code == "approved_already"
    rule.refresh_from_db()
    assert rule.approved_by == second


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER, Role.AUDITOR, Role.COUNCILLOR])
def test_rules_are_decided_by_officers_alone(course, council, officer, now, role):
    rule = proposed(course, council, officer, now)
    other = staff(role, council, now)
    assert refused(actions.approve_rule, rule=rule, by=other, now=now).code == "not_allowed"
    assert refused(proposed, course=course, council=council, by=other, now=now).code == (
        "not_allowed"
    )


@pytest.mark.parametrize("whose", ["another", "national"])
def test_officer_proposes_no_rule_for_others(course, officer, now, whose):
    other = AuthorityFactory() if whose == "another" else None
    refusal = refused(proposed, course=course, council=other, by=officer, now=now)
    assert refusal.code == "not_allowed"


def test_rule_that_draws_nothing_is_not_proposed(course, council, officer, now):
    rule = TestRule(course=course, authority=council, effective_from=now.date(), reason="Test")
    refusal = refused(actions.propose_rule, rule=rule, blueprint={}, by=officer, now=now)
    assert refusal.code == "empty_blueprint"


def test_rule_that_draws_nothing_is_not_approved(course, council, second, now):
    rule = draft_rule(course, authority=council)
    assert refused(actions.approve_rule, rule=rule, by=second, now=now).code == "empty_blueprint"


# -- a fair draw --------------------------------------------------------------------------------


def test_bank_too_small_for_a_second_paper_refuses_the_proposal_with_its_numbers(
    course, council, officer, now
):
    topic = topic_of(course)
    refusal = refused(proposed, course=course, council=council, by=officer, now=now, questions=3)
    assert refusal.code == "bank_too_small"
    assert refusal.shortages == (TopicDraw(topic.pk, topic.title, 3, 4),)
    assert not TestRule.objects.filter(authority=council).exists()


def test_bank_that_shrank_since_refuses_the_approval_with_its_numbers(
    course, council, officer, second, now
):
    rule = proposed(course, council, officer, now)
    Question.objects.filter(topic=topic_of(course)).first().unpublish()
    refusal = refused(actions.approve_rule, rule=rule, by=second, now=now)
    assert refusal.code == "bank_too_small"
    assert [(draw.drawn, draw.available, draw.needed) for draw in refusal.shortages] == [(2, 3, 4)]
    rule.refresh_from_db()
    assert rule.approved_at is None


def held_back(topic):
    topic.questions.first().delete()
    question = Question.objects.get(pk=make_question(topic).pk)
    ItemStatistic.objects.create(
        question=question,
        revision=question.live_revision,
        exposure=1,
        answers=1,
        right=0,
        held_back=True,
        worked_out_at=LONG_AGO,
    )


def in_welsh(topic):
    topic.questions.filter(pk=topic.questions.first().pk).update(language="cy")


def taken_out(topic):
    topic.questions.first().unpublish()


@pytest.mark.parametrize(
    ("change", "terms", "available"),
    [
        (None, {}, 4),
        (taken_out, {}, 3),
        (in_welsh, {}, 3),
        (in_welsh, {"language": "cy"}, 1),
        (held_back, {"pass_mark": 100}, 3),
        (held_back, {"pass_mark": 99}, 4),
    ],
    ids=["all", "draft", "other language", "its language", "held back", "held back, not all right"],
)
def test_only_questions_that_the_rule_may_draw_are_counted(course, change, terms, available):
    topic = topic_of(course)
    if change is not None:
        change(topic)
    rule = draft_rule(course, places=[(topic, 1, 0)], **terms)
    (draw,) = rule.draws({topic: 1})
    assert draw.available == available
    counted = TestRuleTopic.objects.filter(rule=rule).with_available().get().available
    assert counted == available


def test_topics_without_a_question_count_none(course):
    topic = topic_of(course)
    topic.questions.all().delete()
    assert [draw.available for draw in TestRule(course=course).draws({topic: 1})] == [0]


def test_counting_costs_one_query_whatever_the_blueprint(course, django_assert_num_queries):
    topics = [topic_of(course, 0), topic_of(course, 1)]
    fill_bank(topics[0], 30)
    with django_assert_num_queries(1):
        TestRule(course=course).draws(dict.fromkeys(topics, 1))


def test_national_rule_is_decided_by_administrators(course, now):
    first, other = (UserFactory(is_superuser=True) for _ in range(2))
    later = now + timedelta(hours=1)
    rule = proposed(course, None, first, now)
    assert actions.approve_rule(rule=rule, by=other, now=later).approved_at == later
