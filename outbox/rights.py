"""Who may still be told: the right to send is judged at sending time (I25).

The outbox knows nothing of certificates. A room above it registers a judge for the keys it hands
out, when it is made ready, and is asked once for all messages of a batch right before they go.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol


class Judge(Protocol):
    """Says of each key that must not go at ``now`` why."""

    def __call__(self, keys: Collection[str], /, *, now: datetime) -> Mapping[str, str]: ...


_judges: dict[str, Judge] = {}


def register(prefix: str, judge: Judge) -> None:
    """``judge`` is given the keys that begin with ``prefix``; it gives back why some must not go.

    What it leaves out may go. If it raises, nothing it was asked about goes.
    """
    _judges[prefix] = judge


def unregister(prefix: str) -> None:
    _judges.pop(prefix, None)


def docket(keys: Iterable[str]) -> list[tuple[Judge, list[str]]]:
    """Which judge has to be asked about which of these keys; none has to be about the rest."""
    keys = list(keys)
    cases = [
        (judge, [key for key in keys if key.startswith(prefix)])
        for prefix, judge in _judges.items()
    ]
    return [(judge, named) for judge, named in cases if named]
