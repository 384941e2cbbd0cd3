"""The hearing bundle as a file."""

from datetime import datetime
from pathlib import Path

from assessments.bundle import Bundle
from assessments.typesetting import typeset

TEMPLATE = Path(__file__).parent / "typst" / "bundle.typ"


def render_bundle(bundle: Bundle, *, at: datetime) -> bytes:
    """The PDF of the bundle, dated ``at``: the same words as its page."""
    return typeset(TEMPLATE, bundle.facts(), at=at)
