"""The files of a certificate: signed, stored with it, and the same ever after."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from assessments import typesetting
from certificates.actions import document_of, issue_certificate, seal, word_certificates
from certificates.keys import signing_keys
from certificates.models import Certificate, CertificateDocument, IssuerKey
from certificates.signing import is_signed_by
from tests.certificates.factories import make_certificate, make_sitting
from tests.certificates.test_pdf import pages
from tests.factories import LearnerFactory, UserFactory, make_validity_rule, staff

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


def forget(certificate):
    """Make it one from before files were kept."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_certificatedocument")
        cursor.execute("UPDATE certificates_certificate SET identity_method = ''")
        cursor.execute("SET LOCAL session_replication_role = origin")
    return Certificate.objects.get(pk=certificate.pk)


def download(client, certificate):
    client.force_login(certificate.learner.user)
    return client.get(reverse("certificate_pdf", args=[certificate.reference]))


def test_later_changes_of_everything_change_no_byte(client, certificate, now, monkeypatch):
    first = download(client, certificate)
    certificate.learner.full_name = "Somebody Else"
    certificate.learner.save()
    certificate.authority.name = "Renamed Council"
    certificate.authority.save()
    certificate.course.title = "Another course"
    certificate.course.save_revision().publish()
    officer = staff("officer", certificate.authority, now)
    word_certificates(authority=certificate.authority, by=officer, opening="We say that")
    make_validity_rule(months=1)
    monkeypatch.setattr(typesetting, "_compile", None)  # Another template, font or library.
    again = download(client, certificate)
    assert again.content == first.content == file_of(certificate)
    assert again["ETag"] == first["ETag"] == f'"{certificate.document.pdf_digest}"'


def test_download_asks_the_same_few_questions(client, certificate, django_assert_num_queries):
    download(client, certificate)
    with django_assert_num_queries(6):
        client.get(reverse("certificate_pdf", args=[certificate.reference]))


def test_certificate_from_before_gets_its_files_when_first_asked_for(client, certificate):
    old = forget(certificate)
    first = download(client, old)
    assert first.content == download(client, old).content == file_of(old)
    assert "Identity was not checked at the test" in pages(first.content)[0]


def test_old_certificate_that_cannot_be_printed_says_so(client, rule, now, caplog):
    learner = LearnerFactory(full_name="Ade Example")
    certificate = make_certificate(at=now, learner=learner)
    old = forget(certificate)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE certificates_certificate SET holder_name = E'Ade \\uFFFD'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    response = download(client, old)
    assert response.status_code == 503
    assert "has no file yet" in response.content.decode()
    assert "name_damaged" in caplog.text
    assert not CertificateDocument.objects.exists()


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("none", "Identity was not checked at the test"),
        ("counter", "Photo ID seen at a counter"),
        ("trainer", "Photo ID seen by a trainer"),
        ("camera", "Photo ID seen over a live camera"),
    ],
)
def test_how_identity_was_checked_is_printed(rule, now, check, words):
    by = {} if check == "none" else {"identity_checked_by": UserFactory()}
    at = {} if check == "none" else {"identity_checked_at": now}
    sitting = make_sitting(at=now, identity_check=check, **by, **at)
    certificate = issue_certificate(sitting_id=sitting.pk, now=now)
    assert certificate.identity_method == words
    assert words in pages(file_of(certificate))[0]


def test_second_seal_is_refused_by_the_database(certificate, now):
    with pytest.raises(IntegrityError):
        seal(certificate=certificate, now=now)
