"""The words of a reminder: places for facts, what must be said, and what may not. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# What a text may leave a place for. The last two are for the words of this service alone.
PLACES = ("name", "ends_on", "days", "course", "link", "phone", "number")
OWN_PLACES = (*PLACES, "renew_from", "council")
LONGEST_SUBJECT = 300
PLACE = re.compile(r"\{([^{}]*)\}")

# A reminder is about training alone (R44), and blames nobody. English, whatever the language.
BARRED = re.compile(
    r"\b("
    r"suspend\w*|suspension|refus\w+|revok\w+|revocation|withdrawn?|prosecut\w+|penalt\w+|fined|fines"
    r"|illegal\w*|unlawful\w*|offences?|banned|fail(?:ed|ure|s)?|neglect\w*|ignor\w+|fault|blam\w+"
    r"|careless\w*|final (?:warning|notice|reminder)"
    r"|(?:must|may|can|will|are) ?not (?:be )?(?:able to |allowed to )?(?:drive|work)\w*"
    r"|los(?:e|ing) your (?:licen[cs]e|badge|job)|take\w* (?:away )?your (?:licen[cs]e|badge)"
    r")\b",
    re.IGNORECASE,
)

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWICE = frozenset("\f^{}\\[~]|€")  # Each takes the room of two.
PARTS_ADVISED = 2


@dataclass(frozen=True)
class Words:
    """A text with places for facts, or the same with the facts filled in."""

    subject: str
    body: str


@dataclass(frozen=True)
class Problem:
    """``code``: ``unknown_place``, ``brace``, ``no_day``, ``no_link``, ``barred``."""

    code: str
    about: str = ""


@dataclass(frozen=True)
class Size:
    """What a text message takes. ``plain``: every character is in the alphabet of phones."""

    characters: int
    parts: int
    plain: bool


def fill(words: Words, facts: Mapping[str, str]) -> Words:
    """Each place taken by its fact; a fact that looks like a place stays as it is."""
    subject = _filled(words.subject, facts)
    return Words(" ".join(subject.split())[:LONGEST_SUBJECT], _filled(words.body, facts).strip())


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: facts.get(place[1], place[0]), text)


def problems(words: Words, *, channel: str) -> Iterator[Problem]:
    """Everything for which an authority's own text cannot be taken."""
    whole = f"{words.subject}\n{words.body}"
    for place in dict.fromkeys(PLACE.findall(whole)):
        if place not in PLACES:
            yield Problem("unknown_place", place)
    if re.search(r"[{}]", PLACE.sub("", whole)):
        yield Problem("brace")
    if "{ends_on}" not in words.body:
        yield Problem("no_day")
    if channel == "email" and "{link}" not in words.body:
        yield Problem("no_link")
    for barred in dict.fromkeys(found.lower() for found in _barred(PLACE.sub("", whole))):
        yield Problem("barred", barred)


def _barred(text: str) -> Iterator[str]:
    return (found[0] for found in BARRED.finditer(text))


def size(text: str) -> Size:
    """As phone networks count: 160 characters of their own alphabet in one part, or 70 of any."""
    if all(letter in GSM_7 or letter in GSM_7_TWICE for letter in text):
        length = len(text) + sum(letter in GSM_7_TWICE for letter in text)
        return Size(length, _parts(length, 160, 153), plain=True)
    length = len(text.encode("utf-16-be")) // 2
    return Size(length, _parts(length, 70, 67), plain=False)


def _parts(length: int, alone: int, together: int) -> int:
    return 1 if length <= alone else -(-length // together)
