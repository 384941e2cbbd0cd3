"""Runs one call in many threads at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections


def together(call: Callable[[], Any], *, times: int) -> list[Any]:
    """What each thread's call returned; the first error is raised."""
    start = Barrier(times)

    def one() -> Any:
        start.wait(timeout=20)
        try:
            return call()
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(times)]]
