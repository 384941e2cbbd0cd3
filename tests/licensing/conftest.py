"""What the tests of this room share."""

import contextlib

import pytest
import time_machine

from tests.certificates.conftest import own_database
from tests.conftest import NOON
from tests.factories import AuthorityFactory, make_course, make_requirement

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
