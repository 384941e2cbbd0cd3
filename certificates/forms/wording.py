"""The form in which an authority words its certificates."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField

LOGO_BYTES = 2_000_000


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
            raise forms.ValidationError(_("This picture is too big. It may be %s at most.") % most)
        return logo
