"""Forms of the certificate pages."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField

from certificates import reference

LOGO_BYTES = 2_000_000


class VerifyForm(forms.Form):
    """The number on a certificate, however it is typed. Whether it exists is not said here."""

    reference = forms.CharField(
        label=_("Certificate number"),
        help_text=_("It has 12 letters and numbers. For example, 7K3M-9QX2-HT4D."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Enter the certificate number"),
            "max_length": _("Certificate number must have 12 letters and numbers"),
        },
    )

    def clean_reference(self) -> str:
        written = reference.normalise(self.cleaned_data["reference"])
        if not written:
            raise forms.ValidationError(_("Enter the certificate number"))
        return written


class WordingForm(forms.Form):
    """An authority's own words on its certificates. All may stay empty."""

    opening = forms.CharField(
        label=_("Words before the name"),
        help_text=_("Empty: This is to certify that"),
        max_length=100,
        required=False,
    )
    closing = forms.CharField(
        label=_("Words below the facts"),
        help_text=_("One or two sentences, such as whom to ask. 300 characters at most."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    signed_by = forms.CharField(
        label=_("Signed by"),
        help_text=_("A post rather than a name: Head of Licensing."),
        max_length=120,
        required=False,
    )
    logo = WagtailImageField(label=_("Logo"), required=False)
    logo_text = forms.CharField(
        label=_("What the logo shows"),
        help_text=_("For people who cannot see it: Crest of Northbridge City Council."),
        max_length=120,
        required=False,
    )
    remove_logo = forms.BooleanField(label=_("Print no logo"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["logo"].help_text = _(
            "A PNG or JPEG picture, 2 MB at most. Wide ones fit best."
        )

    def clean_logo(self) -> UploadedFile | None:
        logo: UploadedFile | None = self.cleaned_data["logo"]
        if logo is not None and (logo.size or 0) > LOGO_BYTES:
            most = filesizeformat(LOGO_BYTES)
            raise forms.ValidationError(_("This picture is too big. It may have %s.") % most)
        return logo
