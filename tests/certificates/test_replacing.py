"""A replacement says what the certificate before it said, under a number of its own."""

import pytest
from django.db import IntegrityError, transaction

from certificates.actions.replacing import KEPT, issue_replacement
from certificates.models import Certificate, CertificateEvent
from tests.certificates.factories import make_certificate
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CORRECTED = CertificateEvent.ReasonClass.NAME_CORRECTED


def replace(old, now, **fields):
    facts = {
        "old": old,
        "learner": old.learner,
        "holder_name": "Adebayo Example",
        "reason_class": CORRECTED,
        "reason": "It was spelt wrong.",
        "by": UserFactory(),
        "seconded_by": UserFactory(),
        "now": now,
    }
    return issue_replacement(**{**facts, **fields})


def test_replacement_has_a_new_number_and_the_right_name(certificate, now):
    replacement, _ = replace(certificate, now)
    assert replacement.reference != certificate.reference
    assert (replacement.replaces, replacement.holder_name) == (certificate, "Adebayo Example")


def test_replacement_says_everything_else_as_before(certificate, now):
    replacement, _ = replace(certificate, now)
    assert [getattr(replacement, name) for name in KEPT] == [
        getattr(certificate, name) for name in KEPT
    ]


def test_every_fact_of_a_certificate_is_kept_or_new():
    new = {"id", "reference", "sitting", "evidence", "replaces", "learner", "holder_name"}
    kept = {name.removesuffix("_id") for name in KEPT}
    assert {field.name for field in Certificate._meta.fields} == kept | new | {"issued_at"}


def test_both_have_their_event(certificate, now):
    replacement, event = replace(certificate, now)
    assert list(replacement.events.values_list("kind", flat=True)) == ["issued"]
    assert (event.certificate, event.kind, event.effective_on) == (
        certificate,
        "replaced",
        certificate.passed_on,
    )


def test_certificate_is_replaced_once(certificate, now):
    replace(certificate, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        replace(certificate, now)


def test_nobody_else_can_be_given_it(certificate, now):
    stranger = make_certificate(at=now).learner
    with pytest.raises(Exception, match="says what the certificate it corrects said"):
        replace(certificate, now, learner=stranger)
