"""Which training was asked of the driver, from when, and who gave them more time."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.desk.history.line import Kind, Line, Subject
from licensing.models import Requirement, TrainingException


def requirements(subject: Subject) -> Iterator[Line]:
    """The rules that were approved for this kind of licence, here or for everybody."""
    authority = subject.licence.authority_id
    approved = Requirement.objects.approved().filter(
        Q(authority=authority) | Q(authority=None),
        licence_kinds__contains=[subject.licence.kind],
    )
    for rule in approved.select_related("course", "proposed_by", "approved_by"):
        grace = gettext("Days of grace: %(days)s") % {"days": rule.grace_days}
        assert rule.approved_at is not None
        yield Line(
            at=rule.approved_at,
            kind=Kind.RULES,
            what=_("A training requirement was approved"),
            details=(f"{rule.code}: {rule.course.title}", grace, rule.reason),
            by=rule.proposed_by,
            seconded_by=rule.approved_by,
            effective_on=rule.effective_from,
            url=reverse("staff_requirements"),
        )


def exceptions(subject: Subject) -> Iterator[Line]:
    """More time that was asked for and granted or not, about whoever holds the licence now. What
    was decided since they hold it is told, and not what was proposed about somebody before."""
    since = subject.since
    own = TrainingException.objects.filter(licence=subject.licence)
    if since is not None:
        own = own.filter(Q(proposed_at__gte=since) | Q(decided_at__gte=since))
    for one in own.select_related("proposed_by", "decided_by", "ended_by"):
        until = gettext("%(code)s, until %(day)s") % {
            "code": one.requirement,
            "day": date_format(one.ends_on),
        }
        if since is None or one.proposed_at >= since:
            what, told = _("More time was proposed"), (until, one.reason)
            yield Line(one.proposed_at, Kind.RULES, what, told, by=one.proposed_by)
        if one.decided_at:
            decided = (until, one.get_decision_display().capitalize(), one.decision_reason)
            yield Line(
                at=one.decided_at,
                kind=Kind.RULES,
                what=_("More time was decided about"),
                details=tuple(filter(None, decided)),
                by=one.decided_by,
            )
        if one.ended_at:
            what, told = _("More time was ended early"), (until, one.end_reason)
            yield Line(one.ended_at, Kind.RULES, what, told, by=one.ended_by)
