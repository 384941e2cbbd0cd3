"""Terms that blame a child or hide the harm, with the words to use instead (R20). Pure.

Source: The Children's Society and NAPAC, "Appropriate Language: Child Exploitation".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class BarredTerm:
    """``term`` is what editors know it by; ``pattern`` finds its forms; ``instead`` replaces it."""

    term: str
    pattern: str
    instead: str


BARRED = (
    BarredTerm(
        "child prostitute",
        r"child prostitut\w+|under-?\s?age sex workers?",
        "child who has been sexually exploited",
    ),
    BarredTerm("promiscuous", r"promiscu\w+", "has been abused, or has been exploited"),
    BarredTerm("sexually active", r"sexually active", "has been abused, or has been exploited"),
    BarredTerm("lifestyle choice", r"lifestyle choices?", "is being controlled, or is groomed"),
    BarredTerm(
        "putting herself at risk",
        r"put(?:s|ting)? (?:her|him|them|your|it)sel(?:f|ves) at risk",
        "is at risk because of what others do",
    ),
    BarredTerm(
        "her boyfriend",
        r"(?<!call )(?:her|his|their) (?:boyfriend|girlfriend)",
        "the person exploiting her, or a man she is told to call her boyfriend",
    ),
    BarredTerm(
        "drug runner",
        r"drugs? runners?|money mules?",
        "child being criminally exploited",
    ),
    BarredTerm(
        "offered sex",
        r"offer(?:s|ed|ing)? (?:\w+ )?sex|sex for (?:the|a) fare",
        "was made to think sex was payment, a sign of exploitation",
    ),
    BarredTerm(
        "consented",
        r"consented|ask(?:s|ed|ing) for it",
        "a child can never consent to their own abuse",
    ),
    BarredTerm("absconded", r"abscond\w*", "missing"),
    BarredTerm("streetwise", r"street-?wise", "has been through more than a child should"),
    BarredTerm(
        "dressed inappropriately",
        r"dress(?:ed|es|ing)? inappropriately|inappropriate(?:ly)? dress(?:ed)?",
        "leave it out: clothing does not invite abuse",
    ),
)


def barred_terms(texts: Iterable[str], *, allowed: Iterable[str] = ()) -> list[BarredTerm]:
    """The barred terms that stand in ``texts``, in the order of the list, less ``allowed`` ones.

    Whole words in any case and with any spaces between them; tags are looked through.
    """
    allowed = set(allowed)
    flat = " ".join(re.sub(r"<[^>]+>|\s", " ", text) for text in texts)
    flat = re.sub(r"\s+", " ", flat)
    return [
        barred
        for barred in BARRED
        if barred.term not in allowed
        and re.search(rf"\b(?:{barred.pattern})\b", flat, re.IGNORECASE)
    ]
