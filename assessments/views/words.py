"""Reasons, moments and waits as people read them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import waiting
from assessments.eligibility import Code, Reason

REASONS: dict[Code, str | Promise] = {
    Code.COURSE_NOT_COMPLETE: gettext_lazy(
        "Finish every lesson of the course first. Then you can take the test."
    ),
    Code.SITTING_OPEN: gettext_lazy("You have started this test. Your answers so far are saved."),
    Code.NO_RULE: gettext_lazy("The test is not ready yet. Your council has to set it up first."),
    Code.BANK_TOO_SMALL: gettext_lazy("The test is not ready yet. We need to add more questions."),
    Code.NO_TRIES_LEFT: gettext_lazy(
        "You have used all your tries. Ask your council's licensing team what to do next."
    ),
}


def reason_in_words(reason: Reason) -> str:
    if reason.code is Code.WAIT and reason.until is not None:
        return _("You can try again from %(moment)s.") % {"moment": moment_in_words(reason.until)}
    if reason.code is Code.HELD and reason.until is not None:
        return _(
            "After a decision of your council you can take the test from %(moment)s. "
            "You can appeal: see your messages from the council."
        ) % {"moment": moment_in_words(reason.until)}
    return str(REASONS[reason.code])


def moment_in_words(moment: datetime) -> str:
    """For example, "9:30am on Tuesday 24 November 2026", London time."""
    local = timezone.localtime(moment)
    return _("%(time)s on %(weekday)s %(day)s") % {
        "time": time_format(local).lower(),
        "weekday": date_format(local, "l"),
        "day": date_format(local),
    }


def wait_in_words(written: str) -> str:
    """A wait of the rule, such as "24 hours"; empty where there is none."""
    if not written:
        return ""
    wait = waiting.parse(written)
    if wait.unit == "H":
        return ngettext("%(hours)s hour", "%(hours)s hours", wait.amount) % {"hours": wait.amount}
    if wait.unit == "D":
        return ngettext("%(days)s day", "%(days)s days", wait.amount) % {"days": wait.amount}
    return ngettext("%(months)s month", "%(months)s months", wait.amount) % {"months": wait.amount}
