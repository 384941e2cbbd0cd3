"""Past records of an authority as a table (``docs/past-records.md``), read row by row. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assessments.importers import FileRefused
from assessments.importers.table import Row, columns_of, rows_of

LONGEST = {
    "licence_number": 40,
    "full_name": 200,
    "passed_on": 10,
    "provider": 200,
    "course_name": 255,
    "reference": 100,
}
COLUMNS = tuple(LONGEST)
REQUIRED = tuple(column for column in COLUMNS if column != "reference")
MAX_ROWS = 20_000
DAY = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
    re.compile(r"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})"),
)
UNPRINTABLE = "CZ"  # Control and the like; spaces of other kinds are one space each.
# Letters that no decomposition takes apart, as an English keyboard writes them.
PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'"}
)


@dataclass(frozen=True)
class PastRecord:
    row: int
    licence_number: str
    full_name: str
    passed_on: date
    provider: str
    course_name: str
    reference: str


@dataclass(frozen=True)
class RowError:
    """``field`` is the column, empty where it is about the whole row."""

    row: int
    field: str
    message: str


def read(data: bytes) -> Iterator[PastRecord | list[RowError]]:
    """Each row as what it says, or as what is wrong with it. Raises FileRefused for the whole."""
    columns: list[str] = []
    read = 0
    for row in rows_of(data, dates=True):
        if not columns:
            columns = columns_of(row, known=COLUMNS, required=REQUIRED)
            continue
        read += 1
        if read > MAX_ROWS:
            raise FileRefused(f"The file has more than {MAX_ROWS:,} rows. Send it in parts.")
        yield _record(columns, row)
    if not read:
        raise FileRefused("The file has no rows below the names of the columns.")


def _record(columns: list[str], row: Row) -> PastRecord | list[RowError]:
    if row.fault:
        return [RowError(row.number, "", row.fault)]
    if row.overflows(columns):
        return [RowError(row.number, "", "The row has more cells than there are columns.")]
    said = {**dict.fromkeys(COLUMNS, ""), **row.named(columns)}
    said = {column: " ".join(text.split()) for column, text in said.items()}
    wrong = {column: fault for column in COLUMNS if (fault := _fault(column, said[column]))}
    day = day_of(said.pop("passed_on"))
    if wrong or day is None:
        return [RowError(row.number, column, fault) for column, fault in wrong.items()]
    return PastRecord(row=row.number, passed_on=day, **said)


def _fault(column: str, text: str) -> str:
    if not text:
        return "This is missing." if column in REQUIRED else ""
    if column == "passed_on":
        return "" if day_of(text) else "Write a real day as YYYY-MM-DD or DD/MM/YYYY."
    if len(text) > LONGEST[column]:
        return f"This is longer than {LONGEST[column]} characters."
    hidden = any(
        unicodedata.category(letter)[0] in UNPRINTABLE and letter != " " for letter in text
    )
    return "This has a character that cannot be printed." if hidden else ""


def day_of(text: str) -> date | None:
    """The day, never with the month first; None for anything else."""
    for pattern in DAY:
        if found := pattern.fullmatch(text):
            try:
                return date(*(int(found[part]) for part in "ymd"))
            except ValueError:
                return None
    return None


def same_name(one: str, other: str) -> bool:
    """Whether two spellings agree but for capitals, spaces and accents."""
    return folded(one) == folded(other)


def folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().translate(PLAIN_LETTERS))
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(letters).split())
