"""The tables of this room."""

from licensing.models.acceptance import Acceptance, AcceptanceQuerySet
from licensing.models.checkers import CheckerInvitation, CheckerMember, CheckerOrganisation
from licensing.models.checks import CheckReceipt, OperatorLook, looks_at
from licensing.models.clients import ApiClient, KeptAnswer, Scope
from licensing.models.compliance_runs import ComplianceRun, ComplianceRunQuerySet
from licensing.models.desk import DriverContact, NextAction
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
from licensing.models.packs import CommitteePack, FoiPack
from licensing.models.rechecks import (
    DrawnDriver,
    Recheck,
    RecheckCallOff,
    RecheckList,
    RecheckOutcome,
    RecheckQuerySet,
)
from licensing.models.requirements import Requirement, RequirementQuerySet, RulePreview, every_kind
from licensing.models.signed import SignedTraining, TrainingSession
from licensing.models.trends import MetPoint, QuarterlyPack, TrendAlert, TrendAlertNote
from licensing.models.webhooks import Delivery, DeliveryTry, Webhook, WebhookQuerySet

__all__ = [
    "Acceptance",
    "AcceptanceQuerySet",
    "ApiClient",
    "CheckReceipt",
    "CheckerInvitation",
    "CheckerMember",
    "CheckerOrganisation",
    "CommitteePack",
    "ComplianceRun",
    "ComplianceRunQuerySet",
    "Delivery",
    "DeliveryTry",
    "DrawnDriver",
    "DriverContact",
    "FedCertificateEvent",
    "FedLicence",
    "FeedEvent",
    "FeedHead",
    "FoiPack",
    "KeptAnswer",
    "MetPoint",
    "NextAction",
    "OperatorLook",
    "QuarterlyPack",
    "Recheck",
    "RecheckCallOff",
    "RecheckList",
    "RecheckOutcome",
    "RecheckQuerySet",
    "Requirement",
    "RequirementQuerySet",
    "RulePreview",
    "Scope",
    "SignedTraining",
    "TrainingException",
    "TrainingExceptionQuerySet",
    "TrainingSession",
    "TrendAlert",
    "TrendAlertNote",
    "WaitingElsewhere",
    "WaitingEvent",
    "WaitingLicence",
    "Webhook",
    "WebhookQuerySet",
    "every_kind",
    "looks_at",
]
