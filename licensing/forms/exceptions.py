"""The forms in which more time for a driver is proposed, declined and ended."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from licensing.actions.exceptions import LONGEST

LONGEST_REASON = 2000


class ProposeExceptionForm(forms.Form):
    requirement = forms.ChoiceField(label=_("Requirement"))
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=AdminDateInput,
        help_text=_("The driver has until the end of this day. At most a year."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Why this driver needs more time. No details of health."),
    )

    def __init__(self, *args: Any, codes: Iterable[str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        choices = [(code, code) for code in codes]
        self.fields["requirement"].choices = choices  # type: ignore[attr-defined]

    def clean_ends_on(self) -> date:
        day: date = self.cleaned_data["ends_on"]
        if not self.today <= day <= self.today + LONGEST:
            raise forms.ValidationError(_("Choose today or a later day, within a year."))
        return day


class WhyForm(forms.Form):
    """A reason, for whoever declines or ends it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
