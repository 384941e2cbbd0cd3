"""Somebody who holds no licence says which council they train for, once (R02)."""

import pytest
from django.urls import reverse

from people.models import Learner
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = reverse("own_council")


def choose(client, learner, authority):
    client.force_login(learner.user)
    return client.post(ADDRESS, {"authority": authority.pk})


def test_first_choice_stands(client):
    learner = LearnerFactory(authority=None, audience="passenger_assistant")
    first, second = AuthorityFactory.create_batch(2)
    choose(client, learner, first)
    choose(client, learner, second)
    assert Learner.objects.get().authority == first


def test_driver_has_a_licence_for_that(client):
    learner = LearnerFactory(authority=None)
    choose(client, learner, AuthorityFactory())
    assert Learner.objects.get().authority is None


def test_no_choice_is_asked_for_again(client):
    client.force_login(LearnerFactory(authority=None, audience="councillor").user)
    page = client.post(ADDRESS, {}).content.decode()
    assert "Choose the council you work with" in page


def test_account_that_is_not_in_training_changes_nothing(client):
    client.force_login(UserFactory())
    client.post(ADDRESS, {"authority": AuthorityFactory().pk})
    assert not Learner.objects.exists()
