"""Letters to the person who sat a test, in their own language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from outbox.actions import queue_email
from people.models import Learner


def tell(
    learner: Learner, what: str, facts: Mapping[str, Any] | None = None, *, key: str, now: datetime
) -> None:
    """Write one e-mail down; a repeat with the same key changes nothing. ``what`` names its two
    templates, which know ``learner``, ``name``, ``authority``, ``site_url`` and the ``facts``: by
    default those of the authority that the person trains for."""
    context = {
        "learner": learner,
        "name": learner.full_name,
        "authority": learner.authority,
        "site_url": settings.SITE_URL,
        **(facts or {}),
    }
    with translation.override(learner.account.message_language):
        subject = render_to_string(f"assessments/email/{what}_subject.txt", context).strip()
        body = render_to_string(f"assessments/email/{what}_body.txt", context).strip()
    queue_email(key=key, to=learner.account.email, subject=subject, body=body, now=now)
