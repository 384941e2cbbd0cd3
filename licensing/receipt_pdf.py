"""A receipt as one page to print or file, word for word as it was shown."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language_info

from assessments.typesetting import typeset
from licensing.models import CheckReceipt

TEMPLATE = Path(__file__).parent / "typst" / "receipt.typ"


def render_receipt(receipt: CheckReceipt) -> bytes:
    """The same bytes for the same receipt, whenever it is asked for."""
    shown = receipt.shown
    language = shown["language"] or settings.LANGUAGE_CODE
    facts = {
        **shown,
        "language": language.partition("-")[0],
        "right_to_left": bool(get_language_info(language)["bidi"]),
        "reference": receipt.reference,
    }
    return typeset(TEMPLATE, facts, at=receipt.at)
