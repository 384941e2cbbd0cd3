"""What to draw: which authority, which figure, which days."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licensing.periods import Grain, Period, latest_complete, periods
from licensing.trends import Measure
from people.models import Authority

LONGEST = timedelta(days=3 * 366)
GRAINS = [
    (Grain.WEEK.value, gettext_lazy("by week")),
    (Grain.MONTH.value, gettext_lazy("by month")),
    (Grain.QUARTER.value, gettext_lazy("by quarter")),
]
USUAL = {Grain.WEEK: timedelta(weeks=26), Grain.MONTH: timedelta(days=365)}
A_YEAR = timedelta(days=365)


class SpanForm(forms.Form):
    """Whose figures, of which days. Periods are always whole ones."""

    authority = forms.ModelChoiceField(Authority.objects.none(), label=gettext_lazy("Council"))
    first = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("To"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(
        self,
        data: Mapping[str, str],
        *,
        authorities: QuerySet[Authority],
        today: date,
        **usual: str,
    ) -> None:
        found = list(authorities[:2])
        last = latest_complete(Grain.WEEK, today).last
        grain = data.get("grain", usual.get("grain", Grain.QUARTER.value))
        back = USUAL.get(Grain(grain), A_YEAR) if grain in set(Grain) else A_YEAR
        defaults = {
            "authority": str(found[0].pk) if found else "",
            "first": (last - back + timedelta(days=1)).isoformat(),
            "last": last.isoformat(),
            **usual,
        }
        super().__init__({**defaults, **{name: text for name, text in data.items() if text}})
        self.today = today
        field: Any = self.fields["authority"]
        field.queryset = authorities
        if len(found) == 1:
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            if first > last:
                self.add_error("last", _("The last day must not be before the first."))
            elif last - first > LONGEST:
                self.add_error("first", _("Choose three years at most."))
            elif first > self.today or first.year < self.today.year - 10:
                self.add_error("first", _("Choose days of the last ten years."))
        return cleaned

    def whole_quarters(self) -> list[Period]:
        """The quarters that are over: what runs could be told apart from one day to the next."""
        over = latest_complete(Grain.QUARTER, self.today)
        chosen = periods(Grain.QUARTER, self.cleaned_data["first"], self.cleaned_data["last"])
        return [quarter for quarter in chosen if quarter.last <= over.last]

    def periods(self, grain: Grain) -> list[Period]:
        """The periods that have begun."""
        last = min(self.cleaned_data["last"], self.today)
        return periods(grain, self.cleaned_data["first"], last)


class MeasureForm(SpanForm):
    """Which figure too."""

    measure = forms.ChoiceField(label=gettext_lazy("Show"))
    field_order = ["authority", "measure", "grain", "first", "last"]

    def __init__(
        self, data: Mapping[str, str], *, measures: Iterable[Measure], **kwargs: Any
    ) -> None:
        offered = [(measure.value, measure.label) for measure in measures]
        super().__init__(data, measure=offered[0][0], **kwargs)
        field: Any = self.fields["measure"]
        field.choices = offered


class OverTimeForm(MeasureForm):
    """And by week, month or quarter."""

    grain = forms.ChoiceField(label=gettext_lazy("Drawn"), choices=GRAINS)

    def __init__(self, data: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(data, grain=Grain.WEEK.value, **kwargs)


class PackForm(forms.Form):
    """Which quarter of which council."""

    authority = forms.ModelChoiceField(Authority.objects.none(), label=gettext_lazy("Council"))
    quarter = forms.TypedChoiceField(label=gettext_lazy("Quarter"), coerce=date.fromisoformat)

    def __init__(
        self,
        *args: Any,
        authorities: QuerySet[Authority],
        quarters: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        council: Any = self.fields["authority"]
        council.queryset = authorities
        council.initial = authorities.first()
        quarter: Any = self.fields["quarter"]
        quarter.choices = quarters


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What did you find?"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Name nobody. Your colleagues and auditors read this."),
    )
