"""May this person, or this licensing system, …? One function for each question."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

from licensing.models import Acceptance, Scope
from people import perms as people
from people.models import Membership
from people.perms import has_role, holds

Role = Membership.Role

# Every call of the API asks this, so it is written out: building it anew each time would cost more
# than all the rest. Only a token that a client got for itself counts, never one for a person.
BEARER = """
SELECT o.id, c.id, c.authority_id, t.scopes, o.scopes
FROM allauth_idp_oidc_token t
JOIN allauth_idp_oidc_client o ON o.id = t.client_id
JOIN licensing_apiclient c ON c.client_id = o.id
WHERE t.type = 'at' AND t.hash = %(token_hash)s AND t.expires_at > %(now)s AND t.user_id IS NULL
    AND c.ended_at IS NULL
"""


@dataclass(frozen=True)
class Caller:
    """A licensing system that showed a good token: for which authority it asks, and what it may."""

    client_id: str
    api_client_id: int
    authority_id: int
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


def caller_with(token_hash: str, *, now: datetime) -> Caller | None:
    """The system to which the unexpired access token was given; None if it is nobody's.

    A scope counts that the token carries and the client still has, so that what is taken away is
    gone at once, as is the access of a client that ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(BEARER, {"token_hash": token_hash, "now": now})
        found = cursor.fetchone()
    if found is None:
        return None
    client_id, api_client_id, authority_id, of_token, of_client = found
    scopes = frozenset(of_token.split()) & set(of_client.split())
    return Caller(client_id, api_client_id, authority_id, scopes)


def may_list_requirements(user: Any) -> bool:
    """Licensing officers, reviewers, auditors and platform administrators."""
    return user.is_superuser or has_role(user, Role.OFFICER, Role.REVIEWER, Role.AUDITOR)


def may_see_webhooks(request: HttpRequest) -> bool:
    """Licensing officers and platform administrators; each sees their own authority's alone."""
    return holds(request, Role.OFFICER)


def readable_acceptances(user: Any) -> "QuerySet[Acceptance]":
    """The rules of the authorities at which the person is an officer or auditor now; all for
    platform administrators. The other authority that a rule names has no page of it: it holds the
    words and the names of the authority that decided."""
    rules: QuerySet[Acceptance] = Acceptance.objects.filter(people.readable_rules(user))
    return rules.select_related(
        "authority", "from_authority", "course", "proposed_by", "approved_by"
    )
