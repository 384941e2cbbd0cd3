"""Two records of one person: what speaks for it, and how one takes the other over (R04)."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Max, QuerySet

from people import matching
from people.matching import Described
from people.models import Authority, Learner, Licence, LicenceClaim, RecordMerge, User


def grounds(one: Learner, other: Learner, *, served: QuerySet[Authority]) -> list[str]:
    """Why they may be one person, by ``RecordMerge.Ground``; empty where the names alone agree.
    Nothing is read but licences of the authorities ``served``, and what was asked of these."""
    return matching.strong_matches(_described(one, served), _described(other, served))


@transaction.atomic
def join_records(*, merge: RecordMerge, by: User, now: datetime) -> bool:
    """Let the record that stays hold what the other one held, and close the other one's account.
    Returns whether there was one to close.

    What is on record about the one that goes stays as it is. The caller has looked at both under
    the lock.
    """
    gone, stays = merge.gone, merge.stays
    licences = list(_held(gone))
    for licence in licences:
        licence.hold(stays, now=now)
    gone.succeeded_by, gone.succeeded_at = stays, now
    gone.save(update_fields=["succeeded_by", "succeeded_at"])
    if stays.authority_id is None and gone.authority_id is not None:
        stays.authority = gone.authority
        stays.save(update_fields=["authority"])
    merge.licences = [licence.pk for licence in licences]
    merge.closed_account = gone.user is not None and gone.user.is_active
    if merge.closed_account:
        _open_account(gone, is_open=False)
        merge.closing = _last_switch(gone)
    _confirm(merge, by, now)
    return merge.closed_account


@transaction.atomic
def part_records(*, merge: RecordMerge, by: User, now: datetime) -> bool:
    """Undo, by the word of ``merge``, the one it names: the licences that came with it and are
    still there go back, and the account opens if it was this that closed it last. Returns whether
    it did."""
    undone = merge.undoes
    if undone is None:
        raise ValueError("This undoes nothing.")
    gone = merge.gone
    for licence in _held(merge.stays).filter(pk__in=undone.licences):
        licence.hold(gone, now=now)
        merge.licences.append(licence.pk)
    gone.succeeded_by = gone.succeeded_at = None
    gone.save(update_fields=["succeeded_by", "succeeded_at"])
    opens = closed_last(undone)
    if opens:
        _open_account(gone, is_open=True)
    _confirm(merge, by, now)
    return opens


def closed_last(merge: RecordMerge) -> bool:
    """Whether the account of the record that went is closed by this merge, and by nothing since."""
    return merge.closing is not None and merge.closing == _last_switch(merge.gone)


def lock_records(one: Learner, other: Learner) -> dict[int, Learner]:
    """Both as they are once nobody else is changing them, whichever is named first."""
    claims = LicenceClaim.objects.waiting().filter(learner__in=[one, other]).order_by("pk")
    list(claims.select_for_update(of=("self",)))  # Whoever decides a claim locks it first, too.
    locked = Learner.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")
    locked = locked.select_for_update(of=("self",), no_key=True)
    return {learner.pk: learner for learner in locked.select_related("user", "authority")}


def shortened(email: str) -> str:
    """Enough of an address for whoever knows it: its first letter and where it is."""
    name, _, place = email.partition("@")
    return f"{name[:1]}…@{place}"


def _described(learner: Learner, served: QuerySet[Authority]) -> list[Described]:
    held = Licence.objects.filter(holder=learner, authority__in=served)
    asked = LicenceClaim.objects.filter(learner=learner, authority__in=served)
    return [
        *(
            Described(it.authority_id, it.number, it.full_name, it.date_of_birth, is_held=True)
            for it in held
        ),
        *(
            Described(
                it.authority_id, it.number, learner.full_name, it.date_of_birth, is_held=False
            )
            for it in asked
        ),
    ]


def _held(learner: Learner) -> QuerySet[Licence]:
    return Licence.objects.filter(holder=learner).order_by("pk").select_for_update(of=("self",))


def _open_account(learner: Learner, *, is_open: bool) -> None:
    User.objects.filter(pk=learner.account.pk).update(is_active=is_open)


def _last_switch(learner: Learner) -> int | None:
    """The row of history that says when the account was last closed or opened."""
    history: Any = apps.get_model("people", "UserIsActiveEvent").objects
    found = history.filter(pgh_obj=learner.account.pk).aggregate(last=Max("pgh_id"))
    last: int | None = found["last"]
    return last


def _confirm(merge: RecordMerge, by: User, now: datetime) -> None:
    merge.decision = RecordMerge.Decision.CONFIRMED
    merge.decided_by, merge.decided_at = by, now
    merge.save()
