"""Draws and seals the paper of a sitting: what only reads, so that starting is one short story."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet

from assessments import paper
from assessments.eligibility import Code, Reason
from assessments.marking import passed_topics
from assessments.models import Answer, Question, QuestionOption, Sitting, TestRule, TestRuleTopic
from assessments.perms import Standing
from assessments.refusals import StartRefused
from courses.models import CoursePage
from people.models import Learner


def draw_paper(
    place: Standing, *, learner: Learner, course: CoursePage, seed: str, now: datetime
) -> paper.Paper:
    """The sealed paper for this learner under the rule in force. Raises StartRefused when the bank
    cannot fill it."""
    assert place.rule is not None
    carried = carried_topics(place, now=now)
    slugs = {topic["slug"] for topic in carried}
    blueprint = [part for part in place.blueprint if part.topic.slug not in slugs]
    drawn = _draw(place.rule, blueprint, learner=learner, course=course, seed=seed)
    return paper.freeze(
        questions=QuestionOption.objects.bank_questions(drawn),
        topics=[
            {"slug": part.topic.slug, "title": part.topic.title, "minimum": part.minimum}
            for part in blueprint
        ],
        seed=seed,
        carried=carried,
    )


def _draw(
    rule: TestRule,
    blueprint: Sequence[TestRuleTopic],
    *,
    learner: Learner,
    course: CoursePage,
    seed: str,
) -> tuple[int, ...]:
    past = Sitting.objects.of(learner).filter(course=course)
    question_ids = past.annotate(drawn=ArrayAgg("drawn_questions__question_id"))
    drawn = paper.draw(
        blueprint={part.topic.slug: part.questions for part in blueprint},
        candidates=Question.objects.candidates(
            rule_id=rule.pk, course_id=course.pk, learner_id=learner.pk
        ),
        seed=seed,
        past=[frozenset(each) for each in question_ids.values_list("drawn", flat=True)],
    )
    if isinstance(drawn, paper.BankTooSmall):
        raise StartRefused((Reason(Code.BANK_TOO_SMALL),))
    return drawn


def carried_topics(place: Standing, *, now: datetime) -> list[paper.Carried]:
    """The topics that this round has passed already and that the rule lets stand (R08).

    Should that be all of them, which only a change of the rule brings about, nothing is carried.
    """
    if place.rule is None or place.rule.resit_days is None or place.enrolment is None:
        return []
    since = now - timedelta(days=place.rule.resit_days)
    recent = Sitting.objects.counting().filter(enrolment=place.enrolment, closed_at__gt=since)
    titles = {part.topic.slug: part.topic.title for part in place.blueprint}
    found: dict[str, paper.Carried] = {}
    for sitting, given in _with_answers(recent.select_related("rule").order_by("closed_at")):
        found |= {part["slug"]: part for part in _passed(sitting, given) if part["slug"] in titles}
    return list(found.values()) if len(found) < len(titles) else []


def _with_answers(sittings: QuerySet[Sitting]) -> list[tuple[Sitting, dict[int, str]]]:
    """Each sitting with what was chosen at its places; two queries, however many there are."""
    given: dict[UUID, dict[int, str]] = {}
    answers = Answer.objects.filter(sitting__in=sittings).counting()
    for sitting_id, position, chosen in answers.values_list("sitting_id", "position", "chosen"):
        given.setdefault(sitting_id, {})[position] = chosen
    return [(sitting, given.get(sitting.pk, {})) for sitting in sittings]


def _passed(sitting: Sitting, answers: dict[int, str]) -> list[paper.Carried]:
    slugs = passed_topics(sitting.paper, answers, sitting.standard)
    return [
        paper.Carried(
            slug=topic["slug"],
            title=topic["title"],
            sitting_id=str(sitting.pk),
            correct=_right(sitting, answers, topic["slug"]),
            questions=sum(each["topic"] == topic["slug"] for each in sitting.questions),
        )
        for topic in sitting.paper["topics"]
        if topic["slug"] in slugs
    ]


def _right(sitting: Sitting, answers: dict[int, str], slug: str) -> int:
    return sum(
        question["topic"] == slug and answers.get(position) == question["key"]
        for position, question in enumerate(sitting.questions, start=1)
    )
