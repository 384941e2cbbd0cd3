"""A file that an officer sends: kept until it is dealt with, checked, and imported on their word.

What is to be done is the state of the upload, so that any machine can take it up and a lost worker
loses nothing. The file itself is in the database, in parts, and goes after some days.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from django.db import transaction

from people.importers import has_much_in_it
from people.models import Authority, RegisterUpload, RegisterUploadPart, User
from people.register.importing import ImportReport, import_register
from people.register.reconciling import Difference, Reconciliation, all_differences, reconcile
from people.register.staging import PROGRESS

State = RegisterUpload.State
TO_DO = (State.CHECKING, State.IMPORTING)
KEPT_FOR = timedelta(days=7)  # With the personal data in it; long enough to repair and compare.
SMALL = 256 * 1024
TOLD = 100


@transaction.atomic
def receive_upload(
    *, authority: Authority, chunks: Iterable[bytes], file_name: str, by: User, now: datetime
) -> RegisterUpload:
    """Keep the file; it is checked next. Each call keeps another one."""
    upload: RegisterUpload = RegisterUpload.objects.create(
        authority=authority,
        file_name=file_name[:200],
        digest="",
        size=0,
        state=State.CHECKING,
        uploaded_at=now,
        uploaded_by=by,
    )
    digest = hashlib.sha256()
    for number, chunk in enumerate(chunks):
        RegisterUploadPart.objects.create(upload=upload, number=number, content=chunk)
        digest.update(chunk)
        upload.size += len(chunk)
    upload.digest = digest.hexdigest()
    upload.save(update_fields=["digest", "size"])
    return upload


@transaction.atomic
def confirm_upload(*, upload: RegisterUpload, by: User, now: datetime) -> RegisterUpload:
    """The officer has seen what would happen and wants it: it is imported next. A repeat, and a
    file with errors, change nothing."""
    upload = _locked(upload.pk)
    if upload.state == State.CHECKED and not has_errors(upload) and upload.parts.exists():
        upload.state, upload.confirmed_at, upload.confirmed_by = State.IMPORTING, now, by
        upload.save(update_fields=["state", "confirmed_at", "confirmed_by"])
    return upload


def work_on_upload(
    *, pk: int, now: datetime, today: date, progress: PROGRESS | None = None
) -> None:
    """Check the upload, or import it, whichever is next. Nothing is done twice: whoever else works
    on it is left alone, and what is done is done together with its mark."""
    try:
        with transaction.atomic():
            waiting = RegisterUpload.objects.filter(pk=pk, state__in=TO_DO)
            upload = waiting.select_for_update(skip_locked=True, of=("self",)).first()
            if upload is not None:
                _work_on(upload, now=now, today=today, progress=progress)
    except Exception:
        RegisterUpload.objects.filter(pk=pk, state__in=TO_DO).update(state=State.FAILED)
        raise


def uploads_to_do() -> list[int]:
    return list(RegisterUpload.objects.filter(state__in=TO_DO).values_list("pk", flat=True))


@transaction.atomic
def forget_uploaded_files(*, now: datetime) -> int:
    """Delete the files that nobody needs any more; what was found in them stays."""
    old = RegisterUpload.objects.filter(uploaded_at__lt=now - KEPT_FOR).exclude(state__in=TO_DO)
    deleted, _ = RegisterUploadPart.objects.filter(upload__in=old).delete()
    return deleted


def is_small(upload: RegisterUpload) -> bool:
    """Whether it can be dealt with while the officer waits."""
    if upload.size > SMALL:
        return False
    with opened(upload) as source:
        return not has_much_in_it(source)


def has_errors(upload: RegisterUpload) -> bool:
    return bool((upload.outcome or {}).get("errors"))


@contextmanager
def opened(upload: RegisterUpload) -> Iterator[BinaryIO]:
    """The file as it was sent."""
    with TemporaryFile() as file:
        parts = upload.parts.order_by("number").values_list("content", flat=True)
        for content in parts.iterator(chunk_size=1):
            file.write(content)
        file.seek(0)
        yield cast("BinaryIO", file)


def differences(upload: RegisterUpload, *, today: date) -> Iterator[Difference]:
    """Every difference between the file and the register as it is now."""
    with opened(upload) as source:
        yield from all_differences(authority=upload.authority, source=source, today=today)


def _locked(pk: int) -> RegisterUpload:
    upload: RegisterUpload = RegisterUpload.objects.select_for_update(of=("self",)).get(pk=pk)
    return upload


def _work_on(
    upload: RegisterUpload, *, now: datetime, today: date, progress: PROGRESS | None
) -> None:
    is_check = upload.state == State.CHECKING
    with opened(upload) as source:
        report = import_register(
            authority=upload.authority,
            source=source,
            file_name=upload.file_name,
            by=upload.uploaded_by if is_check else upload.confirmed_by,
            now=now,
            today=today,
            dry_run=is_check,
            progress=progress,
        )
        source.seek(0)
        compared = reconcile(authority=upload.authority, source=source, today=today, limit=TOLD)
    upload.outcome = _outcome(report, compared)
    upload.state = State.CHECKED if is_check or report.errors else State.IMPORTED
    if upload.state == State.IMPORTED:
        upload.register_import = report.register_import
    upload.save(update_fields=["outcome", "state", "register_import"])


def _outcome(report: ImportReport, compared: Reconciliation) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "doubtful": report.doubtful,
        "errors": [error._asdict() for error in report.errors],
        "doubts": [{"row": it.row, "number": it.number} for it in report.doubts],
        "compared": {
            "only_in_file": compared.only_in_file,
            "only_in_register": compared.only_in_register,
            "differing": compared.differing,
            "differences": [it._asdict() for it in compared.differences],
        },
    }
