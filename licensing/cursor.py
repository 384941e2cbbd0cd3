"""Where a reader of the change feed has got to, as one opaque word. Pure.

It holds the place in the feed and a part of the identifier of the event there, so that a cursor of
another authority's feed, or of a feed that has since been restored from a backup, is noticed.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from uuid import UUID

SHAPE = struct.Struct(">BQ6s")  # Version, position, the beginning of the event's identifier.
VERSION = 1
LENGTH = 20  # Characters.


@dataclass(frozen=True)
class Cursor:
    """``position`` nought is before the first event."""

    position: int = 0
    mark: bytes = bytes(6)

    @classmethod
    def at(cls, position: int, public_id: UUID) -> "Cursor":
        return cls(position, public_id.bytes[:6])

    def fits(self, public_id: UUID) -> bool:
        return self.mark == public_id.bytes[:6]

    def __str__(self) -> str:
        packed = SHAPE.pack(VERSION, self.position, self.mark)
        return base64.urlsafe_b64encode(packed).decode()


START = Cursor()


def read(text: str) -> Cursor | None:
    """The cursor that was written so; None for anything else."""
    try:
        version, position, mark = SHAPE.unpack(base64.urlsafe_b64decode(text.encode("ascii")))
    except (binascii.Error, struct.error, UnicodeEncodeError):
        return None
    found = Cursor(position, mark)
    if version != VERSION or str(found) != text or (not position and found != START):
        return None
    return found
