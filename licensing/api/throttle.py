"""Counters in Redis, shared by every process: so many tries in each window of time.

A window begins at a round time, so that one counter with one number is enough at any limit.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache as once
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from redis import Redis

BLOCK = 20  # Steps that a process takes at a time, if they are so few of the limit.


@dataclass(frozen=True)
class Window:
    """One counter: ``name`` says what is counted, in windows of ``seconds``, seen at ``now``."""

    name: str
    seconds: int
    now: datetime

    @property
    def key(self) -> str:
        number = int(self.now.timestamp()) // self.seconds
        return cache.make_key(f"throttle:{self.name}:{number}")

    @property
    def retry_after(self) -> int:
        """Seconds until the next window begins; never nought."""
        return self.seconds - int(self.now.timestamp()) % self.seconds

    def count(self, step: int = 1) -> int:
        """Count ``step`` more; how many there are now, these included. Raises RedisError."""
        with redis().pipeline(transaction=False) as pipeline:
            pipeline.incrby(self.key, step)
            pipeline.expire(self.key, 2 * self.seconds)  # Clocks of two machines may differ.
            return int(pipeline.execute()[0])

    def give_back(self) -> None:
        """Take back one that was counted. Raises RedisError."""
        self.count(-1)


class Allowance:
    """Counts many small steps with few questions to Redis: each process takes a block at a time and
    uses it up before it asks again. Never is more let through than the limit; a window may end with
    a block of each process unused, which is a hundredth of the limit at most.
    """

    def __init__(self) -> None:
        self.blocks: dict[str, tuple[str, int]] = {}  # By name: of which window, and what is left.
        self.lock = Lock()

    def take(self, window: Window, step: int, *, limit: int) -> bool:
        """Whether ``step`` more are within the limit of the window. Raises RedisError."""
        if self._add(window, -step):
            return True
        block = max(step, min(BLOCK, limit // 100))
        if window.count(block) > limit:
            return False
        return self._add(window, block - step)

    def _add(self, window: Window, steps: int) -> bool:
        """Put so many more into the block at hand; False where it has not enough to be taken."""
        key = window.key
        with self.lock:
            of, left = self.blocks.get(window.name, (key, 0))
            left = left + steps if of == key else steps
            if left >= 0:
                self.blocks[window.name] = key, left
            return left >= 0


@once
def redis() -> Redis:
    """One pool of connections for each process; a silent server costs at most a second."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
