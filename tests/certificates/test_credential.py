"""What a credential says, in which shape, and what is never signed."""

import hashlib
import json
import re
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.urls import reverse
from openbadgeslib.ob3.contexts import bundled_contexts

from certificates import credential as credentials
from certificates import data_integrity
from certificates.data_integrity import NotSignable, canonical
from certificates.models import Certificate
from tests.certificates.factories import give_licence, make_certificate
from tests.factories import LearnerFactory

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def built(certificate):
    return credentials.build(certificate)


def identities(built):
    found = built["credentialSubject"]["identifier"]
    return {each["identityType"]: each["identityHash"] for each in found}


# -- What it says -----------------------------------------------------------------------------
@pytest.mark.django_db
def test_holder_is_named_by_identity_objects(rule, now):
    learner = LearnerFactory(full_name="Zebedee Quixote")
    give_licence(learner, full_name="Zebedee Quixote", number="PH-98765")
    certificate = make_certificate(at=now, learner=learner)
    assert identities(credentials.build(certificate)) == {
        "name": "Zebedee Quixote",
        "ext:certificateNumber": certificate.reference,
        "ext:licenceOrBadgeNumber": "PH-98765",
    }


@pytest.mark.django_db
def test_without_a_licence_there_is_no_number_of_one(built):
    assert "ext:licenceOrBadgeNumber" not in identities(built)


@pytest.mark.django_db
def test_it_says_course_edition_and_authority(certificate, built):
    achievement = built["credentialSubject"]["achievement"]
    assert achievement["name"] == certificate.course_title
    assert achievement["version"] == certificate.course_edition
    assert achievement["creator"]["name"] == certificate.authority_name
    assert f"Training provider: {certificate.authority_name}." in achievement["description"]


@pytest.mark.django_db
def test_it_is_no_licence_and_says_so(built):
    assert built["description"].startswith("This is not a licence.")


@pytest.mark.django_db
def test_it_has_neither_score_nor_anything_else_about_the_person(certificate, built):
    text = json.dumps(built)
    learner = certificate.learner
    secrets = [learner.user.email, str(learner.pk and certificate.sitting_id), "score", "of 1"]
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.django_db
def test_it_is_valid_from_the_pass_to_the_end_of_the_last_day(built):
    assert built["validFrom"] == "2026-11-22T12:00:00Z"
    assert built["validUntil"] == "2029-11-22T23:59:59Z"


@pytest.mark.parametrize(
    ("last", "end"),
    [
        (date(2029, 6, 30), datetime(2029, 6, 30, 22, 59, 59, tzinfo=UTC)),
        (date(2029, 12, 31), datetime(2029, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, 59, 59, tzinfo=UTC)),  # Clocks forward.
        (date(2027, 10, 31), datetime(2027, 10, 31, 23, 59, 59, tzinfo=UTC)),  # Clocks back.
        (date(2028, 2, 29), datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_day_ends_at_midnight_in_london(last, end):
    assert credentials.end_of(last) == end


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pk", "number", "index"),
    [(1, 0, "1"), (131_071, 0, "131071"), (131_072, 1, "0"), (3_000_000, 22, "116416")],
)
def test_place_in_the_status_list_follows_from_the_primary_key(certificate, pk, number, index):
    certificate.pk = pk
    status = credentials.build(certificate)["credentialStatus"]
    assert status["statusListIndex"] == index
    assert status["statusListCredential"].endswith(f"/credentials/status/{number}")


@pytest.mark.django_db
def test_recognised_training_is_told_as_such(certificate):
    certificate.provider_name = "Fenby College"
    certificate.identity_method = "Passport seen"
    built = credentials.build(certificate)
    told = {each["name"]: each["narrative"] for each in built["evidence"]}
    assert told == {
        "How identity was checked": "Passport seen",
        "Recognised training": "Taught by Fenby College.",
    }
    achievement = built["credentialSubject"]["achievement"]
    assert "passed elsewhere" in achievement["criteria"]["narrative"]
    assert "Training provider: Fenby College." in achievement["description"]


@pytest.mark.django_db
def test_replacement_names_the_certificate_it_corrects(certificate):
    corrected = Certificate(reference="7K3M-9QX2-HT4D")
    certificate.replaces = corrected
    told = credentials.build(certificate)["evidence"][-1]
    assert told["name"] == "Corrected certificate"
    assert told["narrative"] == "It replaces certificate 7K3M-9QX2-HT4D."


@pytest.mark.django_db
def test_addresses_in_it_are_addresses_of_this_site(built):
    number = built["credentialStatus"]["statusListCredential"].rpartition("/")[2]
    assert reverse("issuer") == credentials.ISSUER_ADDRESS
    assert credentials.STATUS_LIST_ADDRESS.format(number=number) == reverse(
        "status_list", args=[number]
    )


@pytest.mark.parametrize(
    ("site", "did"),
    [
        ("https://training.example", "did:web:training.example"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
    ],
)
def test_issuer_is_the_host_of_the_site(settings, site, did):
    settings.SITE_URL = site
    assert credentials.issuer_id() == did


# -- The shape that the JSON schema of Open Badges 3.0 asks for ----------------------------------
SUBJECT_WORDS = {
    "id", "type", "activityEndDate", "activityStartDate", "creditsEarned", "achievement",
    "identifier", "image", "licenseNumber", "narrative", "result", "role", "source", "term",
}  # fmt: skip


@pytest.fixture
def signed(built, now):
    return credentials.sign(built, KEY, now)


@pytest.mark.django_db
def test_credential_has_the_required_words_and_types(signed):
    required = {"@context", "id", "type", "name", "credentialSubject", "issuer", "validFrom"}
    assert required <= set(signed)
    assert signed["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert signed["@context"][1].startswith("https://purl.imsglobal.org/spec/ob/v3p0/context-3.")
    assert {"VerifiableCredential", "OpenBadgeCredential"} <= set(signed["type"])
    assert INSTANT.fullmatch(signed["validFrom"])
    assert INSTANT.fullmatch(signed["validUntil"])


@pytest.mark.django_db
def test_subject_has_no_word_that_the_schema_does_not_know(signed):
    subject = signed["credentialSubject"]
    assert set(subject) <= SUBJECT_WORDS
    assert "AchievementSubject" in subject["type"]
    for identity in subject["identifier"]:
        assert set(identity) == {"type", "hashed", "identityHash", "identityType"}
        assert identity["type"] == "IdentityObject"
        assert re.fullmatch(r"name|ext:[a-zA-Z0-9._-]+", identity["identityType"])


@pytest.mark.django_db
def test_achievement_issuer_and_creator_have_what_is_required(signed):
    achievement = signed["credentialSubject"]["achievement"]
    assert {"id", "type", "criteria", "description", "name"} <= set(achievement)
    assert achievement["criteria"]["narrative"]
    for profile in (signed["issuer"], achievement["creator"]):
        assert {"id", "type"} <= set(profile)
        assert "Profile" in profile["type"]


@pytest.mark.django_db
def test_status_and_proof_have_what_is_required(signed):
    assert {"id", "type"} <= set(signed["credentialStatus"])
    [proof] = signed["proof"]
    assert {"type", "created", "cryptosuite", "verificationMethod"} <= set(proof)
    assert proof["proofPurpose"] == "assertionMethod"
    assert proof["proofValue"].startswith("z")


@pytest.mark.django_db
def test_signing_again_gives_the_same_bytes(certificate, now):
    first, second = (
        credentials.as_json(credentials.sign(credentials.build(certificate), KEY, now))
        for _ in range(2)
    )
    assert first == second


# -- What is never signed ------------------------------------------------------------------------
def changed(built, **words):
    return {**built, **words}


@pytest.mark.django_db
def test_word_that_no_context_defines_is_refused(built, now):
    with pytest.raises(NotSignable, match="score"):
        credentials.sign(changed(built, score="100"), KEY, now)


@pytest.mark.django_db
def test_such_a_word_is_refused_however_deep_it_stands(built, now):
    built["credentialSubject"]["achievement"]["criteria"]["colour"] = "blue"
    with pytest.raises(NotSignable, match="colour"):
        credentials.sign(built, KEY, now)


@pytest.mark.django_db
def test_type_that_no_context_defines_is_refused(built, now):
    built["type"].append("DrivingLicence")
    with pytest.raises(NotSignable, match="DrivingLicence"):
        credentials.sign(built, KEY, now)


@pytest.mark.django_db
def test_address_that_is_none_is_refused(built, now):
    with pytest.raises(NotSignable, match="somewhere"):
        credentials.sign(changed(built, id="somewhere"), KEY, now)


@pytest.mark.django_db
def test_nothing_in_place_of_a_value_is_refused(built, now):
    built["credentialSubject"]["achievement"]["version"] = None
    with pytest.raises(NotSignable, match="version"):
        credentials.sign(built, KEY, now)


@pytest.mark.django_db
def test_context_that_does_not_lie_here_is_not_fetched(built, now):
    built["@context"].append("https://example.org/context.json")
    with pytest.raises(NotSignable, match="none is fetched"):
        credentials.sign(built, KEY, now)


@pytest.mark.django_db
def test_context_that_was_changed_is_refused(built, now, settings, tmp_path):
    for name, _ in data_integrity.CONTEXTS.values():
        content = (settings.CONTEXTS_DIR / name).read_bytes()
        (tmp_path / name).write_bytes(content.replace(b"schema.org/name", b"schema.org/nom"))
    settings.CONTEXTS_DIR = tmp_path
    with pytest.raises(NotSignable, match="is not the context it was"):
        credentials.sign(built, KEY, now)


# -- What the words mean -------------------------------------------------------------------------
def test_contexts_mean_what_another_library_holds_them_to_mean(settings):
    """The package of Open Badges leaves out two words of the published context. We use neither."""
    others = bundled_contexts()
    for url, (name, digest) in data_integrity.CONTEXTS.items():
        content = (settings.CONTEXTS_DIR / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        ours, theirs = json.loads(content)["@context"], dict(others[url]["@context"])
        missing = set(theirs) - set(ours)
        assert missing <= {"endorsementJwt", "jti"}
        assert ours == {word: theirs[word] for word in theirs if word not in missing}


def test_canonical_form_is_the_one_of_the_standard():
    """Blank nodes get their names from what they say, not from where they stand."""
    one = {"@context": data_integrity.CREDENTIALS, "type": "VerifiableCredential"}
    quad = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    kind = "<https://www.w3.org/2018/credentials#VerifiableCredential>"
    assert canonical(one) == f"_:c14n0 {quad} {kind} .\n"
