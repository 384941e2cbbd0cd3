"""Documents as people hand them in: what they are, whatever they are called. Pure."""

from dataclasses import dataclass
from hashlib import sha256

from people.refusals import Refused

MAX_BYTES = 5 * 1024 * 1024
MAX_NAME = 150
# The first bytes of what is taken, its type, and how the name of such a file ends.
KINDS = (
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
)


class UploadRefused(Refused):
    """``code``: ``empty``, ``too_large`` or ``not_a_document``."""


@dataclass(frozen=True)
class Document:
    name: str
    content_type: str
    content: bytes

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()


def document(name: str, content: bytes) -> Document:
    """A PDF, JPEG or PNG by its first bytes, under a name that can do no harm.

    Raises UploadRefused.
    """
    check_size(content)
    for start, content_type, endings in KINDS:
        if content.startswith(start):
            return Document(safe_name(name, endings), content_type, content)
    raise UploadRefused("not_a_document")


def check_size(content: bytes) -> None:
    if not content:
        raise UploadRefused("empty")
    if len(content) > MAX_BYTES:
        raise UploadRefused("too_large")


def safe_name(name: str, endings: tuple[str, ...]) -> str:
    """The person's own name for the file, without folders or signs that cannot be seen, and with
    the ending of what it really is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign if sign.isprintable() else " " for sign in last)
    tidy = " ".join(seen.replace('"', "'").split()).strip(". ")
    stem = tidy[:MAX_NAME]
    if tidy.lower().endswith(endings):
        return tidy if len(tidy) <= MAX_NAME else stem + endings[0]
    return (stem or "document") + endings[0]
