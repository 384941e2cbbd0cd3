from people.models.accounts import Membership, User
from people.models.handing_over import HandOver
from people.models.imports import (
    RegisterDoubt,
    RegisterImport,
    RegisterUpload,
    RegisterUploadPart,
    Tenure,
)
from people.models.interests import Interest
from people.models.merging import RecordMerge
from people.models.register import (
    Audience,
    Authority,
    Learner,
    Licence,
    LicenceClaim,
    LicenceQuerySet,
)
from people.models.rules import DatedRule, DatedRuleQuerySet

__all__ = [
    "Audience",
    "Authority",
    "DatedRule",
    "DatedRuleQuerySet",
    "HandOver",
    "Interest",
    "Learner",
    "Licence",
    "LicenceClaim",
    "LicenceQuerySet",
    "Membership",
    "RecordMerge",
    "RegisterDoubt",
    "RegisterImport",
    "RegisterUpload",
    "RegisterUploadPart",
    "Tenure",
    "User",
]
