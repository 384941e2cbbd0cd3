from django import forms
from django.utils.translation import gettext_lazy as _


class RetryForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why it will arrive this time, or why it is needed in any case."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
