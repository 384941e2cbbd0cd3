"""Which file to compare with the one that was issued."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.hashing import MAX_BYTES, HashedFile

DIGEST_LENGTH = 64


class CompareForm(forms.Form):
    """The file itself, or its fingerprint from a program of the checker's own."""

    document = forms.FileField(
        label=_("The PDF file"),
        help_text=_("The file must be smaller than 2 MB. We do not keep it."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        required=False,
        allow_empty_file=True,
    )
    fingerprint = forms.CharField(
        label=_("Or its SHA-256 fingerprint"),
        help_text=_("Only if you know how to make one. It has 64 letters and numbers."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        required=False,
    )

    def clean_document(self) -> HashedFile | None:
        file: HashedFile | None = self.cleaned_data["document"]
        if file is not None and (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file must be smaller than 2 MB"))
        return file

    def clean_fingerprint(self) -> str:
        typed = re.sub(r"[\s:]", "", self.cleaned_data["fingerprint"]).lower()
        if typed and not re.fullmatch(rf"[0-9a-f]{{{DIGEST_LENGTH}}}", typed):
            raise forms.ValidationError(
                _("The fingerprint must have 64 characters: numbers, and letters from a to f")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not given.get("document") and not given.get("fingerprint"):
            self.add_error("document", _("Choose the PDF file"))
        return given

    @property
    def digest(self) -> str:
        """Of the file, which goes before whatever was typed."""
        file: HashedFile | None = self.cleaned_data["document"]
        return file.digest if file else str(self.cleaned_data["fingerprint"])
