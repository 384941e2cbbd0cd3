"""What is written while somebody looks into a sitting, or into a question."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from assessments.models import Case

LONGEST = 5000  # Letters; as much as an entry of a case holds.


class WordsForm(forms.Form):
    """One text of whoever is signed in."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 8}), max_length=LONGEST)

    def __init__(
        self, *args: Any, label: Any, help_text: Any = "", required: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        field.label, field.help_text = label, help_text
        field.error_messages["required"] = required or _("Write something.")


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"), choices=Case.Decision.choices, widget=forms.RadioSelect
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("The driver reads them. Say what you looked at and why you decided so."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST,
    )
    no_test_before = forms.DateField(
        label=_("No test before"),
        help_text=_(
            "Only where the rules were broken, and at most twelve months from today. "
            "Empty: no wait."
        ),
        required=False,
        widget=AdminDateInput,
    )

    def clean_no_test_before(self) -> datetime | None:
        """From the first moment of that day in London."""
        day = self.cleaned_data["no_test_before"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


class AppealDecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"), choices=Case.AppealDecision.choices, widget=forms.RadioSelect
    )
    reasons = DecisionForm.base_fields["reasons"]
