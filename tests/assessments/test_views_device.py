"""From where an answer comes: hashes that say only whether two came from one place (R26)."""

import pytest

from assessments.models import Answer
from tests.assessments.pages import question_url, start_url, token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HERE = "203.0.113.9"


@pytest.fixture
def answered(as_learner, sitting):
    """What is kept of an answer from an address, and what came with the request."""

    def give(address=HERE, device="", **headers):
        if device:
            as_learner.cookies["device"] = device
        position = Answer.objects.count() + 1
        data = {"answer": token(sitting, position)}
        as_learner.post(question_url(sitting, position), data, REMOTE_ADDR=address, **headers)
        return Answer.objects.order_by("-pk").first()

    return give


def test_start_marks_the_browser_with_a_random_number(as_learner, rule, course):
    cookie = as_learner.post(start_url(course)).cookies["device"]
    assert len(cookie.value) == 22
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")


def test_mark_is_sent_over_a_safe_line_alone_where_the_session_is(
    as_learner, rule, course, settings
):
    settings.SESSION_COOKIE_SECURE = True
    assert as_learner.post(start_url(course)).cookies["device"]["secure"] is True


def test_browser_that_is_marked_keeps_its_number(as_learner, rule, course):
    as_learner.cookies["device"] = "known"
    assert "device" not in as_learner.post(start_url(course)).cookies


def test_second_device_is_marked_when_it_goes_on(as_learner, sitting):
    assert "device" in as_learner.get(question_url(sitting, 1)).cookies


def test_answers_from_one_device_have_one_hash(answered):
    first, second = answered(device="one"), answered(device="one")
    assert first.device == second.device != ""
    assert len(first.device) == 22


def test_answers_from_two_devices_have_two_hashes(answered):
    assert answered(device="one").device != answered(device="two").device


def test_browser_without_cookies_answers_all_the_same(answered):
    given = answered()
    assert (given.position, given.device) == (1, "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.9", "203.0.113.200"),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::9"),
        ("::ffff:203.0.113.9", "203.0.113.200"),
    ],
    ids=["ipv4", "ipv6", "mapped"],
)
def test_addresses_of_one_network_have_one_hash(answered, one, other):
    first, second = answered(one), answered(other)
    assert first.network == second.network != ""
    assert len(first.network) == 22


@pytest.mark.parametrize(
    ("one", "other"),
    [("203.0.113.9", "203.0.114.9"), ("2001:db8:1::3", "2001:db8:2::3")],
    ids=["ipv4", "ipv6"],
)
def test_addresses_of_two_networks_have_two_hashes(answered, one, other):
    assert answered(one).network != answered(other).network


def test_forwarded_address_counts_only_behind_a_trusted_proxy(answered, settings):
    direct = answered(HERE)
    forwarded = answered("10.0.0.1", HTTP_X_FORWARDED_FOR=HERE)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    trusted = answered("10.0.0.1", HTTP_X_FORWARDED_FOR=HERE)
    assert forwarded.network != direct.network == trusted.network


@pytest.mark.parametrize("address", ["", "unix:", "999.1.1.1"])
def test_address_that_cannot_be_read_is_left_empty_and_the_answer_kept(answered, address):
    given = answered(address)
    assert (given.position, given.network) == (1, "")


def test_hash_cannot_be_made_without_our_key(answered, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    first = answered(device="one")
    settings.SECRET_KEY = "another-key"
    second = answered(device="one")
    assert first.network != second.network
    assert first.device != second.device
