"""A validity rule of 36 months, and a database of one's own for work in several threads."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.db import connections

from certificates.actions import revoke
from certificates.models import ValidityRule
from tests.certificates.factories import make_certificate
from tests.databases import clone, drop, ensure_template
from tests.factories import UserFactory, make_validity_rule


@pytest.fixture
def rule(db) -> ValidityRule:
    return make_validity_rule()


@pytest.fixture
def certificate(rule, now):
    return make_certificate(at=now)


@pytest.fixture
def own_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A fresh clone in which every thread sees what the others commit; nothing is rolled back."""
    default = connections["default"]
    usual = default.settings_dict["NAME"]
    name = f"{usual}_together"
    with django_db_blocker.unblock():
        _leave(default)
        clone(ensure_template(), name)
        default.settings_dict["NAME"] = name
        yield name
        _leave(default)
        default.settings_dict["NAME"] = usual
        drop(name)


def _leave(connection) -> None:
    connection.close()
    connection.close_pool()


@pytest.fixture
def today_is(now) -> Iterator[Callable[[datetime], None]]:
    """Stops the clock that views read, at noon of the usual day or wherever a test moves it."""
    clock = time_machine.travel(now, tick=False)
    traveller = clock.start()
    yield traveller.move_to
    clock.stop()


@pytest.fixture
def as_holder(client, certificate, today_is):
    """A browser in which the certificate's holder is signed in."""
    client.force_login(certificate.learner.user)
    return client


@pytest.fixture
def revoke_it(certificate, now):
    return revoke(
        certificate=certificate,
        by=UserFactory(),
        seconded_by=UserFactory(),
        reason="Somebody else sat the test.",
        now=now,
    )
