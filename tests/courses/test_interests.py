"""Whom a trainer knows is counted in a group's figures and not listed in it (R47)."""

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from courses.models import Cohort
from courses.models.reports import Report
from people.actions import declare_interest
from people.perms import known_people
from tests.courses.training import join, make_cohort
from tests.factories import AuthorityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def cohort(now) -> Cohort:
    return make_cohort(AuthorityFactory(), now)


@pytest.fixture
def known(cohort, now):
    return join(cohort, now, full_name="Ines Known")


@pytest.fixture
def as_trainer(client, cohort, known, now):
    join(cohort, now, full_name="Omar Stranger")
    trainer = cohort.trainer
    trainer.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(trainer)
    return client


@pytest.fixture
def knows(cohort, known, now):
    return lambda: declare_interest(user=cohort.trainer, learner=known, reason="x", now=now)


def page(response):
    content = b"".join(response) if response.streaming else response.content
    return content.decode()


def test_page_of_the_group_leaves_the_person_out(as_trainer, cohort, knows):
    address = reverse("training_cohort", args=[cohort.pk])
    assert "Ines Known" in page(as_trainer.get(address))
    knows()
    after = page(as_trainer.get(address))
    assert "Ines Known" not in after
    assert "Omar Stranger" in after


def test_file_of_the_group_leaves_the_person_out(as_trainer, cohort, knows):
    knows()
    address = reverse("export_cohort", args=[cohort.pk, "people", "csv"])
    file = page(as_trainer.get(address))
    assert "Ines Known" not in file
    assert "Omar Stranger" in file


def test_person_cannot_be_taken_out_by_whoever_knows_them(as_trainer, cohort, known, knows):
    place = cohort.places.get(learner=known)
    address = reverse("take_out", args=[cohort.pk, place.pk])
    assert as_trainer.get(address).status_code == 200
    knows()
    assert as_trainer.get(address).status_code == as_trainer.post(address).status_code == 404
    place.refresh_from_db()
    assert place.left_at is None


def test_figures_still_count_everybody(as_trainer, cohort, knows, now):
    knows()
    hidden = known_people(cohort.trainer)
    report = Report.of_cohort(cohort, now=now, hidden=hidden)
    assert (report.total, len(report.people), len(list(report.people))) == (2, 1, 1)
