"""How far a long import has come, for whoever watches. Kept beside the database, whose own word is
only given at the end; without it nothing is lost but the number on the page."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
KEPT_FOR = 3600


def note_progress(upload: int, rows: int) -> None:
    try:
        cache.set(_key(upload), rows, KEPT_FOR)
    except (RedisError, OSError) as error:
        logger.warning("progress of upload %s is not shown: %s", upload, type(error).__name__)


def progress_of(upload: int) -> int | None:
    """The rows read so far; None where nobody knows."""
    try:
        return cache.get(_key(upload))  # type: ignore[no-any-return]
    except (RedisError, OSError):
        return None


def _key(upload: int) -> str:
    return f"register-upload-{upload}"
