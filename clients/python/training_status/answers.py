"""What the API answers, as types. Fields may be added; ignore what you do not know."""

from typing import Literal, TypedDict

Standing = Literal[
    "valid", "expiring", "in_grace", "expired", "revoked", "never_passed", "not_required"
]
EventType = Literal[
    "certificate.issued",
    "certificate.revoked",
    "certificate.reinstated",
    "training.expiring",
    "training.expired",
]


class Reason(TypedDict):
    code: str
    text: str


class ShownCertificate(TypedDict):
    reference: str
    passed_on: str
    valid_until: str
    course: str
    url: str


class Rule(TypedDict):
    id: int
    effective_from: str


class Requirement(TypedDict):
    requirement: str | None
    status: Standing
    reasons: list[Reason]
    certificate: ShownCertificate | None
    renew_from: str | None
    rule: Rule | None


class TrainingStatus(TypedDict):
    authority: str
    licence_number: str
    found: Literal[True]
    as_at: str
    known_at: str
    training: Literal["met", "not_met"]
    requirements: list[Requirement]
    notice: str


class NotFound(TypedDict):
    licence_number: str
    found: Literal[False]


class CertificateEvent(TypedDict):
    event: Literal["issued", "revoked", "reinstated", "replaced"]
    recorded_at: str
    effective_on: str
    reason_class: str | None


class Certificate(TypedDict):
    authority: str
    reference: str
    status: Literal["valid", "expiring", "expired", "revoked", "replaced"]
    holder_name: str
    licence_number: str | None
    course: str
    course_edition: str
    provider: str | None
    passed_on: str
    valid_until: str
    renew_from: str
    issued_at: str
    replaces: str | None
    replaced_by: str | None
    url: str
    events: list[CertificateEvent]


class EventCertificate(TypedDict):
    reference: str
    passed_on: str
    valid_until: str
    renew_from: str
    course: str
    replaces: str | None


class Event(TypedDict):
    id: str
    type: EventType
    sequence: int
    recorded_at: str
    effective_on: str
    licence_numbers: list[str]
    requirement: str | None
    certificate: EventCertificate


class Page(TypedDict):
    events: list[Event]
    next: str


class RuleFigures(TypedDict):
    requirement: str
    rule: Rule
    grace_days: int
    counts: dict[Standing, int]


class Compliance(TypedDict):
    authority: str
    as_at: str
    known_at: str
    numerator: int
    denominator: int
    counts: dict[Standing, int]
    requirements: list[RuleFigures]
    definitions: dict[str, str]
    notice: str


class Registered(TypedDict):
    licence_number: str
    outcome: Literal["created", "updated", "unchanged"]


class Webhook(TypedDict):
    id: str
    url: str
    types: list[EventType]
    created_at: str
    state: Literal["working", "failing", "paused"]
    failing_since: str | None
    paused_at: str | None
    pause_reason: Literal["gone", "dead"] | None


class NewWebhook(Webhook):
    secret: str


class NewSecret(TypedDict):
    secret: str
    former_secret_until: str


class Replayed(TypedDict):
    queued: int
    next: str
