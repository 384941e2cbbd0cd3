"""A member of staff who knows a person says so, and a colleague ends it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError
from django.urls import reverse

from people import perms
from people.actions import InterestRefused, declare_interest, end_interest
from people.models import Interest, Learner
from tests.factories import (
    LONG_AGO,
    AuthorityFactory,
    LearnerFactory,
    LicenceFactory,
    staff,
)

pytestmark = pytest.mark.django_db
LIST = reverse("interests")


@pytest.fixture
def learner(db):
    return LearnerFactory(full_name="Kim Neighbour")


def member(role, authority, now):
    user = staff(role, authority, now)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def officer(learner, now):
    return member("officer", learner.authority, now)


@pytest.fixture
def interest(officer, learner, now):
    return declare_interest(user=officer, learner=learner, reason=" My neighbour. ", now=now)


def record_of(learner, now):
    """What was on record about the person before they had an account."""
    return Learner.objects.create(
        full_name="Kim",
        authority=learner.authority,
        created_at=LONG_AGO,
        succeeded_by=learner,
        succeeded_at=now,
    )


def refused(action, **arguments):
    with pytest.raises(InterestRefused) as caught:
        action(**arguments)
    return caught.value.code


# -- The rule -------------------------------------------------------------------------------------
def test_declared_interest_keeps_from_the_person(officer, learner, interest):
    assert interest.reason == "My neighbour."
    assert perms.conflict(officer, learner) == "interest"
    assert not perms.may_deal_with(officer, learner)
    assert perms.may_deal_with(officer, LearnerFactory())


def test_everybody_is_kept_from_their_own_record(learner):
    assert perms.conflict(learner.user, learner) == "own_record"


@pytest.mark.parametrize("declared_in", ["record", "account"])
def test_interest_counts_for_both_records_of_one_person(officer, learner, now, declared_in):
    record = record_of(learner, now)
    about = record if declared_in == "record" else learner
    declare_interest(user=officer, learner=about, reason="Cousin.", now=now)
    assert perms.conflict(officer, record) == perms.conflict(officer, learner) == "interest"


def test_record_from_before_the_account_is_ones_own(learner, now):
    assert perms.conflict(learner.user, record_of(learner, now)) == "own_record"


def test_declaring_again_changes_nothing(officer, learner, interest, now):
    later = now + timedelta(days=1)
    assert declare_interest(user=officer, learner=learner, reason="x", now=later) == interest


def test_declaring_needs_a_reason(officer, learner, now):
    assert refused(declare_interest, user=officer, learner=learner, reason=" ", now=now) == (
        "no_reason"
    )


def test_nobody_declares_an_interest_in_themselves(learner, now):
    own = {"user": learner.user, "learner": learner, "reason": "Me.", "now": now}
    assert refused(declare_interest, **own) == "own_record"


def test_who_declared_it_cannot_end_it(officer, interest, now):
    assert refused(end_interest, interest=interest, by=officer, now=now) == "own_interest"


def test_database_itself_lets_nobody_end_their_own(officer, interest, now):
    interest.ended_at, interest.ended_by = now, officer
    with pytest.raises(IntegrityError, match="interest_ended_by_another"):
        interest.save()


def test_officer_of_the_persons_authority_ends_it_once(officer, learner, interest, now):
    other = staff("officer", learner.authority, now)
    ended = end_interest(interest=interest, by=other, now=now)
    again = staff("officer", learner.authority, now)
    assert end_interest(interest=interest, by=again, now=now + timedelta(days=1)) == ended
    assert (ended.ended_by, ended.ended_at) == (other, now)
    assert perms.may_deal_with(officer, learner)


def test_officer_of_a_licences_authority_ends_it_too(learner, interest, now):
    licence = LicenceFactory(holder=learner, held_from=LONG_AGO)
    other = staff("officer", licence.authority, now)
    assert end_interest(interest=interest, by=other, now=now).ended_by == other


@pytest.mark.parametrize("role", ["auditor", "author", "reviewer", "councillor"])
def test_others_end_nothing(learner, interest, now, role):
    other = staff(role, learner.authority, now)
    assert refused(end_interest, interest=interest, by=other, now=now) == "not_allowed"


def test_another_authority_ends_nothing(interest, now):
    other = staff("officer", AuthorityFactory(), now)
    assert refused(end_interest, interest=interest, by=other, now=now) == "not_allowed"


def test_the_person_themselves_ends_nothing(learner, interest, now):
    learner.user.memberships.create(authority=learner.authority, role="officer", granted_at=now)
    assert refused(end_interest, interest=interest, by=learner.user, now=now) == "not_allowed"


def test_who_knows_the_person_too_ends_nothing(learner, interest, now):
    other = staff("officer", learner.authority, now)
    declare_interest(user=other, learner=learner, reason="Cousin.", now=now)
    assert refused(end_interest, interest=interest, by=other, now=now) == "not_allowed"


def test_declared_anew_after_its_end(officer, learner, interest, now):
    end_interest(interest=interest, by=staff("officer", learner.authority, now), now=now)
    anew = declare_interest(user=officer, learner=learner, reason="Again.", now=now)
    assert anew != interest
    assert not perms.may_deal_with(officer, learner)


# -- The pages ------------------------------------------------------------------------------------
def words(response):
    return " ".join(response.content.decode().split())


def test_officer_declares_on_a_page(client, officer, learner):
    client.force_login(officer)
    page = reverse("declare_interest", args=[learner.pk])
    assert "Kim Neighbour" in words(client.get(page))
    response = client.post(page, {"reason": "My neighbour."}, follow=True)
    assert "My neighbour." in words(response)
    assert Interest.objects.get().user == officer
    assert client.get(page).status_code == 404


def test_trainer_declares_too(client, learner, now):
    client.force_login(member("author", learner.authority, now))
    assert client.get(reverse("declare_interest", args=[learner.pk])).status_code == 200


def test_people_of_other_authorities_are_not_there(client, learner, now):
    client.force_login(member("officer", AuthorityFactory(), now))
    page = reverse("declare_interest", args=[learner.pk])
    assert client.get(page).status_code == client.post(page, {"reason": "x"}).status_code == 404


def test_driver_is_refused(client, learner):
    client.force_login(learner.user)
    for page in [LIST, reverse("declare_interest", args=[learner.pk])]:
        assert client.get(page).status_code in (302, 403)


def test_list_shows_ones_own_and_what_colleagues_said(client, officer, learner, interest, now):
    client.force_login(officer)
    assert "Kim Neighbour" in words(client.get(LIST))
    assert reverse("end_interest", args=[interest.pk]) not in words(client.get(LIST))
    client.force_login(member("officer", learner.authority, now))
    assert reverse("end_interest", args=[interest.pk]) in words(client.get(LIST))
    client.force_login(member("auditor", learner.authority, now))
    assert "Kim Neighbour" not in words(client.get(LIST))


def test_colleague_ends_it_on_its_page(client, learner, interest, now):
    other = member("officer", learner.authority, now)
    client.force_login(other)
    page = reverse("end_interest", args=[interest.pk])
    assert "My neighbour." in words(client.get(page))
    client.post(page)
    interest.refresh_from_db()
    assert interest.ended_by == other


def test_end_page_is_not_there_for_others(client, officer, interest, now):
    page = reverse("end_interest", args=[interest.pk])
    for user in [officer, member("officer", AuthorityFactory(), now)]:
        client.force_login(user)
        assert client.get(page).status_code == client.post(page).status_code == 404


@pytest.mark.parametrize("declared", [1, 5])
def test_list_asks_the_same_number_of_questions_however_long(
    client, officer, learner, now, declared, django_assert_num_queries
):
    other = member("officer", learner.authority, now)
    for _ in range(declared):
        person = LearnerFactory(authority=learner.authority)
        declare_interest(user=officer, learner=person, reason="x", now=now)
        declare_interest(
            user=other,
            learner=LearnerFactory(authority=learner.authority),
            reason="x",
            now=now,
        )
    client.force_login(officer)
    client.get(reverse("wagtailadmin_home"))
    with django_assert_num_queries(16):
        context = client.get(LIST).context
        assert len(context["own"]) == len(context["others"]) == declared
