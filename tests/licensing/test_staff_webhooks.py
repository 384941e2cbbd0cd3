"""Connected systems as an authority's officers see them."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from licensing.actions import add_webhook, advance_feed, relay_webhooks, remove_webhook
from tests.conftest import NOON
from tests.factories import UserFactory
from tests.factories import staff as staff_of
from tests.licensing.factories import make_certificate, make_client, make_licence, revoke
from tests.licensing.test_outward import serving
from tests.licensing.test_webhooks import url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
LIST = reverse("staff_webhooks")


def staff(role, authority):
    user = staff_of(role, authority, NOON)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture
def hook(authority, server, course, requirement):
    """It was told of one certificate."""
    client = make_client(authority, scopes=["events:read"], name="Licensing software")
    webhook, _ = add_webhook(client=client, url=url_of(server), types=[], now=NOON)
    webhook.certificate = make_certificate(
        make_licence(authority), course, passed_on=date(2025, 4, 3)
    )
    tell(authority)
    return webhook


def tell(authority, now=NOON):
    advance_feed(authority_id=authority.pk, now=now)
    relay_webhooks(now=now)


@pytest.fixture
def as_officer(client, authority):
    client.force_login(staff("officer", authority))
    return client


def log_of(hook):
    return reverse("staff_webhook", args=[hook.pk])


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_officer_sees_address_system_and_state(as_officer, hook):
    text = page(as_officer, LIST)

    assert hook.url in text
    assert "Licensing software" in text
    assert "Working" in text
    assert log_of(hook) in text


def test_log_tells_what_was_told_and_how_it_was_answered(as_officer, hook):
    text = page(as_officer, log_of(hook))

    assert hook.certificate.reference in text
    assert "certificate issued" in text
    assert "Status 200" in text


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "Failing since 22 November 2026"), (410, "the address answered that it is gone")],
)
def test_trouble_is_told_in_words(as_officer, authority, hook, server, status, words):
    server.status = status
    revoke(hook.certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    tell(authority, NOON + timedelta(minutes=1))

    assert words in page(as_officer, LIST)
    assert f"Status {status}" in page(as_officer, log_of(hook))


def test_removed_webhook_keeps_its_log(as_officer, hook):
    remove_webhook(webhook=hook, now=NOON)

    assert "Removed" in page(as_officer, LIST)
    assert "Status 200" in page(as_officer, log_of(hook))


def test_officer_of_another_authority_finds_nothing(client, other_authority, hook):
    client.force_login(staff("officer", other_authority))

    assert hook.url not in page(client, LIST)
    assert client.get(log_of(hook)).status_code == 404
    assert client.get(log_of(hook) + "results/").status_code == 404


def test_administrator_sees_all(client, hook):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    assert hook.url in page(client, LIST)


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
@pytest.mark.parametrize("results", ["", "results/"])
def test_others_are_refused(client, authority, hook, role, results):
    client.force_login(staff(role, authority))

    for address in (LIST, log_of(hook)):
        assert client.get(address + results).status_code in {302, 403}


@pytest.mark.parametrize("many", [1, 6])
def test_pages_cost_the_same_however_long(
    as_officer, authority, hook, django_assert_max_num_queries, many
):
    for _ in range(many):
        revoke(hook.certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    tell(authority)
    page(as_officer, LIST)
    with django_assert_max_num_queries(30):
        page(as_officer, LIST)
    with django_assert_max_num_queries(30):
        page(as_officer, log_of(hook))
