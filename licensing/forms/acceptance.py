"""The form in which an authority proposes to accept certificates of another."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput

from courses.models import CoursePage
from licensing.acceptance import version
from licensing.forms.exceptions import LONGEST_REASON
from licensing.models import Acceptance, Requirement
from people.forms import DatedRuleForm
from people.models import Audience, Authority

LABELS = {
    "authority": _("Your council"),
    "from_authority": _("The other council"),
    "course": _("Course"),
    "requirements": _("It counts for these requirements of yours"),
    "from_edition": _("From edition"),
    "months": _("Months from the pass"),
    "effective_from": _("In force from"),
    "reason": _("Reason"),
}
LONGEST = 120  # Months: ten years.
FILLED_IN = ("authority_id", "from_authority_id", "course_id", "from_edition", "months")


class AcceptanceForm(DatedRuleForm):
    """Which certificates of which other council count, for what and for how long."""

    may_be_national = False

    requirements = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=LABELS["requirements"],
        help_text=_("Choose none to end it: from that day none of these certificates count."),
    )

    reason = forms.CharField(
        label=LABELS["reason"],
        max_length=LONGEST_REASON,
        widget=AdminAutoHeightTextInput,
        help_text=_("Why the rule is as it is. For example, which committee decided it."),
    )

    class Meta:
        model = Acceptance
        fields = [
            "authority",
            "from_authority",
            "course",
            "requirements",
            "from_edition",
            "months",
            "effective_from",
            "reason",
        ]
        labels = LABELS
        help_texts = {
            "authority": "",
            "course": _(
                "The course that their drivers passed. A refresher needs a rule of its own."
            ),
            "from_edition": _(
                "As printed on certificates, for example 2026.1. Empty: every edition counts."
            ),
            "months": _(
                "A certificate never counts for longer than with the other council. Empty: as long"
                " as there."
            ),
            "effective_from": _("Today or later."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, instance=Acceptance(), **kwargs)
        self.fields["from_authority"].queryset = Authority.objects.order_by("name")
        self.fields["course"].queryset = _possible_courses()
        self.known_codes = _codes_by_authority(self.fields["authority"].queryset)
        codes = sorted(set().union(*self.known_codes.values()))
        self.fields["requirements"].choices = [(code, code) for code in codes]
        for name in ("from_authority", "course"):
            self.fields[name].empty_label = _("Choose one")

    def clean_from_edition(self) -> str:
        edition: str = self.cleaned_data["from_edition"].strip()
        if edition and not version(edition):
            raise forms.ValidationError(_("Write an edition with a number in it."))
        return edition

    def clean_months(self) -> int | None:
        months: int | None = self.cleaned_data["months"]
        if months is not None and not 1 <= months <= LONGEST:
            raise forms.ValidationError(_("Choose 1 to 120 months."))
        return months

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        authority, codes = cleaned.get("authority"), cleaned.get("requirements", [])
        if authority and cleaned.get("from_authority") == authority:
            self.add_error("from_authority", _("Choose another council than your own."))
        known = self.known_codes[None] | self.known_codes.get(authority and authority.pk, set())
        if not known.issuperset(codes):
            self.add_error("requirements", _("Your council has no such requirement."))
        return cleaned


def like_acceptance(rule: Acceptance) -> dict[str, Any]:
    """What an earlier rule fills in: all but its day and its reason."""
    filled_in = {name.removesuffix("_id"): getattr(rule, name) for name in FILLED_IN}
    return {**filled_in, "requirements": rule.requirements}


def _possible_courses() -> Any:
    """Published courses for drivers, and those of which there is a rule that may have to end."""
    for_drivers = Q(live=True, audience=Audience.DRIVER)
    named = Q(pk__in=Acceptance.objects.values("course"))
    return CoursePage.objects.original().filter(for_drivers | named).order_by("title")


def _codes_by_authority(own: Any) -> dict[int | None, set[str]]:
    """The codes of approved requirements of each authority, the national ones under None."""
    found: dict[int | None, set[str]] = {None: set()}
    approved = Requirement.objects.approved().filter(Q(authority=None) | Q(authority__in=own))
    for authority_id, code in approved.values_list("authority", "code").distinct():
        found.setdefault(authority_id, set()).add(code)
    return found
