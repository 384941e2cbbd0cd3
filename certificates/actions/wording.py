"""An authority's own words and logo on its certificates from now on."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from wagtail.images import get_image_model

from certificates import perms
from certificates.lint import read
from certificates.models import CertificateWording
from certificates.pdf import (
    LogoUnreadable,
    Unprintable,
    Words,
    draw_logo,
    render_specimen,
    words_of,
)
from certificates.wording import claim_in
from people.models import Authority, User

TEXTS = ("opening", "closing", "signed_by", "logo_text")


class WordingRefused(Exception):
    """``code``: ``not_allowed``, ``claims_a_licence``, ``logo_without_text``, ``too_long``,
    ``unprintable``, ``logo_unreadable``; ``words`` are those it is about."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code)
        self.code, self.words = code, words


@transaction.atomic
def word_certificates(
    *,
    authority: Authority,
    by: User,
    logo: UploadedFile | None = None,
    keep_logo: bool = True,
    **texts: str,
) -> CertificateWording:
    """Set what the authority's certificates say from now on; issued ones stay as they are.

    The history table dates the change and names its author. A repeat writes the same once more.
    Raises WordingRefused with nothing changed.
    """
    _checked(authority, by, logo, keep_logo, texts)
    CertificateWording.objects.get_or_create(authority=authority)
    wording = CertificateWording.objects.select_for_update(of=("self",)).get(authority=authority)
    for name, text in _cleaned(texts).items():
        setattr(wording, name, text)
    if logo is not None:
        wording.logo = _stored(logo, authority, by)
    elif not keep_logo:
        wording.logo = None
    wording.save()
    return wording


def make_specimen(
    *,
    authority: Authority,
    by: User,
    logo: UploadedFile | None = None,
    keep_logo: bool = True,
    **texts: str,
) -> bytes:
    """The same words on a specimen, with nothing changed. Raises WordingRefused."""
    words = _checked(authority, by, logo, keep_logo, texts)
    return render_specimen(authority.name, words)


def _checked(
    authority: Authority,
    by: User,
    logo: UploadedFile | None,
    keep_logo: bool,  # noqa: FBT001  (handed through)
    texts: dict[str, str],
) -> Words:
    """The words as they would be drawn. The longest names must leave room for them, or certificates
    would fail later on."""
    if not perms.may_word_certificates(by, authority):
        raise WordingRefused("not_allowed")
    said: Any = _cleaned(texts)
    try:
        words = Words(logo=_logo_of(authority, logo, keep_logo), **said)
    except LogoUnreadable:
        raise WordingRefused("logo_unreadable") from None
    if words.logo and not words.logo_text:
        raise WordingRefused("logo_without_text")
    try:
        longest = render_specimen("Borough Council of " * 4, words, longest=True)
    except Unprintable:
        raise WordingRefused("unprintable") from None
    if read(longest).pages != 1:
        raise WordingRefused("too_long")
    return words


def _cleaned(texts: dict[str, str]) -> dict[str, str]:
    said = {name: " ".join(texts.get(name, "").split()) for name in TEXTS}
    for text in said.values():
        if claim := claim_in(text):
            raise WordingRefused("claims_a_licence", claim)
    return said


def _logo_of(authority: Authority, logo: UploadedFile | None, keep: bool) -> bytes:  # noqa: FBT001
    if logo is not None:
        logo.seek(0)
        return draw_logo(logo)
    worded = CertificateWording.objects.filter(authority=authority).select_related("logo").first()
    return words_of(worded).logo if keep else b""


def _stored(logo: UploadedFile, authority: Authority, by: User) -> Any:
    logo.seek(0)
    image = get_image_model()(title=f"Logo: {authority}", file=logo, uploaded_by_user=by)
    image.save()
    image.get_file_hash()  # Kept in the row; by it a drawn logo is known again.
    return image
