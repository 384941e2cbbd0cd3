"""A small test on a running site: three questions of three kinds, for a person who has learnt."""

from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image

from assessments.models import PaperPicture, Question, QuestionOption, TestRule, Topic
from courses.actions import enrol
from courses.models import CoursePage, Enrolment
from people.models import Learner, User
from tests.factories import complete_lessons

KINDS: dict[str, dict[str, Any]] = {
    "Which number is for an emergency?": {"right": ["999"], "wrong": ["101", "111"]},
    "What do you write down?": {
        "kind": Question.Kind.MULTIPLE,
        "right": ["When it was", "What was said"],
        "wrong": ["What you think of the passenger"],
    },
    "What is shown here?": {
        "right": ["A place to wait"],
        "wrong": ["A school", "A police station"],
        "alt": "A sign that shows a taxi and a clock",
    },
}


def prepare(email: str, slug: str, **fields: Any) -> None:
    """``fields`` are those of the rule, which holds for the person's council from today."""
    now = timezone.now()
    learner = Learner.objects.get(user__email=email)
    course = CoursePage.objects.original().get(slug=slug)
    if not Enrolment.objects.open().of(learner).filter(course=course).exists():
        enrol(learner=learner, course=course, now=now)
    enrolment = Enrolment.objects.open().of(learner).get(course=course)
    complete_lessons(enrolment, at=now)
    topic = _topic(course, slug)
    author, approver = User.objects.filter(learner=None).order_by("pk")[:2]
    rule = TestRule.objects.create(
        course=course,
        authority=learner.authority,
        effective_from=timezone.localdate(now),
        reason="A small test for a journey",
        proposed_by=author,
        proposed_at=now,
        **fields,
    )
    rule.blueprint.create(topic=topic, questions=len(KINDS))
    rule.approve(by=approver, now=now)


def _topic(course: CoursePage, slug: str) -> Topic:
    topic = Topic.objects.create(slug=f"{slug}-small", title="Safe", lesson=course.lessons()[0])
    for text, parts in KINDS.items():
        question = Question.objects.create(
            topic=topic,
            lesson=topic.lesson,
            source="Journey",
            text=text,
            kind=parts.get("kind", Question.Kind.SINGLE),
            picture=_picture() if "alt" in parts else None,
            image_alt=parts.get("alt", ""),
            live=False,
        )
        for place, option in enumerate([*parts["right"], *parts["wrong"]]):
            right = option in parts["right"]
            QuestionOption.objects.create(
                question=question, text=option, correct=right, sort_order=place
            )
        Question.objects.filter(pk=question.pk).update(live=True)
    return topic


def _picture() -> PaperPicture:
    """Wider than the phone it is shown on."""
    file = BytesIO()
    Image.new("RGB", (720, 300), "#1d4f5c").save(file, "WEBP")
    return PaperPicture.objects.keep(file.getvalue(), width=720, height=300)
