"""A database of one's own, and the providers: a mail server and a stand-in of GOV.UK Notify."""

import threading

import pytest

from lms.embedded.notify import KEY, SMS_TEMPLATE, StandIn
from tests.certificates.conftest import own_database
from tests.outbox.mail_server import MailServer

__all__ = ["own_database"]
CLOSED_PORT = 1


@pytest.fixture
def notify(settings, tmp_path):
    """The stand-in, with what it accepted in ``notify.post.accepted``."""
    control = tmp_path / "control.json"
    server = StandIn(0, tmp_path / "accepted.jsonl", control=control, settle=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.NOTIFY_API_KEY, settings.NOTIFY_URL = KEY, server.url
    settings.NOTIFY_SMS_TEMPLATE = SMS_TEMPLATE
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def notify_is_down(settings):
    settings.NOTIFY_API_KEY, settings.NOTIFY_SMS_TEMPLATE = KEY, SMS_TEMPLATE
    settings.NOTIFY_URL = f"http://127.0.0.1:{CLOSED_PORT}"


@pytest.fixture
def mail_server(settings):
    server = MailServer()
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 5
    yield server
    server.stop()


@pytest.fixture
def mail_is_down(settings):
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", CLOSED_PORT
