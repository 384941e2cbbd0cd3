"""What is written to the holder of a certificate, in their own language."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from certificates.models import Certificate, CertificateEvent
from outbox.actions import Draft, queue_messages
from people.models import Learner, User


def tell_holder(
    certificate: Certificate,
    what: str,
    *,
    key: str,
    now: datetime,
    event: CertificateEvent | None = None,
) -> None:
    """Queue the e-mail, once for each ``key``; somebody without an account gets none."""
    key = f"certificate:{certificate.reference}:{key}"
    draft = letter_about(certificate, what, key=key, event=event)
    if draft is not None:
        queue_messages(messages=[draft], now=now)


def tell_learner(
    learner: Learner, what: str, facts: dict[str, Any], *, key: str, now: datetime
) -> None:
    """Queue an e-mail that is not about a certificate, once for each ``key``; somebody without an
    account gets none."""
    if learner.user is not None:
        queue_messages(messages=[_letter(learner.user, what, facts, key=key)], now=now)


def letter_about(
    certificate: Certificate,
    what: str,
    *,
    key: str,
    event: CertificateEvent | None = None,
) -> Draft | None:
    """About ``event``, if it is about one. In the language of the person it goes to; None for
    somebody without an account."""
    holder = certificate.learner.user
    if holder is None:
        return None
    facts: dict[str, Any] = {
        "certificate": certificate,
        "authority": certificate.authority,
        "event": event,
    }
    return _letter(holder, what, facts, key=key)


def _letter(to: User, what: str, facts: dict[str, Any], *, key: str) -> Draft:
    context = {**facts, "site_url": settings.SITE_URL}
    with translation.override(to.message_language):
        return Draft(
            key=key,
            to=to.email,
            subject=render_to_string(f"certificates/email/{what}_subject.txt", context),
            body=render_to_string(f"certificates/email/{what}_body.txt", context).strip(),
        )
