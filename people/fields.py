"""A date asked for in three boxes, the way to ask for a date that people know by heart."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PARTS = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
LONGEST = {"day": 2, "month": 2, "year": 4}
RANGES = {
    "day": range(1, 32),
    "month": range(1, 13),
    "year": range(1900, 10_000),  # No living driver was born earlier; such a year is a slip.
}

Typed = tuple[str, str, str]


class DayMonthYearWidget(forms.Widget):
    """Three text boxes under one legend; each sends ``<name>_day``, ``_month``, ``_year``."""

    template_name = "people/widgets/day_month_year.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, autocomplete: str = "") -> None:
        super().__init__(attrs)
        self.autocomplete = autocomplete

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """A box, by default the first: where a link to the whole date leads."""
        return f"{id_}_{index or 'day'}" if id_ else ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Typed:
        day, month, year = (str(data.get(f"{name}_{part}") or "").strip() for part in PARTS)
        return day, month, year

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}_{part}" in data for part in PARTS)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """``error_parts`` among the attributes names the boxes to mark; without it, all are."""
        context = super().get_context(name, value, attrs)
        shared = context["widget"]["attrs"]
        wrong = shared.pop("error_parts", None) or tuple(PARTS)
        invalid = "aria-invalid" in shared
        context["widget"]["parts"] = [
            {
                "name": f"{name}_{part}",
                "id": self.id_for_label(shared.get("id", ""), part),
                "label": label,
                "value": text,
                "width": LONGEST[part],
                "autocomplete": self.autocomplete and f"{self.autocomplete}-{part}",
                "invalid": invalid and part in wrong,
            }
            for (part, label), text in zip(PARTS.items(), as_typed(value), strict=True)
        ]
        return context


class DayMonthYearField(forms.Field):
    """A date typed in numbers. Every message names the date by its label and says what to do.

    ``subject`` is what the person must enter, inside a sentence: "your" and the label when it is
    not given. ``autocomplete="bday"`` says that it is the birthday of whoever fills the form in.
    """

    default_error_messages = {
        "required": _("Enter %(subject)s"),
        "incomplete": _("%(label)s must include a %(missing)s"),
        "short_year": _("%(label)s must have a year of 4 numbers, for example 1980"),
        "invalid": _("%(label)s must be a real date"),
    }

    def __init__(
        self,
        *,
        label: "str | _StrPromise",
        subject: "str | _StrPromise" = "",
        autocomplete: str = "",
        **options: Any,
    ) -> None:
        options.setdefault("widget", DayMonthYearWidget(autocomplete=autocomplete))
        super().__init__(label=label, **options)
        self.subject = subject

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        typed = dict(zip(PARTS, as_typed(value), strict=True))
        missing = [part for part, text in typed.items() if not text]
        if len(missing) == len(PARTS):
            return None
        if missing:
            raise self.error("incomplete", missing)
        unreadable = [part for part, text in typed.items() if not is_number(text, LONGEST[part])]
        if len(typed["year"]) != LONGEST["year"] and typed["year"].isdecimal():
            raise self.error("short_year", unreadable or ["year"])
        if unreadable:
            raise self.error("invalid", unreadable)
        return self.real_date({part: int(text) for part, text in typed.items()})

    def real_date(self, numbers: dict[str, int]) -> date:
        out_of_range = [part for part, number in numbers.items() if number not in RANGES[part]]
        if out_of_range:
            raise self.error("invalid", out_of_range)
        try:
            return date(**numbers)
        except ValueError as not_in_calendar:
            raise self.error("invalid", ()) from not_in_calendar

    def validate(self, value: Any) -> None:
        if self.required and value in self.empty_values:
            raise self.error("required", ())

    def error(self, code: str, parts: Sequence[str]) -> ValidationError:
        """The message of ``code``; ``parts`` are the boxes it is about, none meaning all."""
        label = str(self.label)
        params = {
            "label": label,
            "subject": self.subject or gettext("your %(label)s") % {"label": in_sentence(label)},
            "missing": gettext(" and ").join(in_sentence(str(PARTS[part])) for part in parts),
            "parts": tuple(parts),
        }
        return ValidationError(self.error_messages[code], code=code, params=params)


def as_typed(value: Any) -> Typed:
    """What the three boxes show: a date as its numbers, anything typed as it was typed."""
    if isinstance(value, date):
        return str(value.day), str(value.month), str(value.year)
    day, month, year = value or ("", "", "")
    return day, month, year


def is_number(text: str, longest: int) -> bool:
    return text.isdecimal() and len(text) <= longest


def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence; "ID card issued on" keeps its capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
