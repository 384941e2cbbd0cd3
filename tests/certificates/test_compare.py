"""Comparing a file with the one that was issued."""

import tempfile
from base64 import b64decode
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from certificates.hashing import MAX_BYTES
from certificates.models import CertificateDocument
from tests.certificates.factories import make_certificate
from tests.certificates.test_verify import UNKNOWN, main_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today_is")]
SAME, OTHER = "This is the file that we issued", "This is not the file that we issued"


def address(certificate):
    return f"/verify/{certificate.reference}/document/"


def issued(certificate):
    return bytes(CertificateDocument.objects.get(certificate=certificate).pdf)


def compare(client, certificate, content, name="certificate.pdf", **headers):
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    return client.post(address(certificate), {"document": file}, headers=headers)


def test_issued_file_is_known_again(client, certificate):
    assert SAME in main_of(compare(client, certificate, issued(certificate)))


def test_file_is_known_by_its_content_whatever_it_is_called(client, certificate):
    assert SAME in main_of(compare(client, certificate, issued(certificate), name="holiday.jpg"))


@pytest.mark.parametrize("place", [0, 0.5, -1])
def test_one_changed_byte_is_told(client, certificate, place):
    content = bytearray(issued(certificate))
    at = place if place == -1 else int(len(content) * place)
    content[at] ^= 1
    assert OTHER in main_of(compare(client, certificate, bytes(content)))


def test_byte_added_at_the_end_is_told(client, certificate):
    assert OTHER in main_of(compare(client, certificate, issued(certificate) + b"\n"))


def test_file_of_another_certificate_is_told(client, certificate, now):
    other = make_certificate(at=now)
    assert OTHER in main_of(compare(client, certificate, issued(other)))


def test_empty_file_is_another_file(client, certificate):
    assert OTHER in main_of(compare(client, certificate, b""))


def test_issued_file_of_a_revoked_certificate_is_said_not_to_be_valid(
    client, certificate, revoke_it
):
    text = main_of(compare(client, certificate, issued(certificate)))
    assert SAME in text
    assert "The certificate with this number is not valid today." in text


def test_it_tells_nothing_about_the_person(client, certificate):
    for content in (issued(certificate), b"%PDF-"):
        page = compare(client, certificate, content).content.decode()
        assert [part for part in certificate.holder_name.split() if part in page] == []


# -- By fingerprint --------------------------------------------------------------------------
@pytest.mark.parametrize("written", [str, str.upper, lambda text: " ".join([text[:32], text[32:]])])
def test_fingerprint_may_be_typed_instead(client, certificate, written):
    typed = written(sha256(issued(certificate)).hexdigest())
    assert SAME in main_of(client.post(address(certificate), {"fingerprint": typed}))


def test_other_fingerprint_is_told(client, certificate):
    assert OTHER in main_of(client.post(address(certificate), {"fingerprint": "0" * 64}))


@pytest.mark.parametrize("typed", ["0" * 63, "0" * 65, "x" * 64])
def test_fingerprint_of_another_shape_is_asked_for_again(client, certificate, typed):
    text = main_of(client.post(address(certificate), {"fingerprint": typed}))
    assert "The fingerprint must have 64 characters" in text


def test_form_sent_empty_asks_for_the_file(client, certificate):
    assert "Choose the PDF file" in main_of(client.post(address(certificate), {}))


# -- What is taken, and that nothing is kept -------------------------------------------------------
def test_file_of_two_megabytes_is_compared(client, certificate):
    assert OTHER in main_of(compare(client, certificate, b"x" * MAX_BYTES))


@pytest.mark.parametrize("size", [MAX_BYTES + 1, MAX_BYTES * 2])
def test_larger_file_is_refused(client, certificate, size):
    text = main_of(compare(client, certificate, b"x" * size))
    assert "The file must be smaller than 2 MB" in text
    assert OTHER not in text


def test_nothing_is_written_anywhere(client, certificate, monkeypatch, tmp_path, settings):
    def refuse(*args, **kwargs):
        raise AssertionError("a file was written")

    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    compare(client, certificate, issued(certificate))
    assert list(tmp_path.iterdir()) == []


def test_form_of_another_site_is_refused(certificate):
    stranger = Client(enforce_csrf_checks=True)
    assert compare(stranger, certificate, b"%PDF-").status_code == 403


def test_form_of_this_site_is_taken_without_an_account(certificate):
    stranger = Client(enforce_csrf_checks=True)
    stranger.get(address(certificate))
    file = SimpleUploadedFile("a.pdf", issued(certificate))
    data = {"document": file, "csrfmiddlewaretoken": stranger.cookies["csrf"].value}
    assert SAME in main_of(stranger.post(address(certificate), data))


# -- Nobody harvests with it -----------------------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_and_malformed_numbers_get_the_same_answer_as_elsewhere(client, method):
    answers = {
        (response.status_code, main_of(response), response["X-Robots-Tag"])
        for response in (
            getattr(client, method)(f"/verify/{typed}/document/")
            for typed in (UNKNOWN, "7K3M-9QX2-HT4E", "WRXN-G", "Ü")
        )
    }
    elsewhere = client.get(f"/verify/{UNKNOWN}/")
    assert answers == {(404, main_of(elsewhere), "noindex")}


def test_comparing_counts_towards_the_limit_of_checks(client, certificate):
    statuses = [compare(client, certificate, b"%PDF-").status_code for _ in range(15)]
    statuses += [client.get(f"/verify/{certificate.reference}/").status_code for _ in range(16)]
    assert statuses == [200] * 30 + [429]


def test_neither_forged_forwarding_nor_changed_case_beats_the_limit(client, certificate):
    for number in range(31):
        reference = certificate.reference
        if number % 2:
            reference = reference.lower()
        response = client.post(
            f"/verify/{reference}/document/",
            {"fingerprint": "0" * 64},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    assert response.status_code == 429


def test_answer_is_kept_by_no_cache_and_no_search_engine(client, certificate):
    for response in (client.get(address(certificate)), compare(client, certificate, b"x")):
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"


def test_comparing_asks_two_questions(client, certificate, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.post(address(certificate), {"fingerprint": "0" * 64})


# -- The signature --------------------------------------------------------------------------
def test_help_shows_the_fingerprint_of_the_signing_certificate(client, certificate):
    text = main_of(client.get(reverse("signature_help")))
    pem = certificate.document.pdf_key.certificate_pem
    lines = "".join(pem.split("-----")[2].split())
    digest = sha256(b64decode(lines)).hexdigest().upper()
    assert digest in text.replace(" ", "")


def test_help_asks_one_question(client, certificate, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(reverse("signature_help"))
