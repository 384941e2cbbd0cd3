"""Who may sit a test, and where a learner stands with one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from assessments.eligibility import Reason, Terms, reasons_against
from assessments.marking import required_count
from assessments.models import Adjustment, Case, ExtraTries, Sitting, TestRule, TestRuleTopic
from courses.models import CoursePage, Enrolment
from people.models import Learner


@dataclass(frozen=True)
class Standing:
    """Where a learner stands with a course's test; without ``reasons`` a sitting may start."""

    enrolment: Enrolment | None
    open_sitting: Sitting | None
    rule: TestRule | None
    blueprint: tuple[TestRuleTopic, ...]
    tries_used: int
    reasons: tuple[Reason, ...]
    extra_tries: int = 0
    adjustment: Adjustment | None = None

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
        return max(self.rule.tries + self.extra_tries - self.tries_used, 0)


def own_sitting(learner: Learner, sitting_id: UUID) -> Sitting | None:
    """The sitting, for the learner who sits it and nobody else. What staff hold is on their screen
    alone until it is closed."""
    own = Sitting.objects.of(learner).select_related("rule", "course", "learner")
    shown = Q(mode=Sitting.Mode.ONLINE) | Q(closed_at__isnull=False)
    return own.filter(shown, pk=sitting_id).first()


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
    past = sittings.counting().aggregate(
        tries=Count("pk", filter=Q(enrolment=enrolment)),
        next_try_at=Max("next_try_at", filter=Q(result=Sitting.Outcome.FAILED)),
    )
    rule = _rule_in_force(learner, course, enrolment, now)
    blueprint = tuple(rule.blueprint.with_available().select_related("topic")) if rule else ()
    extra_tries = _extra_tries(enrolment, rule)
    reasons = reasons_against(
        course_complete=enrolment is not None and enrolment.lessons_are_done(),
        sitting_open=open_sitting is not None,
        terms=_terms(rule, blueprint, extra_tries),
        tries_used=past["tries"],
        next_try_at=past["next_try_at"],
        held_until=Case.objects.held_until(learner, now=now),
        now=now,
    )
    return Standing(
        enrolment=enrolment,
        open_sitting=open_sitting,
        rule=rule,
        blueprint=blueprint,
        tries_used=past["tries"],
        reasons=reasons,
        extra_tries=extra_tries,
        adjustment=Adjustment.objects.granted_to(learner, now=now).first(),
    )


def _rule_in_force(
    learner: Learner, course: CoursePage, enrolment: Enrolment | None, now: datetime
) -> TestRule | None:
    """By the authority the round was started for; before there is a round, by the learner's own."""
    authority = enrolment.authority if enrolment else learner.authority
    day = timezone.localdate(now, timezone.get_default_timezone())
    rules: Any = TestRule.objects.in_force(authority=authority, on=day, known_at=now)
    rule: TestRule | None = rules.filter(course=course).first()
    return rule


def _extra_tries(enrolment: Enrolment | None, rule: TestRule | None) -> int:
    """What officers added to the tries of the open round; nothing where tries have no limit."""
    if enrolment is None or rule is None or rule.tries is None:
        return 0
    added = ExtraTries.objects.confirmed().filter(enrolment=enrolment)
    total: int | None = added.aggregate(total=Sum("tries"))["total"]
    return total or 0


def _terms(rule: TestRule | None, blueprint: tuple[Any, ...], extra_tries: int) -> Terms | None:
    if rule is None:
        return None
    suffices = all(place.available >= place.questions for place in blueprint)
    tries = None if rule.tries is None else rule.tries + extra_tries
    return Terms(bank_suffices=bool(blueprint) and suffices, tries=tries)
