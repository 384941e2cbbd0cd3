"""Proofs of Data Integrity with the cryptosuite eddsa-rdfc-2022 (W3C VC-DI-EdDSA).

What is signed is the meaning of a document: its JSON-LD as RDF, in canonical form. What the words
mean is read from two context documents that lie here, never from the network.
"""

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import base58
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from pyld import jsonld

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
# Whoever changes a context changes what signatures mean: only these very bytes are read.
CONTEXTS = {
    CREDENTIALS: (
        "credentials-v2.json",
        "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f",
    ),
    OPEN_BADGES: (
        "open-badges-3.0.3.json",
        "e407ae98563c7b4708be4c8198a7f254bc09c131afc68e73d5f90eb0a34c6f7f",
    ),
}
# PyLD makes addresses of whatever is none, on a base of its own choice: ours shows which they are.
NOWHERE = "nowhere:/"
ED25519 = b"\xed\x01"  # The multicodec prefix of its public keys.
ONE_AT_A_TIME = threading.Lock()  # PyLD keeps contexts in caches that threads may not share.


class NotSignable(Exception):
    """The document says something that its signature would not cover, so no verifier would take it:
    a word or type that no context defines, a context that does not lie here as it was when this was
    written, or nothing where a value belongs."""


def secure(
    document: dict[str, Any], key: Ed25519PrivateKey, *, created: datetime, method: str
) -> dict[str, Any]:
    """The document with its proof; ``method`` is the address of the public key.

    The same document, key and time give the same proof. Raises NotSignable. ``proof`` is an array
    because the JSON schema of Open Badges wants one.
    """
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": instant(created),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    hashes = _digest({"@context": document["@context"], **options}) + _digest(document)
    value = "z" + base58.b58encode(key.sign(hashes)).decode()
    return {**document, "proof": [{**options, "proofValue": value}]}


def multikey(key: Ed25519PublicKey) -> str:
    """A public key as verifiers read it, and the name by which documents know it."""
    return "z" + base58.b58encode(ED25519 + key.public_bytes_raw()).decode()


def instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def canonical(document: dict[str, Any]) -> str:
    """The RDF of the document in canonical form (RDFC-1.0). Raises NotSignable."""
    dropped: list[str | None] = []
    options = {"documentLoader": _context, "base": NOWHERE}
    try:
        with ONE_AT_A_TIME:
            expanded = jsonld.expand(document, options, on_property_dropped=dropped.append)
            _refuse_dropped(expanded, dropped)
            rdf = {**options, "algorithm": "URDNA2015", "format": "application/n-quads"}
            return str(jsonld.normalize(expanded, rdf))
    except jsonld.JsonLdError as error:
        raise NotSignable(str(error.__cause__ or error)) from error


def _refuse_dropped(expanded: Any, dropped: list[str | None]) -> None:
    if dropped:
        words = sorted(word for word in dropped if word)
        raise NotSignable(f"No context defines {', '.join(words) or 'some word of it'}.")
    if vague := sorted(set(_nowhere(expanded))):
        raise NotSignable(f"No context makes an address of {', '.join(vague)}.")


def _digest(document: dict[str, Any]) -> bytes:
    if (empty := _empty(document)) is not None:
        raise NotSignable(f"There is nothing in {empty}.")
    return hashlib.sha256(canonical(document).encode()).digest()


def _context(url: str, options: dict[str, Any]) -> dict[str, Any]:
    """PyLD's way to a context, which leads nowhere but to the files that lie here."""
    if url not in CONTEXTS:
        raise NotSignable(f"There is no context {url} here, and none is fetched.")
    name, digest = CONTEXTS[url]
    content = (settings.CONTEXTS_DIR / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise NotSignable(f"{name} is not the context it was.")
    return {
        "contextUrl": None,
        "documentUrl": url,
        "document": json.loads(content),
        "contentType": "application/ld+json",
    }


def _empty(value: Any, place: str = "the document") -> str | None:
    """Where the first null stands: JSON-LD leaves it out without a word."""
    if value is None:
        return place
    parts: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = ((place, part) for part in value)
    return next((found for key, part in parts if (found := _empty(part, key))), None)


def _nowhere(node: Any) -> Iterator[str]:
    """Types and addresses that are none."""
    if isinstance(node, list):
        for part in node:
            yield from _nowhere(part)
    elif isinstance(node, dict):
        types = node.get("@type", [])
        names = [*(types if isinstance(types, list) else [types]), node.get("@id", "")]
        yield from (name.removeprefix(NOWHERE) for name in names if name.startswith(NOWHERE))
        for key, part in node.items():
            if key not in ("@type", "@id", "@value"):
                yield from _nowhere(part)
