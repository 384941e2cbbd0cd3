"""What lint refuses: a fact that one of the files says differently, and bad names."""

import copy
from dataclasses import replace
from datetime import timedelta

import pytest

from certificates import credential, pdf
from certificates.actions.sealing import facts_of
from certificates.lint import Linted, LintFailed, lint, name_problems
from certificates.models import Certificate
from certificates.pdf import PLAIN, Words, render_certificate
from tests.certificates.test_pdf import make

LONG = "Bartholomew Maximilian Featherstonehaugh-Cholmondeley " * 3
NAMES = {
    "Latin": "Siân O'Hara-Włodzimierz",
    "one word": "Priya",
    "Arabic": "محمد عبد الله",
    "Urdu": "علی رضا خان ۂ لاء",
    "Bengali": "ক্ষুদ্র শ্রী চন্দ্র",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Devanagari": "राज कुमार क्षत्रिय",
    "Tamil": "தமிழ் செல்வன்",
    "Chinese": "王小明",
    "long": LONG.strip(),
    "joined": "می\u200cخواهم",
    "accents apart": "Zoe\u0308 E\u0301mile",
}


def certificate_of(**fields):
    return make(
        **{"pk": 7, "course_id": 3, "authority_id": 5, "issued_at": make().passed_at, **fields}
    )


def parts(certificate, words=PLAIN):
    return (
        facts_of(certificate, words),
        render_certificate(certificate, words),
        credential.build(certificate),
    )


def refused(facts, page, said):
    with pytest.raises(LintFailed) as failure:
        lint(facts, page, said)
    return set(failure.value.problems)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_name_of_any_script_passes(name):
    linted = lint(*parts(certificate_of(holder_name=name)))
    assert linted.credential["credentialSubject"]["identifier"][0]["identityHash"] == name


@pytest.mark.parametrize(
    "fields",
    [
        {"licence_number": "", "authority_name": ""},
        {"provider_name": "Westvale College", "course_edition": ""},
        {"replaces": Certificate(reference="0000-0000-0000")},
        {"provider_name": "A College", "replaces": Certificate(reference="0000-0000-0000")},
        {"identity_method": "Photo ID seen by a trainer"},
        {"course_title": "ڈرائیوروں کے لیے تحفظ"},
        {"authority_name": "Cyngor Sir Gaerfyrddin – Caerfyrddin"},
    ],
)
def test_every_kind_of_certificate_passes(fields):
    assert lint(*parts(certificate_of(**fields)))


def test_wording_of_the_authority_passes():
    words = Words("We certify that", "Ask us on the ground floor.", "Head of Licensing")
    assert lint(*parts(certificate_of(), words))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_empty"),
        ("  ", "name_empty"),
        ("12345", "name_without_letters"),
        ("Ade\x00Example", "name_damaged"),
        ("Ade\nExample", "name_damaged"),
        ("Ade \u202eelpmaxE", "name_damaged"),
        ("Ade \ufffd", "name_damaged"),
        ("\u0301Ade", "name_damaged"),
        ("Ade \ue000", "name_damaged"),
    ],
)
def test_name_that_cannot_be_printed_is_refused(name, code):
    assert list(name_problems(name)) == [code]


CHANGES = {
    "holder_name": ("Ade Other", "name"),
    "course_title": ("Another course", "course"),
    "course_edition": ("2026", "edition"),
    "passed_on": (make().passed_on + timedelta(days=1), "passed_on"),
    "valid_until": (make().valid_until - timedelta(days=1), "valid_until"),
    "authority_name": ("Westvale Borough Council", "authority"),
    "licence_number": ("PH-100", "licence"),
    "provider_name": ("A College", "provider"),
    "identity_method": ("Photo ID seen by a trainer", "identity"),
    "reference": ("0000-0000-0000", "reference"),
    "replaces": (Certificate(reference="0000-0000-0000"), "replaces"),
}


@pytest.mark.parametrize(("field", "change"), CHANGES.items(), ids=CHANGES)
def test_fact_that_the_file_alone_says_differently_is_refused(field, change):
    value, code = change
    facts, _, said = parts(certificate_of())
    page = render_certificate(certificate_of(**{field: value}))
    problems = refused(facts, page, said)
    # What stands between two facts that are as they should be is not named, but it is found.
    assert f"pdf_says_else:{code}" in problems or field in ("course_edition", "replaces")
    assert not any(problem.startswith("credential") for problem in problems)


@pytest.mark.parametrize(("field", "change"), CHANGES.items(), ids=CHANGES)
def test_fact_that_the_credential_alone_says_differently_is_refused(field, change):
    value, code = change
    if field == "passed_on":
        field, value = "passed_at", make().passed_at + timedelta(days=1)
    facts, page, _ = parts(certificate_of(identity_method="Identity was not checked at the test"))
    said = credential.build(certificate_of(**{field: value}))
    if field == "identity_method":
        assert refused(facts, page, said) == {"credential_says_else:identity"}
    else:
        assert f"credential_says_else:{code}" in refused(facts, page, said)


def test_code_that_leads_elsewhere_is_refused(monkeypatch):
    facts, _, said = parts(certificate_of())
    draw = pdf._qr
    monkeypatch.setattr(pdf, "_qr", lambda url: draw(url.replace("7K3M", "8K3M")))
    assert refused(facts, render_certificate(certificate_of()), said) == {"pdf_says_else:code"}


def test_longer_value_that_begins_alike_is_another_value():
    facts, _, said = parts(certificate_of(licence_number="PH-1"))
    assert refused(facts, render_certificate(certificate_of(licence_number="PH-10")), said)


def test_another_name_in_the_same_script_is_another_name():
    facts, _, said = parts(certificate_of(holder_name="محمد عبد الله"))
    page = render_certificate(certificate_of(holder_name="محمد علی"))
    assert "pdf_says_else:name" in refused(facts, page, said)


def test_dates_out_of_order_are_refused():
    certificate = certificate_of(valid_until=make().passed_on - timedelta(days=1))
    assert "dates_out_of_order" in refused(*parts(certificate))


def test_pass_of_tomorrow_is_refused_but_clocks_may_differ_by_a_minute():
    facts, page, said = parts(certificate_of())
    early = replace(facts, issued_at=facts.issued_at - timedelta(seconds=59))
    assert lint(early, page, said)
    earlier = replace(facts, issued_at=facts.issued_at - timedelta(minutes=2))
    assert refused(earlier, page, said) == {"passed_in_the_future"}


def test_day_of_the_pass_is_the_london_day():
    facts, page, said = parts(certificate_of())
    late = replace(facts, passed_at=facts.passed_at.replace(hour=23, minute=30))
    assert "day_of_pass_differs" in refused(
        replace(late, issued_at=late.passed_at + timedelta(days=1)), page, said
    )


def test_two_pages_are_refused():
    words = Words(closing="Come to our counter. " * 200)
    assert "page_too_full" in refused(*parts(certificate_of(), words))


@pytest.mark.parametrize("place", ["issuer", "credentialSubject", "credentialStatus", "validUntil"])
def test_credential_that_lacks_a_part_is_refused(place):
    facts, page, said = parts(certificate_of())
    broken = copy.deepcopy(said)
    del broken[place]
    assert refused(facts, page, broken) == {f"credential_malformed:{place}"}


def test_credential_with_a_date_that_is_none_is_refused():
    facts, page, said = parts(certificate_of())
    assert refused(facts, page, {**said, "validUntil": "soon"}) == {"credential_malformed:dates"}


def test_nothing_but_lint_makes_what_may_be_signed():
    with pytest.raises(TypeError):
        Linted(b"", {}, made_by=object())
