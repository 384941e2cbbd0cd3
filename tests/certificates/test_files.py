"""The credential and the calendar entry of a certificate, for those who may have them."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from icalendar import Calendar

from people.actions import choose_language
from people.models import Membership
from tests.certificates.factories import make_certificate, noon
from tests.certificates.test_pages import officer_of
from tests.factories import AuthorityFactory, LearnerFactory

pytestmark = pytest.mark.django_db


def credential(client, certificate):
    return client.get(reverse("certificate_credential", args=[certificate.reference]))


def calendar(client, certificate):
    return client.get(reverse("certificate_calendar", args=[certificate.reference]))


def event_of(response):
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    return event


def page(client, certificate):
    return client.get(certificate.get_absolute_url()).content.decode()


# -- The credential ------------------------------------------------------------------------------
def test_holder_gets_the_credential_byte_for_byte(as_holder, certificate):
    response = credential(as_holder, certificate)
    assert response.content.decode() == certificate.document.credential
    assert response["Content-Type"] == "application/vc+ld+json"
    assert certificate.reference + ".json" in response["Content-Disposition"]
    assert json.loads(response.content)["id"] == certificate.verify_url


def test_it_is_the_same_after_a_change_of_name(as_holder, certificate):
    before = credential(as_holder, certificate).content
    certificate.learner.full_name = "Somebody Else"
    certificate.learner.save()
    assert credential(as_holder, certificate).content == before


def test_officer_of_the_authority_gets_it(client, certificate, now):
    client.force_login(officer_of(certificate.authority, now))
    assert credential(client, certificate).status_code == 200


def test_nobody_else_gets_it(client, certificate, now):
    others = [
        LearnerFactory().user,
        officer_of(AuthorityFactory(), now),
        officer_of(certificate.authority, now, role=Membership.Role.AUDITOR),
    ]
    for user in others:
        client.force_login(user)
        assert credential(client, certificate).status_code == 404


def test_page_of_the_holder_leads_to_both_files(as_holder, certificate):
    html = page(as_holder, certificate)
    assert f'href="/certificates/{certificate.reference}.json"' in html
    assert f'href="/certificates/{certificate.reference}.ics"' in html


# -- The calendar entry ---------------------------------------------------------------------
def test_entry_is_the_whole_last_day_and_has_no_time_zone(as_holder, certificate):
    event = event_of(calendar(as_holder, certificate))
    assert event.decoded("dtstart") == date(2029, 11, 22)
    assert event.decoded("dtend") == date(2029, 11, 23)
    assert b"DTSTART;VALUE=DATE:20291122" in calendar(as_holder, certificate).content


def test_entry_rings_on_mornings_before_the_last_day(as_holder, certificate):
    alarms = event_of(calendar(as_holder, certificate)).walk("VALARM")
    assert [alarm.decoded("trigger") for alarm in alarms] == [
        timedelta(days=-30, hours=9),
        timedelta(days=-7, hours=9),
        timedelta(days=-1, hours=9),
    ]


def test_entry_embarrasses_nobody_on_a_shared_phone(as_holder, certificate):
    text = calendar(as_holder, certificate).content.decode()
    assert "SUMMARY:Training certificate ends" in text
    secrets = [certificate.course_title, certificate.holder_name, "safeguarding."]
    assert [secret for secret in secrets if secret in text] == []


def test_entry_made_again_is_the_same_entry(as_holder, certificate, today_is, now):
    first = calendar(as_holder, certificate).content
    today_is(now + timedelta(hours=3))
    assert calendar(as_holder, certificate).content == first
    assert event_of(calendar(as_holder, certificate))["uid"].startswith(certificate.reference)


def test_entry_is_in_the_language_of_the_holder(as_holder, certificate):
    choose_language(user=certificate.learner.user, language="cy")
    with override("cy"):
        words = gettext("Training certificate ends")
    assert event_of(calendar(as_holder, certificate))["summary"] == words


def test_entry_is_a_file_that_calendars_open(as_holder, certificate):
    response = calendar(as_holder, certificate)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].endswith('.ics"')
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))


def test_officer_has_no_use_for_it(client, certificate, now):
    client.force_login(officer_of(certificate.authority, now))
    assert calendar(client, certificate).status_code == 404


def test_revoked_certificate_has_no_entry(as_holder, certificate, revoke_it):
    assert calendar(as_holder, certificate).status_code == 404
    assert ".ics" not in page(as_holder, certificate)


def test_ended_certificate_has_no_entry(client, certificate, today_is):
    today_is(noon(certificate.valid_until + timedelta(days=1)))
    client.force_login(certificate.learner.user)
    assert calendar(client, certificate).status_code == 404
    assert ".ics" not in page(client, certificate)


def test_files_of_somebody_else_are_as_if_they_were_not_there(as_holder, certificate, now):
    other = make_certificate(at=now)
    for answer in (credential(as_holder, other), calendar(as_holder, other)):
        assert answer.status_code == 404
