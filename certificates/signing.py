"""Signs what lint has passed: the PDF (PAdES) and the credential. One changed byte shows."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from asn1crypto.cms import ContentInfo
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates import credential
from certificates.keys import SigningKeys, fingerprint
from certificates.lint import Linted
from certificates.models import IssuerKey

FIELD = "Issuer"
FIELD_TITLE = "Signature of the training service"
REASON = "Issued as it is"


class SignatureBroken(Exception):
    """What was just signed does not verify. It must not be handed out."""


class _Signer(signers.PdfSigner):
    """Dates the signature by the moment that the action was given."""

    at: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


@dataclass(frozen=True)
class Signed:
    """Both files of a certificate, as they are handed out."""

    pdf: bytes
    credential: str


def sign(linted: Linted, keys: SigningKeys, *, now: datetime) -> Signed:
    """Both files with their signatures. Raises SignatureBroken where one would not verify, and
    ``data_integrity.NotSignable``."""
    proven = credential.sign(linted.credential, keys.credential_key, now)
    return Signed(_sign_pdf(linted.pdf, keys, now), credential.as_json(proven))


def _sign_pdf(pdf: bytes, keys: SigningKeys, now: datetime) -> bytes:
    if keys.expired_at(now):
        raise SignatureBroken("The certificate of the signing key has ended.")
    signer = _Signer(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            subfilter=fields.SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            reason=REASON,
        ),
        _simple_signer(keys),
        new_field_spec=fields.SigFieldSpec(FIELD, box=None, readable_field_name=FIELD_TITLE),
    )
    signer.at = now
    # Typst ends its files without a line end; PDF/A wants one before what is appended.
    file = io.BytesIO(pdf + b"\n")
    signed: bytes = signer.sign_pdf(IncrementalPdfFileWriter(file), in_place=True).getvalue()
    if not is_signed_by(signed, keys.pdf_certificate, at=now):
        raise SignatureBroken("The signature on the PDF does not verify.")
    return signed


def is_signed_by(pdf: bytes, certificate: x509.Certificate, *, at: datetime) -> bool:
    """Whether the whole file is as the holder of ``certificate`` signed it."""
    trusted = _asn1(certificate)
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    context = ValidationContext(trust_roots=[trusted], moment=min(max(at, begins), ends))
    try:
        (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        status = validate_pdf_signature(signature, context, skip_diff=True)
        clean = _nothing_hidden(bytes(signature.pkcs7_content))
    except Exception:  # noqa: BLE001 - a file that no parser can read holds no signature of ours.
        return False
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    ours = signature.signer_cert is not None and signature.signer_cert.dump() == trusted.dump()
    return bool(whole and ours and clean and status.valid and status.intact and status.trusted)


def _nothing_hidden(contents: bytes) -> bool:
    """The room that was kept for the signature and not needed is the one part it cannot cover."""
    needed = len(ContentInfo.load(contents).dump())
    return not contents[needed:].strip(b"\0")


@cache
def _simple_signer(keys: SigningKeys) -> signers.SimpleSigner:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_asn1(one) for one in (keys.pdf_certificate, *keys.chain)])
    der = keys.pdf_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=_asn1(keys.pdf_certificate),
        signing_key=PrivateKeyInfo.load(der),
        cert_registry=store,
    )


def _asn1(certificate: x509.Certificate) -> Asn1Certificate:
    return Asn1Certificate.load(certificate.public_bytes(Encoding.DER))


def issuer_keys(keys: SigningKeys, *, now: datetime) -> tuple[IssuerKey, IssuerKey]:
    """The rows of both keys, written when they first sign: retired keys stay published."""
    rows = list(_rows(keys, now))
    found = IssuerKey.objects.in_bulk([row.fingerprint for row in rows], field_name="fingerprint")
    if len(found) < len(rows):
        IssuerKey.objects.bulk_create(rows, ignore_conflicts=True)
        names = [row.fingerprint for row in rows]
        found = IssuerKey.objects.in_bulk(names, field_name="fingerprint")
    pdf, credential = rows
    return found[pdf.fingerprint], found[credential.fingerprint]


def _rows(keys: SigningKeys, now: datetime) -> Iterator[IssuerKey]:
    for kind, key, certificate in (
        (IssuerKey.Kind.PDF, keys.pdf_key.public_key(), keys.pdf_certificate),
        (IssuerKey.Kind.CREDENTIAL, keys.credential_key.public_key(), None),
    ):
        public = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        yield IssuerKey(
            kind=kind,
            fingerprint=fingerprint(key),
            public_pem=public.decode(),
            certificate_pem=certificate.public_bytes(Encoding.PEM).decode() if certificate else "",
            first_used_at=now,
        )
