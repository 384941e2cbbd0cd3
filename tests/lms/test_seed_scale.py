"""The large data set obeys every rule and is refused where it must not be."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count

from certificates.models import Certificate
from courses.models import CoursePage
from lms import records
from people.models import Authority, Learner, Licence, User

LEARNERS = 240


@pytest.fixture(scope="module")
def seeding(django_db_setup, django_db_blocker):
    """What the command printed; made once for all tests here, never committed."""
    printed = StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_demo", stdout=StringIO())
        call_command("seed_scale", learners=LEARNERS, stdout=printed)
        yield printed.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def seeded(seeding, db):
    return seeding


def scale_users():
    return User.objects.filter(email__endswith="@scale.example")


def test_seeded_records_are_whole(seeded, now):
    findings = list(records.findings(now=now))
    assert [f for f in findings if f.broken] == []


def test_every_learner_has_an_account_without_a_password_and_a_licence(seeded):
    assert scale_users().count() == LEARNERS
    assert not any(user.has_usable_password() for user in scale_users())
    assert Licence.objects.filter(holder__user__in=scale_users()).count() == LEARNERS


def test_learners_belong_to_the_demo_councils_and_twenty_boroughs(seeded):
    codes = Authority.objects.filter(learners__user__in=scale_users()).distinct()
    boroughs = [f"SCALE-{number:02}" for number in range(1, 21)]
    assert sorted(codes.values_list("code", flat=True)) == ["DEMO-NB", "DEMO-WV", *boroughs]


def test_most_learners_have_renewed(seeded):
    held = Learner.objects.filter(user__in=scale_users()).annotate(held=Count("certificates"))
    assert {learner.held for learner in held} >= {1, 2, 3}
    assert Certificate.objects.count() > 2 * LEARNERS


def test_prints_how_many_and_how_long(seeded):
    assert seeded.startswith(f"{LEARNERS} learners, ")


def test_production_refuses(settings):
    settings.LMS_ENV = "production"
    with pytest.raises(CommandError, match="refused in production"):
        call_command("seed_scale", learners=1)


def test_without_the_demo_course_says_what_to_run(seeded):
    CoursePage.objects.filter(slug="safeguarding").update(slug="another")
    with pytest.raises(CommandError, match="run load_demo first"):
        call_command("seed_scale", learners=1)


def test_no_learners_is_wrong_usage():
    with pytest.raises(CommandError) as refusal:
        call_command("seed_scale", learners=0)
    assert refusal.value.returncode == 2
