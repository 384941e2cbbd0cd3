"""Forms of the people's pages."""

from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from people import perms
from people.fields import DayMonthYearField
from people.models import Audience, Authority, RegisterDoubt


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


class RegisterFileForm(forms.Form):
    """A file for the register of one of the officer's authorities."""

    MAX_SIZE = 100 * 1024 * 1024

    authority = forms.ModelChoiceField(
        Authority.objects.none(), label=_("Council"), empty_label=None
    )
    file = forms.FileField(
        label=_("Register file"),
        help_text=_(
            "CSV (UTF-8) or XLSX, up to 100 MB. First you see what would happen. Nothing changes"
            " until you say so."
        ),
        error_messages={"required": _("Choose a file")},
    )

    def __init__(self, *args: Any, authorities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Authority]", self.fields["authority"])
        choice.queryset = authorities

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.MAX_SIZE:
            raise forms.ValidationError(_("The file is larger than 100 MB."))
        return file


class UndoImportForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you undo this import?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why you undo the import")},
    )


class DecideDoubtForm(forms.Form):
    """What an officer says about two records side by side."""

    SAME, ANOTHER, LEFT = "same_person", "another_person", "left"
    CHOICES = {
        RegisterDoubt.Kind.OTHER_PERSON: [
            (SAME, _("Same person: take over the new details")),
            (ANOTHER, _("Another person: the number is theirs now")),
            (LEFT, _("Leave the register as it is")),
        ],
        RegisterDoubt.Kind.OTHER_NUMBER: [
            (SAME, _("Same person: add the number as a further licence of theirs")),
            (ANOTHER, _("Another person: add the number as a licence of its own")),
            (LEFT, _("Leave the register as it is: do not add the number")),
        ],
    }

    decision = forms.ChoiceField(
        label=_("What do you decide?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what to do")},
    )
    another_from = forms.DateField(
        label=_("First day on which the number was the other person's"),
        help_text=_("Needed only if the number is another person's now."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    reason = forms.CharField(
        label=_("How do you know?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say how you know")},
    )

    def __init__(self, *args: Any, doubt: RegisterDoubt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = RegisterDoubt.Kind(doubt.kind)
        cast("forms.ChoiceField", self.fields["decision"]).choices = self.CHOICES[self.kind]
        if self.kind == RegisterDoubt.Kind.OTHER_NUMBER:
            del self.fields["another_from"]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        first_day = told.get("another_from")
        if "another_from" in self.fields and told.get("decision") == self.ANOTHER:
            if first_day is None and "another_from" not in self.errors:
                self.add_error("another_from", _("Say from which day the number is theirs"))
            elif first_day and first_day > timezone.localdate():
                self.add_error("another_from", _("The day must not be in the future"))
        return told


class DatedRuleForm(WagtailAdminModelForm):
    """In which a dated rule is proposed: for an authority whose rules the person decides, and from
    today at the earliest."""

    may_be_national: ClassVar[bool] = True

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        authority = self.fields["authority"]
        authority.queryset = perms.rule_authorities(self.for_user)
        authority.required = not (self.may_be_national and self.for_user.is_superuser)
        authority.empty_label = None if authority.required else _("National default")

    def clean_effective_from(self) -> date:
        day: date = self.cleaned_data["effective_from"]
        if day < self.today:
            raise forms.ValidationError(_("Choose today or a later day."))
        return day
