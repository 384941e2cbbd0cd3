"""Two records of one person become one, by the word of two officers (R04)."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from people.models.accounts import Membership
from people.models.decisions import by_another, decided_with_by
from people.models.register import Authority, Learner


class RecordMergeQuerySet(models.QuerySet["RecordMerge"]):
    def waiting(self) -> Self:
        return self.filter(decision="")

    def standing(self) -> Self:
        """Confirmed merges that nobody has undone."""
        return self.filter(decision="confirmed", undoes=None).exclude(
            undone_by__decision="confirmed"
        )

    def for_officer(self, user: Any) -> Self:
        """Those that officers of an authority proposed at which the person is one now; for platform
        administrators all, and they alone see their own, which may join what two councils have."""
        if user.is_superuser:
            return self
        officers = Membership.objects.filter(role=Membership.Role.OFFICER)
        own = officers.filter(authority=OuterRef("authority"))
        within = Exists(own.filter(user=OuterRef("proposed_by")))
        first = Exists(own.filter(user=OuterRef("undoes__proposed_by")))
        held = officers.current().of(user)
        return self.filter(within | first, authority__in=held.values("authority"))


class RecordMerge(models.Model):
    """Somebody proposed that ``gone`` and ``stays`` are one person, or, where it ``undoes`` an
    earlier merge, that they are not. Nothing changes until a second person confirms.

    Once confirmed, what is on record about ``gone`` stays as it is and counts for ``stays``.
    ``licences`` are those that changed hands with it, ``closing`` is the row of the account's
    history that says that it was closed with it.
    """

    class Ground(models.TextChoices):
        """Why they are taken for one person. A name alone is never enough."""

        NUMBER = "number", _("One has asked for the licence of the other, with its date of birth")
        BIRTH_AND_NAME = "birth_and_name", _("Same date of birth and same name")
        EVIDENCE = "evidence", _("An officer has seen evidence")

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")
        TAKEN_BACK = "taken_back", _("taken back")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="merges_away")
    stays = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="merges_into")
    undoes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    grounds = ArrayField(models.CharField(max_length=20, choices=Ground.choices))
    evidence = models.TextField(blank=True)
    reason = models.TextField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, db_default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    licences = ArrayField(models.BigIntegerField(), default=list)
    closed_account = models.BooleanField(default=False)
    closing = models.BigIntegerField(null=True, blank=True)

    objects = RecordMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(decision=""),
                name="one_waiting_merge_per_record",
                violation_error_message=_("Something about this record waits already."),
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(decision="confirmed", undoes__isnull=False),
                name="merge_undone_once",
                violation_error_message=_("This merge is undone already."),
            ),
            models.CheckConstraint(
                name="merge_of_two_records",
                condition=~Q(gone=F("stays")),
                violation_error_message=_("Choose two records."),
            ),
            models.CheckConstraint(
                name="merge_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Give the reason."),
            ),
            models.CheckConstraint(
                name="merge_has_grounds",
                condition=(Q(undoes=None) & ~Q(grounds=[])) | Q(undoes__isnull=False, grounds=[]),
                violation_error_message=_("A name alone is not enough."),
            ),
            models.CheckConstraint(
                name="merge_says_which_evidence",
                condition=(Q(grounds__contains=["evidence"]) & ~Q(evidence=""))
                | (~Q(grounds__contains=["evidence"]) & Q(evidence="")),
                violation_error_message=_("Say which evidence you have seen."),
            ),
            decided_with_by("merge_decided_with_by"),
            by_another("merge_decided_by_another", decisions=["confirmed", "declined"]),
        ]
        triggers = [
            pgtrigger.Protect(name="merge_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="merge_fixed",
                exclude=[
                    "decision",
                    "decided_by",
                    "decided_at",
                    "licences",
                    "closed_account",
                    "closing",
                ],
            ),
            pgtrigger.Protect(
                name="merge_decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.stays}"
