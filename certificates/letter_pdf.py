"""Reminders by post as one PDF to print: a page for each, in the language of the person."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext

from assessments.typesetting import typeset
from certificates.actions.posting import reminder_of
from certificates.models import Certificate
from outbox.models import Message

TEMPLATE = Path(__file__).parent / "typst" / "letters.typ"


def render_letters(letters: Iterable[Message], *, day: date, at: datetime) -> bytes:
    """The letters dated ``day``; the same bytes for the same letters, day and moment."""
    facts = {"letters": [_facts(letter, day) for letter in letters]}
    return typeset(TEMPLATE, facts, at=at)


def _facts(letter: Message, day: date) -> dict[str, Any]:
    reminder = reminder_of(letter)
    certificate = reminder.certificate
    language = reminder.language or settings.LANGUAGE_CODE
    with translation.override(language):
        return {
            "language": language.partition("-")[0],
            "right_to_left": bool(get_language_info(language)["bidi"]),
            "council": certificate.authority_name,
            "name": certificate.holder_name,
            "reference": _reference(letter, certificate),
            "day": date_format(day),
            "subject": letter.subject,
            "paragraphs": [part.split("\n") for part in letter.body.split("\n\n") if part.strip()],
        }


def _reference(letter: Message, certificate: Certificate) -> list[list[str]]:
    return [
        [gettext("Licence number"), letter.to],
        [gettext("Certificate number"), certificate.reference],
    ]
