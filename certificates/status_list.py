"""Which certificates have been taken back, as Bitstring Status Lists (W3C)."""

import base64
import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.credential import LIST_LENGTH, issuer_id, sign, status_list_url
from certificates.data_integrity import CREDENTIALS, instant
from certificates.models import Certificate, CertificateEvent

LIFE = timedelta(seconds=60)  # No copy may say "not revoked" for longer (I19).
TTL_MS = 30_000  # After so many milliseconds a reader does well to ask again.


def exists(number: int) -> bool:
    """Whether certificates with a place in this list have been issued; the first list always is."""
    first = number * LIST_LENGTH
    return number == 0 or Certificate.objects.filter(pk__gte=first).exists()


def signed_list(number: int, key: Ed25519PrivateKey, *, now: datetime) -> dict[str, Any]:
    """The list as it is now, from one question to the database, with a proof and a short life."""
    url = status_list_url(number)
    first = number * LIST_LENGTH
    document = {
        "@context": [CREDENTIALS],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id(),
        "validFrom": instant(now),
        "validUntil": instant(now + LIFE),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": TTL_MS,
            "encodedList": encode(pk - first for pk in _taken_back(first)),
        },
    }
    return sign(document, key, now)


def encode(indices: Iterable[int]) -> str:
    """A bit for each place, the first one at the left, packed and written as multibase."""
    bits = bytearray(LIST_LENGTH // 8)
    for index in indices:
        bits[index // 8] |= 0x80 >> (index % 8)
    packed = gzip.compress(bytes(bits), compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _taken_back(first: int) -> Iterable[int]:
    """By the partial index of events that change a standing: those of the issue are a hundred times
    as many."""
    listed = CertificateEvent.objects.filter(
        certificate__gte=first, certificate__lt=first + LIST_LENGTH
    )
    return listed.ending().order_by().values_list("certificate", flat=True)
