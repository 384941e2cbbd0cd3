"""The demo: what each of its people reads, and that it keeps what users did."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from licensing.answers import training_status
from people.models import Authority, Learner, User

DASHBOARD = reverse("dashboard")


def dashboard(client, email):
    client.force_login(User.objects.get(email=email))
    return client.get(DASHBOARD).content.decode()


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("new.driver@demo.example", "Next: start the course"),
        ("passed.driver@demo.example", "You are up to date"),
        ("due.driver@demo.example", "Next: renew your training"),
        ("lapsed.driver@demo.example", "Your training has expired"),
    ],
)
def test_demo_driver_reads_where_they_stand(client, demo, email, sentence):
    assert sentence in dashboard(client, email)


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("PH-1001", "never_passed"),
        ("PH-1002", "valid"),
        ("HC-1003", "expiring"),
        ("PH-1004", "expired"),
        ("PH-1005", "never_passed"),
    ],
)
def test_demo_licence_has_the_status_its_table_says(demo, number, status):
    now = timezone.now()
    answer = training_status(
        authority=Authority.objects.get(code="DEMO-NB"),
        number=number,
        as_at=timezone.localdate(now),
        known_at=now,
    )
    assert [requirement.status for requirement in answer.requirements] == [status]


def test_loading_the_demo_again_changes_nothing(demo):
    before = (User.objects.count(), Certificate.objects.count(), Group.objects.count())
    call_command("load_demo", verbosity=0)
    assert (User.objects.count(), Certificate.objects.count(), Group.objects.count()) == before


def test_demo_is_refused_in_production(db, settings):
    settings.LMS_ENV = "production"
    with pytest.raises(CommandError, match="refused in production"):
        call_command("load_demo")


def test_staff_are_led_to_the_staff_site(client, demo):
    client.force_login(User.objects.get(email="officer@demo.example"))
    assert client.get(DASHBOARD)["Location"] == reverse("wagtailadmin_home")


@pytest.mark.parametrize("email", ["new.driver@demo.example", "due.driver@demo.example"])
def test_dashboard_costs_a_fixed_number_of_queries(
    client, demo, email, django_assert_max_num_queries
):
    client.force_login(User.objects.get(email=email))
    client.get(DASHBOARD)
    with django_assert_max_num_queries(17):
        client.get(DASHBOARD)


def test_demo_holds_nobody_real(demo):
    assert not Learner.objects.exclude(user__email__endswith="demo.example").exists()
