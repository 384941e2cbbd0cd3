"""What a certificate of another authority is worth: the rule itself, case by case."""

from datetime import date

import pytest

from certificates.renewal import Term
from licensing.acceptance import accepted_term, is_from, version

OWN = Term(date(2028, 4, 3), date(2028, 1, 4))  # Passed on 3 April 2025; renewable for 90 days.


@pytest.mark.parametrize(
    ("months", "valid_until", "renew_from"),
    [
        (None, date(2028, 4, 3), date(2028, 1, 4)),  # As long as the certificate lasts.
        (24, date(2027, 4, 3), date(2027, 1, 3)),  # Shorter, with a window just as long.
        (36, date(2028, 4, 3), date(2028, 1, 4)),
        (60, date(2028, 4, 3), date(2028, 1, 4)),  # Never longer than it lasts.
        (1, date(2025, 5, 3), date(2025, 4, 3)),  # The window never begins before the pass.
    ],
)
def test_term_is_counted_from_the_pass_and_ends_with_the_certificate(
    months, valid_until, renew_from
):
    found = accepted_term(passed_on=date(2025, 4, 3), own=OWN, months=months)

    assert found == Term(valid_until, renew_from)


def test_months_end_on_the_last_day_of_a_shorter_month():
    own = Term(date(2027, 8, 31), date(2027, 6, 2))

    assert accepted_term(passed_on=date(2024, 8, 31), own=own, months=6).valid_until == date(
        2025, 2, 28
    )


@pytest.mark.parametrize(
    ("edition", "first", "counts"),
    [
        ("1", "", True),
        ("", "", True),
        ("1", "1", True),
        ("1", "2", False),
        ("2026.1", "2026.1", True),
        ("2026.10", "2026.9", True),  # Numbers, not letters, are compared.
        ("2026", "2026.1", False),
        ("2027", "2026.1", True),
        ("3rd", "2", True),
        ("", "1", False),  # Of no known edition.
        ("new", "1", False),
    ],
)
def test_edition_counts_from_the_first_one(edition, first, counts):
    assert is_from(edition, first) is counts


def test_version_is_its_numbers():
    assert version("2026.10 (b), 3rd print") == (2026, 10, 3)
