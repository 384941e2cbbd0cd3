"""Counts the items of a file as they stand there. Each is read or skipped; none is lost. Pure."""

from collections.abc import Callable

from assessments.importers.item import (
    FileRefused,
    Item,
    ItemRefused,
    Reading,
    Skipped,
    faults,
    named,
    tidied,
)

MAX_ITEMS = 5_000


class Tally:
    def __init__(self) -> None:
        self._items: list[tuple[int, Item]] = []
        self._skipped: list[Skipped] = []
        self._position = 0

    def take(self, parse: Callable[[], Item], *, place: str = "") -> bool:
        """Count one more item; ``place`` says where it stands, in words. False: it was skipped."""
        self._position += 1
        if self._position > MAX_ITEMS:
            raise FileRefused(f"The file holds more than {MAX_ITEMS:,} questions.")
        try:
            item = tidied(parse())
        except ItemRefused as refusal:
            self._skip(named(refusal.name), str(refusal), place)
            return False
        if reasons := faults(item):
            self._skip(item.name, " ".join(reasons), place)
            return False
        self._items.append((self._position, item))
        return True

    def reading(self) -> Reading:
        if not self._position:
            raise FileRefused("There is no question in the file.")
        return Reading(tuple(self._items), tuple(self._skipped))

    def _skip(self, name: str, reason: str, place: str) -> None:
        where = f"{place}: " if place else ""
        self._skipped.append(Skipped(self._position, name, f"{where}{reason}"))
