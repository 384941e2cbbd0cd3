"""The forms of unannounced checks."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from licensing.forms.desk import MINUTE
from licensing.models import Recheck, RecheckOutcome
from licensing.models.rechecks import MOST
from people.models import Authority, Licence


class PlanRecheckForm(forms.Form):
    """What is checked, on how many drivers, and from when."""

    authority = forms.ModelChoiceField(
        Authority.objects.none(),
        label=_("Council"),
        error_messages={"required": _("Choose a council")},
    )
    what = forms.ChoiceField(
        label=_("What do you check?"),
        choices=Recheck.What.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you check")},
    )
    how_many = forms.IntegerField(
        label=_("How many drivers?"),
        min_value=1,
        max_value=MOST,
        error_messages={"required": _("Write how many drivers")},
    )
    licence_kinds = forms.MultipleChoiceField(
        label=_("Which kinds of licence?"),
        choices=Licence.Kind.choices,
        initial=list(Licence.Kind.values),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose one kind of licence or more")},
    )
    starts_at = forms.DateTimeField(
        label=_("When does it start?"),
        help_text=_("London time. Leave it empty to start now."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE),
        input_formats=[MINUTE],
    )
    purpose = forms.CharField(
        label=_("What is the check for?"),
        help_text=_("Do not name a person. You cannot change it later."),
        max_length=Recheck.purpose.field.max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what the check is for")},
    )

    def __init__(self, *args: Any, authorities: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        choice = cast("forms.ModelChoiceField[Authority]", self.fields["authority"])
        choice.queryset = authorities
        if len(authorities) == 1:
            choice.initial, choice.widget = authorities[0], forms.HiddenInput()

    def clean_starts_at(self) -> datetime:
        return self.cleaned_data["starts_at"] or self.now


class CallOffForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it called off?"),
        help_text=_("Do not name a driver. The reason stays in the list of checks."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why it is called off")},
    )


class OutcomeForm(forms.Form):
    """``corrects``: the entry that was last when the page was made, if there was one."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=RecheckOutcome.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it")},
    )
    note = forms.CharField(
        label=_("In your own words"),
        help_text=_("If there is something to follow up, say what."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    corrects = forms.CharField(required=False, widget=forms.HiddenInput)
