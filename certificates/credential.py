"""A certificate as an Open Badges 3.0 credential (W3C VC 2.0): what it says, and its signature."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from certificates.data_integrity import CREDENTIALS, OPEN_BADGES, instant, multikey, secure
from certificates.models import Certificate
from certificates.renewal import LONDON

# Signed documents point here for ever, so these addresses never change.
ISSUER_ADDRESS = "/credentials/issuer"
STATUS_LIST_ADDRESS = "/credentials/status/{number}"
LIST_LENGTH = 131_072  # Entries of one status list: the least that the standard allows.
SERVICE = "Driver safeguarding training"
NOT_A_LICENCE = (
    "This is not a licence. It shows that training was passed. It does not say that a person is fit"
    " to hold a licence."
)


def build(certificate: Certificate) -> dict[str, Any]:
    """What the certificate says, without a signature: the same every time.

    In English, whatever the language of the request, because it is signed once for everybody. Reads
    ``evidence`` and ``replaces``; select them for many certificates.
    """
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": certificate.verify_url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.course_title,
        "description": NOT_A_LICENCE,
        "issuer": issuer(),
        "validFrom": instant(certificate.passed_at),
        "validUntil": instant(end_of(certificate.valid_until)),
        "credentialSubject": _subject(certificate),
        **_evidence(certificate),
        "credentialStatus": _status(certificate),
    }


def sign(credential: dict[str, Any], key: Ed25519PrivateKey, created: datetime) -> dict[str, Any]:
    """The credential with its proof. Raises ``data_integrity.NotSignable`` where it says something
    that the signature would not cover."""
    return secure(credential, key, created=created, method=key_id(key.public_key()))


def as_json(document: dict[str, Any]) -> str:
    """As it is stored and handed out, byte for byte."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def issuer_id() -> str:
    """The service as did:web, whose document stands at a well-known address of its host."""
    return "did:web:" + quote(urlsplit(settings.SITE_URL).netloc, safe="")


def key_id(key: Ed25519PublicKey) -> str:
    return f"{issuer_id()}#{multikey(key)}"


def issuer() -> dict[str, Any]:
    """The profile of who issues: one service for every authority, because one key signs."""
    return {
        "id": issuer_id(),
        "type": ["Profile"],
        "name": SERVICE,
        "url": settings.SITE_URL + ISSUER_ADDRESS,
    }


def did_document(keys: Iterable[Ed25519PublicKey]) -> dict[str, Any]:
    """The keys of this issuer, retired ones too: what they signed must stay checkable."""
    methods = [
        {
            "id": key_id(key),
            "type": "Multikey",
            "controller": issuer_id(),
            "publicKeyMultibase": multikey(key),
        }
        for key in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": issuer_id(),
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def status_list_url(number: int) -> str:
    return settings.SITE_URL + STATUS_LIST_ADDRESS.format(number=number)


def end_of(day: date) -> datetime:
    """The last second of a London day (R43)."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=LONDON)
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def _status(certificate: Certificate) -> dict[str, Any]:
    """Its place in the status list follows from its primary key, so nothing has to be stored."""
    number, index = divmod(certificate.pk, LIST_LENGTH)
    url = status_list_url(number)
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def _subject(certificate: Certificate) -> dict[str, Any]:
    """A person without an address on the web is known by identity objects, never by a bare name:
    the schema allows no other word."""
    return {
        "type": ["AchievementSubject"],
        "identifier": [
            _identity("name", certificate.holder_name),
            _identity("ext:certificateNumber", certificate.reference),
            *(
                [_identity("ext:licenceOrBadgeNumber", certificate.licence_number)]
                if certificate.licence_number
                else []
            ),
        ],
        "achievement": _achievement(certificate),
    }


def _identity(kind: str, value: str) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": value,
        "identityType": kind,
    }


def _achievement(certificate: Certificate) -> dict[str, Any]:
    address = settings.SITE_URL + ISSUER_ADDRESS
    edition = certificate.course_edition
    authority = certificate.authority_name
    whose = f"authority-{certificate.authority_id}" if authority else "service"
    which = quote(edition, safe="") if edition else "recognised"
    return {
        "id": f"{address}#course-{certificate.course_id}-{which}",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": certificate.course_title,
        "version": edition,
        "description": _description(certificate),
        "criteria": {"narrative": _criteria(certificate)},
        "creator": {
            "id": f"{address}#{whose}",
            "type": ["Profile"],
            "name": authority or SERVICE,
        },
    }


def _description(certificate: Certificate) -> str:
    authority = certificate.authority_name
    provider = certificate.provider_name or authority or SERVICE
    whose = f" Licensing authority: {authority}." if authority else ""
    return f"Training for drivers. Training provider: {provider}.{whose}"


def _criteria(certificate: Certificate) -> str:
    if certificate.provider_name:
        return (
            "The training was passed elsewhere. Two people checked the evidence, and it is"
            " recognised in place of a test here."
        )
    return "All lessons were taken and the test of the course was passed."


def _evidence(certificate: Certificate) -> dict[str, Any]:
    """How identity was checked, what was recognised, and which certificate this one corrects."""
    entries = []
    if certificate.identity_method:
        entries.append(_told("How identity was checked", certificate.identity_method))
    if certificate.provider_name:
        entries.append(_told("Recognised training", f"Taught by {certificate.provider_name}."))
    if certificate.replaces is not None:
        corrected = f"It replaces certificate {certificate.replaces.reference}."
        entries.append(_told("Corrected certificate", corrected))
    return {"evidence": entries} if entries else {}


def _told(name: str, narrative: str) -> dict[str, Any]:
    return {"type": ["Evidence"], "name": name, "narrative": narrative}
