"""Fixtures every test may use. Real PostgreSQL and Redis; nothing of ours is faked."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.utils import translation

from licensing.api.auth import allowance
from lms import catalogues
from tests.databases import ensure_template

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def pytest_configure() -> None:
    """Pages speak every language however the tests are started. Hashing passwords slowly proves
    nothing here; the journeys' own processes still do it."""
    catalogues.compile_all()
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is cloned from a template keyed by the migrations: 0.1 s, not 15."""
    test = connections["default"].settings_dict["TEST"]
    test["TEMPLATE"] = ensure_template()
    test["MIGRATE"] = False


@pytest.fixture(autouse=True)
def own_cache(worker_id: str) -> None:
    """Each xdist worker has its own corner of Redis, emptied before each test, as is what the
    process took out of it."""
    allowance.blocks.clear()
    cache.key_prefix = f"test-{worker_id}"
    for key in cache._cache.get_client().scan_iter(f"{cache.key_prefix}:*"):
        cache._cache.get_client().delete(key)


@pytest.fixture(autouse=True)
def own_language() -> None:
    """Each test begins in English: a page asked for in another language leaves its thread in it."""
    translation.deactivate()


@pytest.fixture
def now() -> datetime:
    """A fixed noon in London; tests that need another moment pass their own."""
    return NOON
