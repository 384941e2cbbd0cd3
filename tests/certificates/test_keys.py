"""The file of the signing keys: made once, read strictly, and never told to anybody."""

import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from certificates import keys
from certificates.actions import document_of
from certificates.data_integrity import multikey
from certificates.keys import KeyFileError, make_key_file, read_key_file, signing_keys
from certificates.models import CertificateDocument, IssuerKey
from certificates.signing import is_signed_by
from tests.certificates.factories import make_certificate
from tests.databases import ROOT

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n", re.DOTALL)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys.pem"
    make_key_file(path, now=NOW)
    return path


@pytest.fixture
def own_keys(settings, tmp_path):
    """This test's keys, and a way to put new ones in their place as a restart would."""

    def rotate(name):
        settings.SIGNING_KEY_FILE = str(tmp_path / name)
        signing_keys.cache_clear()
        return signing_keys()

    yield rotate
    signing_keys.cache_clear()


def blocks(file):
    return BLOCK.findall(file.read_bytes())


def without(file, number):
    file.write_bytes(b"".join(one for place, one in enumerate(blocks(file)) if place != number))


def sentence(file, now=NOW):
    with pytest.raises(KeyFileError) as refused:
        read_key_file(file, now=now)
    assert str(file) in str(refused.value)
    return str(refused.value)


# -- The file -------------------------------------------------------------------------------
def test_new_file_is_for_its_owner_alone_and_complete(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = read_key_file(file, now=NOW)
    assert made.pdf_certificate.public_key() == made.pdf_key.public_key()
    assert made.pdf_key.curve.name == "secp256r1"
    assert len(made.credential_key.public_key().public_bytes_raw()) == 32
    usage = made.pdf_certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert usage.digital_signature
    assert not usage.key_cert_sign


def test_command_writes_a_file_and_overwrites_none(tmp_path, capsys):
    path = tmp_path / "keys.pem"
    call_command("make_signing_key", str(path))
    before = path.read_bytes()
    with pytest.raises(CommandError, match="there already"):
        call_command("make_signing_key", str(path))
    assert path.read_bytes() == before
    told = capsys.readouterr()
    assert "PRIVATE" not in told.out + told.err


def test_command_says_where_it_cannot_write(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("make_signing_key", str(tmp_path / "missing" / "keys.pem"))


def test_half_a_file_is_never_seen_and_one_of_many_makers_wins(tmp_path):
    path = tmp_path / "keys.pem"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: make_key_file(path, now=NOW, keep=True), range(8)))
    assert read_key_file(path, now=NOW)
    assert list(tmp_path.iterdir()) == [path]


def test_development_makes_its_keys_once_and_keeps_them(own_keys):
    first = own_keys("own.pem")
    again = own_keys("own.pem")
    assert first.pdf_certificate == again.pdf_certificate


def test_blocks_may_stand_in_any_order_and_a_chain_may_follow(file):
    private, certificate, credential = blocks(file)
    other = keys.self_signed(ec.generate_private_key(ec.SECP256R1()), NOW)
    issuer = other.public_bytes(Encoding.PEM)
    file.write_bytes(b"# ours\n" + issuer + credential + certificate + b"\n" + private)
    read = read_key_file(file, now=NOW)
    assert read.chain == (other,)
    assert read.pdf_certificate.public_key() == read.pdf_key.public_key()


# -- What stops the start -------------------------------------------------------------------
def test_missing_file(tmp_path):
    assert "no such file" in sentence(tmp_path / "none.pem")


def test_directory_in_its_place(tmp_path):
    assert "cannot be read" in sentence(tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o620])
def test_file_open_to_others(file, mode):
    file.chmod(mode)
    assert f"chmod 600 {file}" in sentence(file)


def test_file_for_the_group_of_the_service_is_fine(file):
    file.chmod(0o640)
    assert read_key_file(file, now=NOW)


@pytest.mark.parametrize(
    ("number", "what"), [(0, "P-256 private key"), (1, "X.509 certificate"), (2, "Ed25519")]
)
def test_incomplete_file(file, number, what):
    without(file, number)
    assert what in sentence(file)


def test_certificate_of_another_key(file):
    private, _, credential = blocks(file)
    other = keys.self_signed(ec.generate_private_key(ec.SECP256R1()), NOW)
    file.write_bytes(private + other.public_bytes(Encoding.PEM) + credential)
    assert "X.509 certificate of its P-256 key" in sentence(file)


def test_key_of_another_curve(file):
    _, certificate, credential = blocks(file)
    other = ec.generate_private_key(ec.SECP384R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + certificate + credential)
    assert "P-256" in sentence(file)


def test_damaged_file_is_not_quoted(file):
    private, certificate, credential = blocks(file)
    secret = private.splitlines()[1][:20]
    file.write_bytes(private.replace(secret, b"!" * 20) + certificate + credential)
    told = sentence(file)
    assert "damaged" in told
    assert private.splitlines()[2].decode() not in told


def test_certificate_past_its_last_day(file):
    assert read_key_file(file, now=NOW + keys.SELF_SIGNED_FOR)
    assert "ended on 2046" in sentence(file, now=NOW + keys.SELF_SIGNED_FOR + timedelta(seconds=1))


PRODUCTION = {
    "LMS_ENV": "production",
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "lms.example",
    "SITE_URL": "https://lms.example",
    "EMAIL_URL": "smtp://mail.lms.example:25",
    "DEFAULT_FROM_EMAIL": "training@lms.example",
}


def started(**variables):
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings", **PRODUCTION, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_does_not_start_without_the_setting():
    assert "Set SIGNING_KEY_FILE" in started().stderr


def test_production_does_not_start_without_the_file(tmp_path):
    done = started(SIGNING_KEY_FILE=str(tmp_path / "none.pem"))
    assert done.returncode != 0
    assert "make_signing_key" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "none.pem").exists()


def test_production_starts_with_a_good_file(file):
    done = started(SIGNING_KEY_FILE=str(file))
    assert done.returncode == 0, done.stderr


# -- Rotation and secrecy -------------------------------------------------------------------
@pytest.mark.django_db
def test_after_a_new_key_old_certificates_still_verify(own_keys, rule, now):
    before = own_keys("old.pem")
    first = make_certificate(at=now)
    after = own_keys("new.pem")
    second = make_certificate(at=now)
    for certificate, used in ((first, before), (second, after)):
        document = CertificateDocument.objects.select_related("pdf_key").get(
            certificate=certificate
        )
        published = x509.load_pem_x509_certificate(document.pdf_key.certificate_pem.encode())
        assert published == used.pdf_certificate
        assert is_signed_by(bytes(document.pdf), published, at=now)
        assert multikey(used.credential_key.public_key()) in document.credential
    other = x509.load_pem_x509_certificate(
        IssuerKey.objects.get(
            fingerprint=second.document.pdf_key.fingerprint
        ).certificate_pem.encode()
    )
    assert not is_signed_by(bytes(first.document.pdf), other, at=now)
    assert IssuerKey.objects.count() == 4


@pytest.mark.django_db
def test_private_keys_are_in_no_table_and_no_log(own_keys, rule, now, caplog):
    caplog.set_level("DEBUG")
    used = own_keys("own.pem")
    certificate = make_certificate(at=now)
    document_of(certificate=certificate, now=now)
    pems = [
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        for key in (used.pdf_key, used.credential_key)
    ]
    secrets = [line for pem in pems for line in pem.splitlines()[1:-1]]
    secrets += [f"{used.pdf_key.private_numbers().private_value:064x}"]
    secrets += [used.credential_key.private_bytes_raw().hex()]
    told = caplog.text + repr(used) + "".join(_every_row())
    assert used.pdf_certificate.serial_number
    assert certificate.reference in told
    assert not [secret for secret in secrets if secret in told]


@pytest.mark.django_db
def test_damaged_file_is_told_neither_on_a_page_nor_in_the_log(
    own_keys, rule, now, settings, client, caplog
):
    own_keys("own.pem")
    certificate = make_certificate(at=now)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM certificates_certificatedocument")
        cursor.execute("SET LOCAL session_replication_role = origin")
    path = Path(settings.SIGNING_KEY_FILE)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"!!!!\n", *lines[2:]]))
    signing_keys.cache_clear()
    client.force_login(certificate.learner.user)
    client.raise_request_exception = False
    page = client.get(reverse("certificate_pdf", args=[certificate.reference]))
    assert page.status_code == 500
    told = page.content.decode() + caplog.text
    assert "damaged" in caplog.text
    assert not [line for line in lines[2:4] if line.strip().decode() in told]


def _every_row():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            yield from (row[0] for row in cursor.fetchall())
