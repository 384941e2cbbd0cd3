"""Which options are right, from the shares of the mark that Moodle gives for them. Pure.

A test here is marked question by question, right or wrong. What gives a part of the mark has no
meaning in it.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from assessments.importers.item import ItemRefused

WHOLE = Decimal(100)
# Moodle writes a third as 33.33333, people write 33, or 34 for the last of three.
ROUNDING = Decimal(1)


def weight(text: str) -> Decimal:
    try:
        share = Decimal(text.strip())
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or abs(share) > WHOLE:
        raise ItemRefused(f"“{text[:20]}” is no share of a mark.")
    return share


def rights(weights: Sequence[Decimal], *, one_answer: bool) -> tuple[bool, ...]:
    """One flag for each option. With ``one_answer`` a right option earns the whole mark alone;
    else the right ones earn it together, each as much as the others."""
    shares = [share for share in weights if share > 0]
    if not shares:
        raise ItemRefused("No option is right.")
    if one_answer and set(shares) != {WHOLE}:
        raise ItemRefused("An option gives a part of the mark; here an answer is right or wrong.")
    if one_answer and len(shares) > 1:
        raise ItemRefused("Several options are each the whole answer; only one can be.")
    if max(shares) - min(shares) > ROUNDING:
        raise ItemRefused("The right options give unequal parts of the mark.")
    if abs(sum(shares) - WHOLE) > ROUNDING:
        raise ItemRefused("The right options together do not give the whole mark.")
    return tuple(share > 0 for share in weights)


def share(count: int) -> str:
    """What each of ``count`` right options gives, as Moodle writes it."""
    return f"{(WHOLE / count).quantize(Decimal('.00001')):f}".rstrip("0").rstrip(".")
