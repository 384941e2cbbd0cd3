"""The forms in which two records are found, and said to be one person's."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people import perms
from people.models import Learner, Membership
from people.models.register import normalise_number


class FindRecordsForm(forms.Form):
    """Two records by what an officer has at hand; only those the officer may deal with."""

    gone = forms.CharField(
        label=_("Record that goes"),
        help_text=_("Licence number or email address. This account is closed."),
        max_length=254,
        error_messages={"required": _("Enter a licence number or an email address")},
    )
    stays = forms.CharField(
        label=_("Record that stays"),
        help_text=_("Licence number or email address. Everything counts for this one."),
        max_length=254,
        error_messages={"required": _("Enter a licence number or an email address")},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_gone(self) -> Learner:
        return self._found(self.cleaned_data["gone"])

    def clean_stays(self) -> Learner:
        return self._found(self.cleaned_data["stays"])

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("gone") is not None and told.get("gone") == told.get("stays"):
            self.add_error("stays", _("This is the same record. Enter another one"))
        return told

    def _found(self, text: str) -> Learner:
        served = perms.served_authorities(self.user, Membership.Role.OFFICER)
        by_licence = Q(licences__number=normalise_number(text), licences__authority__in=served)
        by_email = Q(user__email=text.strip().lower())
        records = perms.mergeable_learners(self.user).filter(by_licence | by_email)
        found = list(records.distinct()[:2])
        if not found:
            raise forms.ValidationError(_("There is no record with this. Check it"))
        if len(found) > 1:
            raise forms.ValidationError(_("This fits more than one record. Use the email address"))
        return found[0]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("The second officer reads this. It cannot be changed later."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Give the reason")},
    )


class MergeForm(ReasonForm):
    """``needs_evidence`` where nothing but the names agrees."""

    evidence = forms.CharField(
        label=_("Evidence that you have seen"),
        help_text=_("For example: passport and both badges at the counter, on 3 March."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        error_messages={"required": _("Say which evidence you have seen")},
    )
    field_order = ("evidence", "reason")

    def __init__(self, *args: Any, needs_evidence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].required = needs_evidence
