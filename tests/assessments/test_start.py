"""Starting a sitting: who may, what is drawn, what is kept."""

from datetime import date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Case, When

from assessments import actions
from assessments.eligibility import Code
from assessments.models import DrawnQuestion, Question, Sitting
from assessments.paper import digest
from courses.actions import enrol
from tests.assessments.conftest import answer, draft_rule, finished, rule_of, sit
from tests.factories import (
    LONG_AGO,
    AuthorityFactory,
    LearnerFactory,
    UserFactory,
    make_course,
    make_question,
    make_test_rule,
)

pytestmark = pytest.mark.django_db


def start(learner, course, now):
    return actions.start_sitting(learner=learner, course=course, now=now)


def refusal(learner, course, now):
    with pytest.raises(actions.StartRefused) as caught:
        start(learner, course, now)
    assert not Sitting.objects.open().of(learner).exists()
    return caught.value


def test_start_opens_a_sitting_under_the_rule_in_force(rule, learner, course, now):
    sitting = start(learner, course, now)
    assert sitting.rule == rule
    assert sitting.enrolment.learner == learner
    assert sitting.authority == learner.authority
    assert sitting.started_at == now
    assert sitting.deadline_at is None
    assert sitting.question_count == 4


def test_start_again_returns_the_sitting_that_is_open(rule, learner, course, now):
    first = start(learner, course, now)
    assert start(learner, course, now + timedelta(hours=1)) == first
    assert Sitting.objects.count() == 1


def test_start_again_returns_even_a_sitting_whose_time_is_over(course, learner, now):
    rule_of(course, time_limit_minutes=10)
    first = start(learner, course, now)
    assert start(learner, course, now + timedelta(hours=1)) == first


def test_deadline_is_the_start_and_the_minutes_of_the_rule(course, learner, now):
    rule_of(course, time_limit_minutes=45)
    assert start(learner, course, now).deadline_at == now + timedelta(minutes=45)


# -- who may ------------------------------------------------------------------------------------


def test_start_without_a_round_of_the_course_is_refused(rule, course, now):
    assert refusal(LearnerFactory(), course, now).code == Code.COURSE_NOT_COMPLETE


def test_start_before_the_lessons_are_done_is_refused(rule, course, now):
    learner = LearnerFactory()
    enrol(learner=learner, course=course, now=LONG_AGO)
    assert refusal(learner, course, now).code == Code.COURSE_NOT_COMPLETE


def test_start_after_a_pass_needs_a_new_round(rule, learner, course, now):
    sit(learner, course, now)
    later = now + timedelta(days=1000)
    assert refusal(learner, course, later).code == Code.COURSE_NOT_COMPLETE


def test_start_without_a_rule_is_refused(learner, course, now):
    assert refusal(learner, course, now).code == Code.NO_RULE


def test_start_before_the_day_of_the_rule_is_refused(rule, learner, course):
    day_before = LONG_AGO - timedelta(days=1)
    assert refusal(learner, course, day_before).code == Code.NO_RULE


@pytest.mark.parametrize(
    ("moment", "counts"),
    [("2026-06-30T22:59:59Z", False), ("2026-06-30T23:00:00Z", True)],
    ids=["before-midnight", "midnight"],
)
def test_rule_counts_from_midnight_in_london(rule, course, learner, moment, counts):
    topic = rule.blueprint.first().topic
    later = draft_rule(course, effective_from=date(2026, 7, 1), places=[(topic, 1, 0)])
    later.approve(by=UserFactory(), now=LONG_AGO)
    started = start(learner, course, datetime.fromisoformat(moment))
    assert started.rule == (later if counts else rule)


def test_rule_judges_nobody_before_it_was_approved(rule, learner, course):
    assert rule.effective_from <= LONG_AGO.date()
    before = LONG_AGO - timedelta(seconds=1)
    assert refusal(learner, course, before).code == Code.NO_RULE


def test_rule_nobody_approved_judges_nobody(course, learner, now):
    draft_rule(course)
    assert refusal(learner, course, now).code == Code.NO_RULE


def test_rule_of_another_course_does_not_count(learner, course, now):
    rule_of(make_course(slug="other"))
    assert refusal(learner, course, now).code == Code.NO_RULE


def test_rule_of_the_authority_of_the_round_goes_before_the_national_one(course, learner, now):
    rule_of(course)
    rule_of(course, authority=AuthorityFactory())
    own = rule_of(course, authority=learner.authority)
    assert start(learner, course, now).rule == own


def test_bank_with_too_few_published_questions_is_refused(course, learner, now):
    rule_of(course, questions_per_topic=4, bank=4)
    Question.objects.first().unpublish()
    assert refusal(learner, course, now).code == Code.BANK_TOO_SMALL


def test_database_refuses_a_published_question_without_its_right_option(course, learner, now):
    rule_of(course, questions_per_topic=4, bank=4)
    Question.objects.first().options.update(correct=False)
    with pytest.raises(ProgrammingError, match="right options of its kind"), transaction.atomic():
        connection.check_constraints()
    Question.objects.update(live=False)  # What is no longer live may be anything.


def test_rule_with_an_empty_blueprint_is_refused(course, learner, now):
    rule = draft_rule(course)
    rule.approve(by=UserFactory(), now=LONG_AGO)
    assert refusal(learner, course, now).code == Code.BANK_TOO_SMALL


@pytest.mark.parametrize(("seconds", "may"), [(999, False), (1000, True)])
def test_wait_after_a_fail_is_kept_to_the_second(course, learner, now, seconds, may):
    rule_of(course, waits=["PT24H"])
    failed = sit(learner, course, now, right=0)
    moment = failed.next_try_at + timedelta(seconds=seconds - 1000)
    if may:
        assert start(learner, course, moment).closed_at is None
    else:
        refused = refusal(learner, course, moment)
        assert [(r.code, r.until) for r in refused.reasons] == [(Code.WAIT, failed.next_try_at)]


def test_no_wait_lets_the_next_try_start_at_once(course, learner, now):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=0)
    assert start(learner, course, now) != failed


def test_wait_holds_in_a_new_round_too(course, learner, now):
    rule_of(course, waits=["PT48H"])
    failed = sit(learner, course, now, right=0)
    failed.enrolment.closed_at = now
    failed.enrolment.save()
    finished(course, learner)
    assert refusal(learner, course, now + timedelta(hours=47)).code == Code.WAIT


def test_tries_of_the_rule_are_never_exceeded(course, learner, now):
    rule_of(course, waits=[], tries=2)
    for _ in range(2):
        sit(learner, course, now, right=0)
    assert refusal(learner, course, now).code == Code.NO_TRIES_LEFT


def test_new_round_has_its_own_tries(course, learner, now):
    rule_of(course, waits=[], tries=1)
    failed = sit(learner, course, now, right=0)
    failed.enrolment.closed_at = now
    failed.enrolment.save()
    finished(course, learner)
    assert start(learner, course, now).closed_at is None


# -- what is drawn ------------------------------------------------------------------------------


def test_paper_is_kept_with_its_digest(sitting):
    sitting.refresh_from_db()
    assert digest(sitting.paper) == sitting.paper_digest


def test_paper_names_the_published_revision_of_each_question(course, learner, now):
    make_test_rule(course, questions_per_topic=1, bank=1)
    sitting = start(learner, course, now)
    for held in sitting.questions:
        question = Question.objects.get(pk=held["question_id"])
        assert held["revision_id"] == question.live_revision_id


def test_paper_and_digest_hold_whatever_is_edited_later(sitting):
    for held in sitting.questions:
        question = Question.objects.get(pk=held["question_id"])
        question.text = "Something else?"
        question.critical = True
        question.save_revision().publish()
        question.options.update(
            text="Changed", correct=Case(When(correct=True, then=False), default=True)
        )
        question.kind = Question.Kind.MULTIPLE
        question.save()
        question.topic.title = "Renamed"
        question.topic.save()
    before = sitting.paper
    sitting.refresh_from_db()
    assert sitting.paper == before
    assert digest(sitting.paper) == sitting.paper_digest


def test_paper_holds_the_blueprint_of_each_topic(sitting, course):
    slugs = [f"course-lesson-{number}" for number in (1, 2)]
    assert [topic["slug"] for topic in sitting.paper["topics"]] == slugs
    assert sorted(held["topic"] for held in sitting.questions) == sorted(slugs * 2)


def test_every_question_of_the_paper_is_recorded_as_drawn(sitting):
    recorded = DrawnQuestion.objects.filter(sitting=sitting).order_by("position")
    held = [(place, q["question_id"]) for place, q in enumerate(sitting.questions, start=1)]
    assert list(recorded.values_list("position", "question_id")) == held


def test_draft_is_never_drawn(course, learner, now):
    rule_of(course, questions_per_topic=2, bank=2)
    topic = Question.objects.first().topic
    drafts = {make_question(topic, live=False, text=f"Draft {number}?").pk for number in range(9)}
    drawn = {held["question_id"] for held in start(learner, course, now).questions}
    assert not drawn & drafts


def test_second_try_has_no_question_of_the_first_while_the_bank_allows(course, learner, now):
    rule_of(course, questions_per_topic=2, bank=4, waits=[])
    papers = []
    for _ in range(2):
        sitting = sit(learner, course, now, right=0)
        papers.append({held["question_id"] for held in sitting.questions})
        now += timedelta(minutes=1)
    assert not papers[0] & papers[1]


def test_no_paper_comes_again_while_the_bank_allows_another(course, learner, now):
    rule_of(course, questions_per_topic=2, bank=3, waits=[])
    papers = [
        frozenset(held["question_id"] for held in sit(learner, course, now, right=0).questions)
        for _ in range(9)
    ]
    assert len(set(papers)) == 9


def test_question_others_saw_lately_is_drawn_last(course, now):
    rule_of(course, questions_per_topic=2, bank=4)
    first, second = (start(finished(course), course, now) for _ in range(2))
    seen = {held["question_id"] for held in first.questions}
    assert not seen & {held["question_id"] for held in second.questions}


def test_two_learners_get_different_seeds_and_tokens(rule, course, now):
    first, second = (start(finished(course), course, now) for _ in range(2))
    assert first.seed != second.seed
    tokens = [
        {option["token"] for held in sitting.questions for option in held["options"]}
        for sitting in (first, second)
    ]
    assert not tokens[0] & tokens[1]


def test_minimum_of_a_topic_is_frozen_with_the_paper(course, learner, now):
    topic = rule_of(course).blueprint.first().topic
    stricter = draft_rule(course, authority=learner.authority, places=[(topic, 2, 1)])
    stricter.approve(by=UserFactory(), now=LONG_AGO)
    (held,) = start(learner, course, now).paper["topics"]
    assert held == {"slug": topic.slug, "title": topic.title, "minimum": 1}


# -- what it costs ------------------------------------------------------------------------------

START_QUERIES = 17


@pytest.mark.parametrize("bank", [4, 60])
def test_start_costs_the_same_whatever_the_bank_holds(
    course, learner, now, bank, django_assert_num_queries
):
    rule_of(course, bank=bank)
    with django_assert_num_queries(START_QUERIES):
        start(learner, course, now)


def test_start_costs_the_same_whatever_was_sat_before(
    course, learner, now, django_assert_num_queries
):
    rule_of(course, waits=[])
    for _ in range(3):
        sitting = start(learner, course, now)
        answer(sitting, now, right=0)
        actions.submit(sitting=sitting, now=now)
    with django_assert_num_queries(START_QUERIES):
        start(learner, course, now)
