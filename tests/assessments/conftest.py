"""A learner who has finished a course whose test draws two questions of each of two topics."""

import pytest
from django.db import connections
from wagtail.rich_text import RichText

from assessments import actions
from assessments.actions.sittings import open_sitting, stand
from assessments.models import Question, QuestionOption, Sitting, TestRule
from courses.models import CourseIndexPage, CoursePage, Enrolment, LessonPage, ModulePage
from lms.roles import sync_groups
from tests.assessments.bank import SECRET
from tests.databases import clone, drop, ensure_template
from tests.factories import (
    LONG_AGO,
    AuthorityFactory,
    LearnerFactory,
    UserFactory,
    complete_lessons,
    make_question,
    make_test_rule,
)

SCREEN = {"heading": "Screen", "content": [("text", RichText("<p>Text.</p>"))]}
EXPLANATION = "Because of the explanation."


@pytest.fixture
def course():
    """Two live lessons, without the revisions, which are slow to write and read by no test here."""
    index = CourseIndexPage.original()
    course = index.add_child(
        instance=CoursePage(title="Course", slug="course", summary="A course.", edition="1")
    )
    module = course.add_child(instance=ModulePage(title="Module", slug="module"))
    for number in (1, 2):
        fields = {"title": f"Lesson {number}", "slug": f"lesson-{number}", "summary": "A lesson."}
        module.add_child(instance=LessonPage(minutes=5, screens=[("screen", SCREEN)], **fields))
    return course


@pytest.fixture
def rule(course):
    return rule_of(course)


@pytest.fixture
def learner(course):
    return finished(course)


@pytest.fixture
def sitting(rule, learner, course, now):
    return actions.start_sitting(learner=learner, course=course, now=now)


@pytest.fixture
def as_learner(client, learner):
    client.force_login(learner.user)
    return client


@pytest.fixture
def timed(course, learner, now):
    """A sitting of ten minutes."""
    rule_of(course, time_limit_minutes=10)
    return actions.start_sitting(learner=learner, course=course, now=now)


@pytest.fixture
def clock(time_machine, now):
    """Stands still at ``now`` for the pages, which read the clock."""
    time_machine.move_to(now, tick=False)
    return time_machine


@pytest.fixture
def home(course):
    """The council whose trainers look after the course."""
    course.authority = AuthorityFactory()
    course.save()
    return course.authority


@pytest.fixture
def draft(course, home):
    """A question of that council that was never live."""
    topic = rule_of(course).blueprint.first().topic
    question = make_question(topic, live=False, text=SECRET)
    question.save_revision()
    sync_groups()
    return question


@pytest.fixture
def media(settings, tmp_path):
    """Pictures are kept in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def own_database(django_db_setup, django_db_blocker):
    """A database of the test's own, in which threads see what others have committed."""
    database = connections["default"].settings_dict
    shared = database["NAME"]
    _use_database(f"{shared}_own", django_db_blocker)
    clone(ensure_template(), f"{shared}_own")
    with django_db_blocker.unblock():
        yield
    _use_database(shared, django_db_blocker)
    drop(f"{shared}_own")


def _use_database(name, blocker):
    with blocker.unblock():
        connections["default"].close()
        connections["default"].close_pool()
    connections["default"].settings_dict["NAME"] = name


def rule_of(course, *, bank=4, **fields):
    """An approved rule whose topics hold ``bank`` published questions each."""
    rule = make_test_rule(course, bank=0, **fields)
    for place in rule.blueprint.select_related("topic__lesson"):
        fill_bank(place.topic, bank - place.topic.questions.count())
    return rule


def draft_rule(course, *, places=(), **fields):
    """A rule that nobody has approved. ``places`` holds topic, questions and minimum of each."""
    rule = TestRule.objects.create(
        course=course,
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=LONG_AGO,
        **{"effective_from": LONG_AGO.date(), **fields},
    )
    for topic, questions, minimum in places:
        rule.blueprint.create(topic=topic, questions=questions, minimum=minimum)
    return rule


def fill_bank(topic, count):
    """Published questions, written all at once; the third of four options is right."""
    questions = Question.objects.bulk_create(
        Question(
            topic=topic,
            lesson=topic.lesson,
            source="Test",
            text=f"Question {number} of {topic}?",
            explanation=EXPLANATION,
        )
        for number in range(count)
    )
    QuestionOption.objects.bulk_create(
        QuestionOption(
            question=question, text=f"Option {place}", correct=place == 3, sort_order=place
        )
        for question in questions
        for place in range(1, 5)
    )


def finished(course, learner=None):
    """A learner whose open round of the course is complete."""
    learner = learner or LearnerFactory()
    enrolment = Enrolment.objects.create(
        learner=learner,
        course=course,
        authority=learner.authority,
        started_at=LONG_AGO,
        completed_at=LONG_AGO,
    )
    complete_lessons(enrolment, at=LONG_AGO)
    return learner


def answer(sitting, now, *, right=None):
    """Answer every question; only the first ``right`` rightly, all of them by default."""
    right = sitting.question_count if right is None else right
    for position, question in enumerate(sitting.questions, start=1):
        wrong = next(o["token"] for o in question["options"] if o["token"] != question["key"])
        actions.give_answer(
            sitting=sitting,
            position=position,
            option_tokens=[question["key"] if position <= right else wrong],
            now=now,
        )


def hold(learner, course, now, *, mode=Sitting.Mode.SPOKEN):
    """A spoken or paper test that a member of staff has begun."""
    learner, place = stand(learner, course, now)
    held = Sitting(
        learner=learner, course=course, started_at=now, mode=mode, started_by=UserFactory()
    )
    return open_sitting(place, held)


def sit(learner, course, now, *, right=None):
    """A whole sitting, handed in at ``now``."""
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    answer(sitting, now, right=right)
    return actions.submit(sitting=sitting, now=now)
