"""The tables of this room."""

from licensing.models.acceptance import Acceptance, AcceptanceQuerySet
from licensing.models.clients import ApiClient, KeptAnswer, Scope
from licensing.models.exceptions import TrainingException, TrainingExceptionQuerySet
from licensing.models.feed import (
    FedCertificateEvent,
    FedLicence,
    FeedEvent,
    FeedHead,
    WaitingElsewhere,
    WaitingEvent,
    WaitingLicence,
)
from licensing.models.requirements import Requirement, RequirementQuerySet, RulePreview, every_kind
from licensing.models.webhooks import Delivery, DeliveryTry, Webhook, WebhookQuerySet

__all__ = [
    "Acceptance",
    "AcceptanceQuerySet",
    "ApiClient",
    "Delivery",
    "DeliveryTry",
    "FedCertificateEvent",
    "FedLicence",
    "FeedEvent",
    "FeedHead",
    "KeptAnswer",
    "Requirement",
    "RequirementQuerySet",
    "RulePreview",
    "Scope",
    "TrainingException",
    "TrainingExceptionQuerySet",
    "WaitingElsewhere",
    "WaitingEvent",
    "WaitingLicence",
    "Webhook",
    "WebhookQuerySet",
    "every_kind",
]
