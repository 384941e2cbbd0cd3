"""Checks a certificate before the real keys sign it: only what passes here can be signed.

The words and labels are spelled out a second time on purpose: this reads the finished file as a
stranger would, and compares it with the row and the credential, fact by fact (I15).
"""

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, final
from zoneinfo import ZoneInfo

import pypdfium2
import zxingcpp
from pydantic import BaseModel, ConfigDict, ValidationError
from pypdfium2 import raw

LONDON = ZoneInfo("Europe/London")
SKEW = timedelta(minutes=1)  # The clocks of two servers may differ by so much.
JOINERS = "\u200c\u200d"  # Written in Persian, Bengali and other names; they print nothing.
REPLACED = "\ufffd"  # What is left of a character that some program could not read.
_one_at_a_time = Lock()  # PDFium is not made for threads.
_BY_LINT = object()


class LintFailed(Exception):
    """``problems``: codes such as ``name_damaged``, ``pdf_says_else:course``."""

    def __init__(self, *problems: str) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Facts:
    """What the row says, and what stands around it on the page. ``plain_name`` is the name where no
    font has its letters; ``provider`` is empty unless the training is recognised."""

    reference: str
    holder_name: str
    plain_name: str
    course: str
    edition: str
    passed_at: datetime
    passed_on: date
    valid_until: date
    issued_at: datetime
    authority: str
    licence_number: str
    provider: str
    identity: str
    replaces: str
    verify_url: str
    service: str
    before_name: str
    after_facts: str


@final
class Linted:
    """An unsigned PDF and credential that say what the row says. Made by ``lint`` alone."""

    __slots__ = ("credential", "pdf")

    def __init__(self, pdf: bytes, credential: dict[str, Any], *, made_by: object) -> None:
        if made_by is not _BY_LINT:
            raise TypeError("Only lint makes what may be signed.")
        self.pdf, self.credential = pdf, credential


def lint(facts: Facts, pdf: bytes, credential: dict[str, Any]) -> Linted:
    """What may be signed. Raises LintFailed, with every problem there is."""
    page = read(pdf)
    problems = [
        *name_problems(facts.holder_name),
        *_date_problems(facts),
        *_page_problems(facts, page),
        *_credential_problems(facts, credential),
    ]
    if problems:
        raise LintFailed(*problems)
    return Linted(pdf, credential, made_by=_BY_LINT)


# -- Names and dates --------------------------------------------------------------------------
def name_problems(name: str) -> Iterator[str]:
    """Why a name cannot be printed. Any script will do, and one word is enough; a name is neither
    empty nor without letters, and holds nothing that is invisible or turns the line round."""
    categories = [unicodedata.category(letter) for letter in name if letter not in JOINERS]
    if not name.strip():
        yield "name_empty"
    elif not any(category.startswith("L") for category in categories):
        yield "name_without_letters"
    begins_with_a_mark = any(category[0] == "M" for category in categories[:1])
    if begins_with_a_mark or REPLACED in name or any(one[0] == "C" for one in categories):
        yield "name_damaged"


def _date_problems(facts: Facts) -> Iterator[str]:
    if facts.passed_on > facts.valid_until:
        yield "dates_out_of_order"
    if facts.passed_at > facts.issued_at + SKEW:
        yield "passed_in_the_future"
    if facts.passed_on != facts.passed_at.astimezone(LONDON).date():
        yield "day_of_pass_differs"


# -- The page ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Page:
    """What a reader finds in the file."""

    pages: int
    title: str
    text: str
    links: frozenset[str]
    codes: frozenset[str]


def read(pdf: bytes) -> Page:
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            words = page.get_textpage()
            found = Page(
                pages=len(document),
                title=document.get_metadata_value("Title"),
                text=words.get_text_range(),
                links=frozenset(_links(document, page)),
                codes=frozenset(_codes(page)),
            )
            words.close()
            page.close()
        finally:
            document.close()
    return found


def _codes(page: Any) -> Iterator[str]:
    """What a telephone reads from the lower half, where no logo stands."""
    below = page.render(scale=2, crop=(0, 0, 0, page.get_height() / 2), grayscale=True)
    found = zxingcpp.read_barcodes(  # It stands upright: no need to turn the page about.
        below.to_pil(),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    yield from (code.text for code in found)


def _links(document: Any, page: Any) -> Iterator[str]:
    place, link = ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page.raw, place, link):
        action = raw.FPDFLink_GetAction(link)
        size = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
        address = ctypes.create_string_buffer(size)
        raw.FPDFAction_GetURIPath(document.raw, action, address, size)
        yield address.value.decode()


def _page_problems(facts: Facts, page: Page) -> Iterator[str]:
    heading = "Recognised training" if facts.provider else "Certificate of training"
    if page.pages != 1:
        yield "page_too_full"
    if _spaced(page.title) != _spaced(f"{heading}: {facts.holder_name}"):
        yield "pdf_says_else:title"
    if page.links != {facts.verify_url}:
        yield "pdf_says_else:link"
    if page.codes != {facts.verify_url}:
        yield "pdf_says_else:code"
    text = _compact(page.text)
    if "Thisisnotalicence." not in text or _compact(facts.verify_url) not in text:
        yield "pdf_says_else:notice"
    if not any(_stands_in(text, facts, name) for name in (facts.holder_name, facts.plain_name)):
        yield from _what_differs(text, facts)


def _printed(facts: Facts, name: str) -> list[tuple[str, str, str]]:
    """Code, label and value of each fact, in the order in which they stand."""
    recognised = bool(facts.provider)
    rows = [
        ("reference", "Certificate number", facts.reference),
        ("licence", "Licence or badge number", facts.licence_number),
        ("authority", "Recognised by" if recognised else "Licensing authority", facts.authority),
        ("provider", "Training provider", facts.provider or facts.authority or facts.service),
        ("identity", "How identity was checked", facts.identity),
        ("replaces", "Replaces certificate", facts.replaces),
    ]
    deed = "was trained elsewhere, which is recognised for the course"
    return [
        ("name", facts.before_name, name),
        ("course", deed if recognised else "passed the test of the course", facts.course),
        *([("edition", "Edition", facts.edition)] if facts.edition else []),
        ("valid_until", "Valid until", _in_words(facts.valid_until)),
        ("passed_on", "Passed on", _in_words(facts.passed_on)),
        *(row for row in rows if row[2]),
        ("wording", "", facts.after_facts),
        ("notice", "Check this certificate", ""),
    ]


def _stands_in(text: str, facts: Facts, name: str) -> bool:
    """Whether the page says each fact, whole, one after the other, and nothing between them."""
    told = [(_compact(label), _compact(value)) for _, label, value in _printed(facts, name)]
    pattern = "".join(re.escape(label) + _as_extracted(value) for label, value in told)
    scrambled = [value for _, value in told if _is_scrambled(value)]
    return any(
        all(set(got) == set(value) for got, value in zip(found.groups(), scrambled, strict=True))
        for found in re.finditer(pattern, text)
    )


def _as_extracted(value: str) -> str:
    return "(.+?)" if _is_scrambled(value) else re.escape(value)


def _what_differs(text: str, facts: Facts) -> Iterator[str]:
    """For whoever repairs it: the facts that the page does not say at all."""
    plain = _compact(facts.plain_name)
    missing = [
        code
        for code, label, value in _printed(facts, facts.holder_name)
        if not _is_scrambled(_compact(value))
        and _compact(label) + _compact(value) not in text
        and not (code == "name" and plain in text)
    ]
    yield from (f"pdf_says_else:{code}" for code in missing or ["name"])


def _is_scrambled(value: str) -> bool:
    """Whether it has letters of a script that comes out of a PDF in another order, or twice."""
    return any(letter > "\u058f" and not "\u1e00" <= letter <= "\u20cf" for letter in value)


def _compact(text: str) -> str:
    """Without spaces and hyphens, which lines are broken at, and without what prints nothing."""
    letters = unicodedata.normalize("NFKC", text)
    return "".join(
        letter
        for letter in letters
        if letter not in "-\u2010\u2011\ufffe" and unicodedata.category(letter)[0] not in "ZC"
    )


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


# -- The credential ---------------------------------------------------------------------------
class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _Named(_Shape):
    id: str
    type: list[str]
    name: str


class _Narrative(_Shape):
    narrative: str


class _Achievement(_Named):
    description: str
    version: str
    criteria: _Narrative
    creator: _Named


class _Identity(_Shape):
    type: str
    hashed: bool
    identityHash: str  # noqa: N815  (the words of the standard)
    identityType: str  # noqa: N815


class _Subject(_Shape):
    type: list[str]
    identifier: list[_Identity]
    achievement: _Achievement


class _Told(_Shape):
    type: list[str]
    name: str
    narrative: str


class _Status(_Shape):
    id: str
    type: str
    statusPurpose: str  # noqa: N815
    statusListIndex: str  # noqa: N815
    statusListCredential: str  # noqa: N815


class _Credential(_Named):
    """What Open Badges 3.0 and VC 2.0 want of a credential such as ours."""

    issuer: _Named
    validFrom: str  # noqa: N815
    validUntil: str  # noqa: N815
    credentialSubject: _Subject  # noqa: N815
    credentialStatus: _Status  # noqa: N815
    evidence: list[_Told] = []


def _credential_problems(facts: Facts, credential: dict[str, Any]) -> Iterator[str]:
    try:
        said = _Credential.model_validate(credential)
        begins, ends = (datetime.fromisoformat(text) for text in (said.validFrom, said.validUntil))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        yield f"credential_malformed:{place}"
        return
    except ValueError:
        yield "credential_malformed:dates"
        return
    subject = said.credentialSubject
    known = {one.identityType: one.identityHash for one in subject.identifier}
    told = {one.name: one.narrative for one in said.evidence}
    provider = facts.provider or facts.authority or facts.service
    pairs = [
        ("link", said.id, facts.verify_url),
        ("name", known.get("name"), facts.holder_name),
        ("reference", known.get("ext:certificateNumber"), facts.reference),
        ("licence", known.get("ext:licenceOrBadgeNumber", ""), facts.licence_number),
        ("course", said.name, facts.course),
        ("course", subject.achievement.name, facts.course),
        ("edition", subject.achievement.version, facts.edition),
        ("passed_on", begins.astimezone(LONDON).date(), facts.passed_on),
        ("valid_until", ends.astimezone(LONDON).date(), facts.valid_until),
        ("authority", subject.achievement.creator.name, facts.authority or facts.service),
        ("provider", f"provider: {provider}." in subject.achievement.description, True),
        ("provider", "Recognised training" in told, bool(facts.provider)),
        ("identity", told.get("How identity was checked", facts.identity), facts.identity),
        ("replaces", facts.replaces in told.get("Corrected certificate", ""), True),
        ("replaces", "Corrected certificate" in told, bool(facts.replaces)),
    ]
    yield from dict.fromkeys(
        f"credential_says_else:{code}" for code, one, other in pairs if one != other
    )
    if "How identity was checked" in told and told["How identity was checked"] != facts.identity:
        yield "credential_says_else:identity"
