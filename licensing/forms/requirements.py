"""The form in which a requirement is proposed."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput

from courses.models import Cohort, CoursePage
from licensing.forms.exceptions import LONGEST_REASON
from licensing.models import Requirement
from people.forms import DatedRuleForm
from people.models import Licence

LABELS = {
    "code": _("Requirement"),
    "course": _("Course"),
    "licence_kinds": _("Kinds of licence"),
    "applies_to": _("For whom"),
    "cohort": _("Group"),
    "grace_days": _("Grace, in days after the last day of a certificate"),
    "due_by": _("Deadline"),
    "authority": _("Council"),
    "effective_from": _("In force from"),
    "reason": _("Reason"),
}
MOST_GRACE = 366
LONGEST = timedelta(days=3652)  # Ten years.


class RequirementForm(DatedRuleForm):
    """Who has to have passed what, from when, and how long they have."""

    licence_kinds = forms.MultipleChoiceField(
        choices=Licence.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=LABELS["licence_kinds"],
        help_text=_("None, in a rule for every driver: the requirement ends."),
    )

    reason = forms.CharField(
        label=LABELS["reason"],
        max_length=LONGEST_REASON,
        widget=AdminAutoHeightTextInput,
        help_text=_("Why the rule is as it is. For example, which committee decided it."),
    )

    class Meta:
        model = Requirement
        fields = [
            "code",
            "course",
            "licence_kinds",
            "applies_to",
            "cohort",
            "due_by",
            "grace_days",
            "authority",
            "effective_from",
            "reason",
        ]
        labels = LABELS
        help_texts = {
            "code": _("The short name. A rule with the same name takes over from an earlier one."),
            "applies_to": _(
                "A driver is new whose licence begins on the first day of the rule or later. A rule"
                " for some drivers goes before a rule for every driver."
            ),
            "cohort": _("Only where the rule is for one group."),
            "due_by": _(
                "Until the end of this day, drivers without the training have time. Empty: none."
            ),
            "grace_days": _("0 is no grace."),
            "authority": "",
            "effective_from": _("Today or later."),
        }
        widgets = {"applies_to": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, instance=Requirement(), **kwargs)
        cohorts = Cohort.objects.filter(authority__in=self.fields["authority"].queryset)
        self.fields["cohort"].queryset = cohorts.select_related("authority")
        self.fields["course"].queryset = CoursePage.objects.live()

    def clean_effective_from(self) -> date:
        return self._near(super().clean_effective_from())

    def clean_due_by(self) -> date | None:
        day: date | None = self.cleaned_data["due_by"]
        return None if day is None else self._near(day)

    def _near(self, day: date) -> date:
        if day > self.today + LONGEST:
            raise forms.ValidationError(_("Choose a day in the next ten years."))
        return day

    def clean_grace_days(self) -> int:
        days: int = self.cleaned_data["grace_days"]
        if days > MOST_GRACE:
            raise forms.ValidationError(_("Choose 0 to 366 days."))
        return days

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        cohort, whom = given.get("cohort"), given.get("applies_to")
        if whom == Requirement.Whom.COHORT and cohort is None:
            self.add_error("cohort", _("Choose the group."))
        elif whom != Requirement.Whom.COHORT and cohort is not None:
            self.add_error("cohort", _("Leave this empty, or choose that the rule is for a group."))
        elif cohort is not None and cohort.authority != given.get("authority"):
            self.add_error("cohort", _("Choose a group of the same council."))
        if whom and whom != Requirement.Whom.EVERYBODY and not given.get("licence_kinds"):
            self.add_error("licence_kinds", _("Choose at least one kind of licence."))
        first, due_by = given.get("effective_from"), given.get("due_by")
        if first and due_by and due_by < first:
            self.add_error("due_by", _("Choose the first day of the rule or a later day."))
        return given


def like_requirement(rule: Requirement) -> dict[str, Any]:
    """What an earlier rule fills in: all but its days and its reason."""
    same = ("code", "course", "licence_kinds", "applies_to", "cohort", "grace_days", "authority")
    return {name: getattr(rule, name) for name in same}
