"""Which licensing systems may ask: making and ending their access."""

from datetime import UTC, datetime

import pytest
from allauth.idp.oidc.models import Client, Token
from django.db import IntegrityError, ProgrammingError, transaction

from licensing.actions import end_api_client, make_api_client
from licensing.models import ApiClient, Requirement
from tests.factories import LONG_AGO, UserFactory
from tests.licensing.factories import SECRET, give_token, make_client

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make(authority, **fields):
    given = {"client_id": "demo-licensing", "secret": SECRET, "name": "System", "now": NOW}
    return make_api_client(authority=authority, **{**given, "scopes": ["status:read"], **fields})


def test_client_is_confidential_and_has_the_one_grant(authority):
    client = make(authority).client

    assert (client.type, client.get_grant_types(), client.get_redirect_uris()) == (
        "confidential",
        ["client_credentials"],
        [],
    )


def test_secret_is_stored_as_a_hash(authority):
    client = make(authority).client

    assert client.secret != SECRET
    assert client.check_secret(SECRET)


def test_repeat_changes_nothing(authority):
    make(authority)
    before = Client.objects.values().get()

    make(authority, now=LATER)

    assert Client.objects.values().get() == before
    assert ApiClient.objects.count() == 1


def test_repeat_brings_secret_and_scopes_up_to_date(authority):
    make(authority)

    client = make(authority, secret="another", scopes=["events:read"]).client

    assert client.check_secret("another")
    assert client.get_scopes() == ["events:read"]


def test_client_never_moves_to_another_authority(authority, other_authority):
    make(authority)

    with pytest.raises(ValueError, match="another authority"):
        make(other_authority)


def test_refused_move_leaves_the_secret_as_it_was(authority, other_authority):
    make(authority)

    with pytest.raises(ValueError, match="another authority"):
        make(other_authority, secret="stolen")

    assert Client.objects.get().check_secret(SECRET)


def test_ended_client_is_not_made_again(authority):
    end_api_client(api_client=make(authority), by=UserFactory(), now=NOW)

    with pytest.raises(ValueError, match="has ended"):
        make(authority)


def test_ending_takes_the_tokens_away(authority):
    client = make_client(authority)
    give_token(client, expires_at=LATER)

    end_api_client(api_client=client, by=UserFactory(), now=NOW)

    assert not Token.objects.exists()


def test_ending_again_keeps_the_first_end(authority):
    client, first = make_client(authority), UserFactory()
    end_api_client(api_client=client, by=first, now=NOW)

    end_api_client(api_client=client, by=UserFactory(), now=LATER)

    client.refresh_from_db()
    assert (client.ended_at, client.ended_by) == (NOW, first)


def test_database_keeps_a_client_at_its_authority(authority, other_authority):
    make(authority)

    with pytest.raises(ProgrammingError), transaction.atomic():
        ApiClient.objects.update(authority=other_authority)


def test_database_keeps_clients(authority):
    make(authority)

    with pytest.raises(ProgrammingError), transaction.atomic():
        ApiClient.objects.all().delete()


def test_database_wants_to_know_who_ended_the_access(authority):
    make(authority)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiClient.objects.update(ended_at=NOW)


def test_every_change_of_a_client_is_kept(authority):
    client = make(authority)
    end_api_client(api_client=client, by=UserFactory(), now=NOW)

    assert [event.pgh_label for event in client.events.order_by("pgh_id")] == ["insert", "update"]


@pytest.mark.parametrize("fields", [{"licence_kinds": ["taxi"]}, {"code": ""}])
def test_database_refuses_a_requirement_that_nobody_could_meet_or_miss(course, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Requirement.objects.create(
            course=course,
            effective_from=LONG_AGO.date(),
            reason="Test",
            proposed_by=UserFactory(),
            proposed_at=LONG_AGO,
            **fields,
        )
