"""OAuth 2 for licensing systems, by allauth's own provider."""

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.views import token

__all__ = ["OidcAdapter", "token"]


class OidcAdapter(DefaultOIDCAdapter):
    scope_display = {
        "status:read": "Read training status",
        "register:write": "Write the register",
        "events:read": "Read the change feed",
    }
