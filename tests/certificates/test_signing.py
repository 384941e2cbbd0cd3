"""The signature on the file: valid as issued, and broken by any change."""

import io
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields

from certificates import keys
from certificates.keys import make_key_file, read_key_file, signing_keys
from certificates.lint import Linted, lint
from certificates.signing import FIELD_TITLE, SignatureBroken, is_signed_by, sign
from tests.certificates.test_lint import certificate_of, parts

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@cache
def signed_once():
    return sign(lint(*parts(certificate_of())), signing_keys(), now=NOW)


@pytest.fixture
def signed():
    return signed_once()


def holds(pdf):
    return is_signed_by(pdf, signing_keys().pdf_certificate, at=NOW)


def embedded(pdf):
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return signature


def test_signature_is_pades_over_the_whole_file(signed):
    signature = embedded(signed.pdf)
    assert holds(signed.pdf)
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.self_reported_timestamp == NOW
    assert signature.signer_cert.public_key.curve == ("named", "secp256r1")
    assert signature.sig_field["/TU"] == FIELD_TITLE
    assert signature.sig_field["/Rect"] == [0, 0, 0, 0]


@cache
def covered():
    """The places that a signature can cover: all but its own."""
    begin, length, again, rest = embedded(signed_once().pdf).byte_range
    assert begin == 0
    assert again + rest == len(signed_once().pdf)
    return [*range(length), *range(again, again + rest)]


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_breaks_it(place, bit):
    changed = bytearray(signed_once().pdf)
    changed[covered()[int(place * len(covered()))]] ^= 1 << bit
    assert not holds(bytes(changed))


def test_room_that_the_signature_left_may_hide_nothing(signed):
    end = embedded(signed.pdf).byte_range[2] - 1
    assert signed.pdf[end - 8 : end + 1] == b"00000000>"
    assert not holds(signed.pdf[: end - 8] + b"deadbeef" + signed.pdf[end:])


@pytest.mark.parametrize("more", [b"\n", b"% more\n", b"%PDF-1.7\n"])
def test_anything_appended_breaks_it(signed, more):
    assert not holds(signed.pdf + more)


def test_honest_looking_update_breaks_it(signed):
    """A second revision, as any PDF editor appends it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed.pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec("Another", box=None))
    changed = io.BytesIO()
    writer.write(changed)
    assert changed.getvalue().startswith(signed.pdf)
    assert not holds(changed.getvalue())


def test_cut_file_is_not_signed(signed):
    for length in (0, 10, len(signed.pdf) // 2, len(signed.pdf) - 1):
        assert not holds(signed.pdf[:length])


def test_unsigned_file_is_not_signed():
    assert not holds(parts(certificate_of())[1])


def test_signature_of_somebody_else_is_not_ours(signed, tmp_path):
    make_key_file(tmp_path / "other.pem", now=NOW)
    other = read_key_file(tmp_path / "other.pem", now=NOW)
    forged = sign(lint(*parts(certificate_of())), other, now=NOW)
    assert not holds(forged.pdf)
    assert is_signed_by(forged.pdf, other.pdf_certificate, at=NOW)


def test_key_past_its_last_day_signs_nothing():
    late = NOW + keys.SELF_SIGNED_FOR + timedelta(days=400)
    with pytest.raises(SignatureBroken, match="ended"):
        sign(lint(*parts(certificate_of())), signing_keys(), now=late)


def test_file_that_is_none_cannot_be_signed():
    """Only lint makes what sign takes; whatever else is tried does not get this far."""
    with pytest.raises(TypeError):
        sign(Linted(b"", {}, made_by=None), signing_keys(), now=NOW)


def test_ours_reads_as_a_signature_of_this_service(signed):
    assert "Certificates of" in embedded(signed.pdf).signer_cert.subject.native["common_name"]
