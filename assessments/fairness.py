"""Is the bank large enough for a fair draw? Pure: numbers in, the topics that have too few out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PAPERS = 2  # So many papers hold different questions: a second try need not repeat the first.


@dataclass(frozen=True)
class TopicDraw:
    """One topic of a blueprint: how many questions a paper holds, and how many there are to draw
    from. ``topic_id`` and ``title`` only name it."""

    topic_id: int
    title: str
    drawn: int
    available: int

    @property
    def needed(self) -> int:
        return PAPERS * self.drawn

    @property
    def is_fair(self) -> bool:
        return self.available >= self.needed


def shortages(draws: Iterable[TopicDraw]) -> tuple[TopicDraw, ...]:
    """The topics with too few questions, in the order given; none means that the draw is fair."""
    return tuple(draw for draw in draws if not draw.is_fair)


def most(available: int) -> int:
    """How many questions may be drawn fairly from so many."""
    return available // PAPERS


def spread(total: int, available: Mapping[int, int]) -> dict[int, int]:
    """``total`` questions over the topics as evenly as a fair draw from each allows.

    Where the bank is too small for so many, it is as many as it allows; topics without any are left
    out. The first topics get what does not divide.
    """
    shares = dict.fromkeys(available, 0)
    while total > 0:
        room = [topic for topic, share in shares.items() if share < most(available[topic])]
        if not room:
            break
        for topic in room[:total]:
            shares[topic] += 1
        total -= len(room[:total])
    return {topic: share for topic, share in shares.items() if share}
