"""A certificate as a PDF: PDF/UA-1 and PDF/A-2a in one file, not yet signed."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import segno
import typst
from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from assessments.typesetting import in_latin_letters, typeset
from certificates.models import Certificate, CertificateWording

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
SERVICE = "Driver safeguarding training"
OPENING = "This is to certify that"
NOT_CHECKED = "Identity was not checked at the test"
NOT_STATED = "Not stated by the provider"
SPECIMEN = "SPECIMEN"
SPECIMEN_MOMENT = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
LOGO_PIXELS = (600, 200)  # Enough for 50 x 16 mm in print.
LOGO_BYTES = 60_000  # A drawing stays below as PNG; a photograph becomes JPEG.


class LogoUnreadable(Exception):
    """The authority's logo cannot be drawn."""


class Unprintable(Exception):
    """No font has a character of the course, the authority or its wording."""


@dataclass(frozen=True)
class Words:
    """What an authority words itself, as it is drawn. Empty: what the service says."""

    opening: str = ""
    closing: str = ""
    signed_by: str = ""
    logo: bytes = b""
    logo_text: str = ""


PLAIN = Words()


def words_of(wording: CertificateWording | None) -> Words:
    """What goes onto the page. Raises LogoUnreadable."""
    if wording is None:
        return PLAIN
    logo = b""
    if wording.logo is not None:
        logo = _stored_logo(wording.logo.file.name, wording.logo.file_hash)
    return Words(wording.opening, wording.closing, wording.signed_by, logo, wording.logo_text)


def render_certificate(certificate: Certificate, words: Words = PLAIN) -> bytes:
    """The PDF of what the certificate says; the same bytes for the same facts and words.

    Where no font has a character of the name, it is printed in plain Latin letters: the standards
    forbid an empty box in its place. The file's title keeps the name as it is. Raises Unprintable
    where other words have such characters.
    """
    facts = _facts(certificate, words)
    try:
        return typeset(TEMPLATE, facts, at=certificate.passed_at, plain=_plain)
    except typst.TypstError as error:
        raise Unprintable(error.message) from error


def render_specimen(authority: str, words: Words, *, longest: bool = False) -> bytes:
    """What a certificate of the authority would look like: marked as a specimen, without a number
    that leads anywhere, and never signed. With ``longest``, names as long as they come."""
    times = 8 if longest else 1
    certificate = Certificate(
        reference=SPECIMEN,
        holder_name=" ".join(["Bartholomew"] * times) if longest else "Ade Example",
        licence_number="PH-0000",
        authority_name=authority,
        course_title=" ".join(["Safeguarding"] * times) if longest else "Safeguarding",
        course_edition="1",
        provider_name="",
        identity_method=NOT_CHECKED,
        passed_at=SPECIMEN_MOMENT,
        passed_on=SPECIMEN_MOMENT.date(),
        valid_until=SPECIMEN_MOMENT.date().replace(year=SPECIMEN_MOMENT.year + 3),
    )
    address = settings.SITE_URL + reverse("verify")
    facts = _facts(certificate, words) | {"specimen": SPECIMEN, "verify_url": address, "qr": ""}
    try:
        return typeset(TEMPLATE, facts, at=certificate.passed_at, plain=_plain)
    except typst.TypstError as error:
        raise Unprintable(error.message) from error


def heading(certificate: Certificate) -> str:
    return "Recognised training" if certificate.provider_name else "Certificate of training"


def title(certificate: Certificate) -> str:
    """The title in the file's metadata, where any character can stand."""
    return f"{heading(certificate)}: {certificate.holder_name}"


def in_plain_letters(name: str) -> str:
    """The name as it is printed where no font has one of its characters."""
    plain: str = in_latin_letters(name)
    return " ".join(word[:1].upper() + word[1:] for word in plain.split())


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "name": in_plain_letters(facts["name"])}


def identity(certificate: Certificate) -> str:
    """How identity was checked (R24); a certificate from before that was kept says what was so."""
    return certificate.identity_method or (NOT_STATED if certificate.provider_name else NOT_CHECKED)


def rows(certificate: Certificate) -> list[tuple[str, str]]:
    """Labels and values below the dates, without those that do not apply."""
    recognised = bool(certificate.provider_name)
    authority = certificate.authority_name
    replaced = certificate.replaces.reference if certificate.replaces else ""
    every = [
        ("Certificate number", certificate.reference),
        ("Licence or badge number", certificate.licence_number),
        ("Recognised by" if recognised else "Licensing authority", authority),
        ("Training provider", certificate.provider_name or authority or SERVICE),
        ("How identity was checked", identity(certificate)),
        ("Replaces certificate", replaced),
    ]
    return [row for row in every if row[1]]


def _facts(certificate: Certificate, words: Words) -> dict[str, Any]:
    recognised = bool(certificate.provider_name)
    return {
        "heading": heading(certificate),
        "title": title(certificate),
        "opening": words.opening or OPENING,
        "name": certificate.holder_name,
        "issuer": certificate.authority_name or SERVICE,
        "deed": "was trained elsewhere, which is recognised for the course"
        if recognised
        else "passed the test of the course",
        "course": certificate.course_title,
        "edition": certificate.course_edition,
        "passed_on": in_words(certificate.passed_on),
        "valid_until": in_words(certificate.valid_until),
        "reference": certificate.reference,
        "verify_url": certificate.verify_url,
        "rows": rows(certificate),
        "closing": words.closing,
        "signed_by": words.signed_by,
        "logo": list(words.logo),
        "logo_text": words.logo_text,
        "qr": _qr(certificate.verify_url),
        "specimen": "",
    }


def in_words(day: date) -> str:
    """As R33 wants dates, whatever language the request is in: 3 April 2026."""
    return f"{day.day} {day:%B %Y}"


def _qr(url: str) -> str:
    drawing = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawing, kind="svg", border=2, xmldecl=False)
    return drawing.getvalue().decode()


@lru_cache(maxsize=64)
def _stored_logo(name: str, digest: str) -> bytes:
    """Drawn once by each process; ``digest`` tells a changed file from a known one."""
    try:
        with default_storage.open(name) as file:
            return draw_logo(file)
    except OSError as error:
        raise LogoUnreadable(str(error)) from error


def draw_logo(file: IO[bytes]) -> bytes:
    """The logo small and without transparency. Raises LogoUnreadable."""
    try:
        with Image.open(file) as image:
            picture = image.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise LogoUnreadable(str(error)) from error
    picture.thumbnail(LOGO_PIXELS)
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    drawing = io.BytesIO()
    flat.save(drawing, format="PNG", optimize=True)
    if drawing.tell() > LOGO_BYTES:
        drawing = io.BytesIO()
        flat.save(drawing, format="JPEG", quality=90, subsampling=0)
    return drawing.getvalue()
