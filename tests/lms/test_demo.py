"""The demo: what each of its people reads, and that it keeps what users did."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from assessments.actions import approve_rule, propose_rule, start_sitting, submit
from assessments.models import TestRule
from certificates.models import Certificate
from courses.actions import enrol
from courses.models import CoursePage, LessonPage
from licensing.answers import training_status
from licensing.models import Recheck, RecheckOutcome
from lms import records
from lms.demo.history import take_lesson
from people.models import Authority, Learner, Licence, User
from tests.factories import UserFactory

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
    models = (User, Certificate, Group, Recheck, RecheckOutcome)
    before = [model.objects.count() for model in models]
    call_command("load_demo", verbosity=0)
    assert [model.objects.count() for model in models] == before


def test_demo_has_an_unannounced_check_that_started_and_one_to_come(client, demo):
    client.force_login(User.objects.get(email="officer@demo.example"))
    page = client.get(reverse("rechecks")).content.decode()
    assert page.count("Not started") == 1
    assert Recheck.objects.waiting().count() == 1
    started = Recheck.objects.exclude(drawn=None).get()
    shown = client.get(reverse("recheck", args=[started.pk])).content.decode()
    assert "Seen, and in order" in shown
    assert shown.count("Nothing yet") == 4


def test_demo_organisations_check_and_see_their_drivers(client, demo):
    client.force_login(User.objects.get(email="home@demo.example"))
    assert client.get(DASHBOARD)["Location"] == reverse("check")
    assert "PH-1002" in client.get(reverse("check_receipts")).content.decode()
    client.force_login(User.objects.get(email="operator@demo.example"))
    page = client.get(reverse("own_drivers")).content.decode()
    assert "PH-1002" in page
    assert "PH-1004" in page


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
    accounts = Learner.objects.exclude(user=None)
    assert not accounts.exclude(user__email__endswith="demo.example").exists()


def test_driver_is_refused_at_the_staff_door(client, demo):
    client.force_login(User.objects.get(email="new.driver@demo.example"))
    assert client.get("/staff/").status_code == 403


def test_driver_with_no_try_left_is_told_whom_to_ask(client, demo):
    learner = Learner.objects.get(user__email="new.driver@demo.example")
    fail_every_try(learner)
    page = dashboard(client, "new.driver@demo.example")
    assert "You have no tries left for now" in page


def test_driver_who_waits_reads_when_the_next_try_opens(client, demo):
    learner = Learner.objects.get(user__email="new.driver@demo.example")
    fail_every_try(learner, tries=None, waits=["PT24H"])
    page = dashboard(client, "new.driver@demo.example")
    assert "You can try again from" in page


def fail_every_try(learner, **terms):
    """Finish the course under a stricter rule of the learner's own council, and fail once."""
    now = timezone.now()
    course = CoursePage.objects.original().get(slug="safeguarding")
    national = TestRule.objects.get(course=course)
    blueprint = {place.topic: (place.questions, 0) for place in national.blueprint.all()}
    own = TestRule(
        authority=learner.authority,
        course=course,
        effective_from=timezone.localdate(now),
        reason="Stricter",
        **{"tries": 1, "waits": [], **terms},
    )
    proposer = User.objects.get(email="admin@demo.example")
    propose_rule(rule=own, blueprint=blueprint, by=proposer, now=now)
    approve_rule(rule=own, by=UserFactory(is_superuser=True), now=now)
    enrolment = enrol(learner=learner, course=course, now=now)
    for lesson in LessonPage.objects.descendant_of(course).order_by("path"):
        take_lesson(enrolment, lesson, now=now)
    submit(sitting=start_sitting(learner=learner, course=course, now=now), now=now)


def test_driver_without_an_account_holds_recognised_training(demo):
    licence = Licence.objects.get(authority__code="DEMO-NB", number="PH-1010")
    (certificate,) = Certificate.objects.of(licence.holder)
    assert licence.holder.user is None
    assert certificate.recognised
    assert certificate.evidence.entered_by != certificate.evidence.decided_by


def test_demo_councillor_has_signed_and_sees_figures(client, demo):
    client.force_login(User.objects.get(email="councillor@demo.example"))
    page = client.get(reverse("member_training")).content.decode()
    assert "Waits for an officer to countersign" in page
    assert "Northbridge City Council: training of licensed drivers" in page


def test_demo_has_figures_and_a_list_for_a_meeting(client, demo):
    client.force_login(User.objects.get(email="officer@demo.example"))
    assert "Northbridge City Council" in client.get(reverse("foi_packs")).content.decode()
    page = client.get(reverse("signed_training")).content.decode()
    assert "Trained: 1 person" in page
    assert "Not trained: 2 people" in page


def test_driver_of_two_councils_is_trained_for_both(demo):
    """Westvale accepts for two years what Northbridge's test has shown for three."""
    now = timezone.now()
    asked = {"as_at": timezone.localdate(now), "known_at": now}
    answers = [
        training_status(authority=Authority.objects.get(code=code), number=number, **asked)
        for code, number in (("DEMO-NB", "PH-1011"), ("DEMO-WV", "PH-2002"))
    ]
    home, away = [answer.requirements[0] for answer in answers]
    assert (home.status, away.status) == ("valid", "valid")
    assert home.certificate.reference == away.certificate.reference
    assert home.certificate.valid_until.year == away.certificate.valid_until.year + 1


def test_officer_reads_of_the_week_that_stands_out(client, demo):
    client.force_login(User.objects.get(email="officer@demo.example"))
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "First-try pass rate, The whole council" in home
    alerts = client.get(reverse("trend_alerts")).content.decode()
    assert "of 28" in alerts


def test_invented_history_breaks_no_record(demo):
    assert [found for found in records.findings(now=timezone.now()) if found.broken] == []
