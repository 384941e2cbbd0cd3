"""The form of the public check."""

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates import reference


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
