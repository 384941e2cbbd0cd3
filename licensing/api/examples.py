"""Answers to look at in the OpenAPI file; a test holds them to the schema."""

from typing import Any

from licensing.api.schemas import NOTICE

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


def responses(named: dict[str, Json]) -> Json:
    """The examples where an operation's ``openapi_extra`` wants them."""
    examples = {name: {"value": value} for name, value in named.items()}
    return {"responses": {200: {"content": {"application/json": {"examples": examples}}}}}
