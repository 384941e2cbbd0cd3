"""Everything a test asks of one person, in sentences that are true whatever the rule (R06, R07)."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import actions
from assessments.marking import required_count
from assessments.models import Adjustment, TestRule, TestRuleTopic, TimeGiven
from assessments.paper import Carried
from assessments.perms import Standing
from assessments.views.words import (
    TEST_LANGUAGES,
    help_in_words,
    minutes_in_words,
    tries_left_in_words,
    wait_in_words,
)
from assessments.waiting import wait_after


class Term(NamedTuple):
    """A row of the start page."""

    name: str
    sentences: list[str]


def terms_in_words(standing: Standing, carried: Sequence[Carried]) -> list[Term]:
    """``carried``: topics that the next paper leaves out, as they were passed before."""
    rule = standing.rule
    if rule is None:
        return []
    slugs = {topic["slug"] for topic in carried}
    asked = [place for place in standing.blueprint if place.topic.slug not in slugs]
    terms = [
        Term(_("Questions"), _questions(asked, carried)),
        Term(_("To pass"), _to_pass(rule, asked)),
        Term(_("Time"), _time(rule, standing.adjustment)),
        Term(_("Your help"), _help(standing.adjustment)),
        Term(_("To start"), _to_start(rule)),
        Term(_("Tries"), [*_tries(standing), *_waits(rule, standing)]),
        Term(_("Language"), [str(TEST_LANGUAGES[rule.language])]),
        Term(_("Afterwards"), _afterwards(rule)),
    ]
    return [term for term in terms if term.sentences]


def is_timed(standing: Standing) -> bool:
    """Whether a clock would run, with what was granted to this person."""
    rule = standing.rule
    return rule is not None and actions.minutes_allowed(rule, standing.adjustment) is not None


def _questions(asked: Sequence[TestRuleTopic], carried: Sequence[Carried]) -> list[str]:
    total = sum(place.questions for place in asked)
    sentences = [
        ngettext("%(total)s question.", "%(total)s questions.", total) % {"total": total},
        _("Some may have more than one right answer. The question says so."),
    ]
    if carried:
        titles = ", ".join(topic["title"] for topic in carried)
        sentences.append(
            _("You have passed these topics, so they are not asked again: %(topics)s.")
            % {"topics": titles}
        )
    return sentences


def _to_pass(rule: TestRule, asked: Sequence[TestRuleTopic]) -> list[str]:
    total = sum(place.questions for place in asked)
    required = required_count(rule.pass_mark, total)
    if required == total:
        return [_("You need to get every question right.")]
    sentences = [
        _("You need to get %(required)s of %(total)s questions right.")
        % {"required": required, "total": total}
    ]
    if rule.critical_must_be_right:
        sentences.append(
            _("A few questions about keeping people safe must be right, whatever your total.")
        )
    return sentences + [
        _("In “%(topic)s” you need %(minimum)s of %(total)s right.")
        % {"topic": place.topic.title, "minimum": place.minimum, "total": place.questions}
        for place in asked
        if place.minimum
    ]


def _time(rule: TestRule, adjustment: Adjustment | None) -> list[str]:
    """With what was granted to this person."""
    minutes = actions.minutes_allowed(rule, adjustment)
    if minutes is None:
        return [_("No time limit. You can stop and come back. Your answers are saved.")]
    time = minutes_in_words(minutes)
    if adjustment is not None and adjustment.extra_time:
        granted = adjustment.get_extra_time_display()
        first = _("You have %(granted)s: %(time)s.") % {"granted": granted, "time": time}
    else:
        first = _("You have %(time)s.") % {"time": time}
    sentences = [first]
    if adjustment is not None and adjustment.break_minutes:
        breaks = minutes_in_words(adjustment.break_minutes)
        sentences.append(_("%(time)s of these are for breaks.") % {"time": breaks})
    sentences.append(_("The time goes on if you leave the test."))
    if rule.extension_minutes:
        more = {"time": minutes_in_words(rule.extension_minutes), "times": TimeGiven.MOST_ASKED}
        sentences.append(
            _("If you need longer, you can add %(time)s near the end, up to %(times)s times.")
            % more
        )
    return sentences


def _help(adjustment: Adjustment | None) -> list[str]:
    if adjustment is None:
        return []
    granted = "; ".join(help_in_words(adjustment))
    return [_("Your council has agreed to this help: %(help)s.") % {"help": granted}]


def _to_start(rule: TestRule) -> list[str]:
    if not rule.start_code_required:
        return []
    return [
        _("You need a start code from a trainer or a licensing officer."),
        _("They check who you are first, so have your photo ID with you."),
    ]


def _tries(standing: Standing) -> list[str]:
    left = standing.tries_left
    if left is None:
        return [_("You can try as often as you need.")]
    sentences = [tries_left_in_words(left)]
    if standing.extra_tries:
        extra = standing.extra_tries
        sentences.append(
            ngettext(
                "Your council gave you %(extra)s extra try.",
                "Your council gave you %(extra)s extra tries.",
                extra,
            )
            % {"extra": extra}
        )
    return sentences


def _waits(rule: TestRule, standing: Standing) -> list[str]:
    """How long after the next fail of the round, and after those to come; nothing where no try
    follows."""
    last = _fails_with_a_try_after(rule, standing)
    following = standing.tries_used + 1
    to_come = range(following, max(following, len(rule.waits)) + 1)
    fails = [number for number in to_come if last is None or number <= last]
    if not fails:
        return []
    if not rule.waits:
        return [_("There is no wait before the next try.")]
    sentences = []
    for number in fails:
        goes_on = number == fails[-1] and (last is None or number < last)
        if number == following:
            words = _("If you do not pass, you can try again after %(wait)s.")
        elif goes_on:
            words = _("After fail %(number)s and every later one, after %(wait)s.")
        else:
            words = _("After fail %(number)s, after %(wait)s.")
        wait = wait_in_words(wait_after(rule.waits, number))
        sentences.append(words % {"number": number, "wait": wait})
    return sentences


def _fails_with_a_try_after(rule: TestRule, standing: Standing) -> int | None:
    """After how many fails of the round another try follows. None: after each."""
    if rule.tries is None:
        return None
    if rule.when_spent == TestRule.WhenSpent.RELEARN:
        return rule.tries + standing.extra_tries
    return rule.tries + standing.extra_tries - 1


def _afterwards(rule: TestRule) -> list[str]:
    sentences = [_("If you pass, you get your certificate.")]
    if rule.restudy_topics:
        sentences.append(
            _(
                "If you do not pass, you first go through the lessons of the topics you missed "
                "again."
            )
        )
    else:
        sentences.append(_("If you do not pass, we show you which lessons to read again."))
    if rule.lessons_again_after:
        fails = rule.lessons_again_after
        words = ngettext(
            "After %(fails)s fail you go through every lesson again first.",
            "After %(fails)s fails you go through every lesson again first.",
            fails,
        )
        sentences.append(words % {"fails": fails})
    if rule.resit_days:
        days = rule.resit_days
        words = ngettext(
            "A topic that you pass stays passed for %(days)s day: the next test leaves it out.",
            "A topic that you pass stays passed for %(days)s days: the next test leaves it out.",
            days,
        )
        sentences.append(words % {"days": days})
    if rule.tries is not None:
        sentences.append(_when_spent(rule))
    return sentences


def _when_spent(rule: TestRule) -> str:
    if rule.when_spent == TestRule.WhenSpent.RELEARN:
        return _("When all tries are used, you take the lessons again. Then you get new tries.")
    return _("When all tries are used, a licensing officer decides what happens next.")
