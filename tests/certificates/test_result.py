"""The result page, which says what becomes of the certificate."""

from datetime import timedelta

import pytest
from django.urls import reverse

from certificates.actions import issue_certificate
from tests.certificates.factories import any_course, make_sitting
from tests.factories import LearnerFactory, make_test_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule")]


@pytest.fixture
def sitting(client, now, today_is):
    sitting = make_sitting(at=now)
    client.force_login(sitting.learner.user)
    return sitting


def result(client, sitting):
    return client.get(reverse("sitting_result", args=[sitting.pk]))


def words(response):
    return " ".join(response.content.decode().split())


def test_certificate_in_the_making_is_looked_for_again_by_itself(client, sitting):
    response = result(client, sitting)
    assert response["Refresh"] == "3"
    assert "Your certificate is being prepared. This takes a few seconds." in words(response)
    assert "Check again" in words(response)


def test_after_a_minute_the_page_says_that_the_pass_is_saved(client, sitting, today_is, now):
    today_is(now + timedelta(seconds=60))
    response = result(client, sitting)
    assert "Refresh" not in response
    assert "Your pass is saved. You do not need to take the test again." in words(response)


def test_once_it_is_there_it_can_be_seen_and_downloaded(client, sitting, now):
    certificate = issue_certificate(sitting_id=sitting.pk, now=now)
    response = result(client, sitting)
    assert "Refresh" not in response
    assert certificate.reference in words(response)
    assert "22 November 2029" in words(response)
    assert reverse("certificate", args=[certificate.reference]) in words(response)
    assert reverse("certificate_pdf", args=[certificate.reference]) in words(response)


def test_fail_says_nothing_of_a_certificate(client, now, today_is):
    course = any_course()
    make_test_rule(course)
    sitting = make_sitting(at=now, outcome="failed", paper={"questions": [], "topics": []})
    client.force_login(sitting.learner.user)
    response = result(client, sitting)
    assert "Refresh" not in response
    assert "certificate is being prepared" not in words(response)


def test_result_of_somebody_else_is_not_there(client, sitting):
    client.force_login(LearnerFactory().user)
    assert result(client, sitting).status_code == 404


def test_page_asks_a_fixed_number_of_questions(client, sitting, django_assert_num_queries):
    with django_assert_num_queries(9):
        result(client, sitting)
