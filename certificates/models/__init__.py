from certificates.models.certificates import (
    Certificate,
    CertificateEvent,
    CertificateQuerySet,
    Reminder,
    verify_url,
)
from certificates.models.documents import CertificateDocument, IssuerKey, IssuingProblem
from certificates.models.evidence import Evidence, EvidenceBatch, EvidenceFile
from certificates.models.rules import ValidityRule
from certificates.models.standing import StandingChange
from certificates.models.wording import CertificateWording, ReminderText

__all__ = [
    "Certificate",
    "CertificateDocument",
    "CertificateEvent",
    "CertificateQuerySet",
    "CertificateWording",
    "Evidence",
    "EvidenceBatch",
    "EvidenceFile",
    "IssuerKey",
    "IssuingProblem",
    "Reminder",
    "ReminderText",
    "StandingChange",
    "ValidityRule",
    "verify_url",
]
