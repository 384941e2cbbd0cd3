"""Secrets that must be read again, kept in the database in a form that a copy of it does not tell.

The key comes from ``SECRET_KEY``. When that is changed, the old one goes into Django's
``SECRET_KEY_FALLBACKS`` until clients have been given new webhook secrets.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class Unreadable(Exception):
    """The secret was sealed with a key that is no longer there."""


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises Unreadable."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _keys() -> MultiFernet:
    secrets: list[str | bytes] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str | bytes) -> bytes:
    derive = HKDF(SHA256(), length=32, salt=None, info=b"licensing.sealing")
    return base64.urlsafe_b64encode(derive.derive(force_bytes(secret)))
