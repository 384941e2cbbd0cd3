"""What the database itself refuses, whoever asks."""

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from certificates.actions import queue_due_reminders
from certificates.models import Certificate, CertificateEvent, Reminder
from tests.certificates.factories import make_certificate, make_sitting, noon
from tests.factories import LearnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def records(certificate):
    queue_due_reminders(now=noon(certificate.renew_from))
    return certificate


@pytest.mark.parametrize("model", [Certificate, CertificateEvent, Reminder])
def test_fact_cannot_be_deleted(records, model):
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        model.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Certificate, {"valid_until": "2099-01-01"}),
        (Certificate, {"holder_name": "Somebody Else"}),
        (CertificateEvent, {"reason": "Another"}),
        (Reminder, {"notice": 1}),
    ],
)
def test_fact_cannot_be_changed(records, model, change):
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        model.objects.update(**change)


def copy_of(certificate, **changes):
    """Another row like the certificate's, as somebody might write it by hand."""
    copy = Certificate.objects.get(pk=certificate.pk)
    copy.pk, copy.reference = None, "0123-4567-89AM"
    copy._state.adding = True
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


def test_sitting_has_one_certificate(certificate):
    with pytest.raises(IntegrityError, match="certificates_certificate_sitting_id_key"):
        copy_of(certificate).save()


def test_reference_is_never_used_twice(certificate, now):
    other = make_sitting(at=now, learner=certificate.learner)
    with pytest.raises(IntegrityError, match="certificates_certificate_reference_key"):
        copy_of(certificate, sitting=other, reference=certificate.reference).save()


@pytest.mark.parametrize("outcome", ["failed", "open"])
def test_certificate_needs_a_passed_sitting(certificate, now, outcome):
    sitting = make_sitting(at=now, learner=certificate.learner, outcome=outcome)
    with pytest.raises(ProgrammingError, match="needs a passed sitting of its holder"):
        copy_of(certificate, sitting=sitting).save()


def test_certificate_needs_a_sitting_of_its_own_holder(certificate, now):
    sitting = make_sitting(at=now, learner=LearnerFactory())
    with pytest.raises(ProgrammingError, match="needs a passed sitting of its holder"):
        copy_of(certificate, sitting=sitting).save()


@pytest.mark.parametrize("reference", ["7k3m-9qx2-ht4d", "7K3M9QX2HT4D", "7K3M-9QX2-HT4U", ""])
def test_reference_has_its_shape(certificate, now, reference):
    sitting = make_sitting(at=now, learner=certificate.learner)
    with pytest.raises(IntegrityError, match="certificate_reference_shape"):
        copy_of(certificate, sitting=sitting, reference=reference).save()


@pytest.mark.parametrize(
    "days",
    [{"passed_on": "2029-11-22"}, {"valid_until": "2027-01-01"}, {"renew_from": "2026-01-01"}],
)
def test_dates_are_in_order(certificate, now, days):
    sitting = make_sitting(at=now, learner=certificate.learner)
    with pytest.raises(IntegrityError, match="certificate_dates_in_order"):
        copy_of(certificate, sitting=sitting, **days).save()


def test_notice_is_queued_once_for_a_certificate(records, now):
    with pytest.raises(IntegrityError, match="one_reminder_per_notice"), transaction.atomic():
        Reminder.objects.create(certificate=records, notice=90, due_on=now.date(), queued_at=now)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ade Example", "A. E."),
        ("Priya", "P."),
        ("maría del carmen garcía-lópez", "M. D. C. G."),
        ("  O'Hara - Siân ", "O. S."),
        ("'Ade' (Example)", "A. E."),
        ("محمد الأحمد", "م. ا."),
        ("গুরপ্রীত সিং", "গ. স."),
        ("", ""),
    ],
)
def test_initials(name, initials):
    assert Certificate(holder_name=name).initials == initials


def test_last_day_counts_to_its_end(certificate):
    last = certificate.valid_until
    assert certificate.covers(certificate.passed_on)
    assert certificate.covers(last)
    assert not certificate.covers(last.replace(day=23))


def test_certificate_is_called_by_its_reference(certificate):
    assert str(certificate) == certificate.reference
    assert str(certificate.events.get()) == f"{certificate.reference}: issued"


def test_reminder_is_called_by_certificate_and_notice(records):
    assert str(records.reminders.get()) == f"{records.reference}: 90"


def test_rule_is_called_by_its_term(rule):
    assert str(rule) == "36 months from 2019-07-01"


def test_newest_certificate_comes_first(certificate):
    newer = make_certificate(at=noon(certificate.renew_from), learner=certificate.learner)
    assert list(Certificate.objects.of(certificate.learner)) == [newer, certificate]
