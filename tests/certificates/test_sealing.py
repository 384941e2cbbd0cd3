"""The files of a certificate: signed, stored with it, and the same ever after."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError

from certificates.actions import document_of, seal
from certificates.keys import signing_keys
from certificates.models import CertificateDocument, IssuerKey
from certificates.signing import is_signed_by
from tests.certificates.factories import make_certificate

pytestmark = pytest.mark.django_db


def file_of(certificate):
    return bytes(CertificateDocument.objects.get(certificate=certificate).pdf)


def test_certificate_is_issued_with_its_signed_file(certificate, now):
    document = certificate.document
    assert document.pdf_digest == sha256(file_of(certificate)).hexdigest()
    assert document.made_at == now
    assert is_signed_by(file_of(certificate), signing_keys().pdf_certificate, at=now)


def test_asking_again_gives_the_files_there_are(certificate, now):
    first = certificate.document
    again = document_of(certificate=certificate, now=now + timedelta(days=400))
    assert again == first
    assert CertificateDocument.objects.count() == 1


def test_both_keys_are_written_down_when_they_first_sign(certificate, rule, now):
    make_certificate(at=now)
    assert set(IssuerKey.objects.values_list("kind", flat=True)) == {"pdf", "credential"}
    assert IssuerKey.objects.count() == 2


def test_second_seal_is_refused_by_the_database(certificate, now):
    with pytest.raises(IntegrityError):
        seal(certificate=certificate, now=now)
