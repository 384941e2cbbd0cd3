"""Further tries for somebody who has used all of theirs: one officer proposes, another confirms."""

from datetime import datetime

from django.db import transaction

from assessments import perms
from assessments.actions.letters import tell
from assessments.actions.staff import allow
from assessments.eligibility import Code
from assessments.models import ExtraTries
from assessments.refusals import ArrangementRefused
from courses.models import Enrolment
from people.models import User


@transaction.atomic
def propose_extra_tries(
    *, enrolment: Enrolment, tries: int, reason: str, by: User, now: datetime
) -> ExtraTries:
    """Propose ``tries`` beyond the rule for a round that has used all of its own. They count once
    another officer confirms them (R47).

    A repeat returns the proposal there is; another one takes its place. Raises ArrangementRefused.
    """
    enrolment = _locked(enrolment, by)
    if not reason.strip():
        raise ArrangementRefused("no_reason")
    place = perms.standing(learner=enrolment.learner, course=enrolment.course, now=now)
    if not any(reason.code is Code.NO_TRIES_LEFT for reason in place.reasons):
        raise ArrangementRefused("tries_left")
    last: ExtraTries | None = (
        ExtraTries.objects.waiting().filter(enrolment=enrolment).order_by("pk").last()
    )
    wanted = (by.pk, tries, reason.strip())
    if last is not None and (last.proposed_by_id, last.tries, last.reason) == wanted:
        return last
    return ExtraTries.objects.create(
        enrolment=enrolment, tries=tries, reason=reason.strip(), proposed_by=by, proposed_at=now
    )


@transaction.atomic
def confirm_extra_tries(*, extra_tries: ExtraTries, by: User, now: datetime) -> ExtraTries:
    """Put the second name under a proposal, and tell the learner that they may try again.

    A repeat changes nothing and tells nobody twice. Raises ArrangementRefused.
    """
    enrolment = _locked(extra_tries.enrolment, by)
    extra_tries = ExtraTries.objects.select_for_update(of=("self",)).get(pk=extra_tries.pk)
    if extra_tries.confirmed_at is not None:
        return extra_tries
    if extra_tries.proposed_by_id == by.pk:
        raise ArrangementRefused("own_proposal")
    later = ExtraTries.objects.filter(enrolment=enrolment, pk__gt=extra_tries.pk)
    if later.exists():
        raise ArrangementRefused("replaced")
    extra_tries.confirm(by=by, now=now)
    key = f"extra-tries:{extra_tries.pk}"
    tell(enrolment.learner, "extra_tries", key=key, now=now)
    return extra_tries


def _locked(enrolment: Enrolment, by: User) -> Enrolment:
    """The open round, kept as it is until the transaction ends, for an officer of its authority."""
    found = Enrolment.objects.select_related("learner__user", "learner__authority", "authority")
    enrolment = found.select_for_update(of=("self",)).get(pk=enrolment.pk)
    allow(by, *perms.DECIDERS, learner=enrolment.learner, authority=enrolment.authority)
    if enrolment.closed_at is not None:
        raise ArrangementRefused("round_over")
    return enrolment
