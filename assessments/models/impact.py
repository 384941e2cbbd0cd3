"""What withdrawing a version of a question would change, for whom, before it is confirmed (R31).

The papers are read through one server-side cursor and judged one by one by the same marking that
scores them again, so the memory needed does not grow with them. A person is named only to somebody
who serves their authority; of others there is a count.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from assessments.marking import mark
from assessments.models.changes import Withdrawal
from assessments.models.sittings import Answer, DrawnQuestion, Sitting

NAMED = 100  # People whose names one list holds; the others of it are counted.
PAGE = 200  # Papers in memory at a time.
Versions = Collection[tuple[int, int | None]]


class Effect(StrEnum):
    """What the withdrawal does to one paper that held the version."""

    FAILED_BY_IT = "failed_by_it"
    STILL_FAILS = "still_fails"
    PASSED_WITH_IT = "passed_with_it"
    SITTING_NOW = "sitting_now"
    FAILED_ANYWAY = "failed_anyway"
    VOID = "void"


# Of papers that need no marking: the fails among these had the right answer.
EFFECTS = {
    "": Effect.SITTING_NOW,
    Sitting.Outcome.PASSED: Effect.PASSED_WITH_IT,
    Sitting.Outcome.FAILED: Effect.FAILED_ANYWAY,
    Sitting.Outcome.VOID: Effect.VOID,
}


class Affected(NamedTuple):
    sitting_id: UUID
    name: str
    effect: Effect


@dataclass
class People:
    """``named``: the first of those that the reader serves; ``known`` counts them all, ``others``
    those of each authority that the reader does not serve, without its name."""

    named: list[Affected] = field(default_factory=list)
    known: int = 0
    others: Counter[int | None] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.known + self.others.total()

    @property
    def unnamed(self) -> int:
        return self.known - len(self.named)

    @property
    def elsewhere(self) -> list[int]:
        """How many of each other authority, the most first."""
        return sorted(self.others.values(), reverse=True)


def impact_of(
    withdrawal: Withdrawal, *, served: Collection[int | None], hidden: Collection[int] = ()
) -> dict[Effect, People]:
    """Whom it touches, for a reader who serves the authorities with these keys and is told no name
    of the ``hidden`` people. Every effect has its place, in the order of the list above. Call
    inside a transaction, where the cursor lives."""
    groups = {effect: People() for effect in Effect}
    for sitting, effect in effects(withdrawal):
        people = groups[effect]
        if sitting.authority_id not in served:
            people.others[sitting.authority_id] += 1
            continue
        people.known += 1
        if len(people.named) < NAMED and sitting.learner_id not in hidden:
            people.named.append(Affected(sitting.pk, sitting.learner.full_name, effect))
    return groups


def effects(withdrawal: Withdrawal) -> Iterator[tuple[Sitting, Effect]]:
    """Each paper that held the version, with what becomes of it. What was scored again because of
    this very withdrawal is told as it was before."""
    own = Q(changes__withdrawal=withdrawal, changes__outcome_before=Sitting.Outcome.FAILED)
    failed = Sitting.objects.filter(own | Q(result=Sitting.Outcome.FAILED))
    wrong = withdrawal.draws_not_right().filter(sitting__in=failed.values("pk"))
    confirmed = Withdrawal.objects.confirmed().versions()
    withdrawn = confirmed | {(withdrawal.question_id, withdrawal.revision_id)}
    for draw in _with_answers(wrong).iterator(chunk_size=PAGE):
        yield draw.sitting, _of_a_fail(draw.sitting, withdrawn)
    for draw in _without_paper(withdrawal.draws().exclude(pk__in=wrong)).iterator(chunk_size=PAGE):
        yield draw.sitting, EFFECTS[draw.sitting.result]


def _with_answers(draws: QuerySet[DrawnQuestion]) -> QuerySet[DrawnQuestion]:
    related = draws.select_related("sitting__rule", "sitting__learner").order_by("sitting")
    return related.prefetch_related(Prefetch("sitting__answers", Answer.objects.counting()))


def _without_paper(draws: QuerySet[DrawnQuestion]) -> QuerySet[DrawnQuestion]:
    return draws.select_related("sitting__learner").defer("sitting__paper").order_by("sitting")


def _of_a_fail(sitting: Sitting, withdrawn: Versions) -> Effect:
    given = {answer.position: answer.chosen for answer in sitting.answers.all()}
    marking = mark(sitting.paper, given, sitting.standard, withdrawn=withdrawn)
    return Effect.FAILED_BY_IT if marking.passed else Effect.STILL_FAILS
