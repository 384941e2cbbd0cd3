"""The forms of reminders: an authority's own words, and the letters that were posted."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from certificates import perms
from certificates.channels import EMAIL, SMS
from certificates.models import ReminderText
from certificates.texts import PLACES, Problem, Words, problems
from outbox.models import Message

PROBLEMS: dict[str, str | Promise] = {
    "unknown_place": _("There is no such place: {%(about)s}. These exist: %(places)s."),
    "brace": _("A { or } stands alone. They are only for places such as {name}."),
    "no_day": _("Say when the training ends: put {ends_on} into the text."),
    "no_link": _("Say where to go: put {link} into the text."),
    "barred": _(
        "Leave out “%(about)s”. A reminder is about training. It blames nobody, and does not say "
        "that anybody may not drive or that a licence is decided on."
    ),
}


class ReminderTextForm(WagtailAdminModelForm):
    """What it is for is chosen once; the words may be changed later."""

    class Meta:
        model = ReminderText
        fields = ["authority", "language", "channel", "when", "subject", "body"]
        labels = {
            "authority": _("Council"),
            "language": _("Language"),
            "channel": _("Sent by"),
            "when": _("When"),
            "subject": _("Subject"),
            "body": _("Text"),
        }
        help_texts = {
            "subject": _("For an e-mail or a letter. A text message has none."),
            "body": _(
                "Write {name}, {ends_on}, {days}, {course}, {link}, {phone} or {number} where the "
                "fact belongs. {days} is how many days are left, {number} the certificate number."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authority: Any = self.fields["authority"]
        authority.queryset = perms.reminding_authorities(self.for_user)
        if self.instance.pk:
            for name in ("authority", "language", "channel", "when"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        channel, subject = cleaned.get("channel", ""), cleaned.get("subject", "")
        if channel == SMS and subject:
            self.add_error("subject", _("A text message has no subject. Leave this empty."))
        if channel and channel != SMS and not subject:
            self.add_error("subject", _("Enter a subject"))
        words = Words(subject, cleaned.get("body", ""))
        if words.body:
            for problem in problems(words, channel=channel or EMAIL):
                self.add_error("body", _error(problem))
        authority = cleaned.get("authority")
        if authority and not authority.licensing_phone and "{phone}" in subject + words.body:
            self.add_error("body", _("Your council has no telephone number on record for {phone}."))
        return cleaned


def _error(problem: Problem) -> ValidationError:
    places = ", ".join(f"{{{place}}}" for place in PLACES)
    return ValidationError(
        str(PROBLEMS[problem.code]),
        code=problem.code,
        params={"about": problem.about, "places": places},
    )


class PostedForm(forms.Form):
    """Which letters of a batch were posted, and when."""

    posted_on = forms.DateField(label=_("Posted on"), widget=AdminDateInput)
    posted = forms.TypedMultipleChoiceField(
        coerce=int, required=False, label=_("These letters were posted")
    )

    def __init__(self, *args: Any, letters: list[Message], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posted: Any = self.fields["posted"]
        posted.choices = [(letter.pk, letter.to) for letter in letters]
        self.fields["posted_on"].initial = today
