"""What officers write down about a driver: what is to be done next, and who spoke to them of it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact
from people.models import Licence, Tenure


def _handed_over() -> Exists:
    """Somebody else has the number since it was written."""
    return Exists(
        Tenure.objects.filter(licence=OuterRef("licence"), recorded_at__gte=OuterRef("written_at"))
    )


class OfDriverQuerySet(models.QuerySet[Any]):
    def about_holder(self) -> Self:
        """What was written about whoever holds the licence now, not about an earlier holder."""
        return self.filter(~_handed_over())

    def marked(self) -> Self:
        """Each with ``of_holder``: whether it is about whoever holds the licence now."""
        return self.annotate(of_holder=~_handed_over())


class NextActionQuerySet(OfDriverQuerySet):
    def latest_entries(self) -> Self:
        """The last entry of each licence, which takes the place of the earlier ones."""
        return self.order_by("licence", "-pk").distinct("licence")


class NextAction(Fact):
    """What is to be done next about a driver, by whom and by when; or that it is done with.

    The last entry of a licence counts. It says nothing of the licence itself (R44).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("to be done")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    class What(models.TextChoices):
        WRITE = "write", _("Write to the driver")
        CALL = "call", _("Call the driver")
        MEET = "meet", _("Ask the driver to come in")
        BOOK = "book", _("Help the driver to book the course or the test")
        CHECK_EVIDENCE = "check_evidence", _("Check training from elsewhere")
        CHECK_REGISTER = "check_register", _("Check what the register says")
        PASS_ON = "pass_on", _("Pass it on to the licensing manager")
        OTHER = "other", _("Something else")

    licence = models.ForeignKey(
        Licence, on_delete=models.PROTECT, related_name="next_actions", db_index=False
    )
    full_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices)
    what = models.CharField(max_length=20, choices=What.choices)
    note = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    ends = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="ended"
    )
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = NextActionQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="next_action_ends_another",
                condition=Q(state="planned", ends=None)
                | (Q(ends__isnull=False) & ~Q(state="planned")),
                violation_error_message=_("What is done or cancelled was planned before."),
            ),
            models.CheckConstraint(
                name="next_action_says_what",
                condition=(~Q(what="other") & ~Q(state="cancelled")) | ~Q(note=""),
                violation_error_message=_("Say it in your own words."),
            ),
        ]
        indexes = [models.Index(fields=["licence", "-id"], name="next_actions_of_licence")]

    def __str__(self) -> str:
        return f"{self.licence_id}: {self.what} {self.state}"


class DriverContact(Fact):
    """Somebody spoke to the authority about a driver (R49). A correction names what it corrects."""

    class Source(models.TextChoices):
        COUNCILLOR = "councillor", _("Councillor")
        OPERATOR = "operator", _("Operator")
        PUBLIC = "public", _("Member of the public")
        POLICE = "police", _("Police")
        CARER = "carer", _("Parent or carer")
        OTHER = "other", _("Somebody else")

    class Way(models.TextChoices):
        PHONE = "phone", _("By phone")
        EMAIL = "email", _("By email")
        LETTER = "letter", _("By letter")
        IN_PERSON = "in_person", _("In person")

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="contacts")
    full_name = models.CharField(max_length=200)
    source = models.CharField(max_length=12, choices=Source.choices)
    source_name = models.CharField(max_length=200, blank=True)
    way = models.CharField(max_length=10, choices=Way.choices)
    contacted_at = models.DateTimeField()
    said = models.TextField()
    asks_for_decision = models.BooleanField()
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfDriverQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="contact_says_something",
                condition=~Q(said=""),
                violation_error_message=_("Write what was said or asked."),
            ),
            models.CheckConstraint(
                name="contact_before_it_was_written",
                condition=Q(contacted_at__lte=F("written_at")),
                violation_error_message=_("The contact was before you wrote it down."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence_id}: {self.source}"
