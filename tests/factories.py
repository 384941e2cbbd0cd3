"""Minimal valid rows. Defaults are plain; a test says only what it is about."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import factory
from wagtail.models import Page, Revision

from assessments.models import Question, QuestionOption, TestRule, TestRuleTopic, Topic
from certificates.models import ValidityRule
from courses.actions import open_to_trainers
from courses.models import (
    CourseIndexPage,
    CoursePage,
    Enrolment,
    LessonCompletion,
    LessonPage,
    ModulePage,
)
from licensing.models import Acceptance, Requirement
from people.actions import grant_membership
from people.models import Authority, Learner, Licence, User

LONG_AGO = datetime(2019, 7, 1, 12, 0, tzinfo=UTC)
PASSWORD = "safeguarding-demo-1"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(**kwargs)


class AuthorityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Authority

    code = factory.Sequence(lambda n: f"TEST-{n}")
    name = factory.Sequence(lambda n: f"Test Council {n}")


class LearnerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Learner

    user = factory.SubFactory(UserFactory)
    authority = factory.SubFactory(AuthorityFactory)
    full_name = "Ade Example"
    created_at = LONG_AGO


class LicenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Licence

    authority = factory.SubFactory(AuthorityFactory)
    number = factory.Sequence(lambda n: f"PH-{n}")
    kind = Licence.Kind.PRIVATE_HIRE
    state = Licence.State.CURRENT
    full_name = "Ade Example"
    date_of_birth = date(1980, 3, 31)
    created_at = LONG_AGO

    class Params:
        held = factory.Trait(
            holder=factory.SubFactory(
                LearnerFactory, authority=factory.SelfAttribute("..authority")
            ),
            held_from=LONG_AGO,
        )


def staff(role: str, authority: Authority, now: datetime, **fields: Any) -> User:
    """Somebody who holds the role at the authority."""
    user = UserFactory(**fields)
    grant_membership(user=user, authority=authority, role=role, by=None, now=now)
    return user


def make_course(
    *, slug: str = "course", lessons: int = 2, screens: int = 2, **fields: Any
) -> CoursePage:
    """A published course of one module; screen 2 of each lesson holds one understanding check."""
    index = CourseIndexPage.original()
    course = index.add_child(
        instance=CoursePage(
            title=slug.title(), slug=slug, summary="A course.", edition="1", **fields
        )
    )
    course.save_revision().publish()
    open_to_trainers(course=course)
    module = course.add_child(instance=ModulePage(title="Module", slug="module"))
    module.save_revision().publish()
    for number in range(1, lessons + 1):
        add_lesson(module, slug=f"lesson-{number}", screens=screens)
    return course


def add_lesson(module: ModulePage, *, slug: str, screens: int = 2) -> LessonPage:
    """A published lesson whose block identifiers follow from its address."""
    lesson = module.add_child(
        instance=LessonPage(
            title=slug.title(),
            slug=slug,
            summary="A lesson.",
            minutes=5,
            screens=[
                _screen(f"{module.pk}/{slug}/{number}", number) for number in range(1, screens + 1)
            ],
        )
    )
    lesson.save_revision().publish()
    return lesson


def _screen(key: str, number: int) -> dict[str, Any]:
    content: list[dict[str, Any]] = [
        {
            "type": "text",
            "id": str(uuid5(NAMESPACE_URL, key + "/text")),
            "value": f"<p>Text {key}.</p>",
        }
    ]
    if number == 2:
        options = [
            {"text": "Report it", "correct": True, "feedback": "Yes, report it."},
            {"text": "Wait", "correct": False, "feedback": "Do not wait."},
        ]
        check = {"question": "What do you do?", "options": options}
        content.append(
            {"type": "check", "id": str(uuid5(NAMESPACE_URL, key + "/check")), "value": check}
        )
    return {
        "type": "screen",
        "id": str(uuid5(NAMESPACE_URL, key)),
        "value": {"heading": f"Screen {number}", "content": content},
    }


def complete_lessons(enrolment: Enrolment, *, at: datetime) -> None:
    """Every live lesson done that is not, without its screens; a lesson without a revision is given
    a bare one, as a real one takes long to write."""
    for lesson in enrolment.course.lessons().filter(live_revision=None):
        revision = Revision.objects.create(
            content_object=lesson,
            base_content_type=lesson.get_base_content_type(),
            content={},
            created_at=at,
        )
        Page.objects.filter(pk=lesson.pk).update(live_revision=revision)
    so_far = enrolment.so_far()
    LessonCompletion.objects.bulk_create(
        LessonCompletion(
            enrolment=enrolment,
            lesson=lesson,
            revision_id=lesson.live_revision_id,
            repeat=so_far.times_asked(lesson.pk),
            completed_at=at,
        )
        for lesson in enrolment.course.lessons()
        if lesson.pk not in so_far.done
    )


def make_question(topic: Topic, *, live: bool = True, text: str = "") -> Question:
    """One question with four options; the first is right."""
    question = Question(
        topic=topic, lesson=topic.lesson, source="Test", text=text or "What is right?"
    )
    question.options = [
        QuestionOption(text=f"Option {number}", correct=number == 1, sort_order=number)
        for number in range(1, 5)
    ]
    question.live = False
    question.save()
    if live:
        question.save_revision().publish()
    return question


def make_test_rule(
    course: CoursePage, *, questions_per_topic: int = 2, bank: int = 4, **fields: Any
) -> TestRule:
    """An approved rule: one topic for each lesson, each topic with ``bank`` questions."""
    rule = TestRule.objects.create(
        course=course,
        effective_from=LONG_AGO.date(),
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=LONG_AGO,
        **{"waits": ["PT24H"], **fields},
    )
    for lesson in course.lessons():
        topic, _ = Topic.objects.get_or_create(
            slug=f"{course.slug}-{lesson.slug}", defaults={"title": lesson.title, "lesson": lesson}
        )
        TestRuleTopic.objects.create(rule=rule, topic=topic, questions=questions_per_topic)
        for number in range(bank - topic.questions.count()):
            make_question(topic, text=f"Question {number} of {lesson.title}?")
    rule.approve(by=UserFactory(), now=LONG_AGO)
    return rule


def make_validity_rule(**fields: Any) -> ValidityRule:
    return _approved(ValidityRule, **fields)


def make_requirement(course: CoursePage, **fields: Any) -> Requirement:
    return _approved(Requirement, course=course, **fields)


def make_acceptance(course: CoursePage, **fields: Any) -> Acceptance:
    """One authority accepts certificates of another, for the requirement called safeguarding."""
    return _approved(Acceptance, course=course, **{"requirements": ["safeguarding"], **fields})


def _approved(model: Any, **fields: Any) -> Any:
    rule = model.objects.create(
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=LONG_AGO,
        **{"effective_from": LONG_AGO.date(), **fields},
    )
    rule.approve(by=UserFactory(), now=LONG_AGO)
    return rule
