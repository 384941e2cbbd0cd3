"""How the register came to be as it is: imports, matches in doubt, and who held a number before."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.accounts import Membership
from people.models.register import Authority, Learner, Licence


class OfAuthorityQuerySet(models.QuerySet[Any]):
    def for_officer(self, user: Any) -> Self:
        """Those of the authorities at which the person is a licensing officer now."""
        held = Membership.objects.of(user).current().filter(role=Membership.Role.OFFICER)
        return self.filter(authority__in=held.values("authority"))


class RegisterImportQuerySet(OfAuthorityQuerySet):
    def standing(self) -> Self:
        return self.filter(undone_at=None)


class RegisterImport(models.Model):
    """A file went into the register. ``context`` names the history rows of what it changed, so that
    undoing can put back what was before."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file."))
    columns = ArrayField(models.CharField(max_length=40))
    rows = models.PositiveIntegerField()
    created = models.PositiveIntegerField()
    updated = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    doubtful = models.PositiveIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    context = models.UUIDField(unique=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undo_reason = models.TextField(blank=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_undone_with_by_and_reason",
                condition=Q(undone_at=None, undone_by=None, undo_reason="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason="")),
                violation_error_message=_("Say who undid the import, when and why."),
            ),
            models.CheckConstraint(
                name="import_rows_add_up",
                condition=Q(
                    rows=models.F("created")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("doubtful")
                ),
                violation_error_message=_("Each row has one outcome."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="import_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="import_fixed", exclude=["undone_at", "undone_by", "undo_reason"]
            ),
            pgtrigger.Protect(
                name="import_undone_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__undone_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class RegisterDoubtQuerySet(OfAuthorityQuerySet):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)


class RegisterDoubt(models.Model):
    """What somebody sent about a licence may be about another person: an officer decides (R04).

    ``given`` is what was sent and ``known`` what the register said, both by the licence's columns.
    The decision comes once; nothing of the row is in the register before.
    """

    class Kind(models.TextChoices):
        OTHER_PERSON = "other_person", _("Another person's details under a number we know")
        OTHER_NUMBER = "other_number", _("A person we know, under another number")

    class Decision(models.TextChoices):
        SAME_PERSON = "same_person", _("Same person: the new details were taken over")
        ANOTHER_PERSON = "another_person", _("Another person")
        LEFT = "left", _("Left as it was")
        SUPERSEDED = "superseded", _("Settled by what was sent later")
        UNDONE = "undone", _("Gone with the import that brought it")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="doubts")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    number = models.CharField(max_length=40)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="doubts")
    given = models.JSONField()
    known = models.JSONField()
    source = models.ForeignKey(
        RegisterImport, on_delete=models.PROTECT, null=True, blank=True, related_name="doubts"
    )
    row = models.PositiveIntegerField(null=True, blank=True)
    raised_at = models.DateTimeField()
    settled_with = models.ForeignKey(
        RegisterImport, on_delete=models.PROTECT, null=True, blank=True, related_name="settled"
    )
    decision = models.CharField(max_length=20, choices=Decision.choices, blank=True, db_default="")
    reason = models.TextField(blank=True, db_default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RegisterDoubtQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                condition=Q(decided_at=None),
                name="one_waiting_doubt_per_number",
                violation_error_message=_("This number waits for a decision already."),
            ),
            models.CheckConstraint(
                name="doubt_decided_with_time",
                condition=Q(decided_at=None, decision="", decided_by=None, reason="")
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                violation_error_message=_("A decision needs its time."),
            ),
            models.CheckConstraint(
                name="doubt_decided_by_an_officer_with_a_reason",
                condition=Q(decision__in=["", "superseded", "undone"])
                | (Q(decided_by__isnull=False) & ~Q(reason="")),
                violation_error_message=_("Say who decided, and why."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="doubt_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="doubt_fixed",
                exclude=["decision", "reason", "decided_at", "decided_by", "settled_with"],
            ),
            pgtrigger.Protect(
                name="doubt_decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Tenure(models.Model):
    """Who held a number before the one who holds it now (R01). ``ended_on`` is their last day.

    Written when an officer decides that the number has gone to somebody else; whoever asks about an
    earlier day is answered about this person.
    """

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="tenures")
    holder = models.ForeignKey(
        Learner, on_delete=models.PROTECT, null=True, blank=True, related_name="tenures"
    )
    held_from = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=Licence.Kind.choices)
    full_name = models.CharField(max_length=200)
    date_of_birth = models.DateField()
    ended_on = models.DateField()
    doubt = models.OneToOneField(RegisterDoubt, on_delete=models.PROTECT, related_name="tenure")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="tenure_holder_with_held_from",
                condition=Q(holder=None, held_from=None)
                | Q(holder__isnull=False, held_from__isnull=False),
                violation_error_message=_("Say both who held the licence and since when."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="tenure_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.licence}: {self.full_name}"


class RegisterUpload(models.Model):
    """A file on its way: checked, shown to the officer, and imported when they say so."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Being imported")
        IMPORTED = "imported", _("Imported")
        FAILED = "failed", _("Stopped by a fault of ours")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=20, choices=State.choices)
    outcome = models.JSONField(null=True, blank=True, help_text=_("What the check found."))
    register_import = models.OneToOneField(
        RegisterImport, on_delete=models.PROTECT, null=True, blank=True, related_name="upload"
    )
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OfAuthorityQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="upload_confirmed_at_with_by",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                violation_error_message=_("Say both who confirmed the import and when."),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class RegisterUploadPart(models.Model):
    """A piece of the file, kept in the database so that any machine can work on it; deleted when
    nobody needs it any more."""

    upload = models.ForeignKey(RegisterUpload, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "number"],
                name="one_upload_part_per_number",
                violation_error_message=_("This part is there already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload} {self.number}"
