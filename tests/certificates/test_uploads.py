"""What may be handed in, and under which name it is kept."""

import pytest

from certificates.uploads import MAX_BYTES, UploadRefused, document, safe_name

PDF, JPEG, PNG = b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")],
)
def test_kind_is_told_by_the_content_and_not_by_the_name(content, content_type):
    assert document("page.html", content + b"rest").content_type == content_type


@pytest.mark.parametrize(
    "content", [b"<html>", b"GIF89a", b"PK\x03\x04", b" %PDF-1.7", b"MZ", b"<svg/>"]
)
def test_anything_else_is_refused_whatever_it_is_called(content):
    with pytest.raises(UploadRefused) as refused:
        document("certificate.pdf", content)
    assert refused.value.code == "not_a_document"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty"), (PDF + b"x" * MAX_BYTES, "too_large")]
)
def test_size_is_checked(content, code):
    with pytest.raises(UploadRefused) as refused:
        document("certificate.pdf", content)
    assert refused.value.code == code


def test_largest_that_is_allowed_is_taken():
    content = PDF + b"x" * (MAX_BYTES - len(PDF))
    assert document("a.pdf", content).content == content


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Zertifikat Ömer.pdf", "Zertifikat Ömer.pdf"),
        ("SCAN.PDF", "SCAN.PDF"),
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a.html", "a.html.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "a Set-Cookie: b.pdf"),
        ('a".pdf', "a'.pdf"),
        ("exe\u202efdp.pdf", "exe fdp.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_name_is_kept_as_far_as_it_can_do_no_harm(name, kept):
    assert safe_name(name, (".pdf",)) == kept


def test_same_content_has_the_same_digest_under_any_name():
    assert document("a.pdf", PDF).digest == document("b.pdf", PDF).digest
