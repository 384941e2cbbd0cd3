"""What officers and reviewers fill in after a test."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import ResultChange

ReasonClass = ResultChange.ReasonClass


class VoidForm(forms.Form):
    """Why a sitting does not count. The person is told the kind of reason, not its words."""

    reason_class = forms.ChoiceField(
        label=_("Kind of reason"),
        choices=[(each.value, each.label) for each in (ReasonClass.TECHNICAL, ReasonClass.PLACE)],
        widget=forms.RadioSelect,
        help_text=_("The driver is told this."),
    )
    reason = forms.CharField(
        label=_("What happened"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the record. It cannot be changed later."),
    )


class RulingForm(forms.Form):
    """The answer to a driver's challenge; upholding it needs the reason for the withdrawal too."""

    UPHOLD, DECLINE = "uphold", "decline"

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (DECLINE, _("The question is right. It stays.")),
            (UPHOLD, _("The question is wrong or unclear. Take it out.")),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Answer to the driver"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("They read this. Do not give away the right answer of a question that stays."),
    )
    reason = forms.CharField(
        label=_("Why it is taken out"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only if you take it out. Another reviewer reads this before they confirm."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upheld = cleaned.get("decision") == self.UPHOLD
        if upheld and not cleaned.get("reason"):
            self.add_error("reason", _("Say why it is taken out."))
        return cleaned
