"""A date asked for in three boxes, day, month and year: the way to ask for a date known by heart."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

PARTS = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
LONGEST = {"day": 2, "month": 2, "year": 4}
EARLIEST_YEAR = 1900  # No living driver was born before it; a smaller year is a slip.

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
        label: str | Promise,
        subject: str | Promise = "",
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
        return self.real_date(int(typed["day"]), int(typed["month"]), int(typed["year"]))

    def real_date(self, day: int, month: int, year: int) -> date:
        try:
            if year >= EARLIEST_YEAR:
                return date(year, month, day)
        except ValueError:
            pass
        in_range = {"day": 1 <= day <= 31, "month": 1 <= month <= 12, "year": year >= EARLIEST_YEAR}
        raise self.error("invalid", [part for part, good in in_range.items() if not good])

    def validate(self, value: Any) -> None:
        if self.required and value in self.empty_values:
            raise self.error("required", ())

    def error(self, code: str, parts: Sequence[str]) -> ValidationError:
        """The message of ``code``; ``parts`` are the boxes it is about, none meaning all."""
        label = str(self.label)
        params = {
            "label": label,
            "subject": self.subject or say("your %(label)s") % {"label": in_sentence(label)},
            "missing": say(" and ").join(in_sentence(str(PARTS[part])) for part in parts),
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
    """A label as it stands inside a sentence."""
    return label[:1].lower() + label[1:]
