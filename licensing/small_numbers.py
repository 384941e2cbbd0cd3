"""Which figures to hide so that nobody can work out what one person did. Pure.

Counts from one to four are hidden. Whoever knows the total could still take what is shown from it;
so what is hidden must always be two figures or more, and come to five or more unless all others are
nought; if need be the smallest figure shown is hidden with them. Which of the hidden ones was small
is not said.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

LEAST = 5
Group = TypeVar("Group", bound=Hashable)


def is_small(count: int) -> bool:
    return 0 < count < LEAST


def hidden(counts: Mapping[Group, Sequence[int]]) -> set[Group]:
    """The groups whose counts are hidden. ``counts`` are those of each group, all of the same
    kinds in the same order; the groups together make up a total that is known."""
    kinds = range(max(map(len, counts.values()), default=0))
    gone = {group for group, row in counts.items() if any(map(is_small, row))}
    while (
        more := next(filter(None, (_one_more(counts, gone, kind) for kind in kinds)), None)
    ) and (len(gone) < len(counts)):
        gone |= more
    return gone


def _one_more(
    counts: Mapping[Group, Sequence[int]], gone: Collection[Group], kind: int
) -> set[Group]:
    """The smallest of those shown, where what is hidden of one kind could be worked out. A group
    with none hides another as well as any: nobody can tell which of the two it is."""
    behind = [counts[group][kind] for group in gone]
    if not any(behind):
        return set()
    shown = [group for group in counts if group not in gone]
    some = [group for group in shown if counts[group][kind]]
    if len(behind) > 1 and (sum(behind) >= LEAST or not some):
        return set()
    # Of several alike the one with the least of everything goes, so that the table says most.
    smallest = sorted(some or shown, key=lambda g: (counts[g][kind], sum(counts[g])))
    return set(smallest[:1])
