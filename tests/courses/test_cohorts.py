"""Groups of people with a trainer and a day to finish by."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from wagtail.models import ModelLogEntry

from courses import actions
from courses.actions import Added
from courses.models import Cohort, CohortPlace, CoursePage, Enrolment
from people.actions import end_membership, hold_without_account
from tests.courses.training import DEADLINE, Role, join, learn, make_cohort
from tests.factories import (
    AuthorityFactory,
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def cohort(authority, now):
    return make_cohort(authority, now)


def add(cohort, now, *lines):
    answers = actions.add_people(cohort=cohort, lines=lines, by=cohort.trainer, now=now)
    return [answer for _, answer in answers]


def change(cohort, now, **fields):
    kept = {"name": cohort.name, "trainer": cohort.trainer, "deadline_on": cohort.deadline_on}
    return actions.change_cohort(cohort=cohort, by=cohort.trainer, now=now, **{**kept, **fields})


# -- Starting and changing -------------------------------------------------------------------------
def test_group_has_one_name_at_its_authority(cohort, authority, now):
    with pytest.raises(ValidationError, match="group with this name already"):
        make_cohort(authority, now, name=f"  {cohort.name} ")


def test_another_authority_may_use_the_name(cohort, now):
    assert make_cohort(AuthorityFactory(), now, name=cohort.name) != cohort


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_trainer_holds_a_trainers_role(authority, now, role):
    trainer = staff(role, authority, now)
    assert make_cohort(authority, now, trainer=trainer).trainer == trainer


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.COUNCILLOR])
def test_other_staff_cannot_be_the_trainer(authority, now, role):
    with pytest.raises(ValidationError, match="trainer of this council"):
        make_cohort(authority, now, trainer=staff(role, authority, now))


def test_trainer_of_another_authority_cannot_be_the_trainer(authority, now):
    with pytest.raises(ValidationError, match="trainer of this council"):
        make_cohort(authority, now, trainer=staff(Role.AUTHOR, AuthorityFactory(), now))


def test_trainer_whose_role_ended_cannot_be_the_trainer(cohort, now):
    end_membership(membership=cohort.trainer.memberships.get(), by=UserFactory(), now=now)
    with pytest.raises(ValidationError, match="trainer of this council"):
        change(cohort, now, name="New name")


@pytest.mark.parametrize(
    ("hour", "allowed"), [(22, True), (23, False)], ids=["before midnight", "after midnight"]
)
def test_last_day_ends_at_midnight_in_london(authority, now, hour, allowed):
    moment = now.replace(month=7, hour=hour, minute=30)  # In summer London is an hour ahead.
    if allowed:
        assert make_cohort(authority, moment, deadline_on=moment.date())
        return
    with pytest.raises(ValidationError, match="today or a later day"):
        make_cohort(authority, moment, deadline_on=moment.date())


def test_group_whose_day_is_over_can_still_be_renamed(cohort, now):
    later = now + timedelta(days=365)
    assert change(cohort, later, name="Last year's group").name == "Last year's group"


def test_day_cannot_be_moved_into_the_past(cohort, now):
    with pytest.raises(ValidationError, match="today or a later day"):
        change(cohort, now, deadline_on=now.date() - timedelta(days=1))


def test_change_is_logged_with_what_was_before(cohort, now):
    change(cohort, now, deadline_on=date(2027, 4, 1))
    entry = ModelLogEntry.objects.get()
    assert (entry.action, entry.user) == ("courses.cohort_changed", cohort.trainer)
    assert entry.data == {"deadline_on": ["2027-03-01", "2027-04-01"]}


def test_change_to_the_same_logs_nothing(cohort, now):
    change(cohort, now)
    assert not ModelLogEntry.objects.exists()


# -- Adding people ---------------------------------------------------------------------------------
@pytest.mark.parametrize("written", ["{0}", "  {0}  ", "UPPER"])
def test_person_is_added_by_address_however_it_is_written(cohort, now, written):
    learner = LearnerFactory(authority=cohort.authority, user__email="ade@example.org")
    line = "ADE@Example.ORG" if written == "UPPER" else written.format(learner.user.email)
    assert add(cohort, now, line) == [Added.ADDED]
    assert cohort.places.get().learner == learner


@pytest.mark.parametrize("line", ["PH-77", "ph-77", " p h-77 "])
def test_person_is_added_by_licence_number_however_it_is_written(cohort, now, line):
    licence = LicenceFactory(held=True, authority=cohort.authority, number="PH-77")
    assert add(cohort, now, line) == [Added.ADDED]
    assert cohort.places.get().learner == licence.holder


def test_record_without_an_account_is_added_to_nothing(cohort, now):
    licence = LicenceFactory(authority=cohort.authority)
    hold_without_account(licence=licence, now=now)
    assert add(cohort, now, licence.number) == [Added.NOBODY]


def test_being_added_puts_a_person_on_the_course(cohort, now):
    learner = join(cohort, now)
    assert Enrolment.objects.get(learner=learner).course.pk == cohort.course_id


def test_open_round_is_gone_on_with(cohort, now):
    learner = LearnerFactory(authority=cohort.authority)
    open_round = actions.enrol(learner=learner, course=cohort.course, now=now)
    add(cohort, now, learner.user.email)
    assert Enrolment.objects.get(learner=learner) == open_round


def test_adding_again_changes_nothing(cohort, now):
    learner = join(cohort, now)
    assert add(cohort, now, learner.user.email) == [Added.ALREADY_IN]
    assert CohortPlace.objects.count() == Enrolment.objects.count() == 1


def test_adding_somebody_again_who_has_finished_starts_no_new_round(cohort, now):
    learner = join(cohort, now)
    actions.close_enrolment(
        enrolment=learn(learner, cohort.course, lessons=2, at=now), now=now + timedelta(hours=1)
    )
    add(cohort, now + timedelta(days=1), learner.user.email)
    assert Enrolment.objects.count() == 1


def test_lines_are_answered_in_their_order(cohort, now):
    inside = join(cohort, now)
    licence = LicenceFactory(held=True, authority=cohort.authority)
    lines = ["nobody@example.org", licence.number, inside.user.email, licence.holder.user.email]
    assert add(cohort, now, *lines) == [
        Added.NOBODY,
        Added.ADDED,
        Added.ALREADY_IN,
        Added.ALREADY_IN,
    ]


def test_people_of_another_authority_are_answered_like_nobody(cohort, now):
    elsewhere = LicenceFactory(held=True, number="WV-1")
    unheld = LicenceFactory(authority=cohort.authority, number="PH-1")
    lines = [elsewhere.holder.user.email, elsewhere.number, unheld.number, "no@example.org", "X-1"]
    assert add(cohort, now, *lines) == [Added.NOBODY] * 5
    assert not Enrolment.objects.exists()


def test_licence_here_of_somebody_who_trains_elsewhere_is_answered_like_nobody(cohort, now):
    LicenceFactory(
        authority=cohort.authority, number="PH-1", holder=LearnerFactory(), held_from=now
    )
    assert add(cohort, now, "PH-1") == [Added.NOBODY]


def test_person_without_an_authority_trains_for_the_groups_from_now_on(cohort, now):
    learner = LearnerFactory(authority=None)
    assert add(cohort, now, learner.user.email) == [Added.ADDED]
    learner.refresh_from_db()
    assert learner.authority == cohort.authority
    assert Enrolment.objects.get().authority == cohort.authority


def test_staff_account_that_is_not_in_training_is_answered_like_nobody(cohort, now):
    assert add(cohort, now, cohort.trainer.email) == [Added.NOBODY]


@pytest.mark.parametrize("people", [1, 6])
def test_finding_people_takes_as_many_queries_however_many_there_are(
    cohort, now, people, django_assert_num_queries
):
    lines = [join(cohort, now).user.email for _ in range(people)]
    with django_assert_num_queries(6):  # Two of them open and end the transaction.
        add(cohort, now, *lines)


# -- Leaving ---------------------------------------------------------------------------------------
def test_who_is_taken_out_is_kept_as_left(cohort, now):
    join(cohort, now)
    place = cohort.places.get()
    actions.take_out(place=place, by=cohort.trainer, now=now)
    place.refresh_from_db()
    assert (place.left_at, place.left_by) == (now, cohort.trainer)


def test_first_leaving_stands(cohort, now):
    join(cohort, now)
    for hours in (0, 1):
        actions.take_out(
            place=cohort.places.get(), by=cohort.trainer, now=now + timedelta(hours=hours)
        )
    assert cohort.places.get().left_at == now


def test_who_left_can_come_back_in_a_new_place(cohort, now):
    learner = join(cohort, now)
    actions.take_out(place=cohort.places.get(), by=cohort.trainer, now=now)
    assert add(cohort, now + timedelta(days=1), learner.user.email) == [Added.ADDED]
    assert cohort.places.count() == 2


def test_database_refuses_a_second_place(cohort, now):
    learner = join(cohort, now)
    with pytest.raises(IntegrityError, match="one_place_per_cohort"), transaction.atomic():
        CohortPlace.objects.create(
            cohort=cohort, learner=learner, added_by=cohort.trainer, added_at=now
        )


def test_place_cannot_be_deleted(cohort, now):
    join(cohort, now)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        cohort.places.get().delete()


# -- The person's own groups -----------------------------------------------------------------------
def test_groups_of_a_person_come_in_the_order_of_their_days(authority, now):
    later = make_cohort(authority, now, name="Later", deadline_on=DEADLINE + timedelta(days=9))
    sooner = make_cohort(authority, now, name="Sooner")
    learner = join(later, now)
    add(sooner, now, learner.user.email)
    assert list(Cohort.objects.of(learner)) == [sooner, later]


def test_group_somebody_left_is_not_theirs(cohort, now):
    learner = join(cohort, now)
    actions.take_out(place=cohort.places.get(), by=cohort.trainer, now=now)
    assert not Cohort.objects.of(learner).exists()


def test_group_left_and_joined_again_is_theirs_once(cohort, now):
    learner = join(cohort, now)
    actions.take_out(place=cohort.places.get(), by=cohort.trainer, now=now)
    add(cohort, now, learner.user.email)
    assert list(Cohort.objects.of(learner)) == [cohort]


def test_groups_of_others_are_not_a_persons_own(cohort, now):
    join(cohort, now)
    assert not Cohort.objects.of(LearnerFactory(authority=cohort.authority)).exists()


def test_being_added_starts_no_refresher_for_which_one_needs_a_certificate(authority, now):
    full = make_course(slug="full")
    refresher = make_course(slug="short", kind=CoursePage.Kind.REFRESHER, refreshes=full)
    learner = LearnerFactory(authority=authority)
    group = make_cohort(authority, now, course=refresher)
    assert add(group, now, learner.user.email) == [Added.ADDED]
    assert not Enrolment.objects.exists()
