"""Whether a webhook's message is genuine, by the Standard Webhooks scheme."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import cast

from training_status.answers import Event

TOLERANCE = 5 * 60  # Seconds between the two clocks.


class InvalidSignature(Exception):
    """The message does not come from the service, or is too old."""


def verify(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None
) -> Event:
    """The event that the message tells of. ``body`` is what came, byte for byte.

    Raises InvalidSignature. Take an event whose ``id`` you have as a repeat.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp = sent["webhook-id"], int(sent["webhook-timestamp"])
        signatures = sent["webhook-signature"].split(" ")
    except (KeyError, ValueError) as error:
        raise InvalidSignature("The headers of a webhook are missing.") from error
    if abs((time.time() if now is None else now) - timestamp) > TOLERANCE:
        raise InvalidSignature("The message is too old, or one of the clocks is wrong.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    if not any(hmac.compare_digest(wanted.encode(), one.encode()) for one in signatures):
        raise InvalidSignature("The signature does not fit.")
    return cast("Event", json.loads(body))
