"""What a driver fills in before, during and after a test."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.models import Adjustment
from assessments.paper import SEVERAL

CHOOSE = _("Choose an answer")
CHOOSE_SEVERAL = _("Choose at least one answer")
WHICH_QUESTION = _("Enter the number of the question")
NO_SUCH_QUESTION = _("Enter a number from 1 to %(total)s")
MORE_TIME, BREAKS = "more_time", "breaks"


class StartForm(forms.Form):
    """The start code, where the rule asks for one. How it is typed does not matter (R25)."""

    code = forms.CharField(
        required=False,
        max_length=40,
        label=_("Start code"),
        help_text=_("8 letters and numbers. Capital letters, spaces and dashes do not matter."),
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "govuk-input--width-10",
            }
        ),
    )


class ExtendForm(forms.Form):
    """The end of the time that the page showed, so that asking twice adds time once."""

    ends = forms.DateTimeField()


class ChallengeForm(forms.Form):
    """Which question, by its number alone, and what is wrong with it (R31)."""

    position = forms.IntegerField(
        label=_("Number of the question"),
        help_text=_("It stands above the question."),
        widget=forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-3"}),
        error_messages=dict.fromkeys(("required", "invalid"), WHICH_QUESTION),
    )
    text = forms.CharField(
        max_length=1000,
        label=_("What is wrong with it?"),
        help_text=_("For example: no answer is right, or you cannot tell what is meant."),
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": _("Say what is wrong with the question.")},
    )

    def __init__(self, *args: Any, question_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question_count = question_count

    def clean_position(self) -> int:
        position: int = self.cleaned_data["position"]
        if not 1 <= position <= self.question_count:
            raise forms.ValidationError(NO_SUCH_QUESTION % {"total": self.question_count})
        return position


class AskForHelpForm(forms.Form):
    """The help that a person needs and a broad reason, never a diagnosis (R28)."""

    needs = forms.MultipleChoiceField(
        choices=[
            (value, capfirst(label))
            for value, label in (
                (MORE_TIME, _("more time")),
                (BREAKS, _("breaks")),
                *Adjustment.Help.choices,
            )
        ],
        label=_("What help do you need?"),
        help_text=_("Choose all that you need."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what help you need")},
    )
    reason_class = forms.ChoiceField(
        choices=[(value, capfirst(label)) for value, label in Adjustment.ReasonClass.choices],
        label=_("Why do you need it?"),
        help_text=_("Choose the nearest. We do not need medical details."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the nearest reason")},
    )

    @property
    def helps(self) -> list[str]:
        """The chosen kinds of help that are not about time."""
        return [need for need in self.cleaned_data["needs"] if need in Adjustment.Help.values]


class AnswerForm(forms.Form):
    """One question of a frozen paper; its options are known by their tokens alone.

    ``cleaned_data["answer"]`` is the list of the chosen tokens.
    """

    answer: forms.Field

    def __init__(self, *args: Any, question: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(option["token"], option["text"]) for option in question["options"]]
        self.several = question.get("kind") == SEVERAL
        self.fields["answer"] = _check_boxes(choices) if self.several else _radio_buttons(choices)
        self.fields["answer"].label = question["text"]

    def clean_answer(self) -> list[str]:
        given = self.cleaned_data["answer"]
        return list(given) if self.several else [given]


def _radio_buttons(choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )


def _check_boxes(choices: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose every right answer."),
        error_messages={
            "required": CHOOSE_SEVERAL,
            "invalid_choice": CHOOSE_SEVERAL,
            "invalid_list": CHOOSE_SEVERAL,
        },
    )
