"""Forms on lesson screens."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CheckForm(forms.Form):
    """One understanding check. ``options`` are the texts, in the order they are shown."""

    option = forms.TypedChoiceField(
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer"), "invalid_choice": _("Choose an answer")},
    )

    def __init__(self, *args: Any, question: str, options: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["option"]
        field.label = question
        field.choices = list(enumerate(options))  # type: ignore[attr-defined]
