"""Which licensing system speaks for which authority, and what was asked of us under a key."""

from datetime import datetime
from typing import Any

import pghistory
import pgtrigger
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Authority


class Scope(models.TextChoices):
    """What a licensing system may be allowed to do."""

    STATUS_READ = "status:read", _("Read training status")
    REGISTER_WRITE = "register:write", _("Write the register")
    EVENTS_READ = "events:read", _("Read the change feed")


@pghistory.track()
class ApiClient(models.Model):
    """Ties one OAuth 2 client to the one authority it may ask about. Ended, never deleted."""

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="api_client")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="api_clients")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="api_client_ended_at_with_by",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                violation_error_message=_("Say both when the access ended and who ended it."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="api_client_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="api_client_fixed", fields=["client", "authority"]),
        ]

    def __str__(self) -> str:
        return str(self.client_id)

    def end(self, *, by: Any, now: datetime) -> None:
        self.ended_at, self.ended_by = now, by
        self.save(update_fields=["ended_at", "ended_by"])


class KeptAnswer(models.Model):
    """What one client was answered to a call that it sent under a key of its own (I33).

    Written in the transaction of the effect: an answer is here if and only if what it tells of
    happened. ``status`` is empty only while the call is being carried out.
    """

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="kept_answers")
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64, help_text=_("SHA-256 of what was asked."))
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "key"],
                name="one_answer_for_each_key",
                violation_error_message=_("This key was used already."),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="kept_answers_to_drop")]

    def __str__(self) -> str:
        return f"{self.client}: {self.key}"
