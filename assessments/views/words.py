"""Reasons, moments and waits as people read them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import waiting
from assessments.eligibility import Code, Reason
from assessments.models import Adjustment, ResultChange

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


TEST_LANGUAGES: dict[str, str | Promise] = {
    "en-gb": gettext_lazy("The test is in English."),
    "cy": gettext_lazy("The test is in Welsh."),
    "pl": gettext_lazy("The test is in Polish."),
    "ur": gettext_lazy("The test is in Urdu."),
}
CHANGES: dict[str, str | Promise] = {
    ResultChange.ReasonClass.TECHNICAL: gettext_lazy(
        "Your result was changed on %(day)s because of a technical fault."
    ),
    ResultChange.ReasonClass.PLACE: gettext_lazy(
        "Your result was changed on %(day)s because the test was disturbed where you took it."
    ),
    ResultChange.ReasonClass.OVERTAKEN: gettext_lazy(
        "Your result was changed on %(day)s because you passed an earlier test when we scored it "
        "again."
    ),
    ResultChange.ReasonClass.CONDUCT: gettext_lazy(
        "Your result was changed on %(day)s because of a decision about conduct. You were told "
        "about it, and how to appeal."
    ),
    ResultChange.ReasonClass.WITHDRAWN: gettext_lazy(
        "Your result was changed on %(day)s because a question was wrong and was withdrawn. It now "
        "counts as right for everybody."
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


def change_in_words(change: ResultChange) -> str:
    """Why a result is no longer what it was; never the words that staff wrote for the file."""
    return str(CHANGES[change.reason_class]) % {"day": date_format(_local(change.changed_at))}


def minutes_in_words(minutes: int) -> str:
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}


def time_left_in_words(minutes: int) -> str:
    """For example, "You have 42 minutes left." """
    if not minutes:
        return _("You have less than a minute left.")
    words = ngettext(
        "You have %(minutes)s minute left.", "You have %(minutes)s minutes left.", minutes
    )
    return words % {"minutes": minutes}


def tries_left_in_words(left: int) -> str:
    words = ngettext("You have %(left)s try left.", "You have %(left)s tries left.", left)
    return words % {"left": left}


def hour_in_words(moment: datetime) -> str:
    """For example, "10:30am" of a London clock."""
    return time_format(_local(moment)).lower()


def help_in_words(adjustment: Adjustment) -> list[str]:
    """What was granted, one thing each."""
    words = [str(Adjustment.Help(value).label) for value in adjustment.helps]
    if adjustment.break_minutes:
        minutes = minutes_in_words(adjustment.break_minutes)
        words.insert(0, _("%(minutes)s for breaks") % {"minutes": minutes})
    if adjustment.no_limit:
        words.insert(0, _("no time limit"))
    elif adjustment.extra_time:
        words.insert(0, str(adjustment.get_extra_time_display()))
    return words


def request_in_words(adjustment: Adjustment) -> list[str]:
    """What was asked for: how much more time and how long the breaks, an officer decides."""
    words = [str(Adjustment.Help(value).label) for value in adjustment.helps]
    if adjustment.break_minutes:
        words.insert(0, _("breaks"))
    if adjustment.extra_time:
        words.insert(0, _("more time"))
    return words


def moment_in_words(moment: datetime) -> str:
    """For example, "9:30am on Tuesday 24 November 2026", London time."""
    local = _local(moment)
    return _("%(time)s on %(weekday)s %(day)s") % {
        "time": hour_in_words(moment),
        "weekday": date_format(local, "l"),
        "day": date_format(local),
    }


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment)


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
