"""Forms of the people's pages."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.fields import DayMonthYearField
from people.models import Audience, Authority


class SignupForm(forms.Form):
    """What sign-up asks besides e-mail and password; allauth builds its form on top of this one."""

    full_name = forms.CharField(
        label=_("Your full name"),
        help_text=_("As it is on your licence or application. It will be on your certificate."),
        max_length=200,
        error_messages={"required": _("Enter your full name")},
    )
    audience = forms.ChoiceField(
        label=_("What is your work?"),
        help_text=_("We use this to show you the right course."),
        choices=Audience.choices,
        initial=Audience.DRIVER,
        required=False,
        widget=forms.RadioSelect,
    )
    field_order = ("full_name", "email", "password1", "audience")

    def clean_audience(self) -> str:
        return self.cleaned_data["audience"] or Audience.DRIVER

    def signup(self, request: object, user: object) -> None:
        """allauth calls this after saving; the adapter has made the learner by then."""


class ClaimLicenceForm(forms.Form):
    authority = forms.ModelChoiceField(
        Authority.objects.all(),
        label=_("Which council gave you your licence?"),
        empty_label=_("Choose a council"),
        error_messages={"required": _("Choose the council that gave you your licence")},
    )
    number = forms.CharField(
        label=_("Licence number"),
        help_text=_("It is on your badge. For example, PH-1001."),
        max_length=40,
        error_messages={"required": _("Enter your licence number")},
    )
    date_of_birth = DayMonthYearField(
        label=_("Date of birth"),
        help_text=_("For example, 31 3 1980."),
        autocomplete="bday",
    )

    def clean_date_of_birth(self) -> object:
        born = self.cleaned_data["date_of_birth"]
        if born >= timezone.localdate():
            raise forms.ValidationError(_("Date of birth must be in the past"))
        return born


class InterestForm(forms.Form):
    reason = forms.CharField(
        label=_("How do you know this person?"),
        help_text=_("For example: a relative, a friend, a neighbour, somebody I do business with."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages={"required": _("Say how you know the person")},
    )


class ChooseCouncilForm(forms.Form):
    """For people in training who hold no licence that would say it."""

    authority = forms.ModelChoiceField(
        Authority.objects.all(),
        label=_("Which council do you work with?"),
        empty_label=_("Choose a council"),
        error_messages={"required": _("Choose the council you work with")},
    )
