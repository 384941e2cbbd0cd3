"""Files that are only compared: their digest is kept while they arrive, their content never."""

from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MAX_BYTES = 2 * 1024 * 1024


class HashedFile(UploadedFile):
    """What is left of a file that was sent: its name, its size and its digest."""

    def __init__(self, name: str, size: int, digest: str) -> None:
        super().__init__(name=name, size=size)
        self.digest = digest


class HashingUploadHandler(FileUploadHandler):
    """Takes every file in place of Django's own handlers, which keep them in memory or on disk. The
    rest of one that is too large is read and forgotten, and the form says so."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self.hash, self.seen = sha256(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.seen = start + len(raw_data)
        if self.seen <= MAX_BYTES:
            self.hash.update(raw_data)

    def file_complete(self, file_size: int) -> HashedFile:
        return HashedFile(self.file_name or "", file_size, self.hash.hexdigest())
