"""Many rows at once that need no repair. Pure.

Most rows of most files are as the register writes them already. Such a block is known by a few
patterns, each of which lets through less than the column's own parser does; a block with anything
else in it is read row by row.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from people.cells import as_meant
from people.importers.facts import PARSERS, Fault

CELLS = {
    "licence_number": r"[!-&(-`{-~][!-`{-~]{0,39}",
    "full_name": r"[^\W\d_][\w'’.,-]*+(?: [\w'’.,-]++)*+",
    "email": r"(?:[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{2,30}){1,3})?",
    "mobile": r"(?:\+?[0-9](?: ?[0-9]){5,18})?",
}
PLAIN = {column: re.compile(rf"(?:(?:{cell})\n)*+") for column, cell in CELLS.items()}
LONGEST_NAME = 200

MOST = 100_000  # Texts that are kept for each column.

Column = Sequence[str]


class Cleaner:
    """Knows the texts of the columns in which the same ones come again and again."""

    def __init__(self, columns: Sequence[str], *, today: date) -> None:
        self.columns, self.today = columns, today.isoformat()
        self.known: dict[str, dict[str, str]] = {it: {} for it in columns if it not in PLAIN}

    def clean(self, block: Sequence[Column]) -> list[Column] | None:
        """The block by columns, in the words of the register; None if it has to be read row by
        row."""
        found: dict[str, Column] = {}
        for column, cells in zip(self.columns, zip(*block, strict=True), strict=True):
            kept = _plain(column, cells) if column in PLAIN else self._few(column, cells)
            if kept is None:
                return None
            found[column] = kept
        return list(found.values()) if self._fits_together(found) else None

    def _few(self, column: str, cells: Column) -> Column | None:
        known = self.known[column]
        if len(known) > MOST:
            known.clear()
        with suppress(KeyError):
            return list(map(known.__getitem__, cells))
        try:
            for text in set(cells).difference(known):
                [known[text]] = as_texts([PARSERS[column](as_meant(text))])
        except Fault:
            return None
        return list(map(known.__getitem__, cells))

    def _fits_together(self, found: dict[str, Column]) -> bool:
        starts, ends = found.get("licence_start", ()), found.get("licence_expiry", ())
        ends_early = starts and any(start > end != "" for start, end in zip(starts, ends))  # noqa: B905
        return max(found["date_of_birth"]) < self.today and not ends_early


def as_texts(values: Sequence[object]) -> list[str]:
    """Facts as the database takes them: days as it writes them, nothing as nothing."""
    return ["" if value is None else str(value) for value in values]


def _plain(column: str, cells: Column) -> Column | None:
    """Nearly every cell is another text, and has to be looked at: all at once, one on each line."""
    lines = "\n".join([*cells, ""])
    if lines.count("\n") != len(cells) or PLAIN[column].fullmatch(lines) is None:
        return None
    return cells if column != "full_name" or max(map(len, cells)) <= LONGEST_NAME else None
