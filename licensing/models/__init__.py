"""The tables of this room."""

from licensing.models.acceptance import Acceptance, AcceptanceQuerySet
from licensing.models.clients import ApiClient, KeptAnswer, Scope
from licensing.models.feed import (
    FedCertificateEvent,
    FeedEvent,
    FeedHead,
    WaitingElsewhere,
    WaitingEvent,
)
from licensing.models.requirements import Requirement, RequirementQuerySet, every_kind
from licensing.models.webhooks import Delivery, DeliveryTry, Webhook, WebhookQuerySet

__all__ = [
    "Acceptance",
    "AcceptanceQuerySet",
    "ApiClient",
    "Delivery",
    "DeliveryTry",
    "FedCertificateEvent",
    "FeedEvent",
    "FeedHead",
    "KeptAnswer",
    "Requirement",
    "RequirementQuerySet",
    "Scope",
    "WaitingElsewhere",
    "WaitingEvent",
    "Webhook",
    "WebhookQuerySet",
    "every_kind",
]
