"""Who issues, with which keys, and what was taken back: for anybody, offline or not."""

import base64
import gzip
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import load_pem_x509_certificates
from django.db import OperationalError, connection
from django.urls import reverse

from certificates import credential as credentials
from certificates import keys, status_list
from certificates.actions import reinstate, revoke
from certificates.models import CertificateEvent
from certificates.signing import issuer_keys
from tests.certificates.factories import make_certificate
from tests.certificates.verifiers import BOTH, publish
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DID = "/.well-known/did.json"
LIST = "/credentials/status/0"


@pytest.fixture
def rotate(settings, tmp_path):
    """Puts new keys in the place of the ones that sign."""

    def put() -> keys.SigningKeys:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.pem"
        keys.make_key_file(path, now=datetime.now(UTC))
        settings.SIGNING_KEY_FILE = str(path)
        keys.signing_keys.cache_clear()
        return keys.signing_keys()

    yield put
    keys.signing_keys.cache_clear()


def places(response):
    encoded = response.json()["credentialSubject"]["encodedList"]
    assert encoded.startswith("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(bits) * 8 == 131_072
    return {index for index in range(len(bits) * 8) if bits[index // 8] & (0x80 >> index % 8)}


def take_back(certificate, now):
    by, seconded_by = UserFactory.create_batch(2)
    revoke(certificate=certificate, by=by, seconded_by=seconded_by, reason="Test", now=now)


# -- The status list ----------------------------------------------------------------------------
def test_list_says_at_the_next_request_what_was_revoked(client, certificate, now):
    assert places(client.get(LIST)) == set()
    take_back(certificate, now)
    assert places(client.get(LIST)) == {certificate.pk}


def test_list_says_at_the_next_request_what_was_reinstated(client, certificate, now):
    take_back(certificate, now)
    by, seconded_by = UserFactory.create_batch(2)
    reinstate(certificate=certificate, by=by, seconded_by=seconded_by, reason="Test", now=now)
    assert places(client.get(LIST)) == set()


def test_replaced_certificate_is_in_the_list(client, certificate, now):
    by, seconded_by = UserFactory.create_batch(2)
    CertificateEvent.objects.create(
        certificate=certificate,
        kind=CertificateEvent.Kind.REPLACED,
        recorded_at=now,
        effective_on=now.date(),
        by=by,
        seconded_by=seconded_by,
        reason_class="name_corrected",
        reason="Test",
    )
    assert places(client.get(LIST)) == {certificate.pk}


def test_list_has_a_life_of_a_minute_at_most(client):
    response = client.get(LIST)
    document = response.json()
    begins, ends = (datetime.fromisoformat(document[word]) for word in ("validFrom", "validUntil"))
    assert ends - begins == timedelta(seconds=60)
    assert response["Cache-Control"] == "public, max-age=30, must-revalidate"
    assert document["credentialSubject"]["ttl"] <= 60_000


def test_list_may_be_read_by_a_program_of_any_origin(client):
    response = client.get(LIST)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Content-Type"] == "application/vc+ld+json"


def test_list_asks_the_database_once(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(LIST)


def test_further_list_asks_also_whether_it_is_there(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert client.get("/credentials/status/1").status_code == 404


@pytest.mark.parametrize("number", ["7", "99999999999999999999999"])
def test_list_of_certificates_not_issued_yet_is_not_there(client, number):
    assert client.get(f"/credentials/status/{number}").status_code == 404


@pytest.fixture
def next_number():
    """Sets the primary key that the next certificate gets; a sequence is never rolled back."""

    def put(value):
        cursor.execute(f"SELECT setval('{sequence}', %s, false)", [value])

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('certificates_certificate', 'id')")
        [sequence] = cursor.fetchone()
        cursor.execute(f"SELECT last_value FROM {sequence}")
        [usual] = cursor.fetchone()
        yield put
        put(usual + 1)


def test_second_list_is_there_once_a_certificate_is_in_it(client, rule, now, next_number):
    next_number(131_073)
    certificate = make_certificate(at=now)
    take_back(certificate, now)
    assert certificate.pk == 131_073
    assert places(client.get("/credentials/status/1")) == {1}
    assert places(client.get(LIST)) == set()


def test_without_an_answer_of_the_database_there_is_no_list(client, certificate, caplog):
    def lost(*args):
        raise OperationalError("the connection is lost")

    client.raise_request_exception = False
    client.get(LIST)
    with connection.execute_wrapper(lost):
        response = client.get(LIST)
    assert response.status_code == 500
    assert b"encodedList" not in response.content


def test_list_is_limited_for_each_network(client):
    statuses = [client.get(LIST).status_code for _ in range(121)]
    assert statuses == [200] * 120 + [429]


def test_encoding_puts_the_first_place_at_the_left():
    encoded = status_list.encode([0, 9])
    packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
    assert gzip.decompress(packed)[:2] == bytes([0b1000_0000, 0b0100_0000])


# -- The issuer ----------------------------------------------------------------------------------
def test_issuer_document_has_the_key_that_signs_now(client, rotate):
    current = rotate().credential_key.public_key()
    document = client.get(DID).json()
    assert document["id"] == credentials.issuer_id()
    assert document["assertionMethod"] == [credentials.key_id(current)]


def test_issuer_document_keeps_retired_keys(client, rotate, now):
    retired = rotate()
    issuer_keys(retired, now=now)
    current = rotate()
    issuer_keys(current, now=now)
    assert client.get(DID).json()["assertionMethod"] == [
        credentials.key_id(current.credential_key.public_key()),
        credentials.key_id(retired.credential_key.public_key()),
    ]


def test_issuer_document_never_holds_a_private_key(client, rotate):
    private = rotate().credential_key.private_bytes_raw()
    content = client.get(DID).content
    assert private.hex().encode() not in content
    assert base64.b64encode(private) not in content


def test_issuer_document_asks_one_question(client, django_assert_num_queries):
    keys.signing_keys()
    with django_assert_num_queries(1):
        client.get(DID)


def test_issuer_profile_stands_where_credentials_say(client):
    profile = client.get(reverse("issuer")).json()
    assert profile["id"] == credentials.issuer_id()
    assert profile["url"].endswith(reverse("issuer"))
    assert profile["type"] == ["Profile"]


def test_certificates_of_pdf_signatures_can_be_fetched(client, rotate, now):
    retired, current = rotate(), None
    issuer_keys(retired, now=now)
    current = rotate()
    issuer_keys(current, now=now)
    response = client.get(reverse("pdf_certificates"))
    assert load_pem_x509_certificates(response.content) == [
        current.pdf_certificate,
        retired.pdf_certificate,
    ]
    assert "PRIVATE" not in response.content.decode()


# -- Rotation, rehearsed ---------------------------------------------------------------------------
@pytest.mark.parametrize("verify", BOTH)
def test_credential_of_a_retired_key_is_still_valid(rule, rotate, verify):
    moment = datetime.now(UTC)
    retired = rotate()
    issuer_keys(retired, now=moment)
    certificate = make_certificate(at=moment - timedelta(days=1))
    old = credentials.sign(credentials.build(certificate), retired.credential_key, moment)
    current = rotate()
    issuer_keys(current, now=moment)
    new = credentials.sign(credentials.build(certificate), current.credential_key, moment)
    assert old["proof"][0]["verificationMethod"] != new["proof"][0]["verificationMethod"]
    assert [verify(signed, publish(signed)) for signed in (old, new)] == ["valid", "valid"]
    take_back(certificate, moment)
    assert [verify(signed, publish(signed)) for signed in (old, new)] == ["revoked", "revoked"]
