"""Counters in Redis, shared by every process: so many tries in each window of time.

A window begins at a round time, so that one counter with one number is enough at any limit.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache as once

from django.conf import settings
from django.core.cache import cache
from redis import Redis


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
            pipeline.expire(self.key, self.seconds)
            return int(pipeline.execute()[0])

    def give_back(self) -> None:
        """Take back one that was counted. Raises RedisError."""
        self.count(-1)


@once
def redis() -> Redis:
    """One pool of connections for each process; a silent server costs at most a second."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
