"""PDF/UA-1 and PDF/A-2a, as veraPDF judges them, before and after signing."""

import io
from datetime import UTC, datetime

import pytest
import typst
from PIL import Image

from certificates.keys import signing_keys
from certificates.lint import lint
from certificates.models import Certificate
from certificates.pdf import Words, draw_logo, render_certificate, render_specimen
from certificates.signing import sign
from tests.certificates.test_lint import NAMES, certificate_of, parts
from tests.verapdf import PROFILES, broken_rules

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def logo():
    drawing = io.BytesIO()
    Image.linear_gradient("L").convert("RGBA").save(drawing, format="PNG")
    drawing.seek(0)
    return draw_logo(drawing)


def accepted(pdf):
    return not any(broken_rules(pdf, standard) for standard in PROFILES)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_both_standards_hold_for_any_name_before_and_after_signing(name):
    facts, pdf, said = parts(certificate_of(holder_name=name))
    signed = sign(lint(facts, pdf, said), signing_keys(), now=NOW).pdf
    for standard in PROFILES:
        assert broken_rules(pdf, standard) == []
        assert broken_rules(signed, standard) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"provider_name": "Westvale College", "replaces": Certificate(reference="0000-0000-0000")},
        {"licence_number": "", "authority_name": ""},
    ],
    ids=["recognised and corrected", "without an authority"],
)
def test_they_hold_for_other_kinds_of_certificate(fields):
    assert accepted(render_certificate(certificate_of(**fields)))


def test_they_hold_with_an_authoritys_words_and_logo():
    words = Words("We certify that", "Ask us.", "Head of Licensing", logo(), "Crest")
    facts, pdf, said = parts(certificate_of(), words)
    assert accepted(sign(lint(facts, pdf, said), signing_keys(), now=NOW).pdf)


def test_they_hold_for_a_specimen():
    assert accepted(render_specimen("Northbridge City Council", Words(logo=logo(), logo_text="A")))


# -- The judge can say no -------------------------------------------------------------------
def typeset(*standards):
    source = b'#set document(title: "A page")\n= A page\nWords.'
    return typst.Compiler(source).compile(format="pdf", pdf_standards=list(standards))


def test_file_of_one_standard_is_refused_by_the_other():
    assert broken_rules(typeset("ua-1"), "a-2a")
    assert broken_rules(typeset("a-2a"), "ua-1")
    assert broken_rules(typeset("ua-1"), "ua-1") == []


def test_plain_file_is_refused_by_both():
    assert all(broken_rules(typeset(), standard) for standard in PROFILES)


def test_without_the_line_end_before_the_signature_archives_would_refuse_it():
    facts, pdf, said = parts(certificate_of())
    signed = sign(lint(facts, pdf, said), signing_keys(), now=NOW).pdf
    assert signed.startswith(pdf + b"\n")
    glued = pdf + signed[len(pdf) + 1 :]
    assert any(rule.startswith("6.1") for rule in broken_rules(glued, "a-2a"))
