"""Which training was asked of the driver, and from when."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.desk.history.line import Kind, Line, Subject
from licensing.models import Requirement


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
