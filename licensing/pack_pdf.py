"""A document of facts and tables as a PDF that screen readers can read (PDF/UA-1, PDF/A-2a)."""

from datetime import datetime
from pathlib import Path
from typing import Any

from assessments.typesetting import typeset

TEMPLATE = Path(__file__).parent / "typst" / "pack.typ"


def render_document(
    document: dict[str, Any], *, author: str, at: datetime, digest: str = ""
) -> bytes:
    """The same bytes for the same content and moment. ``author`` is whose document it is."""
    return typeset(TEMPLATE, {**document, "author": author, "digest": digest}, at=at)
