"""Loads the 84 questions, their topics, and the rules of test, certificate and requirement."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import models

from assessments.models import Question, QuestionOption, TestRule, TestRuleTopic, Topic
from certificates.models import ValidityRule
from courses.models import CoursePage, LessonPage
from licensing.models import Requirement
from lms.demo.courses import CONTENT, Upkeep, read
from people.models import User

EFFECTIVE_FROM = date(2019, 8, 1)
PROPOSED_AT = datetime(2019, 7, 1, 9, 0, tzinfo=UTC)
APPROVED_AT = datetime(2019, 7, 15, 9, 0, tzinfo=UTC)
BLUEPRINT = {
    "why-it-matters": 2,
    "exploitation-and-grooming": 4,
    "what-you-might-notice": 3,
    "county-lines": 2,
    "slavery-and-adults-at-risk": 2,
    "safe-professional-journeys": 3,
    "equality-and-disability": 1,
    "respond-record-report": 3,
}


def load_bank(course: CoursePage, upkeep: Upkeep) -> None:
    """Add the topics and questions that are missing, published."""
    lessons = {lesson.slug: lesson for lesson in course.lessons()}
    known = set(Question.objects.values_list("seed_number", flat=True))
    for path in sorted((CONTENT / course.slug / "questions").glob("*.toml")):
        bank = read(path)
        lesson = lessons[bank["topic"]]
        topic, _ = Topic.objects.get_or_create(
            slug=bank["topic"], defaults={"title": bank["title"], "lesson": lesson}
        )
        for entry in bank["questions"]:
            if entry["seed"] not in known:
                _load_question(entry, topic, lesson, upkeep)


def _load_question(entry: dict[str, Any], topic: Topic, lesson: LessonPage, upkeep: Upkeep) -> None:
    question = Question(
        topic=topic,
        lesson=lesson,
        text=entry["text"],
        critical=entry["critical"],
        source=entry["source"],
        explanation=entry["explanation"],
        seed_number=entry["seed"],
        live=False,
        **upkeep.fields,
    )
    texts = [entry["right"], *entry["wrong"]]
    question.options = [
        QuestionOption(text=text, correct=place == 0, sort_order=place)
        for place, text in enumerate(texts)
    ]
    question.save()
    question.save_revision().publish()


def load_rules(full: CoursePage, refresher: CoursePage, *, author: User, approver: User) -> None:
    """The national defaults: 20 questions, all right; 36 months; everybody, without grace."""
    signatures = {"author": author, "approver": approver}
    for course in (full, refresher):
        if not TestRule.objects.filter(course=course).exists():
            _load_test_rule(course, **signatures)
    if not ValidityRule.objects.exists():
        _approve(ValidityRule(**_dated(author)), approver)
    if not Requirement.objects.exists():
        requirement = Requirement(course=full, code="safeguarding", grace_days=0, **_dated(author))
        _approve(requirement, approver)


def _load_test_rule(course: CoursePage, *, author: User, approver: User) -> None:
    rule = TestRule(course=course, pass_mark=100, time_limit_minutes=60, waits=[], **_dated(author))
    rule.save()
    topics = Topic.objects.in_bulk(list(BLUEPRINT), field_name="slug")
    for slug, questions in BLUEPRINT.items():
        TestRuleTopic.objects.create(rule=rule, topic=topics[slug], questions=questions)
    _approve(rule, approver)


def _dated(author: User) -> dict[str, Any]:
    return {
        "effective_from": EFFECTIVE_FROM,
        "reason": "The rule of the demo: every three years since August 2019.",
        "proposed_by": author,
        "proposed_at": PROPOSED_AT,
    }


def _approve(rule: models.Model, approver: User) -> None:
    rule.save()
    rule.approve(by=approver, now=APPROVED_AT)  # type: ignore[attr-defined]
