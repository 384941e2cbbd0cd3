"""What officers decide before a test: help, and who may start one under a code."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from assessments import perms, start_code
from assessments.actions.letters import tell
from assessments.actions.staff import allow
from assessments.models import Adjustment, IdentityCheck, StartCode
from assessments.refusals import ArrangementRefused
from courses.models import CoursePage
from people.models import Learner, User

Decision = Adjustment.Decision
CODE_LASTS = timedelta(minutes=30)


# -- Help ----------------------------------------------------------------------------------------
@transaction.atomic
def decide_adjustment(
    *,
    adjustment: Adjustment,
    decision: str,
    by: User,
    now: datetime,
    extra_time: int = 0,
    no_limit: bool = False,
    break_minutes: int = 0,
    helps: Iterable[str] = (),
    note: str = "",
) -> Adjustment:
    """Grant or decline the help that a learner asked for (R28), and tell them. What is granted may
    differ from what was asked; it counts in tests that start afterwards.

    The first decision stands: the same again returns it and tells nobody twice, another one is
    refused. Raises ArrangementRefused.
    """
    found = Adjustment.objects.select_related("learner__user", "learner__authority")
    adjustment = found.select_for_update(of=("self",)).get(pk=adjustment.pk)
    learner = adjustment.learner
    allow(by, *perms.DECIDERS, learner=learner, authority=learner.authority)
    given = {}
    if decision == Decision.GRANTED:
        given = _given(extra_time, helps, no_limit=no_limit, break_minutes=break_minutes)
    elif not note.strip():
        raise ArrangementRefused("no_reason")
    if adjustment.decided_at is None:
        return _decide(adjustment, decision, given, note=note, by=by, now=now)
    if adjustment.decision == decision and _is_given(adjustment, given):
        return adjustment
    raise ArrangementRefused("decided_already")


@transaction.atomic
def grant_adjustment(
    *,
    learner: Learner,
    reason_class: str,
    by: User,
    now: datetime,
    extra_time: int = 0,
    no_limit: bool = False,
    break_minutes: int = 0,
    helps: Iterable[str] = (),
    note: str = "",
) -> Adjustment:
    """Give help to somebody who asked for it at the counter. The help given last counts, in tests
    that start afterwards.

    A repeat returns what is given already. Somebody who waits for an answer gets that first. Raises
    ArrangementRefused.
    """
    found = Learner.objects.select_related("user", "authority")
    learner = found.select_for_update(of=("self",), no_key=True).get(pk=learner.pk)
    allow(by, *perms.DECIDERS, learner=learner, authority=learner.authority)
    given = _given(extra_time, helps, no_limit=no_limit, break_minutes=break_minutes)
    if Adjustment.objects.waiting().filter(learner=learner).exists():
        raise ArrangementRefused("request_waiting")
    last = Adjustment.objects.granted_to(learner, now=now).first()
    if last is not None and last.reason_class == reason_class and _is_given(last, given):
        return last
    adjustment = Adjustment(learner=learner, asked_at=now, reason_class=reason_class)
    return _decide(adjustment, Decision.GRANTED, given, note=note, by=by, now=now)


@transaction.atomic
def end_adjustment(*, adjustment: Adjustment, by: User, now: datetime) -> Adjustment:
    """Stop help in tests that start from now on, and tell the learner. A test that is open keeps
    it. A repeat changes nothing. Raises ArrangementRefused."""
    found = Adjustment.objects.select_related("learner__user", "learner__authority")
    adjustment = found.select_for_update(of=("self",)).get(pk=adjustment.pk)
    learner = adjustment.learner
    allow(by, *perms.DECIDERS, learner=learner, authority=learner.authority)
    if adjustment.decision != Decision.GRANTED:
        raise ArrangementRefused("not_granted")
    if adjustment.ended_at is None:
        adjustment.ended_at, adjustment.ended_by = now, by
        adjustment.save(update_fields=["ended_at", "ended_by"])
        tell(learner, "help_ended", key=f"adjustment:{adjustment.pk}:ended", now=now)
    return adjustment


def _given(
    extra_time: int, helps: Iterable[str], *, no_limit: bool, break_minutes: int
) -> dict[str, Any]:
    """What is granted, said in one way: without a limit there is nothing to add time to."""
    chosen = set(helps)
    given = {
        "extra_time": 0 if no_limit else extra_time,
        "no_limit": no_limit,
        "break_minutes": 0 if no_limit else break_minutes,
        "helps": [value for value in Adjustment.Help.values if value in chosen],
    }
    if not any(given.values()):
        raise ArrangementRefused("nothing_granted")
    return given


def _is_given(adjustment: Adjustment, given: dict[str, Any]) -> bool:
    return all(getattr(adjustment, name) == value for name, value in given.items())


def _decide(
    adjustment: Adjustment,
    decision: str,
    given: dict[str, Any],
    *,
    note: str,
    by: User,
    now: datetime,
) -> Adjustment:
    for name, value in given.items():
        setattr(adjustment, name, value)
    adjustment.decision, adjustment.note = decision, note.strip()
    adjustment.decided_by, adjustment.decided_at = by, now
    adjustment.save()
    what = "help_granted" if decision == Decision.GRANTED else "help_declined"
    key = f"adjustment:{adjustment.pk}:decided"
    tell(adjustment.learner, what, key=key, now=now)
    return adjustment


# -- Start codes ---------------------------------------------------------------------------------
@transaction.atomic
def issue_start_code(
    *, learner: Learner, course: CoursePage, identity_check: str, by: User, now: datetime
) -> tuple[StartCode, str]:
    """Make a code with which the learner may start one test, and return it to be told: it is shown
    this once and nowhere kept (R25). Whoever hands it out has checked who the person is (R24).

    Only the code made last opens a test: a repeat makes another, and the one before is of no use
    any more. Raises ArrangementRefused.
    """
    learner = Learner.objects.select_for_update(of=("self",), no_key=True).get(pk=learner.pk)
    allow(by, *perms.HOLDERS, learner=learner, authority=learner.authority)
    if identity_check not in IdentityCheck.values or identity_check == IdentityCheck.NONE:
        raise ArrangementRefused("identity_not_checked")
    place = perms.standing(learner=learner, course=course, now=now)
    if place.open_sitting is not None:
        raise ArrangementRefused("sitting_open")
    if place.enrolment is None or place.rule is None or not place.rule.start_code_required:
        raise ArrangementRefused("no_code_needed")
    # The round may be that of the authority before.
    allow(by, *perms.HOLDERS, learner=learner, authority=place.enrolment.authority)
    code = start_code.make(secrets.token_bytes(start_code.LENGTH))
    row = StartCode.objects.create(
        learner=learner,
        course=course,
        code_hash=start_code.digest(code, learner.pk, course.pk),
        identity_check=identity_check,
        issued_by=by,
        issued_at=now,
        expires_at=now + CODE_LASTS,
    )
    return row, code
