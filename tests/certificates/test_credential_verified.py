"""Credentials in the hands of verifiers that are not ours, offline."""

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates import credential as credentials
from certificates.actions import reinstate, revoke
from certificates.keys import signing_keys
from tests.certificates.factories import make_certificate
from tests.certificates.recognised import recognise
from tests.certificates.test_replacing import replace
from tests.certificates.verifiers import BOTH, publish
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("verify", BOTH)


@pytest.fixture
def moment():
    """The real time: verifiers read the clock themselves."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def certificate(rule, moment):
    return make_certificate(at=moment - timedelta(days=1))


@pytest.fixture
def signed(certificate, moment):
    return credentials.sign(
        credentials.build(certificate), signing_keys().credential_key, created=moment
    )


def take_back(certificate, moment):
    by, seconded_by = UserFactory.create_batch(2)
    revoke(certificate=certificate, by=by, seconded_by=seconded_by, reason="Test", now=moment)


@both
def test_credential_is_valid(signed, verify):
    assert verify(signed, publish(signed)) == "valid"


def stored(certificate):
    return json.loads(certificate.document.credential)


@both
def test_credential_as_it_was_issued_is_valid(certificate, verify):
    assert verify(stored(certificate), publish(stored(certificate))) == "valid"


@both
def test_credential_of_recognised_training_is_valid(rule, moment, verify):
    certificate = recognise(now=moment)
    assert verify(stored(certificate), publish(stored(certificate))) == "valid"


@both
def test_replaced_credential_reads_revoked_and_its_replacement_valid(certificate, moment, verify):
    replacement, _ = replace(certificate, moment)
    signed = [stored(each) for each in (certificate, replacement)]
    assert [verify(each, publish(each)) for each in signed] == ["revoked", "valid"]


@both
def test_revoked_credential_reads_revoked(certificate, signed, moment, verify):
    take_back(certificate, moment)
    assert verify(signed, publish(signed)) == "revoked"


@both
def test_revocation_of_a_neighbour_changes_nothing(certificate, signed, moment, verify):
    take_back(make_certificate(at=moment - timedelta(days=1)), moment)
    assert verify(signed, publish(signed)) == "valid"


@both
def test_reinstated_credential_is_valid_again(certificate, signed, moment, verify):
    take_back(certificate, moment)
    by, seconded_by = UserFactory.create_batch(2)
    reinstate(certificate=certificate, by=by, seconded_by=seconded_by, reason="Test", now=moment)
    assert verify(signed, publish(signed)) == "valid"


def changed(document, path, value):
    document = copy.deepcopy(document)
    *way, last = path
    place = document
    for step in way:
        place = place[step]
    assert place[last] != value
    place[last] = value
    return document


SUBJECT = ("credentialSubject",)
CHANGES = [
    (("id",), "http://127.0.0.1:8000/verify/7K3M-9QX2-HT4D/"),
    (("name",), "Another course"),
    (("validFrom",), "2020-01-01T00:00:00Z"),
    (("validUntil",), "2199-01-01T00:00:00Z"),
    (("issuer", "name"), "Somebody else"),
    ((*SUBJECT, "identifier", 0, "identityHash"), "Ade Examplf"),
    ((*SUBJECT, "identifier", 0, "hashed"), True),
    ((*SUBJECT, "achievement", "version"), "2"),
    ((*SUBJECT, "achievement", "criteria", "narrative"), "Nothing was asked."),
    ((*SUBJECT, "achievement", "creator", "name"), "Another Council"),
    (("credentialStatus", "statusListIndex"), "77777"),
    (("proof", 0, "created"), "2020-01-01T00:00:00Z"),
    (("proof", 0, "proofPurpose"), "authentication"),
]


@both
@pytest.mark.parametrize(("path", "value"), CHANGES, ids=lambda given: str(given)[:40])
def test_one_changed_field_is_noticed(signed, verify, path, value):
    verdict = verify(changed(signed, path, value), publish(signed))
    assert verdict not in ("valid", "revoked")


@both
def test_one_changed_character_of_the_signature_is_noticed(signed, verify):
    value = signed["proof"][0]["proofValue"]
    other = value[:-1] + ("1" if value[-1] != "1" else "2")
    verdict = verify(changed(signed, ("proof", 0, "proofValue"), other), publish(signed))
    assert verdict not in ("valid", "revoked")


@both
def test_added_word_is_noticed(signed, verify):
    assert verify({**signed, "score": "100"}, publish(signed)) not in ("valid", "revoked")


@both
def test_credential_signed_by_another_key_is_refused(certificate, moment, verify):
    forged = credentials.sign(credentials.build(certificate), Ed25519PrivateKey.generate(), moment)
    assert verify(forged, publish(forged)) not in ("valid", "revoked")


@both
def test_list_that_was_changed_is_refused(certificate, signed, moment, verify):
    take_back(certificate, moment)
    published = publish(signed)
    address = signed["credentialStatus"]["statusListCredential"]
    forged = changed(published[address], ("credentialSubject", "encodedList"), "uH4sIAAAAAAAA")
    assert verify(signed, {**published, address: forged}) not in ("valid", "revoked")
