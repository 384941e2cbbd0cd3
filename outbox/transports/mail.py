"""E-mail over SMTP, or whatever else ``DELIVERY_EMAIL_BACKEND`` names."""

import smtplib
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp

from outbox.models import Message
from outbox.outcome import Accepted, Outcome, Refused, Unknown
from outbox.transports.reference import reference

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
GO_ON = 354  # The server waits for the text.
FOR_GOOD = 500  # An SMTP answer from here on will be the same next time.


class _Noting:
    """Remembers that the text was on its way: only from then on may a cut mean either."""

    text_begun = False

    def getreply(self) -> Any:
        answer = super().getreply()  # type: ignore[misc]
        if answer[0] == GO_ON:
            self.text_begun = True
        return answer


class _NotingPlain(_Noting, smtplib.SMTP):
    pass


class _NotingTls(_Noting, smtplib.SMTP_SSL):
    pass


class NotingBackend(smtp.EmailBackend):
    """Django's own, on a connection that knows how far it came."""

    @property
    def connection_class(self) -> Any:
        return _NotingTls if self.use_ssl else _NotingPlain


class Mail:
    """One connection for all messages of a run; after any trouble, a new one."""

    remembers = timedelta(0)  # A mail server cannot be asked what it took.

    def __init__(self) -> None:
        self._backend: Any = None

    def send(self, message: Message) -> Outcome:
        mail = _mail(message)
        try:
            mail.message()
        except Exception as error:  # noqa: BLE001  Whatever a text may hold, it stays with us.
            return Refused(_words(error), permanent=True)
        if not mail.recipients():
            return Refused("The message has no address.", permanent=True)
        try:
            self._open()
        except Exception as error:  # noqa: BLE001  Nothing was handed over yet, so all are sure.
            self.close()
            return Refused(_words(error), everybody=True)
        try:
            taken = self._backend.send_messages([mail])
        except Exception as error:  # noqa: BLE001  One bad message never holds up the others.
            begun = getattr(getattr(self._backend, "connection", None), "text_begun", True)
            self.close()
            return _failed(error, begun=begun)
        return Accepted() if taken else Refused("Nobody took the message.")

    def ask(self, message: Message) -> Outcome:
        return Unknown(
            "The relay was cut off while it spoke to the mail server, which cannot be asked "
            "whether it took the message."
        )

    def close(self) -> None:
        backend, self._backend = self._backend, None
        with suppress(Exception):
            backend.close()

    def _open(self) -> None:
        if self._backend is None:
            noting = settings.DELIVERY_EMAIL_BACKEND == SMTP_BACKEND
            self._backend = (
                NotingBackend() if noting else get_connection(settings.DELIVERY_EMAIL_BACKEND)
            )
        self._backend.open()
        connection = getattr(self._backend, "connection", None)
        if isinstance(connection, _Noting):
            connection.text_begun = False


def _mail(message: Message) -> EmailMultiAlternatives:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    # The same for every try, so that mail systems recognise a message they were given twice.
    identifier = f"<{reference(message)}@{domain}>"
    mail = EmailMultiAlternatives(
        message.subject,
        message.body,
        to=[message.to],
        headers={"Message-ID": identifier, "Auto-Submitted": "auto-generated"},
    )
    if message.html_body:
        mail.attach_alternative(message.html_body, "text/html")
    return mail


def _failed(error: Exception, *, begun: bool) -> Outcome:
    """An answer with a code is an answer; silence after the text had begun is not."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            code = max(code for code, _ in recipients.values())
            return Refused(_words(error), permanent=code >= FOR_GOOD)
        case smtplib.SMTPSenderRefused() | smtplib.SMTPHeloError() | smtplib.SMTPConnectError():
            return Refused(_words(error), everybody=True)
        case smtplib.SMTPResponseException(smtp_code=code):
            return Refused(_words(error), permanent=code >= FOR_GOOD)
    if begun:
        return Unknown(f"The mail server's answer was lost. {_words(error)}")
    return Refused(_words(error), everybody=True)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
