"""The form in which somebody asks how many drivers were trained on a day."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.models import ComplianceRun
from people.models import Authority


class ComplianceForm(forms.Form):
    """Which day, and what was on record when. ``advanced`` are the fields few people need."""

    advanced = ("known_at", "purpose")

    authority = forms.ModelChoiceField(
        Authority.objects.none(), label=gettext_lazy("Council"), empty_label=None
    )
    as_at = forms.DateField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("We count who was trained at the end of this day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Enter the day you want to know about."),
            "invalid": gettext_lazy("Enter a real day."),
        },
    )
    known_at = forms.DateTimeField(
        required=False,
        label=gettext_lazy("What we knew at"),
        help_text=gettext_lazy(
            "Leave this empty to use all we know now. Fill it in to see the answer you would have "
            "got at an earlier time. London time."
        ),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
        error_messages={"invalid": gettext_lazy("Enter a real day and time.")},
    )
    purpose = forms.CharField(
        required=False,
        label=gettext_lazy("What it is for"),
        help_text=gettext_lazy("For example: inspection, committee. Do not name a person."),
        max_length=ComplianceRun.purpose.field.max_length,
    )

    def __init__(
        self,
        *args: Any,
        authorities: QuerySet[Authority],
        today: date,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.now = today, now
        field = self.fields["authority"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = authorities
        self.fields["as_at"].widget.attrs["max"] = today.isoformat()

    def clean_as_at(self) -> date:
        day: date = self.cleaned_data["as_at"]
        if day > self.today:
            raise forms.ValidationError(_("Choose today or an earlier day."))
        return day

    def clean_known_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["known_at"]
        if moment is not None and moment > self.now:
            raise forms.ValidationError(_("Choose a time that has passed."))
        return moment
