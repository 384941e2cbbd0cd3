"""Two officers say that two records are one person's, or that they are not after all (R04)."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from assessments.models import Sitting
from certificates.actions import carry_over_with
from certificates.models import Certificate
from licensing.perms import kept_elsewhere
from outbox.actions import Draft, queue_messages
from people import perms
from people.models import (
    Authority,
    Learner,
    LicenceClaim,
    Membership,
    RecordMerge,
    User,
)
from people.refusals import Refused
from people.register.merging import (
    grounds,
    join_records,
    lock_records,
    part_records,
    shortened,
)

logger = logging.getLogger(__name__)

Decision = RecordMerge.Decision


class MergeRefused(Refused):
    """``code`` says why; see ``bar_to_merge`` and ``bar_to_undoing``, and those of people."""


@transaction.atomic
def propose_merge(
    *, gone: Learner, stays: Learner, evidence: str, reason: str, by: User, now: datetime
) -> RecordMerge:
    """Propose that both are one person; nothing changes until another officer confirms.

    A strong match is found here; where there is none, the evidence that was seen has to be named.
    The same person proposing the same again gets what waits already. Raises MergeRefused.
    """
    gone, stays = _locked(gone, stays)
    if not reason.strip():
        raise MergeRefused("no_reason")
    if code := bar_to_merge(gone, stays, by):
        raise MergeRefused(code)
    served = perms.served_authorities(by, Membership.Role.OFFICER)
    found = grounds(gone, stays, served=served)
    found += [RecordMerge.Ground.EVIDENCE] * bool(evidence.strip())
    if not found:
        raise MergeRefused("no_grounds")
    merge = RecordMerge(
        authority=_authority_for(gone, stays, by),
        gone=gone,
        stays=stays,
        grounds=found,
        evidence=evidence.strip(),
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=now,
    )
    return _proposed(merge)


@transaction.atomic
def propose_undoing(*, merge: RecordMerge, reason: str, by: User, now: datetime) -> RecordMerge:
    """Propose that the merge was wrong; a second officer confirms as before. A repeat by the same
    person gets what waits already. Raises MergeRefused."""
    gone, stays = _locked(merge.gone, merge.stays)
    if not reason.strip():
        raise MergeRefused("no_reason")
    if code := _bar_to_person(merge, by) or bar_to_undoing(merge, by):
        raise MergeRefused(code)
    undoing = RecordMerge(
        authority=merge.authority,
        gone=gone,
        stays=stays,
        undoes=merge,
        grounds=[],
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=now,
    )
    return _proposed(undoing)


@transaction.atomic
def confirm_merge(*, merge: RecordMerge, by: User, now: datetime) -> RecordMerge:
    """Put the second name under it: from this moment it counts, and whoever has an account is told.

    A repeat, also at the same moment, returns what was decided. Raises MergeRefused, also where the
    records are no longer as they were when it was proposed.
    """
    records = _locked(merge.gone, merge.stays)
    merge = _again(merge)
    if merge.decision == Decision.CONFIRMED:
        return merge
    _refuse_second(merge, by)
    merge.gone, merge.stays = records
    if merge.undoes is not None:
        if code := bar_to_undoing(merge.undoes, by):
            raise MergeRefused(code)
        switched = part_records(merge=merge, by=by, now=now)
    else:
        if code := bar_to_merge(merge.gone, merge.stays, by):
            raise MergeRefused(code)
        switched = join_records(merge=merge, by=by, now=now)
    if switched:
        _tell(merge, now)
    _carry_over(records, now)
    return merge


@transaction.atomic
def drop_merge(*, merge: RecordMerge, by: User, now: datetime) -> RecordMerge:
    """Decline what somebody else proposed, or take back what one has proposed oneself: nothing
    changes, and it can be proposed again. A repeat returns the first decision. Raises
    MergeRefused."""
    _locked(merge.gone, merge.stays)
    merge = _again(merge)
    own = merge.proposed_by_id == by.pk
    decision = Decision.TAKEN_BACK if own else Decision.DECLINED
    if merge.decision == decision:
        return merge
    if code := _bar_to_person(merge, by):
        raise MergeRefused(code)
    if merge.decision:
        raise MergeRefused("decided")
    merge.decision, merge.decided_by, merge.decided_at = decision, by, now
    merge.save()
    return merge


def bar_to_merge(gone: Learner, stays: Learner, by: User) -> str:
    """Why ``gone`` cannot be merged into ``stays`` by this person now; empty when it can. What
    another council has on record comes first, so that nothing else can be read from the answer."""
    if gone == stays:
        return "same_record"
    pair = {gone.pk, stays.pk}
    reach = perms.mergeable_learners(by).filter(pk__in=pair).values_list("pk", flat=True)
    if set(reach) != pair:
        return "not_allowed"
    if kept_elsewhere(by, gone, stays):
        return "other_council"
    if gone.user is not None and stays.user is None:
        return "account_stays"
    if gone.user is not None and perms.was_staff(gone.user):
        return "staff_account" if _reads_roles(by, gone.user) else "other_council"
    against = {
        "too_deep": Learner.objects.filter(succeeded_by__succeeded_by=gone),
        "open_sitting": Sitting.objects.filter(learner=gone, closed_at=None),
        "claim_waits": LicenceClaim.objects.waiting().filter(learner=gone),
    }
    return next((code for code, found in against.items() if found.exists()), "")


def bar_to_undoing(merge: RecordMerge, by: User) -> str:
    """Why the merge cannot be undone by this person now; empty when it can."""
    if kept_elsewhere(by, merge.gone, merge.stays):
        return "other_council"
    if not RecordMerge.objects.standing().filter(pk=merge.pk).exists():
        return "undone"
    if merge.stays.succeeded_by_id is not None:
        return "not_last"
    pair = [merge.gone_id, merge.stays_id]
    later = RecordMerge.objects.standing().filter(pk__gt=merge.pk)
    if later.filter(Q(gone__in=pair) | Q(stays__in=pair)).exists():
        return "not_last"
    corrected = Certificate.objects.filter(
        learner=merge.stays, replaces__learner=merge.stays, replaces__replaces__learner=merge.gone
    )
    return "corrected" if corrected.exists() else ""


def _locked(gone: Learner, stays: Learner) -> tuple[Learner, Learner]:
    found = lock_records(gone, stays)
    return found[gone.pk], found[stays.pk]


def _again(merge: RecordMerge) -> RecordMerge:
    related = ("gone__user", "stays__user", "proposed_by", "authority", "undoes")
    return RecordMerge.objects.select_related(*related).get(pk=merge.pk)


def _proposed(merge: RecordMerge) -> RecordMerge:
    waiting = RecordMerge.objects.waiting().filter(gone__in=[merge.gone, merge.stays]).first()
    if waiting is None:
        merge.save()
        return merge
    facts = ("gone_id", "stays_id", "undoes_id", "reason", "evidence", "proposed_by_id")
    if [getattr(waiting, name) for name in facts] != [getattr(merge, name) for name in facts]:
        raise MergeRefused("waiting")
    return waiting


def _bar_to_person(merge: RecordMerge, by: User) -> str:
    return "" if perms.readable_merges(by).filter(pk=merge.pk).exists() else "not_allowed"


def _refuse_second(merge: RecordMerge, by: User) -> None:
    if code := _bar_to_person(merge, by):
        raise MergeRefused(code)
    if merge.proposed_by_id == by.pk:
        raise MergeRefused("same_person")
    if merge.decision:
        raise MergeRefused("decided")
    if not all(perms.may_deal_with(merge.proposed_by, one) for one in (merge.gone, merge.stays)):
        raise MergeRefused("proposers_interest")


def _reads_roles(by: User, user: User) -> bool:
    """Whether all that makes the account one of staff is of the officer's own councils."""
    served = perms.served_authorities(by, Membership.Role.OFFICER)
    held = Membership.objects.of(user)
    return by.is_superuser or (held.exists() and not held.exclude(authority__in=served).exists())


def _authority_for(gone: Learner, stays: Learner, by: User) -> Authority:
    """The officer's own council, of those that the records belong to."""
    served = perms.served_authorities(by, Membership.Role.OFFICER)
    of_records = Q(learners__in=[gone, stays]) | Q(licences__holder__in=[gone, stays])
    found = served.filter(of_records).order_by("pk").first()
    if found is None:
        raise MergeRefused("not_allowed")
    return found


def _carry_over(records: tuple[Learner, Learner], now: datetime) -> None:
    """Together with the merge or not at all: in between, time that was allowed would help against a
    revocation, and somebody from whom a stranger's record was parted would keep its training."""
    try:
        carry_over_with(records, now=now)
    except Exception as error:
        logger.exception("the records' certificates could not be carried over")
        raise MergeRefused("not_carried_over") from error


def _tell(merge: RecordMerge, now: datetime) -> None:
    """The account that is closed or open again. Which account stays is not written out: should
    the merge be wrong, it would be somebody else's address."""
    user = merge.gone.account
    what = "record_merged" if merge.undoes is None else "record_parted"
    facts = {
        "name": merge.gone.full_name,
        "account": shortened(merge.stays.account.email),
        "authority": merge.authority,
        "site_url": settings.SITE_URL,
    }
    with translation.override(user.message_language):
        draft = Draft(
            key=f"merge:{merge.pk}",
            to=user.email,
            subject=render_to_string(f"licensing/email/{what}_subject.txt", facts),
            body=render_to_string(f"licensing/email/{what}_body.txt", facts).strip(),
        )
    queue_messages(messages=[draft], now=now)
