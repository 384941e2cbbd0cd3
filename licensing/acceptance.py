"""What a certificate of another authority is worth to the one that accepts it. Pure (R58).

Every day is a London day. ``licensing.compliance`` says the same in SQL; a test over random
histories holds the two together.
"""

import re
from datetime import date

from certificates.renewal import Term, add_months, renew_from

NUMBERS = re.compile("[0-9]+")


def accepted_term(*, passed_on: date, own: Term, months: int | None) -> Term:
    """From when to when it counts with the accepting authority.

    ``own`` is the term that the certificate has where it was earned, and is never made longer.
    ``months`` are counted from the pass; None leaves the term as it is. The renewal window stays
    as long as it is there, but does not begin before the pass.
    """
    last = own.valid_until
    if months is not None:
        last = min(last, add_months(passed_on, months))
    window_days = (own.valid_until - own.renew_from).days
    return Term(last, max(passed_on, renew_from(last, window_days)))


def version(edition: str) -> tuple[int, ...]:
    """The numbers in a course's edition, by which editions are compared: 2026.10 comes after
    2026.9. An edition without a number comes before all others."""
    return tuple(int(number) for number in NUMBERS.findall(edition))


def is_from(edition: str, first: str) -> bool:
    """Whether a course's edition is ``first`` or a later one; an empty ``first`` lets all in."""
    return not first or version(edition) >= version(first)
