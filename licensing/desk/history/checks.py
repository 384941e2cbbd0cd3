"""Which organisations asked about the driver's training, and what for (R35, R50)."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.desk.history.line import Kind, Line, Subject
from licensing.models import CheckReceipt, OperatorLook


def receipts(subject: Subject) -> Iterator[Line]:
    visible = CheckReceipt.objects.visible_to(subject.reader)
    own = visible.filter(licence=subject.licence, learner__in=subject.people)
    for receipt in own.select_related("organisation", "by"):
        asked = gettext("Asked about %(day)s.") % {"day": date_format(receipt.as_at)}
        why = receipt.purpose_words or receipt.get_purpose_display()
        yield Line(
            at=receipt.at,
            kind=Kind.CHECKS,
            what=_("An organisation checked the training"),
            details=(receipt.organisation.name, asked, why, receipt.reference),
            by=receipt.by,
        )


def looks(subject: Subject) -> Iterator[Line]:
    """An operator saw the driver on its own list, or an organisation opened a receipt again:
    of this person, or before they were linked."""
    of_whom = Q(learner__in=subject.people) | Q(learner=None)
    seen = OperatorLook.objects.filter(of_whom, licence=subject.licence)
    if subject.since is not None:
        seen = seen.filter(at__gte=subject.since)
    for look in seen.select_related("organisation", "by", "receipt"):
        again = look.receipt
        yield Line(
            at=look.at,
            kind=Kind.CHECKS,
            what=_("An organisation opened its receipt again")
            if again
            else _("An operator looked at its drivers"),
            details=(look.organisation.name, *((again.reference,) if again else ())),
            by=look.by,
        )
