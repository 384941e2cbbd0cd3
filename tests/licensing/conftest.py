"""What the tests of this room share."""

import contextlib
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import time_machine

from licensing.models import Scope
from tests.certificates.conftest import own_database
from tests.conftest import NOON
from tests.factories import AuthorityFactory, make_course, make_requirement
from tests.licensing.factories import give_token, make_client

FAR_OFF = datetime(2099, 1, 1, tzinfo=UTC)
NAME = "a-call-of-the-test"
__all__ = ["own_database"]


@pytest.fixture
def authority(db):
    return AuthorityFactory(code="DEMO-NB")


@pytest.fixture
def other_authority(db):
    return AuthorityFactory(code="DEMO-WV")


@pytest.fixture
def course(db):
    return make_course(slug="safeguarding", lessons=0)


@pytest.fixture
def requirement(course):
    """The national default since July 2019: everybody, without grace."""
    return make_requirement(course)


@pytest.fixture
def at_noon():
    """The clock that the API reads stands at noon of 22 November 2026."""
    with time_machine.travel(NOON, tick=False):
        yield NOON


@pytest.fixture
def time_machine_at(at_noon):
    """Sets the clock that the API reads to another instant, for the rest of the test."""
    with contextlib.ExitStack() as stack:
        yield lambda moment: stack.enter_context(time_machine.travel(moment, tick=False))


@pytest.fixture
def call(client, authority):
    """Calls the API as a client of the authority that may do everything, or as ``by``."""
    everything = make_client(authority, scopes=Scope.values)
    tokens = {}

    def call(method, path, body=None, *, by=everything, headers=None, **question):
        if by.pk not in tokens:
            tokens[by.pk] = give_token(by, expires_at=FAR_OFF, scopes="\n".join(Scope.values))
        address = f"/api/v1{path}" + (f"?{urlencode(question)}" if question else "")
        sent = {"Authorization": f"Bearer {tokens[by.pk]}", "X-Request-Id": NAME, **(headers or {})}
        data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
        return client.generic(
            method.upper(), address, data, content_type="application/json", headers=sent
        )

    call.client = everything
    return call
