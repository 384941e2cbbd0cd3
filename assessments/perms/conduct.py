"""Who sees what looks odd about a sitting, who looks into it, and who may decide."""

from typing import Any

from django.db.models import QuerySet

from assessments.models import Case, CaseEntry, Signal, Sitting
from assessments.perms.results import readable_sittings
from people import perms as people
from people.models import Learner, Membership, User

Role = Membership.Role
Kind = CaseEntry.Kind


def readable_signals(user: Any) -> QuerySet[Signal]:
    """Of the sittings that the person may read, which leaves out their own (R47)."""
    return Signal.objects.filter(sitting__in=readable_sittings(user))


def readable_cases(user: Any) -> QuerySet[Case]:
    """Of the same sittings."""
    return Case.objects.filter(sitting__in=readable_sittings(user))


def own_case(learner: Learner, case_id: int) -> Case | None:
    """The case, for the person it is about, from the notice on: before it there is nothing that
    they were told."""
    own = Case.objects.filter(sitting__learner=learner, entries__kind=Kind.NOTICE, pk=case_id)
    related = own.select_related("sitting__course", "sitting__authority", "sitting__learner__user")
    return related.distinct().first()


def may_look_into(user: User, *, sitting: Sitting) -> bool:
    """Officers of the sitting's authority, and platform administrators."""
    if sitting.authority_id is None:
        return bool(user.is_active and user.is_superuser)
    return people.served_authorities(user, Role.OFFICER).filter(pk=sitting.authority_id).exists()


def had_a_part(user: User, *, case: Case) -> bool:
    """Whether the person opened the case, wrote in it, or had to do with the sitting itself: gave
    out its start code, checked who sat it, held it, or entered or confirmed its answers."""
    sitting = case.sitting
    code, sheet = getattr(sitting, "start_code", None), getattr(sitting, "answer_sheet", None)
    involved = {case.opened_by_id, sitting.identity_checked_by_id, sitting.started_by_id}
    involved |= {code.issued_by_id} if code else set()
    involved |= {sheet.proposed_by_id, sheet.confirmed_by_id} if sheet else set()
    written = case.entries.filter(written_by=user, kind__in=[Kind.NOTE, Kind.NOTICE])
    return user.pk in involved or written.exists()
