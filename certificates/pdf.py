"""A certificate as a PDF: PDF/UA-1 and PDF/A-2a in one file, the same bytes every time."""

import io
import json
from datetime import UTC, date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

import segno
import typst
from anyascii import anyascii
from django.conf import settings

from certificates.models import Certificate

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
HEADING = "Certificate of training"
SERVICE = "Driver safeguarding training"
ID_METHOD = "Identity was not checked at the test"
_one_at_a_time = Lock()  # A compiler is not shared by two threads at the same moment.


def render_certificate(certificate: Certificate) -> bytes:
    """The PDF of what the certificate said when it was issued.

    Where no font has a character of the name, the whole is written in plain Latin letters: the
    standards forbid an empty box in its place.
    """
    facts = _facts(certificate)
    try:
        return _compile(facts, certificate)
    except typst.TypstError:
        plain = _in_latin_letters(facts)
        plain["name"] = " ".join(word[:1].upper() + word[1:] for word in plain["name"].split())
        return _compile(plain, certificate)


def _compile(facts: dict[str, Any], certificate: Certificate) -> bytes:
    with _one_at_a_time:
        file = _compiler().compile(
            format="pdf",
            pdf_standards=["ua-1", "a-2a"],
            sys_inputs={"facts": json.dumps(facts)},
            timestamp=certificate.passed_at.astimezone(UTC).replace(microsecond=0),
        )
    return cast("bytes", file)


@cache
def _compiler() -> typst.Compiler:
    """One for each process: reading the fonts takes longer than a page."""
    fonts = settings.FONTS_DIR
    return typst.Compiler(
        input=TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=[fonts] if fonts.is_dir() else [],
        ignore_system_fonts=True,
    )


def _facts(certificate: Certificate) -> dict[str, Any]:
    authority = certificate.authority_name
    rows = [
        ("Certificate number", certificate.reference),
        ("Licence or badge number", certificate.licence_number),
        ("Licensing authority", authority),
        ("Training provider", authority or SERVICE),
        ("How identity was checked", ID_METHOD),
    ]
    return {
        "heading": HEADING,
        "name": certificate.holder_name,
        "provider": authority or SERVICE,
        "course": certificate.course_title,
        "edition": certificate.course_edition,
        "passed_on": _in_words(certificate.passed_on),
        "valid_until": _in_words(certificate.valid_until),
        "reference": certificate.reference,
        "verify_url": certificate.verify_url,
        "rows": [row for row in rows if row[1]],
        "qr": _qr(certificate.verify_url),
    }


def _in_words(day: date) -> str:
    """As R33 wants dates, whatever language the request is in: 3 April 2026."""
    return f"{day.day} {day:%B %Y}"


def _qr(url: str) -> str:
    drawing = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawing, kind="svg", border=2, xmldecl=False)
    return drawing.getvalue().decode()


def _in_latin_letters(fact: Any) -> Any:
    """The same facts without any character that a font could lack."""
    if isinstance(fact, str):
        return anyascii(fact)
    if isinstance(fact, dict):
        return {key: _in_latin_letters(value) for key, value in fact.items()}
    return [_in_latin_letters(value) for value in fact]
