"""A name for each call: in its answer, in its problems and in whatever is logged meanwhile."""

import logging
import re
from contextvars import ContextVar
from uuid import uuid4

HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
current: ContextVar[str] = ContextVar("request_id", default="")


def request_id(sent: str) -> str:
    """The caller's own name for the call where that is a sane one, else one of ours."""
    return sent if SANE.fullmatch(sent) else uuid4().hex


class NamedRequest(logging.Filter):
    """Lets each line of the log say to which call it belongs."""

    def filter(self, record: logging.LogRecord) -> bool:
        name = current.get()
        record.request = f" [{name}]" if name else ""
        return True
