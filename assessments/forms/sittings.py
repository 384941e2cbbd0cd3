"""What a driver fills in during a test."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.paper import SEVERAL

CHOOSE = _("Choose an answer")
CHOOSE_SEVERAL = _("Choose at least one answer")


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
