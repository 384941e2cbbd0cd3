"""The tables of this room."""

from licensing.models.clients import (
    ApiClient,
    KeptAnswer,
    Scope,
)
from licensing.models.compliance_runs import (
    ComplianceRun,
    ComplianceRunQuerySet,
)
from licensing.models.desk import (
    DriverContact,
    NextAction,
)
from licensing.models.feed import (
    FedCertificateEvent,
    FeedEvent,
    FeedHead,
    WaitingEvent,
)
from licensing.models.requirements import (
    Requirement,
    RequirementQuerySet,
    every_kind,
)
from licensing.models.trends import MetPoint, QuarterlyPack, TrendAlert, TrendAlertNote
from licensing.models.webhooks import (
    Delivery,
    DeliveryTry,
    Webhook,
    WebhookQuerySet,
)

__all__ = [
    "ApiClient",
    "ComplianceRun",
    "ComplianceRunQuerySet",
    "Delivery",
    "DeliveryTry",
    "DriverContact",
    "FedCertificateEvent",
    "FeedEvent",
    "FeedHead",
    "KeptAnswer",
    "MetPoint",
    "NextAction",
    "QuarterlyPack",
    "Requirement",
    "RequirementQuerySet",
    "Scope",
    "TrendAlert",
    "TrendAlertNote",
    "WaitingEvent",
    "Webhook",
    "WebhookQuerySet",
    "every_kind",
]
