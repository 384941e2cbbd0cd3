"""What is written to those who may confirm a change of standing."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from certificates import perms
from certificates.models import StandingChange
from outbox.actions import Draft, queue_messages
from people.models import User


def tell_second_people(change: StandingChange, *, now: datetime) -> None:
    """Queue an e-mail to everybody who may decide it now, once for each. It names the certificate
    and nobody: mail is read in more places than the staff site."""
    seconds = perms.possible_seconds(change)
    queue_messages(messages=[_letter(change, person) for person in seconds], now=now)


def _letter(change: StandingChange, person: User) -> Draft:
    context = {
        "change": change,
        "certificate": change.certificate,
        "page": settings.SITE_URL + reverse("standing_change", args=[change.pk]),
    }
    with translation.override(person.message_language):
        return Draft(
            key=f"standing:{change.pk}:{person.pk}",
            to=person.email,
            subject=render_to_string("certificates/email/second_person_subject.txt", context),
            body=render_to_string("certificates/email/second_person_body.txt", context).strip(),
        )
