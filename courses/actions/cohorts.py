"""Cohorts: groups of people with a trainer and a day to finish by."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from courses import perms
from courses.actions.learning import enrol
from courses.models import Cohort, CohortPlace, CoursePage
from people.models import Authority, Learner, Licence, User
from people.models.register import normalise_number


class Added(StrEnum):
    """The answer to one line of a list of people."""

    ADDED = "added"
    ALREADY_IN = "already_in"
    NOBODY = "nobody"


@transaction.atomic
def start_cohort(
    *,
    authority: Authority,
    name: str,
    course: CoursePage,
    trainer: User,
    deadline_on: date,
    by: User,
    now: datetime,
) -> Cohort:
    """A new group without people. Not repeatable: its name is taken by the first one.

    Raises ValidationError for a name the authority uses already, a trainer who is none there now,
    and a day (London) that is over.
    """
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    cohort = Cohort(
        authority=authority,
        name=" ".join(name.split()),
        course=course,
        trainer=trainer,
        deadline_on=deadline_on,
        created_by=by,
        created_at=now,
    )
    _refuse_past(deadline_on, now)
    _check(cohort)
    cohort.save(force_insert=True)
    return cohort


@transaction.atomic
def change_cohort(
    *, cohort: Cohort, name: str, trainer: User, deadline_on: date, by: User, now: datetime
) -> Cohort:
    """Set name, trainer and last day; what was different before goes into the log. A repeat changes
    and logs nothing. Raises ValidationError as ``start_cohort`` does; a day that is over may stay.
    """
    Authority.objects.select_for_update(no_key=True).get(pk=cohort.authority_id)
    cohort = Cohort.objects.select_for_update(of=("self",)).get(pk=cohort.pk)
    before = _changeable(cohort)
    if deadline_on != cohort.deadline_on:
        _refuse_past(deadline_on, now)
    cohort.name, cohort.trainer, cohort.deadline_on = " ".join(name.split()), trainer, deadline_on
    _check(cohort)
    after = _changeable(cohort)
    if after != before:
        cohort.save(update_fields=["name", "trainer", "deadline_on"])
        changes = {key: [before[key], after[key]] for key in after if after[key] != before[key]}
        log(cohort, "courses.cohort_changed", user=by, timestamp=now, data=changes)
    return cohort


def _changeable(cohort: Cohort) -> dict[str, str | int]:
    return {
        "name": cohort.name,
        "trainer": cohort.trainer_id,
        "deadline_on": cohort.deadline_on.isoformat(),
    }


def _refuse_past(deadline_on: date, now: datetime) -> None:
    if deadline_on < timezone.localdate(now, timezone.get_default_timezone()):
        raise ValidationError({"deadline_on": _("Choose today or a later day.")})


def _check(cohort: Cohort) -> None:
    if not perms.trainers_at(cohort.authority).filter(pk=cohort.trainer_id).exists():
        raise ValidationError({"trainer": _("Choose a trainer of this council.")})
    cohort.full_clean()


@transaction.atomic
def add_people(
    *, cohort: Cohort, lines: Sequence[str], by: User, now: datetime
) -> list[tuple[str, Added]]:
    """Add people, each named by e-mail address or licence number, and enrol them in the course. A
    refresher they start themselves: whether they may follows from the certificate they hold.

    The answers come in the order of ``lines``. Who is in already stays as they are, so a repeat
    adds nobody and starts no new round. Somebody of another authority is answered like somebody who
    is not there. Whoever trains for no authority yet trains for the cohort's from now on (R02).
    """
    cohort = Cohort.objects.select_for_update(of=("self",), no_key=True).get(pk=cohort.pk)
    named = _named(cohort, lines)
    own = Q(authority=cohort.authority_id) | Q(authority=None)
    # In the order of their keys, so that two lists with the same people never wait for each other.
    locked = Learner.objects.select_for_update(no_key=True).filter(own).order_by("pk")
    learners = {learner.pk: learner for learner in locked.filter(pk__in=named.values())}
    places = CohortPlace.objects.current().filter(cohort=cohort, learner__in=learners)
    inside = set(places.values_list("learner_id", flat=True))
    new = [learner for pk, learner in learners.items() if pk not in inside]
    for learner in new:
        _put_on_course(learner, cohort, now=now)
    CohortPlace.objects.bulk_create(
        CohortPlace(cohort=cohort, learner=learner, added_by=by, added_at=now) for learner in new
    )
    answers, waiting = [], {learner.pk for learner in new}
    for line in lines:
        pk = named.get(_key(line))
        if pk not in learners:
            answers.append((line, Added.NOBODY))
        else:
            answers.append((line, Added.ADDED if pk in waiting else Added.ALREADY_IN))
            waiting.discard(pk)
    return answers


def _put_on_course(learner: Learner, cohort: Cohort, *, now: datetime) -> None:
    if learner.authority_id is None:
        learner.authority = cohort.authority
        learner.save(update_fields=["authority"])
    if cohort.course.kind == CoursePage.Kind.INITIAL:
        enrol(learner=learner, course=cohort.course, now=now)


def _key(line: str) -> str:
    """What a line names: an e-mail address in small letters, or else a licence number."""
    return line.strip().lower() if "@" in line else normalise_number(line)


def _named(cohort: Cohort, lines: Iterable[str]) -> dict[str, int]:
    """Whom the lines name: an account's address, or who holds a licence of the authority. A record
    without an account takes no course."""
    keys = {_key(line) for line in lines}
    numbers = {key for key in keys if "@" not in key}
    return {**_by_address(keys - numbers), **_by_licence(cohort, numbers)}


def _by_address(addresses: Collection[str]) -> dict[str, int]:
    accounts = Learner.objects.annotate(address=Lower("user__email"))
    return dict(accounts.filter(address__in=addresses).values_list("address", "pk"))


def _by_licence(cohort: Cohort, numbers: Collection[str]) -> dict[str, int]:
    licences = Licence.objects.filter(authority=cohort.authority_id, number__in=numbers)
    held = licences.filter(holder__user__isnull=False).values_list("number", "holder_id")
    return {number: holder for number, holder in held if holder is not None}


@transaction.atomic
def take_out(*, place: CohortPlace, by: User, now: datetime) -> None:
    """End somebody's place. The place and their progress are kept; a repeat does nothing."""
    place = CohortPlace.objects.select_for_update(of=("self",)).get(pk=place.pk)
    if place.left_at is None:
        place.left_at, place.left_by = now, by
        place.save(update_fields=["left_at", "left_by"])


def note_export(
    *, of: Cohort | CoursePage, table: str, file_format: str, by: User, now: datetime
) -> None:
    """Put into the log who took which figures away. Never who is in them. Each call is an entry."""
    data = {"table": table, "format": file_format}
    log(of, "courses.figures_exported", user=by, timestamp=now, data=data)
