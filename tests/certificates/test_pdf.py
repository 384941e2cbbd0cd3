"""The file as its readers meet it: extracted text, rendered page, scanned code."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp

from assessments import typesetting
from certificates.models import Certificate
from certificates.pdf import render_certificate


def make(**fields):
    facts = {
        "reference": "7K3M-9QX2-HT4D",
        "holder_name": "Ade Example",
        "licence_number": "PH-1002",
        "authority_name": "Northbridge City Council",
        "course_title": "Safeguarding for drivers",
        "course_edition": "2026.1",
        "provider_name": "",
        "identity_method": "",
        "passed_at": datetime(2025, 4, 3, 9, 0, tzinfo=UTC),
        "passed_on": date(2025, 4, 3),
        "valid_until": date(2028, 4, 3),
    }
    return Certificate(**{**facts, **fields})


def pages(file):
    document = pypdfium2.PdfDocument(file)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [" ".join(text.split()) for text in texts]


def text_of(certificate):
    (text,) = pages(render_certificate(certificate))
    return text


def scanned(file):
    document = pypdfium2.PdfDocument(file)
    image = document[0].render(scale=3).to_pil()
    document.close()
    (code,) = zxingcpp.read_barcodes(image)
    return code.text


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("This is to certify that", "Ade Example"),
        ("passed the test of the course", "Safeguarding for drivers"),
        ("", "Edition 2026.1"),
        ("Valid until", "3 April 2028"),
        ("Passed on", "3 April 2025"),
        ("Certificate number", "7K3M-9QX2-HT4D"),
        ("Licence or badge number", "PH-1002"),
        ("Licensing authority", "Northbridge City Council"),
        ("Training provider", "Northbridge City Council"),
        ("How identity was checked", "Identity was not checked at the test"),
        ("", "This is not a licence."),
        (
            "It shows that training was passed.",
            "It does not say that a person is fit to hold a licence.",
        ),
    ],
)
def test_page_says(label, value):
    assert f"{label} {value}".strip() in text_of(make())


def test_code_leads_to_the_public_check():
    certificate = make()
    assert scanned(render_certificate(certificate)) == certificate.verify_url


def test_address_of_the_public_check_is_printed_too():
    certificate = make()
    assert certificate.verify_url in text_of(certificate)


def test_same_certificate_gives_the_same_bytes():
    assert render_certificate(make()) == render_certificate(make())


def test_moment_is_the_same_in_any_time_zone():
    moment = datetime.fromisoformat("2025-04-03T10:00:00+01:00")
    assert render_certificate(make(passed_at=moment)) == render_certificate(make())


@pytest.mark.parametrize("day", range(1, 29))
def test_file_is_dated_by_the_pass(day):
    file = render_certificate(make(passed_at=datetime(2025, 4, day, 9, 0, tzinfo=UTC)))
    document = pypdfium2.PdfDocument(file)
    assert document.get_metadata_value("CreationDate").startswith(f"D:202504{day:02}090000")
    document.close()


def test_file_declares_both_standards_a_title_and_a_language():
    file = render_certificate(make())
    assert re.search(rb"pdfuaid:part>\s*1", file)
    assert re.search(rb"pdfaid:part>\s*2", file)
    assert re.search(rb"pdfaid:conformance>\s*A", file)
    document = pypdfium2.PdfDocument(file)
    assert document.get_metadata_value("Title") == "Certificate of training: Ade Example"
    document.close()
    assert b"/Lang(en-GB)" in file or b"/Lang (en-GB)" in file


def test_code_has_words_for_those_who_do_not_see_it():
    assert b"/Alt" in render_certificate(make())


@pytest.mark.parametrize(
    "name",
    [
        "Włodzimierz Brzęczyszczykiewicz",
        "Priya",
        "Bartholomew Maximilian Featherstonehaugh-Cholmondeley Smythe",
        "Siân O'Hara & Co <b>",
        '#import "x" $x$ *b* @y \\ //',
    ],
)
def test_name_is_printed_as_it_is(name):
    assert name in text_of(make(holder_name=name))


@pytest.mark.parametrize(
    "name",
    ["محمد عبد الله", "মোহাম্মদ রহিম", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "राज कुमार", "தமிழ் செல்வன்"],
    ids=["Arabic", "Bengali", "Gurmukhi", "Devanagari", "Tamil"],
)
def test_name_keeps_its_script(name):
    first = name[0]
    assert first in text_of(make(holder_name=name))


@pytest.mark.parametrize(("name", "plain"), [("王小明", "WangXiaoMing"), ("Ade 𓀀 Example", "Ade")])
def test_name_that_no_font_has_is_written_in_latin_letters(name, plain):
    assert f"This is to certify that {plain}" in text_of(make(holder_name=name))


def test_without_the_fonts_folder_typsts_own_fonts_serve(settings, tmp_path):
    settings.FONTS_DIR = tmp_path / "missing"
    typesetting.compiler.cache_clear()
    try:
        assert "This is to certify that Ade Example" in text_of(make())
        assert "Gurprit" in text_of(make(holder_name="ਗੁਰਪ੍ਰੀਤ"))
    finally:
        typesetting.compiler.cache_clear()


def test_what_is_unknown_is_left_out():
    text = text_of(make(licence_number="", authority_name=""))
    assert "Licence or badge number" not in text
    assert "Licensing authority" not in text
    assert "Training provider Driver safeguarding training" in text


def test_longest_facts_stay_on_one_page():
    certificate = make(holder_name="Bartholomew " * 16, course_title="Safeguarding " * 15)
    assert len(pages(render_certificate(certificate))) == 1


def test_labels_stand_before_their_values_in_reading_order():
    text = text_of(make())
    words = [
        "Certificate of training",
        "Ade Example",
        "Safeguarding",
        "Valid until",
        "PH-1002",
        "Check this certificate",
        "This is not a licence.",
    ]
    assert all(text.index(one) < text.index(other) for one, other in pairwise(words))


def test_pdf_is_a_complete_file():
    file = BytesIO(render_certificate(make())).getvalue()
    assert file.startswith(b"%PDF-1.7")
    assert file.rstrip().endswith(b"%%EOF")
