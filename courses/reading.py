"""The reading age of a text, by the Flesch-Kincaid measure. Pure.

Source: R16, text tests at reading age 11 or lower. A United States school grade plus five gives the
age in years.
"""

import re
from collections.abc import Iterable

import textstat  # type: ignore[import-untyped]

HIGHEST_AGE = 11
AGE_AT_GRADE_NOUGHT = 5
FEWEST_WORDS = 30  # Below that the measure says nothing.


def reading_age(texts: Iterable[str]) -> int | None:
    """The age, in whole years, at which most people can read ``texts``; None if they are too short.

    Each text counts as a sentence of its own: a heading does not run into what follows it.
    """
    prose = " ".join(_as_sentence(text) for text in texts if text.strip())
    if len(prose.split()) < FEWEST_WORDS:
        return None
    grade = float(textstat.flesch_kincaid_grade(prose))
    return max(round(grade), 0) + AGE_AT_GRADE_NOUGHT


def _as_sentence(text: str) -> str:
    closed = re.sub(r"</(?:p|li|h\d)>", ". ", text)
    plain = re.sub(r"<[^>]+>", " ", closed).strip()
    return re.sub(r"([.?!:])(?:\s*\.)+", r"\1", plain + ".")
