"""What officers, trainers and invigilators fill in around a sitting."""

from collections.abc import Iterable, Mapping
from string import ascii_uppercase
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.sittings import AnswerForm
from assessments.models import Adjustment, IdentityCheck, Sitting
from courses.models import CoursePage

SEEN = [choice for choice in IdentityCheck.choices if choice[0] != IdentityCheck.NONE]


class FindPersonForm(forms.Form):
    """Names one person exactly; a part of a name finds nobody."""

    named = forms.CharField(
        max_length=320,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        label=_("Licence number or email address"),
        help_text=_("All of it. You only find people who train for your council."),
    )


class HelpForm(forms.Form):
    """The help that is granted: what was asked for stands in it, and may be changed."""

    extra_time = forms.TypedChoiceField(
        coerce=int, choices=Adjustment.ExtraTime.choices, label=_("Extra time")
    )
    no_limit = forms.BooleanField(required=False, label=_("No time limit at all"))
    break_minutes = forms.IntegerField(
        min_value=0, max_value=240, label=_("Minutes for breaks"), help_text=_("Added to the time.")
    )
    helps = forms.MultipleChoiceField(
        required=False,
        choices=Adjustment.Help.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("Other help"),
    )
    note = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        label=_("Why you decided so"),
        help_text=_("The driver reads it, too. Write nothing about a person's health."),
    )


class GrantHelpForm(HelpForm):
    reason_class = forms.ChoiceField(choices=Adjustment.ReasonClass.choices, label=_("Reason"))
    field_order = ["reason_class"]


class DecideHelpForm(HelpForm):
    decision = forms.ChoiceField(
        choices=[
            (Adjustment.Decision.GRANTED, _("Give the help below")),
            (Adjustment.Decision.DECLINED, _("Do not give help. Say why.")),
        ],
        widget=forms.RadioSelect,
        label=_("Decision"),
    )
    field_order = ["decision"]


class ArrangeForm(forms.Form):
    """For which test, and how the identity was checked (R24)."""

    course = forms.ModelChoiceField(CoursePage.objects.none(), label=_("Course"))
    identity_check = forms.ChoiceField(
        choices=SEEN, widget=forms.RadioSelect, label=_("How did you check who this is?")
    )

    def __init__(self, *args: Any, courses: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_courses = CoursePage.objects.filter(pk__in=courses).order_by("title")
        self.fields["course"].queryset = open_courses  # type: ignore[attr-defined]
        self.fields["course"].initial = open_courses.first()


class HoldForm(ArrangeForm):
    mode = forms.ChoiceField(
        choices=[choice for choice in Sitting.Mode.choices if choice[0] != Sitting.Mode.ONLINE],
        widget=forms.RadioSelect,
        label=_("How is the test taken?"),
    )
    field_order = ["course", "mode"]


class GiveTimeForm(forms.Form):
    minutes = forms.IntegerField(min_value=1, max_value=480, label=_("Minutes to give back"))
    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        label=_("Reason"),
        help_text=_("What went wrong. For example: the tablet went off for 10 minutes."),
    )


class OutageForm(forms.Form):
    """Moments are London's, as the page says."""

    began_at = forms.DateTimeField(
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        label=_("It began at"),
    )
    over_at = forms.DateTimeField(
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        label=_("It was over at"),
    )
    reason = forms.CharField(
        max_length=1000, widget=forms.Textarea({"rows": 3}), label=_("What was down")
    )


class ExtraTriesForm(forms.Form):
    tries = forms.IntegerField(min_value=1, max_value=10, initial=1, label=_("Further tries"))
    reason = forms.CharField(max_length=1000, widget=forms.Textarea({"rows": 3}), label=_("Reason"))


class AnswerSheetForm(forms.Form):
    """All questions of a held test on one page, their options with letters as on the printed paper.

    A question without an answer is left out. One that has an answer keeps one: what was entered is
    kept, and a later answer takes its place.
    """

    def __init__(
        self,
        *args: Any,
        questions: Iterable[Mapping[str, Any]],
        given: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for position, question in enumerate(questions, start=1):
            name = f"answer_{position}"
            single = AnswerForm(question=with_letters(question))
            field = single.fields["answer"]
            field.label = f"{position}. {question['text']}"
            field.required = position in given
            chosen = given.get(position, "")
            field.initial = chosen.split() if single.several else chosen
            self.fields[name] = field

    def answers(self) -> dict[int, list[str]]:
        """Place on the paper to the chosen tokens, of the questions that have an answer."""
        found = {}
        for name, given in self.cleaned_data.items():
            tokens = given if isinstance(given, list) else [given]
            if any(tokens):
                found[int(name.removeprefix("answer_"))] = tokens
        return found


def with_letters(question: Mapping[str, Any]) -> dict[str, Any]:
    """The question with A, B, C … before its options. Of the paper it takes what people read."""
    options = [
        {"token": option["token"], "text": f"{letter}. {option['text']}"}
        for letter, option in zip(ascii_uppercase, question["options"], strict=False)
    ]
    return {"text": question["text"], "kind": question.get("kind"), "options": options}
