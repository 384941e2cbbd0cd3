"""Many workers at the same moment, each with a connection of its own."""

import pytest
from django.db import connection, transaction

from assessments.models import Sitting
from certificates.actions import (
    document_of,
    issue_certificate,
    issue_missing,
    queue_due_reminders,
)
from certificates.models import (
    Certificate,
    CertificateDocument,
    CertificateEvent,
    IssuerKey,
    Reminder,
)
from outbox.models import Message
from tests.certificates.factories import make_certificate, make_sitting, noon
from tests.certificates.together import together
from tests.factories import make_validity_rule


@pytest.fixture
def rule(own_database):
    return make_validity_rule()


def test_ten_issues_of_one_pass_give_one_certificate_and_one_message(rule, now):
    sitting = make_sitting(at=now)
    issued = together(lambda: issue_certificate(sitting_id=sitting.pk, now=now), times=10)
    assert len({certificate.reference for certificate in issued}) == 1
    assert Certificate.objects.count() == CertificateEvent.objects.count() == 1
    assert Message.objects.count() == 1


def test_two_sweeps_issue_each_certificate_once(rule, now):
    for _ in range(12):
        make_sitting(at=now)
    together(lambda: issue_missing(now=now), times=3)
    assert Certificate.objects.count() == Message.objects.count() == 12


def test_four_workers_issue_sixty_passes_once_each(rule, now):
    sittings = [make_sitting(at=now) for _ in range(60)]
    assert sum(together(lambda: issue_missing(now=now), times=4)) == 60
    assert set(Certificate.objects.values_list("sitting", flat=True)) == {
        sitting.pk for sitting in sittings
    }
    assert CertificateDocument.objects.count() == Message.objects.count() == 60
    assert IssuerKey.objects.count() == 2


def test_file_from_before_is_made_once_however_many_ask(rule, now):
    certificate = make_certificate(at=now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_certificatedocument")
    made = together(lambda: document_of(certificate=certificate, now=now), times=6)
    assert len({document.pdf_digest for document in made}) == 1
    assert CertificateDocument.objects.count() == 1


def test_sweep_leaves_alone_what_another_worker_has_in_hand(rule, now):
    held, free = make_sitting(at=now), make_sitting(at=now)
    with transaction.atomic():
        Sitting.objects.select_for_update(of=("self",)).get(pk=held.pk)
        together(lambda: issue_missing(now=now), times=1)
        assert Certificate.objects.get().sitting == free
    issue_missing(now=now)
    assert Certificate.objects.filter(sitting=held).exists()


def test_reminders_queued_by_three_sweeps_go_once(rule, now):
    held = [make_certificate(at=now) for _ in range(20)]
    due = noon(held[0].valid_until)
    together(lambda: queue_due_reminders(now=due), times=3)
    assert Reminder.objects.count() == 20
    assert Message.objects.filter(key__startswith="reminder:").count() == 20
