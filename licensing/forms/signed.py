"""The forms in which training of members is entered, signed, countersigned and looked up."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from courses.models import CoursePage
from licensing.models.signed import LONGEST
from people.models import Audience, Authority

FURTHEST = timedelta(days=3652)  # Ten years, for a meeting to come.


class SessionForm(forms.Form):
    """A session that was held: what, when, by whom, and for how long it counts."""

    authority = forms.ModelChoiceField(
        Authority.objects.none(), label=_("Council"), empty_label=None
    )
    title = forms.CharField(label=_("Title of the session"), max_length=200)
    held_on = forms.DateField(label=_("Held on"), widget=AdminDateInput)
    provider = forms.CharField(label=_("Who held it"), max_length=200)
    months = forms.IntegerField(
        label=_("Months for which it counts"),
        min_value=1,
        max_value=LONGEST,
        initial=36,
        help_text=_("36 months is three years. It cannot be changed later."),
    )
    course = forms.ModelChoiceField(
        CoursePage.objects.none(),
        label=_("Course it goes with"),
        required=False,
        empty_label=_("None"),
    )

    def __init__(
        self, *args: Any, authorities: QuerySet[Authority], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["authority"].queryset = authorities  # type: ignore[attr-defined]
        members = [Audience.COUNCILLOR, Audience.LICENSING_OFFICER]
        own = Q(authority=None) | Q(authority__in=authorities)
        courses = CoursePage.objects.original().live().filter(own, audience__in=members)
        self.fields["course"].queryset = courses.order_by("title")  # type: ignore[attr-defined]

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError(_("Enter a session once it has been held."))
        return day


class SignForm(forms.Form):
    """The member's own signature."""

    agreed = forms.BooleanField(
        label=_("I took part in this training"),
        error_messages={"required": _("Tick the box to sign")},
    )


class DecideSignatureForm(forms.Form):
    """The second signature, or why there is none."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            ("confirmed", _("I countersign: they took part")),
            ("declined", _("I decline: they did not take part, or I cannot tell")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why you decline"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only if you decline. The member can read it."),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("decision") == "declined" and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why you decline"))
        return given


class MeetingForm(forms.Form):
    """Which council, on which day, by what was recorded when."""

    authority = forms.ModelChoiceField(
        Authority.objects.none(), label=_("Council"), empty_label=None
    )
    day = forms.DateField(label=_("Day of the meeting"), widget=AdminDateInput)
    known_at = forms.DateTimeField(
        label=_("Only what was recorded by"),
        required=False,
        help_text=_(
            "Leave it empty for everything on record now. To see an earlier list again, give the "
            "moment that stands on it."
        ),
    )

    def __init__(
        self, *args: Any, authorities: QuerySet[Authority], now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["authority"].queryset = authorities  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > localtime(self.now).date() + FURTHEST:
            raise forms.ValidationError(_("Choose a day in the next ten years."))
        return day

    def clean_known_at(self) -> datetime:
        moment: datetime | None = self.cleaned_data["known_at"]
        if moment is not None and moment > self.now:
            raise forms.ValidationError(_("Choose a moment that has passed."))
        return moment or self.now
