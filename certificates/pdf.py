"""A certificate as a PDF: PDF/UA-1 and PDF/A-2a in one file, the same bytes every time."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import segno

from assessments.typesetting import in_latin_letters, typeset
from certificates.models import Certificate

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
HEADING = "Certificate of training"
SERVICE = "Driver safeguarding training"
ID_METHOD = "Identity was not checked at the test"


def render_certificate(certificate: Certificate) -> bytes:
    """The PDF of what the certificate said when it was issued.

    Where no font has a character of the name, the whole is written in plain Latin letters: the
    standards forbid an empty box in its place.
    """
    return typeset(TEMPLATE, _facts(certificate), at=certificate.passed_at, plain=_plain)


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = in_latin_letters(facts)
    plain["name"] = " ".join(word[:1].upper() + word[1:] for word in plain["name"].split())
    return plain


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
