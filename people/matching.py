"""Is the person a row describes the one the register has? Pure; ``docs/register.md`` explains it.

Nobody is matched on a name alone (R04). The number finds the licence, the date of birth and the
name must then agree; where they do not, or where the same person turns up under another number, an
officer decides with both sides in view.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import NamedTuple, Protocol

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir"})
SPELT_ALIKE = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
}
APART = str.maketrans(dict.fromkeys("-‐‑–—.,/_", " "))
NO_LETTERS = str.maketrans(dict.fromkeys("'’‘`´ʼ", ""))
# So many letters may differ in a word of at least so many letters: Mohammed and Muhammad.
SLIPS = ((8, 2), (5, 1), (0, 0))


class Match(StrEnum):
    SAME = "same"
    OTHER_PERSON = "other_person"
    OTHER_NUMBER = "other_number"
    NOTHING = "nothing"


class Person(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def full_name(self) -> str: ...
    @property
    def date_of_birth(self) -> date: ...


class Named(NamedTuple):
    number: str
    full_name: str
    date_of_birth: date


class Described(NamedTuple):
    """What one record says of its person: by a licence they hold, or by one they asked for."""

    authority: int
    number: str
    full_name: str
    date_of_birth: date
    is_held: bool


def strong_matches(one: Iterable[Described], other: Iterable[Described]) -> list[str]:
    """Why two records may be one person's, by ``RecordMerge.Ground``: one has asked for a licence
    of the other and knew its date of birth, or date of birth and name of a licence agree."""
    found = set()
    for a, b in product(one, other):
        if a.date_of_birth != b.date_of_birth or not (a.is_held or b.is_held):
            continue
        if (a.authority, a.number) == (b.authority, b.number):
            found.add("number")
        if folded(a.full_name) == folded(b.full_name):
            found.add("birth_and_name")
    return sorted(found)


def judge(row: Person, known: Person) -> Match:
    """What the row is to one licence that the same authority's register has already."""
    same_birth = row.date_of_birth == known.date_of_birth
    if row.number == known.number:
        agrees = same_birth and names_agree(row.full_name, known.full_name)
        return Match.SAME if agrees else Match.OTHER_PERSON
    same_name = folded(row.full_name) == folded(known.full_name)
    return Match.OTHER_NUMBER if same_birth and same_name else Match.NOTHING


@lru_cache(1 << 12)
def folded(name: str) -> str:
    """The name without what spellings differ in: case, accents, signs, titles, order of words."""
    return " ".join(_words(name))


def names_agree(one: str, other: str) -> bool:
    """Whether both can be the name of one person whose number and date of birth are the same.

    Every word of the shorter name must be in the longer one: the same, but for a slip of the pen,
    or its first letter alone. First letters alone are not enough.
    """
    if folded(one) == folded(other):
        return True
    short, long = sorted((_words(one), _words(other)), key=lambda words: (len(words), words))
    left, whole_words = list(long), 0
    for word in sorted(short, key=len, reverse=True):
        found = word if word in left else next((it for it in left if _alike(word, it)), None)
        if found is None:
            return False
        left.remove(found)
        whole_words += len(word) > 1 and len(found) > 1
    return whole_words > 0


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", name.casefold()).translate(NO_LETTERS).translate(APART)
    plain = "".join(
        SPELT_ALIKE.get(letter, letter) for letter in text if not unicodedata.combining(letter)
    )
    words = plain.split()
    return sorted([word for word in words if word not in TITLES] or words)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return long.startswith(short)
    allowed = next(slips for least, slips in SLIPS if len(short) >= least)
    return allowed > 0 and len(long) - len(short) <= allowed and _slips(short, long) <= allowed


def _slips(one: str, other: str) -> int:
    """How many letters have to be put in, left out or changed to make one of the other."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, row[0] = row[0], place
        for at, against in enumerate(other, start=1):
            cost = min(row[at] + 1, row[at - 1] + 1, before + (letter != against))
            before, row[at] = row[at], cost
    return row[-1]
