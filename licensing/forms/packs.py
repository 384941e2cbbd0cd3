"""What an officer is asked before a pack is made."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from licensing.financial_year import FinancialYear
from licensing.foi import Cost
from people.models import Authority

LONDON = ZoneInfo("Europe/London")
YEARS = 7  # To choose from: councils are asked for few more.


class FoiPackForm(forms.Form):
    """For which authority and year, and what the training cost, if anybody knows."""

    authority = forms.ModelChoiceField(
        Authority.objects.none(), label=_("Council"), empty_label=None
    )
    year = forms.TypedChoiceField(
        label=_("Financial year"), coerce=int, help_text=_("From 1 April to 31 March.")
    )
    amount = forms.DecimalField(
        label=_("Cost of training in the year, in pounds"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=_("This system holds no costs. Leave it empty and the pack says “not recorded”."),
    )
    source = forms.CharField(
        label=_("Where the cost is from"),
        required=False,
        max_length=200,
        help_text=_("For example: accounts of the licensing team. It will be published."),
    )

    def __init__(
        self, *args: Any, authorities: QuerySet[Authority], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = authorities  # type: ignore[attr-defined]
        this = FinancialYear.of(today).begins
        years = (FinancialYear(begins) for begins in range(this, this - YEARS, -1))
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (year.begins, year.label) for year in years
        ]

    def clean_year(self) -> FinancialYear:
        return FinancialYear(self.cleaned_data["year"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        amount, source = given.get("amount"), given.get("source", "").strip()
        if not self.errors and (amount is None) != (source == ""):
            missing = "source" if amount is not None else "amount"
            self.add_error(missing, _("Give both the cost and where it is from, or neither."))
        return given

    @property
    def cost(self) -> Cost | None:
        amount = self.cleaned_data["amount"]
        if amount is None:
            return None
        return Cost(f"{amount:,.2f}", self.cleaned_data["source"].strip())


class CommitteePackForm(forms.Form):
    """As at which day, by what was recorded when, and for which case."""

    reason = forms.CharField(
        label=_("What the pack is for"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For example the meeting and the number of the case. It stands on the pack and in the "
            "driver's history."
        ),
    )
    as_at = forms.DateField(
        label=_("The day to tell about"),
        widget=AdminDateInput,
        help_text=_("What was true at the end of that day."),
    )
    known_on = forms.DateField(
        label=_("Only what was recorded by the end of"),
        widget=AdminDateInput,
        required=False,
        help_text=_("Leave it empty for everything that is on record now."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["as_at"].initial = today

    def clean_as_at(self) -> date:
        return self._not_to_come("as_at")

    def clean_known_on(self) -> date | None:
        return self._not_to_come("known_on") if self.cleaned_data["known_on"] else None

    def _not_to_come(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        if day > self.today:
            raise forms.ValidationError(_("Choose today or an earlier day."))
        return day

    def known_at(self, now: datetime) -> datetime:
        """The end of the chosen day, or now."""
        day: date | None = self.cleaned_data["known_on"]
        if day is None:
            return now
        return min(now, datetime.combine(day + timedelta(days=1), time(), tzinfo=LONDON))
