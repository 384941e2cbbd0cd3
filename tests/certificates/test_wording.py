"""An authority's own words on its certificates: who sets them, and what they may not say."""

import io

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.images import get_image_model

from certificates.actions import WordingRefused, word_certificates
from certificates.models import CertificateDocument, CertificateWording
from certificates.wording import claim_in
from tests.certificates.factories import make_certificate
from tests.certificates.test_pdf import pages
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, staff

QUERIES = 13


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def officer(db, now):
    return staff("officer", AuthorityFactory(), now)


@pytest.fixture
def authority(officer):
    return officer.memberships.get().authority


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


def picture(size=(300, 100), kind="PNG", name="logo.png"):
    drawing = io.BytesIO()
    Image.new("RGB", size, "navy").save(drawing, format=kind)
    return SimpleUploadedFile(name, drawing.getvalue())


def address(authority):
    return reverse("certificate_wording", args=[authority.pk])


def text_of(certificate):
    (text,) = pages(bytes(CertificateDocument.objects.get(certificate=certificate).pdf))
    return text


# -- What may not be said -------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "Your licence is granted.",
        "This licence has been renewed",
        "We have issued the holder's badge.",
        "The council grants a private hire licence to",
        "The holder is licensed by this council",
        "is licensed to drive",
        "The holder is a fit and proper person",
        "who may drive for this council",
        "entitled to drive",
        "The licence stays valid",
        "Mae'r drwydded wedi'i rhoi a'r drwydded yn ddilys; trwydded wedi ei rhoi",
        "Approved for a LICENSE",
    ],
)
def test_claim_about_a_licence_is_found(text):
    assert claim_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "This is to certify that",
        "Head of Licensing",
        "Questions? Ask the licensing team on the ground floor. They are glad to help.",
        "Thank you for keeping passengers safe.",
        "Mae hyn yn tystio bod",
    ],
)
def test_other_words_are_let_through(text):
    assert not claim_in(text)


# -- The action -----------------------------------------------------------------------------
def test_words_and_logo_are_printed_from_now_on(rule, officer, authority, now):
    before = make_certificate(at=now, learner=LearnerFactory(authority=authority))
    word_certificates(
        authority=authority,
        by=officer,
        opening="We are glad to say that",
        closing="Ask at the counter.",
        signed_by="Head of Licensing",
        logo=picture(),
        logo_text="Crest of the council",
    )
    after = make_certificate(at=now, learner=LearnerFactory(authority=authority))
    text = text_of(after)
    assert "We are glad to say that Ade Example" in text
    assert "Ask at the counter. Head of Licensing" in text
    assert "This is not a licence." in text
    document = pypdfium2.PdfDocument(bytes(after.document.pdf))
    assert any(thing.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for thing in _things(document))
    document.close()
    assert "This is to certify that Ade Example" in text_of(before)


def _things(document):
    return list(document[0].get_objects())


def test_words_of_another_authority_are_not_printed(rule, officer, authority, now):
    word_certificates(authority=authority, by=officer, opening="We are glad to say that")
    assert "This is to certify that Ade Example" in text_of(make_certificate(at=now))


def test_every_change_stays_in_the_history(officer, authority):
    word_certificates(authority=authority, by=officer, closing="One.")
    word_certificates(authority=authority, by=officer, closing="Two.")
    told = CertificateWording.pgh_event_model.objects.order_by("pk").values_list(
        "closing", flat=True
    )
    assert list(dict.fromkeys(told)) == ["", "One.", "Two."]


def refusal(**fields):
    with pytest.raises(WordingRefused) as refused:
        word_certificates(**fields)
    assert not CertificateWording.objects.exists()
    assert not get_image_model().objects.exists()
    return refused.value.code


def test_longest_words_fit_even_beside_the_longest_names(officer, authority):
    word_certificates(
        authority=authority,
        by=officer,
        opening="We certify " * 9,
        closing="Come and ask. " * 21,
        signed_by="Head of Everything " * 6,
        logo=picture((2000, 1500)),
        logo_text="Crest",
    )
    assert CertificateWording.objects.get().logo


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"closing": "Your licence is granted."}, "claims_a_licence"),
        ({"closing": "Well done \U0001f600"}, "unprintable"),
        ({"closing": "Well done. " * 300}, "too_long"),
        ({"logo": picture()}, "logo_without_text"),
        (
            {"logo": SimpleUploadedFile("a.png", b"no picture"), "logo_text": "Crest"},
            "logo_unreadable",
        ),
    ],
)
def test_what_cannot_be_printed_or_said_is_refused(officer, authority, fields, code):
    assert refusal(authority=authority, by=officer, **fields) == code


def test_nobody_words_another_authority(officer):
    assert refusal(authority=AuthorityFactory(), by=officer, closing="Hello.") == "not_allowed"


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
def test_other_staff_word_nothing(authority, now, role):
    by = staff(role, authority, now)
    assert refusal(authority=authority, by=by, closing="Hello.") == "not_allowed"


# -- The pages ------------------------------------------------------------------------------
def test_officer_saves_words_and_a_logo(as_officer, authority):
    facts = {"closing": "Ask us.", "logo": picture(), "logo_text": "Crest"}
    assert as_officer.post(address(authority), facts).status_code == 302
    page = as_officer.get(address(authority)).content.decode()
    assert "Ask us." in page
    assert 'alt="Crest"' in page


def test_logo_is_taken_away_again(as_officer, authority):
    as_officer.post(address(authority), {"logo": picture(), "logo_text": "Crest"})
    as_officer.post(address(authority), {"remove_logo": "on"})
    assert CertificateWording.objects.get().logo is None


def test_specimen_shows_unsaved_words_and_is_no_certificate(as_officer, authority):
    facts = {"closing": "Ask us.", "logo": picture(), "logo_text": "Crest", "specimen": "yes"}
    response = as_officer.post(address(authority), facts)
    assert response["Content-Type"] == "application/pdf"
    (text,) = pages(response.content)
    assert "This is a specimen, not a certificate." in text
    assert "Certificate number SPECIMEN" in text
    assert "Ask us." in text
    assert authority.name in text
    assert b"/ByteRange" not in response.content
    assert not CertificateWording.objects.exists()


def test_claim_is_named_beside_the_form(as_officer, authority):
    response = as_officer.post(address(authority), {"closing": "The licence is granted."})
    assert "licence is granted" in response.content.decode()
    assert not CertificateWording.objects.exists()


@pytest.mark.parametrize(
    "logo",
    [
        SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        picture(kind="JPEG"),
        picture(kind="TIFF", name="logo.tiff"),
    ],
    ids=["SVG", "JPEG called PNG", "TIFF"],
)
def test_only_pictures_that_are_what_they_say_are_taken(as_officer, authority, logo):
    response = as_officer.post(address(authority), {"logo": logo, "logo_text": "Crest"})
    assert response.status_code == 200
    assert not get_image_model().objects.exists()


def test_big_picture_is_refused(as_officer, authority):
    drawing = io.BytesIO()
    Image.effect_noise((1500, 1500), 100).save(drawing, format="PNG")
    logo = SimpleUploadedFile("logo.png", drawing.getvalue())
    response = as_officer.post(address(authority), {"logo": logo, "logo_text": "Crest"})
    assert "too big" in response.content.decode()


def test_another_authority_is_as_if_it_were_not_there(as_officer):
    other, missing = address(AuthorityFactory()), reverse("certificate_wording", args=[10**9])
    for place in (other, missing):
        assert as_officer.get(place).status_code == 404
        assert as_officer.post(place, {"closing": "Hello."}).status_code == 404


def test_list_holds_the_own_authorities_alone(as_officer, authority):
    AuthorityFactory(name="Elsewhere Council")
    page = as_officer.get(reverse("certificate_wordings")).content.decode()
    assert authority.name in page
    assert "Elsewhere Council" not in page


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor"])
def test_pages_are_closed_to_other_staff(client, authority, now, role):
    client.force_login(staff(role, authority, now))
    for place in (address(authority), reverse("certificate_wordings")):
        assert client.get(place).status_code in (302, 403)


def test_list_asks_no_more_for_more_authorities(client, db, django_assert_num_queries):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    client.get(reverse("certificate_wordings"))
    for _ in range(5):
        AuthorityFactory()
        with django_assert_num_queries(QUERIES):
            client.get(reverse("certificate_wordings"))
