"""Evidence of training elsewhere, entered and decided by the product's own actions."""

from datetime import date
from typing import Any

from certificates.actions import Told, decide_evidence, enter_evidence
from certificates.models import Evidence
from certificates.recognition import Answer, Checked, points_for
from certificates.uploads import document
from people.models import Licence, Membership
from tests.certificates.factories import any_course
from tests.factories import LicenceFactory, staff

PDF = b"%PDF-1.7\nA certificate.\n"
PASSED = date(2025, 4, 3)


def in_order(kind: str = "elsewhere") -> dict[str, Checked]:
    return {point.code: Checked(Answer.YES, "By the trainer.") for point in points_for(kind)}


def officer(licence_or_authority: Any, now: Any) -> Any:
    authority = getattr(licence_or_authority, "authority", licence_or_authority)
    return staff(Membership.Role.OFFICER, authority, now)


def enter(*, now: Any, licence: Licence | None = None, **fields: Any) -> Evidence:
    licence = licence or LicenceFactory()
    facts = {
        "course": fields.pop("course", None) or any_course(),
        "document": document("certificate.pdf", PDF),
        "by": fields.pop("by", None) or officer(licence, now),
    }
    return enter_evidence(licence=licence, told=told(**fields), now=now, **facts)


def told(**fields: Any) -> Told:
    facts = {
        "kind": "elsewhere",
        "provider_name": "Fellbridge Training",
        "course_name": "Safeguarding for drivers",
        "their_reference": "FT-77",
        "passed_on": PASSED,
        "identity_method": "Photo ID seen by the trainer",
    }
    return Told(**{**facts, **fields})


def decide(evidence: Evidence, *, now: Any, accept: bool = True, **fields: Any) -> Evidence:
    facts = {
        "answers": in_order(evidence.kind),
        "reason": "" if accept else "The provider does not know it.",
        "by": fields.pop("by", None) or officer(evidence, now),
    }
    return decide_evidence(evidence=evidence, accept=accept, now=now, **{**facts, **fields})


def recognise(*, now: Any, **fields: Any) -> Any:
    """The certificate of evidence that was entered and accepted."""
    return decide(enter(now=now, **fields), now=now).certificate
