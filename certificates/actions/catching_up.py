"""What other rooms and other moments leave to do: the sweeps behind recognition and succession.

Any number of them may run at once: each leaves alone what another has in hand. What fails is
logged, blocks nothing else and is tried again by the next one.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from certificates.actions.issuing import BATCH, Clock, NoValidityRule
from certificates.actions.letters import tell_holder
from certificates.actions.recognising import issue_of
from certificates.actions.replacing import issue_replacement
from certificates.models import Certificate, CertificateEvent, CertificateQuerySet, Evidence
from certificates.renewal import london_day
from people.models import Learner, RecordMerge

logger = logging.getLogger(__name__)
AT_ONCE = 60  # As many as a run of every few seconds can sign without keeping others waiting.
WITHOUT_CERTIFICATE = ~Exists(Certificate.objects.filter(evidence=OuterRef("pk")))


def issue_recognised(
    *,
    now: datetime,
    limit: int = AT_ONCE,
    decided_since: datetime | None = None,
    clock: Clock | None = None,
) -> int:
    """Issue up to ``limit`` certificates that accepted evidence still lacks; returns how many. Each
    is dated by ``clock``, which stands at ``now`` if left out.

    Of one person's training the earliest comes first, so that a renewal finds what it renews.
    """
    waiting = _accepted().filter(WITHOUT_CERTIFICATE)
    if decided_since is not None:
        waiting = waiting.filter(decided_at__gte=decided_since)
    issued = 0
    while issued < limit:
        free = waiting.filter(~Exists(_earlier()))
        done = _each(free, "decided_at", _issue, limit=limit - issued, clock=clock or (lambda: now))
        issued += done
        if not done:
            break
    return issued


def carry_over(
    *,
    now: datetime,
    limit: int = AT_ONCE,
    since: datetime | None = None,
    clock: Clock | None = None,
) -> int:
    """Replace up to ``limit`` certificates of records that another one has taken over by linked
    ones of its own; returns how many. Those that came with a merge which is undone go back. Each
    is dated by ``clock``, which stands at ``now`` if left out.
    ``since`` narrows it to what changed lately.

    A revoked certificate is carried over revoked: otherwise time that was allowed to somebody
    without a certificate would help against the revocation (I20).
    """
    left = _left_behind()
    if since is not None:
        parted = RecordMerge.objects.filter(decided_at__gte=since, undoes__isnull=False)
        lately = Q(learner__succeeded_at__gte=since) | Q(learner__in=parted.values("stays"))
        left = left.filter(lately)
    return _each(left, "issued_at", _hand_over, limit=limit, clock=clock or (lambda: now))


def carry_over_with(records: Collection[Learner], *, now: datetime) -> int:
    """The same for all of these records, as a part of the change that makes it necessary: waits for
    whoever works on one of the certificates, and raises what keeps one from being issued."""
    left = _left_behind().filter(learner__in=records).order_by("issued_at", "pk")
    keys = list(left.values_list("pk", flat=True))
    return sum(_hand_over(pk, lambda: now, waits=True) for pk in keys)


def _each(
    waiting: QuerySet[Any],
    place: str,
    act: Callable[[int, Clock], bool],
    *,
    limit: int,
    clock: Clock,
) -> int:
    """Go through what waits, in the order of ``place``, each in a transaction of its own."""
    done = 0
    waiting = waiting.order_by(place, "pk")
    page = waiting
    while rows := list(page.values_list(place, "pk")[:BATCH]):
        for _, pk in rows:
            if done >= limit:
                return done
            done += _act_or_log(act, pk, clock)
        moment, pk = rows[-1]
        page = waiting.filter(Q(**{f"{place}__gt": moment}) | Q(**{place: moment, "pk__gt": pk}))
    return done


def _act_or_log(act: Callable[[int, Clock], bool], pk: int, clock: Clock) -> int:
    try:
        with transaction.atomic():
            return int(act(pk, clock))
    except NoValidityRule as error:
        logger.error("certificate not issued: %s", error)
    except Exception:
        logger.exception("certificate not issued: %s %s", act.__name__.strip("_"), pk)
    return 0


def _accepted() -> QuerySet[Evidence]:
    accepted = Evidence.objects.filter(decision=Evidence.Decision.ACCEPTED)
    return accepted.select_related("learner__user", "course", "authority")


def _earlier() -> QuerySet[Evidence]:
    """Accepted training of the outer one's person and course that is older and waits as well."""
    older = Q(passed_on__lt=OuterRef("passed_on"))
    same_day = Q(passed_on=OuterRef("passed_on"), pk__lt=OuterRef("pk"))
    of_person = _accepted().filter(learner=OuterRef("learner"), course=OuterRef("course"))
    return of_person.filter(older | same_day).filter(WITHOUT_CERTIFICATE)


def _issue(evidence_id: int, clock: Clock) -> bool:
    free = _accepted().filter(~Exists(_earlier()), WITHOUT_CERTIFICATE, pk=evidence_id)
    evidence = free.select_for_update(of=("self",), skip_locked=True).first()
    if evidence is None:
        return False
    issue_of(evidence, now=clock())
    return True


def _left_behind() -> CertificateQuerySet:
    """Whose holder was taken over, or who has what came with a merge that is undone."""
    succeeded = Q(learner__succeeded_by__isnull=False)
    parted = RecordMerge.objects.filter(
        gone=OuterRef("replaces__learner"),
        stays=OuterRef("learner"),
        decision=RecordMerge.Decision.CONFIRMED,
        undoes__decided_at__lte=OuterRef("issued_at"),
    )
    to_return = Q(replaces__learner__succeeded_by=None) & Exists(parted)
    return Certificate.objects.filter(succeeded | to_return, replacement=None)


def _hand_over(certificate_id: int, clock: Clock, *, waits: bool = False) -> bool:
    """Looked at again under the lock: whatever was recorded about it first goes over as well."""
    this = Certificate.objects.filter(pk=certificate_id)
    if this.select_for_update(of=("self",), skip_locked=not waits).first() is None:
        return False
    related = _left_behind().select_related(
        "learner__succeeded_by__user", "replaces__learner__user", "authority"
    )
    old = related.filter(pk=certificate_id).first()
    if old is None:
        return False
    later = old.learner.succeeded_by or (old.replaces.learner if old.replaces else None)
    if later is None:
        return False
    now = clock()
    now = max(now, old.learner.succeeded_at or now)  # Clocks of two machines may differ.
    replacement, _ = issue_replacement(
        old=old,
        learner=later,
        holder_name=old.holder_name,
        reason_class=CertificateEvent.ReasonClass.RECORDS_JOINED,
        now=now,
    )
    revoked = replacement.events.revoking().exists()
    if not revoked and replacement.valid_until >= london_day(now):
        what = "carried_over" if old.learner.user_id is None else "moved"
        tell_holder(replacement, what, key="issued", now=now)
    return True
