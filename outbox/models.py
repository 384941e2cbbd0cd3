"""Whatever leaves the system is a row first: the ledger that proves a notice was sent."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, *, now: datetime) -> Self:
        """Not sent, not given up, and not waiting for a later moment."""
        return self.filter(sent_at=None, failed_at=None, not_before__lte=now)

    def claim(self, *, now: datetime, limit: int) -> list["Message"]:
        """Lock up to ``limit`` due rows that no other relay holds; call inside a transaction."""
        due = self.due(now=now).order_by("not_before", "pk")
        return list(due.select_for_update(skip_locked=True, of=("self",))[:limit])


class Message(models.Model):
    """One notice to one person. Its text is fixed; only the marks of delivery are added.

    ``key`` says what the notice is about ("reminder:<certificate>:30") and is unique: queuing the
    same notice again finds the first row. ``secret`` texts (sign-in links) are blanked once sent.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")

    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    html_body = models.TextField(blank=True)
    secret = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_sent_or_failed_not_both",
                condition=Q(sent_at=None) | Q(failed_at=None),
                violation_error_message=_("A message is either sent or given up, never both."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="message_due",
                condition=Q(sent_at=None, failed_at=None),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="message_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="message_fixed",
                fields=["key", "channel", "to", "subject", "secret", "created_at"],
            ),
            pgtrigger.Trigger(
                name="message_text_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((OLD.body IS DISTINCT FROM NEW.body"
                    " OR OLD.html_body IS DISTINCT FROM NEW.html_body)"
                    " AND NOT (OLD.secret AND NEW.sent_at IS NOT NULL"
                    " AND NEW.body = '' AND NEW.html_body = ''))"
                ),
                func="RAISE EXCEPTION 'the text of a message is fixed once queued';",
            ),
            pgtrigger.Protect(
                name="message_sent_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key
