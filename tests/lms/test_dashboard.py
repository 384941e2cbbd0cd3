"""The dashboard for people whom no course or role fits."""

import pytest
from django.urls import reverse

from tests.factories import LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
DASHBOARD = reverse("dashboard")


def test_learner_without_a_course_in_force_is_told_so(client):
    client.force_login(LearnerFactory().user)
    assert "no course for you yet" in client.get(DASHBOARD).content.decode()


def test_account_that_is_not_in_training_is_told_whom_to_ask(client):
    client.force_login(UserFactory())
    assert "not set up for training" in client.get(DASHBOARD).content.decode()
