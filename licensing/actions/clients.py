"""Changes to which licensing systems may ask."""

from collections.abc import Iterable
from datetime import datetime

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import make_password
from django.db import transaction

from licensing.models import ApiClient
from people.models import Authority, User


@transaction.atomic
def make_api_client(
    *,
    client_id: str,
    secret: str,
    name: str,
    authority: Authority,
    scopes: Iterable[str],
    now: datetime,
) -> ApiClient:
    """Let a licensing system sign in with this id and secret and ask about one authority.

    A repeat brings name, secret and scopes up to date and changes nothing else. Raises ValueError
    if the client speaks for another authority already, or its access has ended.
    """
    client = Client.objects.select_for_update(of=("self",)).filter(pk=client_id).first()
    if client is None:
        client = Client(pk=client_id, secret=make_password(secret), created_at=now)
    elif not client.check_secret(secret):
        client.set_secret(secret)
    client.name = name
    client.type = Client.Type.CONFIDENTIAL
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_response_types([])
    client.set_scopes(list(scopes))
    client.set_default_scopes(list(scopes))
    client.save()
    api_client, _ = ApiClient.objects.get_or_create(
        client=client, defaults={"authority": authority}
    )
    if api_client.authority_id != authority.pk:
        raise ValueError("The client speaks for another authority.")
    if api_client.ended_at is not None:
        raise ValueError("The client's access has ended; make another one.")
    return api_client


@transaction.atomic
def end_api_client(*, api_client: ApiClient, by: User, now: datetime) -> None:
    """Take a licensing system's access away; its next call is refused. A repeat does nothing."""
    api_client = ApiClient.objects.select_for_update(of=("self",)).get(pk=api_client.pk)
    if api_client.ended_at is None:
        api_client.end(by=by, now=now)
    Token.objects.filter(client=api_client.client_id).delete()
