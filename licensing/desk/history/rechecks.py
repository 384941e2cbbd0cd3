"""What came of unannounced checks of the driver."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.desk.history.line import Kind, Line, Subject
from licensing.models import RecheckOutcome


def outcomes(subject: Subject) -> Iterator[Line]:
    """Of checks that were drawn since the number is theirs."""
    own = RecheckOutcome.objects.filter(driver__licence=subject.licence)
    if subject.since is not None:
        own = own.filter(driver__drawn__drawn_at__gte=subject.since)
    for entry in own.select_related("driver__drawn__recheck", "written_by"):
        recheck = entry.driver.drawn.recheck
        details = [recheck.get_what_display(), entry.get_outcome_display(), entry.note]
        if entry.corrects_id:
            details.append(gettext("Corrects what was written before."))
        yield Line(
            at=entry.written_at,
            kind=Kind.RECHECKS,
            what=_("Unannounced check"),
            details=tuple(filter(None, details)),
            by=entry.written_by,
            url=reverse("recheck", args=[recheck.pk]),
        )
