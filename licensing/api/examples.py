"""Answers to look at in the OpenAPI file; a test holds them to the schema."""

from typing import Any

from licensing.api.schemas import NOTICE
from licensing.compliance import DEFINITIONS

Json = dict[str, Any]


def answer(training: str, requirement: Json) -> Json:
    return {
        "authority": "DEMO-NB",
        "licence_number": "PH-1002",
        "found": True,
        "as_at": "2026-11-22",
        "known_at": "2026-11-22T09:30:00Z",
        "training": training,
        "requirements": [{"requirement": "safeguarding", **requirement}],
        "notice": NOTICE,
    }


HOOK_URL = "https://licensing.council.example/hooks/training"
RULE = {"id": 1, "effective_from": "2019-08-01"}
CERTIFICATE = {
    "reference": "7K3M-9QX2-HT4D",
    "passed_on": "2025-04-03",
    "valid_until": "2028-04-03",
    "course": "Safeguarding for licensed drivers",
    "url": "https://training.example/verify/7K3M-9QX2-HT4D/",
}
TRAINING_STATUS = {
    "met": answer(
        "met",
        {
            "status": "valid",
            "reasons": [
                {
                    "code": "certificate_valid",
                    "text": "Certificate 7K3M-9QX2-HT4D is valid until 3 April 2028.",
                }
            ],
            "certificate": CERTIFICATE,
            "renew_from": "2028-01-04",
            "rule": RULE,
        },
    ),
    "revoked": answer(
        "not_met",
        {
            "status": "revoked",
            "reasons": [
                {
                    "code": "certificate_revoked",
                    "text": (
                        "Certificate 7K3M-9QX2-HT4D was revoked with effect from 1 October 2026."
                    ),
                }
            ],
            "certificate": CERTIFICATE,
            "renew_from": None,
            "rule": RULE,
        },
    ),
    "never passed": answer(
        "not_met",
        {
            "status": "never_passed",
            "reasons": [
                {
                    "code": "never_passed",
                    "text": (
                        "No certificate of the required course is on record for 22 November 2026."
                    ),
                }
            ],
            "certificate": None,
            "renew_from": None,
            "rule": RULE,
        },
    ),
}


ANSWERS = {
    "one of two is yours": {
        "results": [TRAINING_STATUS["met"], {"licence_number": "PH-9999", "found": False}]
    }
}
QUESTION = {"two licences": {"as_at": "2026-11-22", "licences": ["PH-1002", "PH-9999"]}}
CERTIFICATES = {
    "revoked": {
        "authority": "DEMO-NB",
        "reference": "7K3M-9QX2-HT4D",
        "status": "revoked",
        "holder_name": "Ade Example",
        "licence_number": "PH-1002",
        "course": "Safeguarding for licensed drivers",
        "course_edition": "1",
        "provider": None,
        "passed_on": "2025-04-03",
        "valid_until": "2028-04-03",
        "renew_from": "2028-01-04",
        "issued_at": "2025-04-03T10:00:02Z",
        "replaces": None,
        "replaced_by": None,
        "url": "https://training.example/verify/7K3M-9QX2-HT4D/",
        "events": [
            {
                "event": "issued",
                "recorded_at": "2025-04-03T10:00:02Z",
                "effective_on": "2025-04-03",
                "reason_class": None,
            },
            {
                "event": "revoked",
                "recorded_at": "2026-10-01T14:12:00Z",
                "effective_on": "2026-10-01",
                "reason_class": "not_the_holder",
            },
        ],
    }
}
COUNTS = {
    "not_required": 0,
    "valid": 812,
    "expiring": 64,
    "in_grace": 0,
    "expired": 21,
    "revoked": 1,
    "never_passed": 9,
}
COMPLIANCE = {
    "one requirement": {
        "authority": "DEMO-NB",
        "as_at": "2026-11-22",
        "known_at": "2026-11-22T09:30:00Z",
        "numerator": 876,
        "denominator": 907,
        "counts": COUNTS,
        "requirements": [
            {"requirement": "safeguarding", "rule": RULE, "grace_days": 0, "counts": COUNTS}
        ],
        "definitions": DEFINITIONS,
        "notice": NOTICE,
    }
}
LICENCE = {
    "a new licence": {
        "licence_kind": "private_hire",
        "full_name": "Ade Example",
        "date_of_birth": "1980-03-31",
        "licence_state": "current",
        "email": "ade@example.org",
        "licence_start": "2026-04-01",
        "licence_expiry": "2029-03-31",
    }
}
REGISTERED = {"new": {"licence_number": "PH-1002", "outcome": "created"}}
CURSOR = "AQAAAAAAAAACXbA3pNJf"
EVENTS = {
    "a revocation": {
        "events": [
            {
                "id": "5db037a4-d25f-4c39-8a8b-6a3b2a2b7f60",
                "type": "certificate.revoked",
                "sequence": 2,
                "recorded_at": "2026-10-01T14:12:00Z",
                "effective_on": "2026-10-01",
                "licence_numbers": ["PH-1002"],
                "requirement": None,
                "certificate": {
                    "reference": "7K3M-9QX2-HT4D",
                    "passed_on": "2025-04-03",
                    "valid_until": "2028-04-03",
                    "renew_from": "2028-01-04",
                    "course": "Safeguarding for licensed drivers",
                    "replaces": None,
                },
            }
        ],
        "next": CURSOR,
    }
}
WANTED = {"revocations alone": {"url": HOOK_URL, "types": ["certificate.revoked"]}}
HOOK = {
    "id": "0f9c1e5a-0f4f-4e0e-9d0a-3f6f2f0b1c11",
    "url": HOOK_URL,
    "types": ["certificate.revoked"],
    "created_at": "2026-11-22T09:30:00Z",
    "state": "working",
    "failing_since": None,
    "paused_at": None,
    "pause_reason": None,
}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (The scheme's own example.)
WEBHOOKS = {"one": {"webhooks": [HOOK]}}
NEW_WEBHOOK = {"new": {**HOOK, "secret": SECRET}}
NEW_SECRET = {"new": {"secret": SECRET, "former_secret_until": "2026-11-23T09:30:00Z"}}
REPLAYED = {"two events": {"queued": 2, "next": CURSOR}}


def responses(named: dict[str, Json], *, status: int = 200) -> Json:
    """The examples where an operation's ``openapi_extra`` wants them."""
    examples = {name: {"value": value} for name, value in named.items()}
    return {"responses": {status: {"content": {"application/json": {"examples": examples}}}}}


def tagged(named: dict[str, Json]) -> Json:
    """The same for an answer with an entity tag."""
    tag = {"ETag": {"description": "Changes with the answer.", "schema": {"type": "string"}}}
    header = {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the answer that you have.",
        "schema": {"type": "string"},
    }
    found = responses(named)
    found["responses"][200]["headers"] = tag
    found["responses"][304] = {"description": "What you have is still true.", "headers": tag}
    return {**found, "parameters": [header]}


def request(named: dict[str, Json]) -> Json:
    examples = {name: {"value": value} for name, value in named.items()}
    return {"requestBody": {"content": {"application/json": {"examples": examples}}}}
