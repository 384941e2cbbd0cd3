"""The signed files of a certificate: made once, stored with it, served byte for byte ever after."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from certificates.keys import signing_keys
from certificates.models import Certificate, CertificateDocument, CertificateWording
from certificates.pdf import render_certificate, words_of
from certificates.signing import issuer_keys, sign_pdf


def seal(*, certificate: Certificate, now: datetime) -> CertificateDocument:
    """Make and store the signed PDF and the signed credential of a certificate that has its row.

    Call it in the transaction that writes the row: there is no certificate without its files. The
    caller holds whatever lock keeps others from writing the same one. Whatever is raised leaves
    nothing written once that transaction is rolled back.
    """
    keys = signing_keys()
    words = words_of(_wording(certificate))
    pdf = sign_pdf(render_certificate(certificate, words), keys, now=now)
    pdf_key, credential_key = issuer_keys(keys, now=now)
    return CertificateDocument.objects.create(
        certificate=certificate,
        pdf=pdf,
        pdf_digest=sha256(pdf).hexdigest(),
        pdf_key=pdf_key,
        credential=json.dumps(_credential(certificate)),
        credential_key=credential_key,
        made_at=now,
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


def _credential(certificate: Certificate) -> dict[str, Any]:
    return {"id": certificate.verify_url}
