"""The same call twice is carried out once: what was answered is kept for a day (I33)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from licensing.models import KeptAnswer

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """What a client was answered. ``repeated``: it was carried out by an earlier call."""

    status: int
    body: str
    repeated: bool = False


class KeyUsedOtherwise(Exception):
    """The client sent the key before, with another call."""


@transaction.atomic
def answer_once(
    *, api_client_id: int, key: str, asked: str, now: datetime, carry_out: Callable[[], Answer]
) -> Answer:
    """Carry the call out, unless the client sent this key within a day; then its answer again.

    ``asked`` is a digest of the whole call. Of two calls with one key at the same moment the second
    waits for the first one's commit. Whatever ``carry_out`` raises undoes everything, so that the
    key is as if it had never been sent. Raises KeyUsedOtherwise.
    """
    KeptAnswer.objects.filter(
        client=api_client_id, key=key, created_at__lte=now - KEPT_FOR
    ).delete()
    claimed = KeptAnswer(client_id=api_client_id, key=key, asked=asked, created_at=now)
    KeptAnswer.objects.bulk_create([claimed], ignore_conflicts=True)
    kept = KeptAnswer.objects.select_for_update().get(client=api_client_id, key=key)
    if kept.asked != asked:
        raise KeyUsedOtherwise
    if kept.status is not None:
        return Answer(kept.status, kept.body, repeated=True)
    answer = carry_out()
    kept.status, kept.body = answer.status, answer.body
    kept.save(update_fields=["status", "body"])
    return answer


def drop_kept_answers(*, now: datetime) -> int:
    """Forget what was kept for a day; returns how many. A repeat finds none."""
    dropped, _ = KeptAnswer.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    return dropped
