"""One line of a driver's history, and about whom it is asked by whom."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate
from people.models import Learner, Licence, User


class Kind(models.TextChoices):
    """What a line is about; the time line can be read by it."""

    REGISTER = "register", _("The register")
    LESSONS = "lessons", _("Lessons")
    TESTS = "tests", _("Tests")
    CERTIFICATES = "certificates", _("Certificates")
    ELSEWHERE = "elsewhere", _("Training elsewhere")
    NOTICES = "notices", _("Reminders and letters")
    RULES = "rules", _("Requirements")
    CHECKS = "checks", _("Checks by organisations")
    CONTACTS = "contacts", _("Contacts about the driver")
    ACTIONS = "actions", _("Next actions")
    RECHECKS = "rechecks", _("Unannounced checks")
    PACKS = "packs", _("Packs for a committee")


@dataclass(frozen=True)
class Line:
    """``by`` is None where the driver did it, or else this service. ``details``: more sentences."""

    at: datetime
    kind: Kind
    what: str | Promise
    details: tuple[str | Promise, ...] = ()
    by: User | None = None
    seconded_by: User | None = None
    by_driver: bool = False
    effective_on: date | None = None
    url: str = ""


@dataclass(frozen=True)
class Subject:
    """Whoever holds the licence now. ``since``: when the number was put on record as theirs, where
    somebody had it before. ``people``: the keys of all their records."""

    licence: Licence
    people: tuple[int, ...]
    since: datetime | None
    reader: User

    @cached_property
    def certificates(self) -> list[Certificate]:
        """Those of this authority that the reader may see; fetched once for all that ask."""
        visible = Certificate.objects.visible_to(self.reader).order_by("pk")
        return list(visible.filter(learner__in=self.people, authority=self.licence.authority_id))


def subject_of(licence: Licence, *, reader: User) -> Subject:
    """Two questions, whatever there is. Whether the reader may read of the driver, was asked."""
    holder = Q(pk=licence.holder_id) | Q(succeeded_by=licence.holder_id)
    records = Learner.objects.filter(holder) if licence.holder_id else Learner.objects.none()
    handed_over = licence.tenures.order_by("-recorded_at").values_list("recorded_at", flat=True)
    people = tuple(records.order_by("pk").values_list("pk", flat=True))
    return Subject(licence, people, handed_over.first(), reader)
