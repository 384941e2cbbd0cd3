"""The same database of one's own as the certificate room's tests use."""

from tests.certificates.conftest import own_database

__all__ = ["own_database"]
