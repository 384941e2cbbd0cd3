"""How far a rule reaches: from when to when it is in force, and whom a proposed one would touch."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from assessments.models.arrangements import ExtraTries
from assessments.models.rules import TestRule
from assessments.models.sittings import Sitting
from assessments.waiting import LONDON
from courses.models import Enrolment


class Term(NamedTuple):
    """From which instant to which a rule is in force; without ``until`` no later one is known."""

    since: datetime
    until: datetime | None

    @property
    def never(self) -> bool:
        """A later rule was in force before this one could be."""
        return self.until is not None and self.until <= self.since

    @property
    def last(self) -> datetime | None:
        """The last instant; its London day is the last day in force."""
        return None if self.until is None else self.until - timedelta.resolution


def term(rule: TestRule, *, now: datetime) -> Term:
    """Of a rule that nobody has approved yet: as if somebody did it ``now``."""
    approved_at = rule.approved_at or now
    later = Q(effective_from__gt=rule.effective_from) | Q(
        effective_from=rule.effective_from, approved_at__gt=approved_at
    )
    successors = TestRule.objects.approved().filter(
        later, course=rule.course_id, authority=rule.authority_id
    )
    begins = [_begins(each, each.approved_at) for each in successors]
    return Term(_begins(rule, approved_at), min(begins, default=None))


def _begins(rule: TestRule, approved_at: datetime) -> datetime:
    """At midnight in London of its first day, but not before it has both signatures."""
    return max(datetime.combine(rule.effective_from, time.min, tzinfo=LONDON), approved_at)


class Counts(NamedTuple):
    """How many people have an open round, sit the test now, wait for their next try, would have no
    tries left although they have some now, and would have some again."""

    rounds: int
    sitting: int
    waiting: int
    losing: int
    regaining: int


@dataclass(frozen=True)
class Reach:
    """Whom the proposed ``rule`` would touch if it were in force on its first day with everybody
    standing where they stand ``now`` (R11). Set-based: its cost is that of the open rounds."""

    rule: TestRule
    now: datetime

    @property
    def day(self) -> date:
        """The first London day on which it may be in force."""
        return max(self.rule.effective_from, self.now.astimezone(LONDON).date())

    @cached_property
    def before(self) -> TestRule | None:
        """The rule that is in force on that day while this one is not."""
        rules: Any = TestRule.objects.in_force(authority=self.rule.authority, on=self.day)
        others: Any = rules.filter(course=self.rule.course_id).exclude(pk=self.rule.pk)
        found: TestRule | None = others.select_related("authority").first()
        return found

    @cached_property
    def counts(self) -> Counts:
        learner = Sitting.objects.filter(learner=OuterRef("learner"), course=self.rule.course_id)
        waits = learner.filter(result=Sitting.Outcome.FAILED, next_try_at__gt=self.now)
        rounds = self._rounds().annotate(sits=Exists(learner.open()), waits=Exists(waits))
        counted = rounds.aggregate(
            rounds=Count("pk"),
            sitting=Count("pk", filter=Q(sits=True)),
            waiting=Count("pk", filter=Q(waits=True)),
            losing=Count("pk", filter=self._losing),
            regaining=Count("pk", filter=self._regaining),
        )
        return Counts(**counted)

    def losing(self) -> QuerySet[Enrolment]:
        """The rounds whose people would have no tries left, by name, with their tries."""
        rounds = self._rounds().filter(self._losing).select_related("learner")
        return rounds.order_by("learner__full_name", "pk")

    def _rounds(self) -> QuerySet[Enrolment]:
        """The open rounds that the rule would judge. ``used``: tries that count; ``extra``: tries
        that officers added."""
        tries = Sitting.objects.counting().filter(enrolment=OuterRef("pk"))
        added: Any = ExtraTries.objects.confirmed().filter(enrolment=OuterRef("pk"))
        return self._scope().annotate(
            used=_total(tries, Count("pk")),
            extra=_total(added, Sum("tries")),
            own_tries=F("used") - F("extra"),
        )

    def _scope(self) -> QuerySet[Enrolment]:
        """A national rule judges the people of no authority with a rule of its own on that day."""
        rounds = Enrolment.objects.open().filter(course=self.rule.course_id)
        if self.rule.authority_id is not None:
            return rounds.filter(authority=self.rule.authority_id)
        own = TestRule.objects.approved().filter(
            course=self.rule.course_id, effective_from__lte=self.day, authority__isnull=False
        )
        return rounds.exclude(authority__in=own.values("authority"))

    @property
    def _losing(self) -> Q:
        return _spent(self.rule) & ~_spent(self.before)

    @property
    def _regaining(self) -> Q:
        return _spent(self.before) & ~_spent(self.rule)


def _spent(rule: TestRule | None) -> Q:
    """No tries are left under the rule; never so where it sets no number, or where none is."""
    if rule is None or rule.tries is None:
        return Q(pk=None)
    return Q(own_tries__gte=rule.tries)


def _total(rows: QuerySet[Any], of: Count | Sum) -> Coalesce:
    """An aggregate of the rows of each round, 0 where there are none."""
    grouped = rows.order_by().values("enrolment").annotate(total=of).values("total")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)
