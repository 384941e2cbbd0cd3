"""May this person …? One function for each question."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from assessments.eligibility import Reason, Terms, reasons_against
from assessments.marking import required_count
from assessments.models import Question, Sitting, TestRule, TestRuleTopic, Topic
from courses.models import CoursePage, Enrolment, LessonPage
from courses.perms import lessons_at
from people import perms as people
from people.models import Authority, Learner, Membership

Role = Membership.Role
# What a trainer may do with the questions of their own authority's courses. Nobody publishes one,
# not even an administrator: a review by another person does that (R20).
QUESTION_ROLES: Mapping[str, Collection[str]] = {
    "view": (Role.AUTHOR, Role.REVIEWER),
    "add": (Role.AUTHOR,),
    "change": (Role.AUTHOR, Role.REVIEWER),
    "unpublish": (Role.REVIEWER,),
}
TOPIC_ROLES: Mapping[str, Collection[str]] = {"view": (Role.AUTHOR, Role.REVIEWER)}


@dataclass(frozen=True)
class Standing:
    """Where a learner stands with a course's test; without ``reasons`` a sitting may start."""

    enrolment: Enrolment | None
    open_sitting: Sitting | None
    rule: TestRule | None
    blueprint: tuple[TestRuleTopic, ...]
    tries_used: int
    reasons: tuple[Reason, ...]

    @property
    def question_count(self) -> int:
        return sum(place.questions for place in self.blueprint)

    @property
    def required_count(self) -> int:
        return required_count(self.rule.pass_mark, self.question_count) if self.rule else 0

    @property
    def tries_left(self) -> int | None:
        """Empty: no limit, or no rule to set one."""
        if self.rule is None or self.rule.tries is None:
            return None
        return max(self.rule.tries - self.tries_used, 0)


def own_sitting(learner: Learner, sitting_id: UUID) -> Sitting | None:
    """The sitting, for the learner who sits it and nobody else."""
    own = Sitting.objects.of(learner).select_related("rule", "course", "learner")
    return own.filter(pk=sitting_id).first()


def standing(
    *, learner: Learner, course: CoursePage, now: datetime, locked: bool = False
) -> Standing:
    """May this learner start a sitting now, and if not, why? Waits count over all rounds, tries in
    the open one. ``locked`` keeps the open round as it is until the transaction ends."""
    rounds = Enrolment.objects.open().of(learner).filter(course=course)
    rounds = rounds.select_related("authority", "course")
    if locked:
        rounds = rounds.select_for_update(of=("self",), no_key=True)
    enrolment = rounds.first()
    sittings = Sitting.objects.of(learner).filter(course=course)
    open_sitting = sittings.open().first()
    past = sittings.aggregate(
        tries=Count("pk", filter=Q(enrolment=enrolment)), next_try_at=Max("next_try_at")
    )
    rule = _rule_in_force(learner, course, enrolment, now)
    blueprint = tuple(rule.blueprint.with_available().select_related("topic")) if rule else ()
    reasons = reasons_against(
        course_complete=enrolment is not None and enrolment.lessons_are_done(),
        sitting_open=open_sitting is not None,
        terms=_terms(rule, blueprint),
        tries_used=past["tries"],
        next_try_at=past["next_try_at"],
        now=now,
    )
    return Standing(enrolment, open_sitting, rule, blueprint, past["tries"], reasons)


def trainer_lessons(user: Any, *roles: str) -> "QuerySet[LessonPage]":
    """The lessons of the courses whose authority has the person in one of ``roles`` now; all of
    them, also those of no authority, for platform administrators."""
    if user.is_active and user.is_superuser:
        lessons: QuerySet[LessonPage] = LessonPage.objects.all()
        return lessons
    return lessons_at(people.authorities_of(user, *roles))


def trainer_questions(user: Any, *roles: str) -> "QuerySet[Question]":
    """The questions of the lessons above."""
    questions: QuerySet[Question] = Question.objects.filter(
        lesson__in=trainer_lessons(user, *roles)
    )
    return questions


def trainer_topics(user: Any, *roles: str) -> "QuerySet[Topic]":
    """The topics of the lessons above; those without a lesson are the administrators' alone."""
    own = Q(lesson__in=trainer_lessons(user, *roles))
    return Topic.objects.filter(own | Q(lesson=None) if user.is_superuser else own)


def rule_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities whose own test rules the person may propose and approve: all for platform
    administrators, else those at which they are a licensing officer now."""
    return people.served_authorities(user, Role.OFFICER)


def may_decide_rules(user: Any, *, authority: Authority | None) -> bool:
    """Whoever may for that authority; for a national default platform administrators alone."""
    if authority is None:
        return bool(user.is_superuser)
    return rule_authorities(user).filter(pk=authority.pk).exists()


def readable_rules(user: Any) -> QuerySet[TestRule]:
    """The rules of the authorities above and, for whoever has one of these, the national ones."""
    own = rule_authorities(user)
    readable = Q(authority__in=own)
    if own.exists():
        readable |= Q(authority=None)
    rules: QuerySet[TestRule] = TestRule.objects.filter(readable)
    return rules.select_related("authority", "course", "proposed_by", "approved_by")


def _rule_in_force(
    learner: Learner, course: CoursePage, enrolment: Enrolment | None, now: datetime
) -> TestRule | None:
    """By the authority the round was started for; before there is a round, by the learner's own."""
    authority = enrolment.authority if enrolment else learner.authority
    day = timezone.localdate(now, timezone.get_default_timezone())
    rules: Any = TestRule.objects.in_force(authority=authority, on=day, known_at=now)
    rule: TestRule | None = rules.filter(course=course).first()
    return rule


def _terms(rule: TestRule | None, blueprint: tuple[Any, ...]) -> Terms | None:
    if rule is None:
        return None
    suffices = all(place.available >= place.questions for place in blueprint)
    return Terms(bank_suffices=bool(blueprint) and suffices, tries=rule.tries)
