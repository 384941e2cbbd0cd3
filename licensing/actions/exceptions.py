"""More time for one driver: proposed by one officer, granted by another, ended early by any."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from certificates.renewal import london_day
from licensing import perms
from licensing.models import Requirement, TrainingException, WaitingLicence
from outbox.actions import Draft, queue_messages
from people.models import Licence, User
from people.perms import conflict
from people.refusals import Refused

LONGEST = timedelta(days=366)
Decision = TrainingException.Decision


class ExceptionRefused(Refused):
    """``code``: of the people ``not_allowed``, ``own_record``, ``interest``, ``same_person``,
    ``proposers_interest``; of what is proposed ``no_reason``, ``wrong_day``, ``no_requirement``;
    of the licence ``no_holder``, ``changed_hands``; of the steps ``waiting``, ``decided``,
    ``over``."""


@transaction.atomic
def propose_exception(
    *, licence: Licence, requirement: str, reason: str, ends_on: date, by: User, now: datetime
) -> TrainingException:
    """Ask for more time; nothing changes until another person grants it.

    Whoever may decide is told by e-mail, once. The same person proposing the same again gets what
    waits already. Raises ExceptionRefused.
    """
    licence = _locked(licence)
    _refuse_person(licence, by)
    _refuse_without_holder(licence)
    facts = {"requirement": requirement, "reason": reason.strip(), "ends_on": ends_on}
    waiting = licence.training_exceptions.waiting().filter(requirement=requirement).first()
    if waiting is not None:
        same = {name: getattr(waiting, name) for name in facts} == facts
        if same and waiting.proposed_by_id == by.pk:
            return waiting
        raise ExceptionRefused("waiting")
    asked = TrainingException(licence=licence, proposed_by=by, proposed_at=now, **facts)
    today = london_day(now)
    if requirement not in Requirement.objects.codes_in_force(authority=licence.authority, on=today):
        raise ExceptionRefused("no_requirement")
    _refuse_terms(asked, today=today)
    asked.save()
    _tell_second_people(asked, now=now)
    return asked


@transaction.atomic
def grant_exception(*, asked: TrainingException, by: User, now: datetime) -> TrainingException:
    """Put the second name under it: from today the driver has time. A repeat returns the first
    decision. Raises ExceptionRefused."""
    asked = _again(asked)
    if asked.decision == Decision.GRANTED:
        return asked
    _refuse_second(asked, by)
    if conflict_of(asked.proposed_by, asked.licence):
        raise ExceptionRefused("proposers_interest")
    if asked.licence.tenures.filter(recorded_at__gte=asked.proposed_at).exists():
        raise ExceptionRefused("changed_hands")
    _refuse_without_holder(asked.licence)
    _refuse_terms(asked, today=london_day(now))
    return _decide(asked, Decision.GRANTED, by=by, now=now)


@transaction.atomic
def decline_exception(
    *, asked: TrainingException, reason: str, by: User, now: datetime
) -> TrainingException:
    """Say no, with the reason; it can be proposed again. A repeat returns the first decision.
    Raises ExceptionRefused."""
    asked = _again(asked)
    if asked.decision == Decision.DECLINED:
        return asked
    _refuse_second(asked, by)
    if not reason.strip():
        raise ExceptionRefused("no_reason")
    return _decide(asked, Decision.DECLINED, by=by, now=now, decision_reason=reason.strip())


@transaction.atomic
def take_back_exception(*, asked: TrainingException, by: User, now: datetime) -> TrainingException:
    """Take back what one has proposed oneself. A repeat returns the first decision. Raises
    ExceptionRefused once it is decided, and for anybody else."""
    asked = _again(asked)
    if asked.proposed_by_id != by.pk:
        raise ExceptionRefused("not_allowed")
    if asked.decision == Decision.TAKEN_BACK:
        return asked
    if asked.decision:
        raise ExceptionRefused("decided")
    return _decide(asked, Decision.TAKEN_BACK, by=by, now=now)


@transaction.atomic
def end_exception(
    *, granted: TrainingException, reason: str, by: User, now: datetime
) -> TrainingException:
    """End it before its last day: it no longer counts today. A repeat returns the first end.
    Raises ExceptionRefused."""
    granted = _again(granted)
    if granted.ended_at is not None:
        return granted
    _refuse_person(granted.licence, by)
    if not granted.may_be_ended(on=london_day(now)):
        raise ExceptionRefused("over")
    if not reason.strip():
        raise ExceptionRefused("no_reason")
    granted.ended_by, granted.ended_at, granted.end_reason = by, now, reason.strip()
    granted.save(update_fields=["ended_by", "ended_at", "end_reason"])
    _wait_for_feed(granted.licence)
    return granted


def conflict_of(user: User, licence: Licence) -> str:
    """Why the person has nothing to do with the licence's driver; empty where nothing is known."""
    return conflict(user, licence.holder) if licence.holder else ""


def _refuse_person(licence: Licence, by: User) -> None:
    if not perms.may_decide_exceptions(by, authority=licence.authority):
        raise ExceptionRefused("not_allowed")
    if code := conflict_of(by, licence):
        raise ExceptionRefused(code)


def _refuse_second(asked: TrainingException, by: User) -> None:
    _refuse_person(asked.licence, by)
    if asked.proposed_by_id == by.pk:
        raise ExceptionRefused("same_person")
    if asked.decision:
        raise ExceptionRefused("decided")


def _refuse_without_holder(licence: Licence) -> None:
    """While nobody is known to hold it, nobody can tell whether an officer decides about their own
    licence, or about somebody they know."""
    if licence.holder is None:
        raise ExceptionRefused("no_holder")


def _refuse_terms(asked: TrainingException, *, today: date) -> None:
    """Judged when it is proposed, and again when it is granted."""
    if not asked.reason:
        raise ExceptionRefused("no_reason")
    if not today <= asked.ends_on <= today + LONGEST:
        raise ExceptionRefused("wrong_day")


def _locked(licence: Licence) -> Licence:
    """As it is once nobody else decides about it: read anew after the lock."""
    Licence.objects.select_for_update(of=("self",), no_key=True).get(pk=licence.pk)
    return Licence.objects.select_related("authority", "holder__succeeded_by").get(pk=licence.pk)


def _again(asked: TrainingException) -> TrainingException:
    licence = _locked(asked.licence)
    asked = TrainingException.objects.select_related("proposed_by").get(pk=asked.pk)
    asked.licence = licence
    return asked


def _decide(
    asked: TrainingException, decision: str, *, by: User, now: datetime, **fields: Any
) -> TrainingException:
    asked.decision, asked.decided_by, asked.decided_at = decision, by, now
    for name, value in fields.items():
        setattr(asked, name, value)
    asked.save()
    return asked


def _wait_for_feed(licence: Licence) -> None:
    """The driver's training may have ended with it today."""
    WaitingLicence.objects.create(licence=licence, authority=licence.authority)


def _tell_second_people(asked: TrainingException, *, now: datetime) -> None:
    """Queue an e-mail to everybody who may decide it now, once for each. It names nobody but the
    officer: mail is read in more places than the staff site."""
    drafts = [_letter(asked, person) for person in perms.possible_deciders(asked)]
    queue_messages(messages=drafts, now=now)


def _letter(asked: TrainingException, person: User) -> Draft:
    context = {
        "asked": asked,
        "page": settings.SITE_URL + reverse("training_exception", args=[asked.pk]),
    }
    with translation.override(person.message_language):
        return Draft(
            key=f"exception:{asked.pk}:{person.pk}",
            to=person.email,
            subject=render_to_string("licensing/email/exception_subject.txt", context),
            body=render_to_string("licensing/email/exception_body.txt", context).strip(),
        )
