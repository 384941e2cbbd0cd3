"""Trainers who do the same thing at the same moment."""

import pytest
from django.core.exceptions import ValidationError

from courses import actions
from courses.actions import Added
from courses.models import Cohort, CohortPlace, Enrolment
from tests.certificates.together import together
from tests.courses.training import DEADLINE, Role, make_cohort
from tests.factories import AuthorityFactory, LearnerFactory, make_course, staff

pytestmark = pytest.mark.usefixtures("own_database")


def test_person_added_by_many_at_once_has_one_place_and_one_round(now):
    cohort = make_cohort(AuthorityFactory(), now)
    learner = LearnerFactory(authority=cohort.authority)

    def add():
        lines = [learner.user.email]
        answers = actions.add_people(cohort=cohort, lines=lines, by=cohort.trainer, now=now)
        return answers[0][1]

    assert sorted(together(add, times=6)) == [Added.ADDED, *[Added.ALREADY_IN] * 5]
    assert CohortPlace.objects.count() == Enrolment.objects.count() == 1


def test_person_without_an_authority_goes_to_one_of_two_that_add_them_at_once(now):
    course = make_course()
    cohorts = [make_cohort(AuthorityFactory(), now, course=course) for _ in range(2)]
    learner = LearnerFactory(authority=None)
    waiting = list(cohorts)

    def add():
        cohort = waiting.pop()
        lines = [learner.user.email]
        return actions.add_people(cohort=cohort, lines=lines, by=cohort.trainer, now=now)[0][1]

    assert sorted(together(add, times=2)) == [Added.ADDED, Added.NOBODY]
    learner.refresh_from_db()
    assert CohortPlace.objects.get().cohort.authority == learner.authority


def test_same_people_added_to_two_groups_in_opposite_orders_never_block_each_other(now):
    authority, course = AuthorityFactory(), make_course()
    cohorts = [make_cohort(authority, now, course=course, name=name) for name in ("One", "Two")]
    lines = [LearnerFactory(authority=authority).user.email for _ in range(20)]
    waiting = [(cohorts[0], lines), (cohorts[1], lines[::-1])]

    def add():
        cohort, names = waiting.pop()
        return actions.add_people(cohort=cohort, lines=names, by=cohort.trainer, now=now)

    together(add, times=2)
    assert (CohortPlace.objects.count(), Enrolment.objects.count()) == (40, 20)


def test_same_name_chosen_at_once_is_taken_by_one(now):
    authority, course = AuthorityFactory(), make_course()
    trainer = staff(Role.AUTHOR, authority, now)

    def start():
        try:
            actions.start_cohort(
                authority=authority,
                name="Spring",
                course=course,
                trainer=trainer,
                deadline_on=DEADLINE,
                by=trainer,
                now=now,
            )
        except ValidationError:
            return "refused"
        return "started"

    assert sorted(together(start, times=4)) == [*["refused"] * 3, "started"]
    assert Cohort.objects.count() == 1
