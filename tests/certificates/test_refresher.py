"""Who may take the refresher: those whose certificate still counts, by whatever door they come."""

from datetime import date

import pytest

from certificates.renewal import may_take_refresher
from courses.models import CoursePage, Enrolment
from tests.certificates.factories import make_certificate
from tests.factories import LearnerFactory, make_course, make_validity_rule

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("valid_until", "expected"),
    [(None, False), (date(2026, 11, 21), False), (TODAY, True), (date(2027, 1, 1), True)],
    ids=["never held", "ended yesterday", "last day", "valid"],
)
def test_refresher_is_for_a_certificate_that_still_counts(valid_until, expected):
    assert may_take_refresher(today=TODAY, valid_until=valid_until) is expected


@pytest.mark.parametrize(
    ("ended", "expected"),
    [(date(2026, 10, 23), True), (date(2026, 10, 22), False), (None, False)],
    ids=["thirty days ago", "a day longer", "never held"],
)
def test_rule_may_let_the_refresher_renew_a_short_lapse(ended, expected):
    assert may_take_refresher(today=TODAY, valid_until=ended, lapse_days=30) is expected


@pytest.fixture
def refresher(db):
    full = make_course(lessons=1)
    make_validity_rule()
    return make_course(slug="refresher", kind=CoursePage.Kind.REFRESHER, refreshes=full, lessons=1)


@pytest.fixture
def learner(refresher):
    return LearnerFactory()


@pytest.fixture
def as_learner(client, learner, time_machine, now):
    time_machine.move_to(now, tick=False)
    client.force_login(learner.user)
    return client


def test_whoever_holds_no_certificate_is_led_to_the_full_course(as_learner, refresher):
    response = as_learner.post(refresher.url, follow=True)
    assert response.redirect_chain[-1][0] == refresher.refreshes.url
    assert "full course" in response.content.decode()
    assert not Enrolment.objects.exists()


def test_whoever_holds_one_that_counts_starts_the_refresher(as_learner, refresher, learner, now):
    make_certificate(at=now.replace(year=2024), learner=learner, course=refresher.refreshes)
    as_learner.post(refresher.url)
    assert Enrolment.objects.open().of(learner).get().course == refresher


def test_certificate_that_ended_leads_to_the_full_course(as_learner, refresher, learner, now):
    make_certificate(at=now.replace(year=2023, day=21), learner=learner, course=refresher.refreshes)
    as_learner.post(refresher.url)
    assert not Enrolment.objects.open().exists()


def test_refresher_begun_in_time_may_be_gone_on_with(as_learner, refresher, learner, now):
    Enrolment.objects.create(learner=learner, course=refresher, started_at=now)
    response = as_learner.post(refresher.url)
    assert response["Location"] == refresher.lessons().first().url


@pytest.mark.parametrize(
    ("passed_on", "course"), [(2, "refresher"), (1, "course")], ids=["in time", "a day too late"]
)
def test_short_lapse_is_renewed_by_the_refresher_and_a_longer_one_by_the_full_course(
    as_learner, refresher, learner, now, passed_on, course
):
    make_validity_rule(authority=learner.authority, refresher_lapse_days=20)
    passed_at = now.replace(year=2023, day=passed_on)
    make_certificate(at=passed_at, learner=learner, course=refresher.refreshes)
    as_learner.post(refresher.url)
    assert Enrolment.objects.filter(course__slug="refresher").exists() is (course == "refresher")
