"""Signatures of webhooks by the Standard Webhooks scheme (standardwebhooks.com). Pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

PREFIX = "whsec_"
SECRET_LENGTH = 32  # Bytes; the scheme allows 24 to 64.


def written(key: bytes) -> str:
    """The secret as clients are given it."""
    return PREFIX + base64.b64encode(key).decode()


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(
    secrets: Iterable[str], *, message_id: str, timestamp: int, body: bytes
) -> Mapping[str, str]:
    """What goes with the body; while a secret is being changed, a signature by each."""
    given = {"message_id": message_id, "timestamp": timestamp, "body": body}
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, **given) for secret in secrets),  # type: ignore[arg-type]
    }
