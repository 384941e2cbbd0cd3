"""What one licence's row says, checked column by column. Pure.

The same functions judge a row of a file and a licence sent by another system, so that neither door
lets in what the other refuses. A text is taken without the spaces around and between its words;
whatever is left and cannot be shown on a page is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from people.cells import as_meant
from people.importers.columns import FIELDS, KINDS, REQUIRED, STATES, RowError

ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
BRITISH = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
NUMBER = re.compile(r"[!-~]{1,40}")
EMAIL = re.compile(r"[^@\s,;<>\"()]{1,64}@[^@\s,;<>\"()]{1,180}\.[^@\s,;<>\"().]{2,}")
MOBILE = re.compile(r"\+?[0-9][0-9 ()./-]{5,37}")
EARLIEST_BIRTH, EARLIEST, LATEST = date(1900, 1, 1), date(1900, 1, 1), date(2200, 1, 1)
LONGEST = {"full_name": 200, "email": 254, "operator_reference": 60, "language": 20}

Value = str | date | None
Parser = Callable[[str], Value]


class Fault(Exception):
    """What is wrong with one cell, in one sentence."""


class FactsRefused(Exception):
    """The facts of one licence cannot be taken; each error names its field."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(*errors)
        self.errors = tuple(errors)


class LicenceFacts(NamedTuple):
    """One licence as a register describes it; the names are those of the licence's columns."""

    number: str
    kind: str
    full_name: str
    date_of_birth: date
    state: str
    email: str = ""
    mobile: str = ""
    starts_on: date | None = None
    expires_on: date | None = None
    operator_reference: str = ""
    language: str = ""


def _plain(text: str, column: str) -> str:
    plain = " ".join(text.split())
    if not plain.isprintable():
        raise Fault("The text has signs that cannot be shown.")
    longest = LONGEST[column]
    if len(plain) > longest:
        raise Fault(f"The text is longer than {longest} signs.")
    return plain


def _needed(text: str) -> str:
    if not text:
        raise Fault("This is required.")
    return text


def _number(text: str) -> str:
    number = _needed("".join(text.split()).upper())
    if not NUMBER.fullmatch(number):
        raise Fault("Use up to 40 plain letters, digits and signs for a licence number.")
    return number


@lru_cache(64)
def _kind(text: str) -> str:
    kind = _needed(text.strip()).casefold()
    if kind not in KINDS:
        raise Fault(f"The kind is one of {', '.join(KINDS)}.")
    return kind


@lru_cache(64)
def _state(text: str) -> str:
    state = _needed(text.strip()).casefold()
    if state not in STATES:
        raise Fault(f"The state is one of {', '.join(STATES)}.")
    return state


def _name(text: str) -> str:
    name = _needed(_plain(text, "full_name"))
    if not any(map(str.isalpha, name)):
        raise Fault("A name has letters.")
    return name


@lru_cache(1 << 16)
def _day(text: str) -> date | None:
    written = text.strip()
    if not written:
        return None
    if match := ISO.fullmatch(written):
        year, month, day = match.groups()
    elif match := BRITISH.fullmatch(written):
        day, month, year = match.groups()
    else:
        raise Fault("Write the date as YYYY-MM-DD or DD/MM/YYYY.")
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise Fault("There is no such day. Write YYYY-MM-DD or DD/MM/YYYY.") from None
    if not EARLIEST <= found < LATEST:
        raise Fault("The year cannot be right.")
    return found


def _birth(text: str) -> date:
    born = _day(text)
    if born is None:
        raise Fault("This is required.")
    return born


def _email(text: str) -> str:
    email = _plain(text, "email")
    if email and not EMAIL.fullmatch(email):
        raise Fault("This is not an email address.")
    return email


def _mobile(text: str) -> str:
    mobile = " ".join(text.split())
    if mobile and not MOBILE.fullmatch(mobile):
        raise Fault("A telephone number has 6 to 38 digits, spaces and signs.")
    return mobile


PARSERS: dict[str, Parser] = {
    "licence_number": _number,
    "licence_kind": _kind,
    "full_name": _name,
    "date_of_birth": _birth,
    "email": _email,
    "mobile": _mobile,
    "licence_start": _day,
    "licence_expiry": _day,
    "licence_state": _state,
    "operator_reference": lambda text: _plain(text, "operator_reference"),
    "language": lambda text: _plain(text, "language"),
}


class RowReader:
    """Reads the rows of a file whose header is known."""

    def __init__(self, columns: Sequence[str], *, today: date) -> None:
        self.today = today
        self.plan = [(FIELDS[column], PARSERS[column], column) for column in columns]
        self.places = [(FIELDS[column], place) for place, column in enumerate(columns)]

    def read(self, row: int, cells: Sequence[str]) -> LicenceFacts | list[RowError]:
        """The facts, or everything that is wrong with the row. As many cells as columns."""
        facts, errors = {}, []
        for (field, parse, column), cell in zip(self.plan, cells, strict=True):
            try:
                facts[field] = parse(cell if cell[:1] != "'" else as_meant(cell))
            except Fault as fault:
                errors.append(RowError(row, column, str(fault)))
        if not errors:
            read = LicenceFacts(**facts)  # type: ignore[arg-type]
            errors = self._together(row, read)
            if not errors:
                return read
        return errors

    def _together(self, row: int, facts: LicenceFacts) -> list[RowError]:
        errors = []
        if facts.date_of_birth >= self.today:
            errors.append(RowError(row, "date_of_birth", "A date of birth is in the past."))
        if facts.starts_on and facts.expires_on and facts.expires_on < facts.starts_on:
            message = "The licence ends before it starts."
            errors.append(RowError(row, "licence_expiry", message))
        return errors


def read_facts(given: Mapping[str, str], *, today: date) -> LicenceFacts:
    """The facts of one licence by published columns, as another system sends them.

    Raises FactsRefused, naming every unknown, missing and wrong column.
    """
    errors = [
        RowError(0, column, f"There is no column “{column[:60]}”.")
        for column in given
        if column not in FIELDS
    ]
    errors += [
        RowError(0, column, "This is required.") for column in REQUIRED if column not in given
    ]
    if errors:
        raise FactsRefused(errors)
    read = RowReader(list(given), today=today).read(0, [given[column] for column in given])
    if isinstance(read, list):
        raise FactsRefused(read)
    return read
