"""The keys that sign certificates. They live in one file outside the database (control 32)."""

import os
import re
import stat
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SELF_SIGNED_FOR = timedelta(days=20 * 365)
BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----\s*", re.DOTALL)
HOW_TO = "Make one with `manage.py make_signing_key FILE`, or set SIGNING_KEY_FILE to yours."


class KeyFileError(ImproperlyConfigured):
    """The file cannot be used; the message is a sentence that never quotes what is in it."""


@dataclass(frozen=True, eq=False)
class SigningKeys:
    """What signs from now on. ``chain`` leads from the PDF certificate towards its root."""

    pdf_key: ec.EllipticCurvePrivateKey = field(repr=False)
    pdf_certificate: x509.Certificate
    credential_key: ed25519.Ed25519PrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    def expired_at(self, now: datetime) -> bool:
        return now > self.pdf_certificate.not_valid_after_utc


@cache
def signing_keys() -> SigningKeys:
    """The keys of ``SIGNING_KEY_FILE``, read once by each process. In development they are made
    when the file is not there yet. Raises KeyFileError."""
    path = Path(settings.SIGNING_KEY_FILE)
    if settings.LMS_ENV != "production" and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        make_key_file(path, now=datetime.now(UTC), keep=True)
    return read_key_file(path, now=datetime.now(UTC))


def read_key_file(path: Path, *, now: datetime) -> SigningKeys:
    """The keys in the file. Raises KeyFileError for one that is missing, open to everybody,
    incomplete or expired."""
    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise KeyFileError(f"The signing key file {path} cannot be read: {why}. {HOW_TO}") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise KeyFileError(f"The signing key file {path} is open to others: run chmod 600 {path}.")
    keys = _parsed(content, path)
    if keys.expired_at(now):
        last = keys.pdf_certificate.not_valid_after_utc
        raise KeyFileError(
            f"The certificate in the signing key file {path} ended on {last:%Y-%m-%d}: put a new"
            " file in its place."
        )
    return keys


def _parsed(content: bytes, path: Path) -> SigningKeys:
    private, certificates = _blocks(content, path)
    pdf = next((key for key in private if isinstance(key, ec.EllipticCurvePrivateKey)), None)
    ed = next((key for key in private if isinstance(key, ed25519.Ed25519PrivateKey)), None)
    if pdf is None or not isinstance(pdf.curve, ec.SECP256R1):
        raise KeyFileError(f"The signing key file {path} has no P-256 private key. {HOW_TO}")
    if ed is None:
        raise KeyFileError(f"The signing key file {path} has no Ed25519 private key. {HOW_TO}")
    own = [one for one in certificates if one.public_key() == pdf.public_key()]
    if not own:
        raise KeyFileError(
            f"The signing key file {path} has no X.509 certificate of its P-256 key. {HOW_TO}"
        )
    chain = tuple(one for one in certificates if one not in own)
    return SigningKeys(pdf_key=pdf, pdf_certificate=own[0], credential_key=ed, chain=chain)


def _blocks(content: bytes, path: Path) -> tuple[list[PrivateKeyTypes], list[x509.Certificate]]:
    private: list[PrivateKeyTypes] = []
    certificates = []
    try:
        for block in BLOCK.finditer(content):
            if block[1] == b"CERTIFICATE":
                certificates.append(x509.load_pem_x509_certificate(block[0]))
            elif block[1].endswith(b"PRIVATE KEY"):
                private.append(load_pem_private_key(block[0], password=None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without the cause: what a parser says may quote the file.
        raise KeyFileError(f"The signing key file {path} is damaged. {HOW_TO}") from None
    return private, certificates


def make_key_file(path: Path, *, now: datetime, keep: bool = False) -> None:
    """Write new keys where nothing is yet: only their owner can read them, and nobody ever sees
    half a file. Where another process was first, its file stays: with ``keep`` that is fine,
    otherwise FileExistsError is raised."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_new_keys(now))
        os.link(draft, path)
    except FileExistsError:
        if not keep:
            raise
    finally:
        draft.unlink()


def _new_keys(now: datetime) -> bytes:
    pdf, credential = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    private = [
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for key in (pdf, credential)
    ]
    return b"".join([private[0], self_signed(pdf, now).public_bytes(Encoding.PEM), private[1]])


def self_signed(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """Names the service, and binds the key to signatures that cannot be denied. It begins a day
    early, because clocks differ."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.WAGTAIL_SITE_NAME),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Certificates of {settings.SITE_URL}"[:64]),
        ]
    )
    usage = dict.fromkeys(
        [
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + SELF_SIGNED_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def fingerprint(key: PublicKeyTypes) -> str:
    """SHA-256 of the public key in DER, as hexadecimal: the name under which it is published."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex()
