"""Webhooks: where a licensing system wants to be told, and what became of each telling."""

from datetime import datetime
from typing import Any, Self
from uuid import uuid4

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact
from licensing.models.clients import ApiClient, Scope
from licensing.models.feed import FeedEvent
from people.models import Membership


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def live(self) -> Self:
        """Not taken away, by a client that still has access."""
        return self.filter(ended_at=None, client__ended_at=None)

    def entitled(self) -> Self:
        """Of clients that still may read the feed."""
        return self.filter(client__client__scopes__regex=rf"(^|\n){Scope.EVENTS_READ}(\n|$)")

    def visible_to(self, user: Any) -> Self:
        """Officers see their own authority's, an administrator all."""
        if user.is_superuser:
            return self
        held = Membership.objects.of(user).current().filter(role=Membership.Role.OFFICER)
        return self.filter(client__authority__in=held.values("authority"))

    def claimable(self, *, now: datetime) -> Self:
        """In no relay's hands, not paused, not held back, and with something due."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        held = Q(held_until=None) | Q(held_until__lte=now)
        due = Delivery.objects.due(now=now).filter(webhook=OuterRef("pk"))
        return self.live().entitled().filter(free, held, Exists(due), paused_at=None)


class Webhook(models.Model):
    """One address of one client. ``types`` empty means every type of event.

    The secret lies here only in enciphered form. While a change of secret is under way the former
    one signs as well. ``failing_since`` is when the address began to fail without a success since.
    A relay holds the webhook under ``claim``: one call at a time goes to an address.
    """

    class PauseReason(models.TextChoices):
        GONE = "gone", _("the address answered that it is gone")
        DEAD = "dead", _("the address took nothing for three days")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=2000)
    types = ArrayField(
        models.CharField(max_length=30, choices=FeedEvent.Type.choices), default=list, blank=True
    )
    secret = models.TextField()
    former_secret = models.TextField(blank=True)
    former_secret_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text=_("Since the last success."))
    failing_since = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=10, choices=PauseReason.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "url"],
                condition=Q(ended_at=None),
                name="one_webhook_for_each_address",
                violation_error_message=_("This address has a webhook already."),
            ),
            models.CheckConstraint(
                name="webhook_types_known",
                condition=Q(types__contained_by=FeedEvent.Type.values),
                violation_error_message=_("Name only types of event that there are."),
            ),
            models.CheckConstraint(
                name="webhook_paused_with_reason",
                condition=Q(paused_at=None, pause_reason="")
                | (Q(paused_at__isnull=False) & ~Q(pause_reason="")),
                violation_error_message=_("Say both when it was paused and why."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="webhook_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="webhook_fixed", fields=["client", "url", "created_at"]),
        ]

    def __str__(self) -> str:
        return self.url


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        return self.filter(delivered_at=None, failed_at=None)

    def due(self, *, now: datetime) -> Self:
        return self.waiting().filter(not_before__lte=now)

    def in_order(self) -> Self:
        return self.order_by("event__position")


class Delivery(models.Model):
    """One event for one webhook. A replay opens the same row again; its tries stay on record."""

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(FeedEvent, on_delete=models.PROTECT, related_name="deliveries")
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "event"],
                name="one_delivery_for_each_event",
                violation_error_message=_("This event is on its way to that address already."),
            ),
            models.CheckConstraint(
                name="delivery_done_or_failed_not_both",
                condition=Q(delivered_at=None) | Q(failed_at=None),
                violation_error_message=_("An event is either delivered or given up, never both."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "not_before"],
                name="deliveries_due",
                condition=Q(delivered_at=None, failed_at=None),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="delivery_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="delivery_fixed", fields=["webhook", "event"]),
        ]

    def __str__(self) -> str:
        return f"{self.webhook}: {self.event_id}"


class DeliveryTry(Fact):
    """One call to a webhook's address and how it ended: the delivery log."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="log")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField()

    class Meta(Fact.Meta):
        verbose_name_plural = _("delivery tries")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status or self.error}"
