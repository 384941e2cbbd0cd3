"""The forms in which a change of standing is proposed and decided."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from certificates.models import CertificateEvent

ReasonClass = CertificateEvent.ReasonClass


class ReasonForm(forms.Form):
    """Why; the kind of reason for the holder, the words for the file and the second person."""

    reason_class = forms.ChoiceField(
        label=_("Kind of reason"),
        widget=forms.RadioSelect,
        help_text=_("The holder is told this."),
    )
    reason = forms.CharField(
        label=_("What happened"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
        help_text=_("The second person and the holder can read this. It cannot be changed later."),
    )

    def __init__(self, *args: object, reasons: Sequence[ReasonClass], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(each.value, str(each.label).capitalize()) for each in reasons]
        kind = self.fields["reason_class"]
        kind.choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            kind.initial, kind.widget = choices[0][0], forms.HiddenInput()


class FromDayForm(ReasonForm):
    """With the London day from which it counts: at the earliest ``earliest``, never to come."""

    effective_on = forms.DateField(label=_("Counts from"), widget=AdminDateInput)

    def __init__(self, *args: object, earliest: date, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.earliest, self.today = earliest, today
        self.fields["effective_on"].help_text = _("A day from %(first)s to %(last)s.") % {
            "first": date_format(earliest),
            "last": date_format(today),
        }

    def clean_effective_on(self) -> date:
        day: date = self.cleaned_data["effective_on"]
        if not self.earliest <= day <= self.today:
            raise forms.ValidationError(_("Choose a day in this time."))
        return day


class CorrectionForm(ReasonForm):
    holder_name = forms.CharField(
        label=_("The right name"),
        max_length=200,
        help_text=_("As it is on the licence or an identity document that you have seen."),
    )
    field_order = ("holder_name", "reason_class", "reason")


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why you decline"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        error_messages={"required": _("Say why you decline")},
    )
