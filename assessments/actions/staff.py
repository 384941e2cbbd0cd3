"""Which member of staff may act for whom, and what the person is told about it."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from assessments import perms
from assessments.refusals import ArrangementRefused
from outbox.actions import queue_email
from people.models import Authority, Learner, User


def allow(by: User, *roles: str, learner: Learner, authority: Authority | None) -> None:
    """Go on only for somebody with one of ``roles`` at the authority, and never for the learner
    themselves. Raises ArrangementRefused."""
    code = perms.reason_against(by, *roles, learner=learner, authority=authority)
    if code:
        raise ArrangementRefused(code)


def tell_learner(learner: Learner, what: str, *, key: str, now: datetime) -> None:
    """Write to the person in their language; once for each ``key``. It says that something was
    decided, never why: others may read their mail."""
    context = {
        "name": learner.full_name,
        "authority": learner.authority,
        "site_url": settings.SITE_URL,
    }
    with translation.override(learner.user.message_language):
        queue_email(
            key=key,
            to=learner.user.email,
            subject=render_to_string(f"assessments/email/{what}_subject.txt", context),
            body=render_to_string(f"assessments/email/{what}_body.txt", context).strip(),
            now=now,
        )
