"""The public check: what it tells anybody, and what it never does."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from tests.certificates.factories import give_licence, make_certificate, noon
from tests.certificates.recognised import recognise
from tests.certificates.test_replacing import replace
from tests.factories import LearnerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today_is")]
FORM = reverse("verify")
UNKNOWN = "0123-4567-89AM"


def check(client, reference, **headers):
    return client.get(f"/verify/{reference}/", headers=headers)


def main_of(response):
    """The words of the page's own part, without the site's header and footer."""
    html = re.search(r"<main.*</main>", response.content.decode(), re.S)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_valid_certificate_is_called_genuine_and_valid_today(client, certificate):
    text = main_of(check(client, certificate.reference))
    assert "This certificate is valid today" in text
    assert "Genuine Yes." in text


def test_it_shows_course_initials_and_time_of_check(client, certificate):
    text = main_of(check(client, certificate.reference))
    assert f"Course {certificate.course_title}" in text
    assert "Initials of the person A. E." in text
    assert "Checked at 22 November 2026, 12:00:00 (UK time)" in text


def test_it_shows_nothing_else(client, rule, now):
    learner = LearnerFactory(full_name="Zebedee Quixote")
    give_licence(learner, full_name="Zebedee Quixote", number="PH-98765")
    certificate = make_certificate(at=now, learner=learner)
    page = check(client, certificate.reference).content.decode()
    secrets = [
        "Zebedee",
        "Quixote",
        "PH-98765",
        learner.user.email,
        certificate.authority_name,
        str(certificate.sitting_id),
        "2029",
        "of 1",
    ]
    assert [secret for secret in secrets if secret in page] == []


def test_certificate_in_its_renewal_window_is_valid(client, certificate, today_is):
    today_is(noon(certificate.valid_until))
    assert "valid today" in main_of(check(client, certificate.reference))


def test_ended_certificate_is_genuine_and_says_when_it_ended(client, certificate, today_is):
    today_is(noon(certificate.valid_until + timedelta(days=1)))
    text = main_of(check(client, certificate.reference))
    assert "Not valid: this certificate ended on 22 November 2029" in text
    assert "Genuine Yes." in text


def test_revoked_certificate_is_shown_as_revoked_and_not_as_unknown(client, certificate, revoke_it):
    response = check(client, certificate.reference)
    assert response.status_code == 200
    assert "Not valid: this certificate was revoked" in main_of(response)
    assert "Somebody else" not in response.content.decode()


def test_revoked_and_ended_certificate_is_shown_as_revoked(
    client, certificate, revoke_it, today_is
):
    today_is(noon(certificate.valid_until + timedelta(days=1)))
    assert "was revoked" in main_of(check(client, certificate.reference))


def test_older_certificate_still_answers_after_a_renewal(client, certificate):
    make_certificate(at=noon(certificate.renew_from), learner=certificate.learner)
    assert "valid today" in main_of(check(client, certificate.reference))


def test_unknown_and_malformed_numbers_get_the_same_answer(client, certificate):
    near = certificate.reference[:-1] + ("0" if certificate.reference[-1] != "0" else "1")
    answers = {
        (response.status_code, main_of(response))
        for response in (check(client, text) for text in [UNKNOWN, near, "WRXN-G", "Ü"])
    }
    assert len(answers) == 1
    status, text = answers.pop()
    assert status == 404
    assert "We did not find that certificate" in text
    assert "Check each letter and number" in text


@pytest.mark.parametrize("typed", [str.lower, lambda text: text.replace("-", ""), "{} ".format])
def test_what_was_typed_leads_to_the_one_address(client, certificate, typed):
    response = check(client, typed(certificate.reference))
    assert response.status_code == 302
    assert response["Location"] == f"/verify/{certificate.reference}/"


def test_number_of_no_letters_at_all_is_not_found(client):
    assert check(client, "---").status_code == 404


# -- The form -------------------------------------------------------------------------------
def test_form_asks_for_the_number(client):
    text = main_of(client.get(FORM))
    assert "Certificate number" in text
    assert "There is a problem" not in text


def test_form_leads_to_the_answer_however_the_number_is_typed(client, certificate):
    typed = certificate.reference.replace("-", " ").lower()
    response = client.get(FORM, {"reference": typed}, follow=True)
    assert response.redirect_chain == [(f"/verify/{certificate.reference}/", 302)]
    assert "valid today" in main_of(response)


@pytest.mark.parametrize("typed", ["7K3M/9QX2", "ü", "?", "A" * 60])
def test_form_says_the_same_about_anything_else(client, typed):
    response = client.get(FORM, {"reference": typed}, follow=True)
    assert response.status_code in (200, 404)


@pytest.mark.parametrize("typed", ["", "   ", "- -"])
def test_empty_form_asks_again(client, typed):
    assert "Enter the certificate number" in main_of(client.get(FORM, {"reference": typed}))


def test_overlong_number_is_refused_by_the_form(client):
    text = main_of(client.get(FORM, {"reference": "7" * 61}))
    assert "Certificate number must have 12 letters and numbers" in text


# -- Nobody keeps it, nobody harvests it -------------------------------------------------------
def test_answer_is_kept_by_no_cache_and_no_search_engine(client, certificate):
    response = check(client, certificate.reference)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_check_asks_one_question(client, certificate, django_assert_num_queries):
    with django_assert_num_queries(1):
        check(client, certificate.reference)


def test_malformed_number_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        check(client, "7K3M-9QX2-HT4E")


def test_thirty_first_check_of_a_minute_is_told_to_wait(client, certificate, today_is, now):
    today_is(now + timedelta(seconds=20))
    statuses = [check(client, certificate.reference).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    response = check(client, certificate.reference)
    assert response["Retry-After"] == "40"
    assert "Wait one minute, then try again." in main_of(response)


def test_whoever_waits_as_told_may_check_again(client, certificate, today_is, now):
    for _ in range(31):
        response = check(client, certificate.reference)
    today_is(now + timedelta(seconds=int(response["Retry-After"])))
    assert check(client, certificate.reference).status_code == 200


def test_unknown_numbers_count_towards_the_limit(client):
    statuses = {check(client, UNKNOWN).status_code for _ in range(31)}
    assert statuses == {404, 429}


def test_limit_is_for_each_address(client, certificate):
    for _ in range(31):
        check(client, certificate.reference)
    client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    assert check(client, certificate.reference).status_code == 200


def test_addresses_of_one_household_share_the_limit(client, certificate):
    for last in range(31):
        client.defaults["REMOTE_ADDR"] = f"2001:db8:1:2::{last:x}"
        response = check(client, certificate.reference)
    assert response.status_code == 429


def test_forged_forwarding_changes_nothing_without_a_trusted_proxy(client, certificate):
    for number in range(31):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        response = check(client, certificate.reference, **headers)
    assert response.status_code == 429


def test_trusted_proxy_says_who_asks(client, certificate, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(31):
        headers = {"X-Forwarded-For": f"198.51.100.1, 203.0.113.{number}"}
        response = check(client, certificate.reference, **headers)
    assert response.status_code == 200


def test_check_works_while_the_cache_is_away(client, certificate, settings, caplog):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert check(client, certificate.reference).status_code == 200
    assert "not limited" in caplog.text


@pytest.mark.parametrize("address", [FORM, f"/verify/{UNKNOWN}/"])
def test_checking_is_never_a_post(client, address):
    assert client.post(address).status_code == 405


# -- Replaced, recognised ----------------------------------------------------------------------
def test_replaced_certificate_says_so_and_names_nobody(client, certificate, now):
    replacement, _ = replace(certificate, now, holder_name="Zebedee Quixote")
    response = check(client, certificate.reference)
    text = main_of(response)
    assert response.status_code == 200
    assert "Not valid: replaced by a corrected certificate" in text
    assert "Genuine Yes." in text
    page = response.content.decode()
    shown = ["Zebedee", "Z. Q.", replacement.reference, "It was spelt wrong."]
    assert [secret for secret in shown if secret in page] == []


def test_replacement_is_valid_and_shows_its_own_initials(client, certificate, now):
    replacement, _ = replace(certificate, now, holder_name="Zebedee Quixote")
    text = main_of(check(client, replacement.reference))
    assert "This certificate is valid today" in text
    assert "Initials of the person Z. Q." in text


def test_recognised_training_is_labelled_and_its_provider_not_named(client, rule, now):
    certificate = recognise(now=now)
    page = check(client, certificate.reference)
    assert "Recognised The training was passed elsewhere." in main_of(page)
    assert certificate.provider_name
    assert certificate.provider_name not in page.content.decode()


def test_pass_of_a_test_here_is_not_labelled_recognised(client, certificate):
    assert "Recognised" not in main_of(check(client, certificate.reference))


def test_page_leads_to_comparing_a_file(client, certificate):
    html = check(client, certificate.reference).content.decode()
    assert f'href="/verify/{certificate.reference}/document/"' in html


# -- In Welsh ------------------------------------------------------------------------------------
def in_welsh(client, address):
    """As a stranger chooses it: by the button on the page, with neither script nor account."""
    page = client.get(address).content.decode()
    assert re.search(r'<button[^>]*value="cy"[^>]*>Cymraeg</button>', page)
    response = client.post("/language/", {"language": "cy", "next": address}, follow=True)
    assert response.redirect_chain == [(address, 302)]
    return response


@pytest.mark.parametrize(
    "words",
    [
        "This certificate is valid today",
        "Certificate number",
        "Yes. It was issued by this service.",
        "Initials of the person",
        "Check another certificate",
    ],
)
def test_stranger_reads_the_answer_in_welsh(client, certificate, words):
    with override("cy"):
        welsh = gettext(words)
    assert welsh != words
    text = main_of(in_welsh(client, f"/verify/{certificate.reference}/"))
    assert unescape(text).count(welsh) >= 1
    assert words not in text


def test_day_of_the_check_is_written_in_welsh(client, certificate):
    assert "22 Tachwedd 2026" in main_of(in_welsh(client, f"/verify/{certificate.reference}/"))


@pytest.mark.parametrize("place", ["", "{}/", "{}/document/", "signature/"])
def test_every_page_of_the_check_is_offered_in_welsh(client, certificate, place):
    response = in_welsh(client, "/verify/" + place.format(certificate.reference))
    assert 'lang="cy"' in response.content.decode().split("<body", maxsplit=1)[0]


def test_answer_about_an_unknown_number_is_in_welsh_too(client):
    with override("cy"):
        welsh = gettext("We did not find that certificate")
    assert welsh in unescape(main_of(in_welsh(client, f"/verify/{UNKNOWN}/")))
