"""Licences that one authority handed over to another when councils were made anew (R13)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models.register import Authority


class HandOver(models.Model):
    """From this moment so many licences of one authority are another's. Each ended in the one
    register and is in the other; ``context`` names the rows of history that say which.

    Certificates of the earlier authority stay its own: whoever trains for the later one has them
    for good all the same, and goes on being reminded of them.
    """

    from_authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    to_authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=40, blank=True)
    licences = models.PositiveIntegerField()
    handed_over_at = models.DateTimeField()
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    context = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="handed_over_to_another",
                condition=~Q(from_authority=F("to_authority")),
                violation_error_message=_("Choose two councils."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="hand_over_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.from_authority} → {self.to_authority}: {self.licences}"
