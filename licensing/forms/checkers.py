"""The forms of checking organisations, and those by which officers let them in."""

from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from licensing.models import CheckerOrganisation, CheckReceipt
from people.fields import DayMonthYearField
from people.models import Authority, Licence

Purpose = CheckReceipt.Purpose


class OrganisationChoice(forms.ModelChoiceField):
    def label_from_instance(self, organisation: CheckerOrganisation) -> str:
        return f"{organisation.authority} – {organisation.name}"


class CheckForm(forms.Form):
    """What an organisation asks. Whether the number exists is not said here."""

    organisation = OrganisationChoice(
        CheckerOrganisation.objects.none(),
        label=_("Which council gave the badge?"),
        empty_label=_("Choose a council"),
        error_messages={"required": _("Choose the council that gave the badge")},
    )
    number = forms.CharField(
        label=_("Badge or licence number"),
        help_text=_("It is on the driver's badge. For example, PH-1001."),
        max_length=Licence.number.field.max_length,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the badge or licence number")},
    )
    as_at = DayMonthYearField(
        label=_("Day of the journey"),
        subject=_("the day of the journey"),
        help_text=_("Today or a day in the past. For example, 27 3 2026."),
    )
    purpose = forms.ChoiceField(
        label=_("Why do you check?"),
        help_text=_("The driver can see this, and that your organisation has looked."),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why you check")},
    )
    purpose_words = forms.CharField(
        label=_("A note for your records"),
        help_text=_(
            "You can leave it empty, unless you chose “Something else”. Do not write the name of"
            " a child. The driver does not see this. The council does."
        ),
        max_length=CheckReceipt.purpose_words.field.max_length,
        required=False,
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, *args: Any, organisations: QuerySet[CheckerOrganisation], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        choice = cast("OrganisationChoice", self.fields["organisation"])
        choice.queryset = organisations
        own = list(organisations[:2])
        if len(own) == 1:
            choice.initial, choice.widget = own[0].pk, forms.HiddenInput()

    def clean_as_at(self) -> date:
        day: date = self.cleaned_data["as_at"]
        if day > self.today:
            raise forms.ValidationError(_("Day of the journey must be today or in the past"))
        return day

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        if asked.get("purpose") == Purpose.OTHER and not asked.get("purpose_words"):
            self.add_error("purpose_words", _("Write why you check"))
        return asked


LONGEST = 2000  # Characters of a reason; it stays on record as it was written.


class InviteForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the person"),
        max_length=200,
        error_messages={"required": _("Enter the name of the person")},
    )
    email = forms.EmailField(
        label=_("Work email address of the person"),
        help_text=_("We send a link to this address. It works once, for 7 days."),
        error_messages={"required": _("Enter the email address of the person")},
    )


class OrganisationForm(forms.ModelForm):
    """What an officer proposes; another officer approves it."""

    class Meta:
        model = CheckerOrganisation
        fields = (
            "authority",
            "kind",
            "name",
            "operator_reference",
            "contact_name",
            "contact_email",
            "reason",
        )
        labels = {
            "authority": _("Council whose drivers it may check"),
            "kind": _("What kind of organisation is it?"),
            "name": _("Name of the organisation"),
            "operator_reference": _("Operator reference"),
            "contact_name": _("Name of its first contact"),
            "contact_email": _("Work email address of that person"),
            "reason": _("Why does it need to check drivers?"),
        }
        help_texts = {
            "operator_reference": _(
                "For an operator only, as it stands in the register. The operator sees the number,"
                " the state and a day of each driver who has this reference."
            ),
            "contact_email": _(
                "Once the organisation is approved, we invite this person. They can invite and end"
                " colleagues."
            ),
        }
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, authorities: QuerySet[Authority], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Authority]", self.fields["authority"])
        choice.queryset, choice.empty_label = authorities, None
        reason = cast("forms.CharField", self.fields["reason"])
        reason.max_length = LONGEST
        reason.validators.append(MaxLengthValidator(LONGEST))

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        operator = told.get("kind") == CheckerOrganisation.Kind.OPERATOR
        if operator and not told.get("operator_reference"):
            self.add_error("operator_reference", _("Enter the reference from the register"))
        elif not operator and told.get("operator_reference"):
            self.add_error("operator_reference", _("Only an operator has a reference"))
        return told


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why")},
    )
