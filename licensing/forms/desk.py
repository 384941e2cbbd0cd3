"""The forms of the officer's desk."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from licensing.desk.finding import LONGEST
from licensing.models import DriverContact, NextAction
from people.models import Authority, Licence, User

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MINUTE = "%Y-%m-%dT%H:%M"
MOST_PAGES = 999_999
LONGEST_NUMBER = Licence.number.field.max_length or 0


class OwnerField(forms.ModelChoiceField):
    """Officers by their names, not by their addresses."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.email)


class FindDriverForm(forms.Form):
    named = forms.CharField(
        label=_("Licence number, name, certificate number or email address"),
        max_length=LONGEST,
        error_messages={"required": _("Write what you look for")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    authority = forms.ModelChoiceField(
        Authority.objects.none(),
        label=_("Council"),
        error_messages={"required": _("Choose a council")},
    )
    page = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_PAGES, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, authorities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Authority]", self.fields["authority"])
        choice.queryset = authorities
        if len(authorities) == 1:
            choice.initial, choice.widget = authorities[0], forms.HiddenInput()


class AsAtForm(forms.Form):
    """The two times of the question: the day asked about, and what was on record when."""

    as_at = forms.DateField(
        label=_("Day"),
        help_text=_("Was the training requirement met on this day?"),
        widget=DAY,
        error_messages={"required": _("Choose a day")},
    )
    known_at = forms.DateTimeField(
        label=_("By what was on record at"),
        help_text=_("Leave this empty to go by what is on record now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE),
        input_formats=[MINUTE],
        required=False,
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_known_at(self) -> datetime | None:
        known_at: datetime | None = self.cleaned_data["known_at"]
        if known_at is not None and known_at > self.now:
            raise forms.ValidationError(_("Nobody knows yet what will be on record then."))
        return known_at


class NextActionForm(forms.Form):
    """What is to be done next, by whom and by when."""

    what = forms.ChoiceField(
        label=_("What is to be done next?"),
        choices=[("", _("Choose")), *NextAction.What.choices],
        error_messages={"required": _("Choose what is to be done")},
    )
    note = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = OwnerField(
        User.objects.none(),
        label=_("Who does it?"),
        error_messages={"required": _("Choose who does it")},
    )
    due_on = forms.DateField(
        label=_("By when?"), widget=DAY, error_messages={"required": _("Choose a day")}
    )

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[User]", self.fields["owner"])
        choice.queryset = owners


class EndActionForm(forms.Form):
    state = forms.ChoiceField(
        label=_("What became of it?"),
        choices=[
            (NextAction.State.DONE, _("It is done")),
            (NextAction.State.CANCELLED, _("It is cancelled")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what became of it")},
    )
    note = forms.CharField(
        label=_("In your own words"),
        help_text=_("If it is cancelled, say why."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ContactForm(forms.Form):
    """Who spoke to the council about a driver, how and when, and what they said or asked (R49)."""

    number = forms.CharField(
        label=_("Licence number"),
        max_length=LONGEST_NUMBER,
        error_messages={"required": _("Write the licence number")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    authority = forms.ModelChoiceField(Authority.objects.none(), label=_("Council"))
    source = forms.ChoiceField(
        label=_("Who contacted you?"),
        choices=DriverContact.Source.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who contacted you")},
    )
    source_name = forms.CharField(
        label=_("Their name, if they gave it"), required=False, max_length=200
    )
    way = forms.ChoiceField(
        label=_("How?"),
        choices=DriverContact.Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how they contacted you")},
    )
    contacted_at = forms.DateTimeField(
        label=_("Day and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE),
        input_formats=[MINUTE],
        error_messages={"required": _("Write the day and the time")},
    )
    said = forms.CharField(
        label=_("What did they say or ask?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what they said or asked")},
    )
    asks_for_decision = forms.TypedChoiceField(
        label=_("Did they ask for a decision to be changed?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no")},
    )

    def __init__(
        self, *args: Any, now: datetime, authorities: Any, licence: Licence | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["contacted_at"].initial = localtime(now).strftime(MINUTE)
        if licence is not None:
            del self.fields["number"], self.fields["authority"]
            return
        choice = cast("forms.ModelChoiceField[Authority]", self.fields["authority"])
        choice.queryset = authorities
        if len(authorities) == 1:
            choice.initial, choice.widget = authorities[0], forms.HiddenInput()

    def clean_contacted_at(self) -> datetime:
        contacted_at: datetime = self.cleaned_data["contacted_at"]
        if contacted_at > self.now:
            raise forms.ValidationError(_("The time must not be in the future"))
        return contacted_at
