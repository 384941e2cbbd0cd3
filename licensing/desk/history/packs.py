"""Each time that somebody put the driver's training together for a committee, and why."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.desk.history.line import Kind, Line, Subject


def committee_packs(subject: Subject) -> Iterator[Line]:
    """About whoever holds the licence now: those made since it is on record as theirs."""
    made = subject.licence.committee_packs.defer("content").select_related("made_by")
    if subject.since is not None:
        made = made.filter(made_at__gte=subject.since)
    for pack in made:
        day = gettext("As at %(day)s") % {"day": date_format(pack.as_at)}
        yield Line(
            at=pack.made_at,
            kind=Kind.PACKS,
            what=_("A pack for a committee was made"),
            details=(pack.reason, day),
            by=pack.made_by,
            url=reverse("committee_pack", args=[pack.pk]),
        )
