"""What a sweep writes is dated by the transaction that writes it, however late it comes."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from certificates import tasks
from certificates.models import Certificate, CertificateEvent
from people.actions import claim_licence
from tests.certificates.factories import make_sitting
from tests.certificates.recognised import recognise
from tests.certificates.test_past_records import decide_file, enter_file, licence, row
from tests.factories import AuthorityFactory, LearnerFactory, LicenceFactory

pytestmark = pytest.mark.django_db


@contextmanager
def noting_locks():
    """The moments at which a sweep took something in hand: the first statement of each of its
    transactions."""
    moments = []

    def note(execute, sql, params, many, context):
        if "SKIP LOCKED" in sql:
            moments.append(timezone.now())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield moments


def are_in_step(begun, facts):
    """Each after its own transaction began, and before that of the next one."""
    pairs = list(zip(begun, facts, strict=True))
    return all(start <= at for start, at in pairs) and facts[:-1] < begun[1:]


def in_step(begun):
    """Whether each certificate is dated after its own transaction began and before the next one
    did, and its events alike."""
    new = Certificate.objects.filter(issued_at__gte=begun[0]).order_by("pk")
    issued = list(new.values_list("issued_at", flat=True))
    events = CertificateEvent.objects.filter(certificate__in=new).order_by("pk")
    assert list(events.values_list("recorded_at", flat=True)) == issued
    pairs = zip(begun, issued, strict=True)
    return all(start <= at for start, at in pairs) and all(
        at <= following for at, following in zip(issued, begun[1:], strict=False)
    )


def test_certificates_of_passes(rule, now):
    for _ in range(3):
        make_sitting(at=now)

    with noting_locks() as begun:
        tasks.issue_missing_certificates()

    assert len(begun) == 3
    assert in_step(begun)


def test_certificates_of_accepted_records(rule, now):
    authority = AuthorityFactory()
    for number in range(3):
        licence(authority, f"PH-{number}")
    batch = enter_file(authority, now, *(row(f"PH-{number}") for number in range(3))).batch
    decide_file(batch, now)

    with noting_locks() as begun:
        tasks.issue_recognised()

    assert len(begun) == 3
    assert in_step(begun)


def test_certificates_that_are_carried_over(rule, now):
    for _ in range(3):
        held = LicenceFactory()
        recognise(now=now, licence=held)
        claim_licence(
            learner=LearnerFactory(authority=None), authority=held.authority, number=held.number,
            date_of_birth=held.date_of_birth, now=now,
        )  # fmt: skip

    with noting_locks() as begun:
        tasks.carry_over()

    assert len(begun) == 3
    assert in_step(begun)
