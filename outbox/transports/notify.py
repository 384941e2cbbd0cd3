"""Text messages, and e-mail where that is chosen, through GOV.UK Notify."""

import http
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests
from django.conf import settings
from notifications_python_client.errors import APIError, HTTPError
from notifications_python_client.notifications import NotificationsAPIClient
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from outbox.models import Message
from outbox.outcome import Accepted, Outcome, Refused, Unknown
from outbox.transports.reference import reference

TIMEOUT = 10  # Seconds without a byte from the other side.
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, NameResolutionError)
BOUNCES = ("permanent-failure", "temporary-failure", "technical-failure")


@dataclass(frozen=True)
class Receipt:
    """What the provider says of a message now; neither delivered nor bounced is under way."""

    detail: str
    delivered: bool = False
    bounced: bool = False


class Notify:
    # Notify keeps messages for seven days, unless a service asks it to keep them for fewer.
    remembers = timedelta(days=3)

    def __init__(self) -> None:
        self._made: Any = None  # The client has no types.

    def send(self, message: Message) -> Outcome:
        if missing := _missing(message):
            return Refused(missing, permanent=True)
        parts = {"subject": message.subject, "body": message.body}
        facts: dict[str, Any] = {"personalisation": parts, "reference": reference(message)}
        try:
            if message.channel == Message.Channel.SMS:
                answer = self._client().send_sms_notification(
                    message.to, settings.NOTIFY_SMS_TEMPLATE, **facts
                )
            else:
                answer = self._client().send_email_notification(
                    message.to, settings.NOTIFY_EMAIL_TEMPLATE, **facts
                )
            return Accepted(answer["id"])
        except HTTPError as error:
            return _failed(error)
        except Exception as error:  # noqa: BLE001  It may have been accepted whatever went wrong.
            return Unknown(f"{type(error).__name__}: {error}")

    def ask(self, message: Message) -> Outcome:
        if missing := _missing(message):
            return Unknown(missing)
        try:
            answer = self._client().get_all_notifications(reference=reference(message))
            known = answer["notifications"]
        except Exception as error:  # noqa: BLE001  Not told is not known.
            return Unknown(f"GOV.UK Notify could not be asked. {_words(error)}", everybody=True)
        if not known:
            return Refused("GOV.UK Notify was asked and does not have the message.")
        return Accepted(known[0]["id"], detail="Found at GOV.UK Notify by our reference.")

    def receipt(self, message: Message) -> Receipt | None:
        """None if the provider cannot tell at present."""
        try:
            answer = self._client().get_notification_by_id(message.provider_reference)
        except HTTPError as error:
            if error.status_code == http.HTTPStatus.NOT_FOUND:
                return Receipt("")
            return None
        except Exception:  # noqa: BLE001  Receipts are asked for again.
            return None
        status = str(answer.get("status"))
        return Receipt(status, delivered=status == "delivered", bounced=status in BOUNCES)

    def close(self) -> None:
        if self._made is not None:
            self._made.request_session.close()

    def _client(self) -> Any:
        if self._made is None:
            made: Any = NotificationsAPIClient
            self._made = made(
                settings.NOTIFY_API_KEY, base_url=settings.NOTIFY_URL, timeout=TIMEOUT
            )
        return self._made


def _missing(message: Message) -> str:
    """What has to be set before this channel works, in a sentence for whoever runs the site."""
    if not settings.NOTIFY_API_KEY:
        return "Text messages are not set up: NOTIFY_API_KEY is empty."
    if message.channel == Message.Channel.SMS and not settings.NOTIFY_SMS_TEMPLATE:
        return "Text messages are not set up: NOTIFY_SMS_TEMPLATE is empty."
    return ""


def _failed(error: HTTPError) -> Outcome:
    """What the error says about this message, and about the others."""
    response = error.response
    if response is None:
        return _unanswered(error)
    status = response.status_code
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(_words(error), everybody=True)
    if status in (
        http.HTTPStatus.UNAUTHORIZED,
        http.HTTPStatus.FORBIDDEN,
        http.HTTPStatus.NOT_FOUND,
        http.HTTPStatus.TOO_MANY_REQUESTS,
    ):
        return Refused(_words(error), everybody=True)
    return Refused(_words(error), permanent=True)


def _unanswered(error: HTTPError) -> Outcome:
    cause = error.__cause__
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    words = f"{type(cause).__name__}: GOV.UK Notify did not answer."
    if isinstance(reason, NEVER_CONNECTED):
        return Refused(words, everybody=True)
    return Unknown(words, everybody=isinstance(cause, requests.Timeout))


def _words(error: Exception) -> str:
    """Notify's own sentences, such as "Exceeded send limits (250000) for today"."""
    if not isinstance(error, APIError):
        return f"{type(error).__name__}: {error}"
    told = error.message
    if isinstance(told, list):
        told = " ".join(str(part.get("message", "")) for part in told)
    return f"GOV.UK Notify, {error.status_code}: {told}"
