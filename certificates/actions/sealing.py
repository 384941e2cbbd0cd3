"""The signed files of a certificate: made once, stored with it, served byte for byte ever after."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from certificates import credential
from certificates.keys import signing_keys
from certificates.lint import Facts, Linted, LintFailed, lint
from certificates.models import Certificate, CertificateDocument, CertificateWording
from certificates.pdf import (
    OPENING,
    SERVICE,
    LogoUnreadable,
    Unprintable,
    Words,
    identity,
    in_plain_letters,
    render_certificate,
    words_of,
)
from certificates.signing import issuer_keys, sign


def seal(*, certificate: Certificate, now: datetime) -> CertificateDocument:
    """Make and store the signed PDF and the signed credential of a certificate that has its row.

    Call it in the transaction that writes the row: there is no certificate without its files. The
    caller holds whatever lock keeps others from writing the same one. Raises LintFailed where the
    files would not say what the row says, and whatever signing raises: roll back.
    """
    keys = signing_keys()
    signed = sign(_linted(certificate), keys, now=now)
    pdf_key, credential_key = issuer_keys(keys, now=now)
    return CertificateDocument.objects.create(
        certificate=certificate,
        pdf=signed.pdf,
        pdf_digest=sha256(signed.pdf).hexdigest(),
        pdf_key=pdf_key,
        credential=signed.credential,
        credential_key=credential_key,
        made_at=now,
    )


def _linted(certificate: Certificate) -> Linted:
    try:
        words = words_of(_wording(certificate))
        pdf = render_certificate(certificate, words)
    except LogoUnreadable:
        raise LintFailed("logo_unreadable") from None
    except Unprintable:
        raise LintFailed("words_unprintable") from None
    return lint(facts_of(certificate, words), pdf, credential.build(certificate))


def facts_of(certificate: Certificate, words: Words) -> Facts:
    return Facts(
        reference=certificate.reference,
        holder_name=certificate.holder_name,
        plain_name=in_plain_letters(certificate.holder_name),
        course=certificate.course_title,
        edition=certificate.course_edition,
        passed_at=certificate.passed_at,
        passed_on=certificate.passed_on,
        valid_until=certificate.valid_until,
        issued_at=certificate.issued_at,
        authority=certificate.authority_name,
        licence_number=certificate.licence_number,
        provider=certificate.provider_name,
        identity=identity(certificate),
        replaces=certificate.replaces.reference if certificate.replaces else "",
        verify_url=certificate.verify_url,
        service=SERVICE,
        before_name=words.opening or OPENING,
        after_facts=f"{words.closing} {words.signed_by}",
    )


@transaction.atomic
def document_of(*, certificate: Certificate, now: datetime) -> CertificateDocument:
    """The files of a certificate. One from before files were kept is sealed now, under a lock;
    a repeat, also at the same moment, finds what there is."""
    there = CertificateDocument.objects.filter(certificate=certificate).first()
    if there is not None:
        return there
    Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    there = CertificateDocument.objects.filter(certificate=certificate).first()
    return there or seal(certificate=certificate, now=now)


def _wording(certificate: Certificate) -> CertificateWording | None:
    worded = CertificateWording.objects.filter(authority=certificate.authority_id)
    return worded.select_related("logo").first() if certificate.authority_id else None
