"""The form in which a validity rule is proposed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.models import ValidityRule
from outbox.models import Message
from people.forms import DatedRuleForm

EMAIL, SMS, LETTER = Message.Channel.EMAIL, Message.Channel.SMS, Message.Channel.LETTER
ORDERS: dict[tuple[str, ...], Any] = {
    (EMAIL, SMS, LETTER): _("E-mail, then text message, then letter"),
    (SMS, EMAIL, LETTER): _("Text message, then e-mail, then letter"),
    (EMAIL, LETTER): _("E-mail, then letter"),
    (LETTER,): _("Letter only"),
}
LABELS = {
    "months": _("Months from the pass"),
    "ends_with_licence": _("Ends with the licence, if that is earlier"),
    "renewal_window_days": _("Renewal opens, in days before the last day"),
    "refresher_lapse_days": _("The refresher still renews it, in days after the last day"),
    "reminder_days": _("Reminders"),
    "reminder_channels": _("How to reach people"),
    "authority": _("Council"),
    "effective_from": _("In force from"),
    "reason": _("Reason"),
}
FIRST_NOTICE, LAST_NOTICE = 180, -30  # Days before the end; below nought, after it.
LONGEST = 120  # Months: ten years.


class ValidityRuleForm(DatedRuleForm):
    """How long a pass counts, how it is renewed, and when and how the holder is reminded."""

    reminder_days = forms.CharField(
        label=LABELS["reminder_days"],
        help_text=_(
            "Days before the last day, with commas between them. -1 is the day after it. For "
            "example: 90, 60, 30, 14, 7, 1, -1"
        ),
    )
    reminder_channels = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=LABELS["reminder_channels"],
        help_text=_("Each reminder goes out once, the first way that can reach the person."),
    )

    class Meta:
        model = ValidityRule
        fields = [
            "months",
            "ends_with_licence",
            "renewal_window_days",
            "refresher_lapse_days",
            "reminder_days",
            "reminder_channels",
            "authority",
            "effective_from",
            "reason",
        ]
        labels = LABELS
        help_texts = {
            "months": _("36 months is three years."),
            "ends_with_licence": _(
                "A licence that ends within the renewal days does not count: the person passes for "
                "the next one."
            ),
            "renewal_window_days": _("Whoever passes again in these days keeps the date."),
            "refresher_lapse_days": _("After that the full course is asked for again."),
            "authority": "",
            "effective_from": _(
                "Today or later. Certificates that are issued by then keep their dates."
            ),
            "reason": _("Why the rule is as it is. For example, which committee decided it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, instance=ValidityRule(), **kwargs)
        self.fields["reminder_channels"].choices = [
            (" ".join(order), words) for order, words in ORDERS.items()
        ]

    def clean_months(self) -> int:
        months: int = self.cleaned_data["months"]
        if not 1 <= months <= LONGEST:
            raise forms.ValidationError(_("Choose 1 to 120 months."))
        return months

    def clean_reminder_days(self) -> list[int]:
        """Each day once, the earliest reminder first."""
        words = self.cleaned_data["reminder_days"].replace("−", "-").split(",")
        try:
            days = {int(word) for word in words if word.strip()}
        except ValueError:
            raise forms.ValidationError(
                _("Write whole numbers with commas between them.")
            ) from None
        if not days or not all(LAST_NOTICE <= day <= FIRST_NOTICE for day in days):
            raise forms.ValidationError(
                _("Choose at least one day, from 180 days before to 30 days after.")
            )
        return sorted(days, reverse=True)

    def clean_reminder_channels(self) -> list[str]:
        return str(self.cleaned_data["reminder_channels"]).split()


def like_rule(rule: ValidityRule) -> dict[str, Any]:
    """What an earlier rule fills in: all but its day and its reason."""
    same = ("months", "ends_with_licence", "renewal_window_days", "refresher_lapse_days")
    return {
        **{name: getattr(rule, name) for name in same},
        "authority": rule.authority_id,
        "reminder_days": ", ".join(str(day) for day in rule.reminder_days),
        "reminder_channels": " ".join(rule.reminder_channels),
    }
