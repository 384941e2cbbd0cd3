"""A test rule as people read it: each of its terms in words, and why a step was refused."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.actions import RuleRefused
from assessments.fairness import TopicDraw
from assessments.marking import required_count
from assessments.models import TestRule, TestRuleTopic
from assessments.models.rules import WHOLE
from assessments.views.words import wait_in_words

RULE_REFUSALS: dict[str, str | Promise] = {
    "own_proposal": gettext_lazy("Somebody else has to approve a rule that you proposed."),
    "approved_already": gettext_lazy("This rule is approved already."),
    "empty_blueprint": gettext_lazy("Say for at least one topic how many questions to draw."),
    "bank_too_small": gettext_lazy(
        "There are too few questions for a fair draw. Add questions or draw fewer."
    ),
    "not_allowed": gettext_lazy("You may not decide the rules of this council."),
}


class Words(NamedTuple):
    """One term of a rule."""

    name: str
    words: str


class Change(NamedTuple):
    """One term that differs between two rules; an empty side is not there in that rule."""

    name: str
    before: str
    after: str


def refusal_in_words(refusal: RuleRefused) -> str:
    """Why, and for a bank that is too small the numbers of each topic."""
    numbers = [f"{draw.title}: {shortage_in_words(draw)}" for draw in refusal.shortages]
    return " ".join([str(RULE_REFUSALS[refusal.code]), *numbers])


def shortage_in_words(draw: TopicDraw) -> str:
    """For example, "4 are drawn, 6 are published, 8 are needed." """
    numbers = {"drawn": draw.drawn, "available": draw.available, "needed": draw.needed}
    drawn = ngettext("%(drawn)s is drawn", "%(drawn)s are drawn", draw.drawn)
    published = ngettext(
        "%(available)s is published", "%(available)s are published", draw.available
    )
    needed = ngettext("%(needed)s is needed", "%(needed)s are needed", draw.needed)
    return f"{drawn}, {published}, {needed}." % numbers


def terms_in_words(rule: TestRule, blueprint: Sequence[TestRuleTopic]) -> list[Words]:
    """Every term but the numbers of each topic, in the order of the form."""
    questions = sum(place.questions for place in blueprint)
    return [
        Words(_("Questions on a paper"), str(questions)),
        Words(_("Language of the questions"), str(rule.get_language_display())),
        Words(_("To pass"), _mark_in_words(rule, questions)),
        Words(_("Must-get-right questions"), _critical_in_words(rule)),
        Words(_("Time limit"), _minutes_in_words(rule.time_limit_minutes) or _("Not limited")),
        Words(_("More time on asking"), _extension_in_words(rule)),
        Words(_("Tries in one round of the course"), _number(rule.tries) or _("Not limited")),
        Words(_("Waits after a fail"), " ".join(waits_in_words(rule.waits)) or _("None")),
        Words(_("Lessons of missed topics"), _restudy_in_words(rule)),
        Words(_("All lessons again"), _lessons_in_words(rule)),
        Words(_("When all tries are used"), _spent_in_words(rule)),
        Words(_("Topics that were passed"), _resit_in_words(rule)),
        Words(_("Code to start"), _code_in_words(rule)),
    ]


def changes_in_words(
    before: tuple[TestRule, Sequence[TestRuleTopic]],
    after: tuple[TestRule, Sequence[TestRuleTopic]],
) -> list[Change]:
    """Where two rules differ, each a rule with its blueprint."""
    old = dict([*terms_in_words(*before), *_topics_in_words(before[1])])
    new = dict([*terms_in_words(*after), *_topics_in_words(after[1])])
    return [
        Change(name, old.get(name, _("Not asked")), new.get(name, _("Not asked")))
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]


def waits_in_words(waits: Sequence[str]) -> list[str]:
    """One sentence for each wait; the last one goes on."""
    sentences = [
        _("After fail %(number)s: %(wait)s.") % {"number": number, "wait": wait_in_words(wait)}
        for number, wait in enumerate(waits[:-1], start=1)
    ]
    if waits:
        last = {"number": len(waits), "wait": wait_in_words(waits[-1])}
        sentences.append(_("After fail %(number)s and every later one: %(wait)s.") % last)
    return sentences


def _topics_in_words(blueprint: Iterable[TestRuleTopic]) -> list[Words]:
    return [
        Words(_("Topic “%(topic)s”") % {"topic": place.topic.title}, _place_in_words(place))
        for place in blueprint
    ]


def _place_in_words(place: TestRuleTopic) -> str:
    drawn = place.questions
    questions = ngettext("%(n)s question", "%(n)s questions", drawn) % {"n": drawn}
    if not place.minimum:
        return questions
    return _("%(questions)s, at least %(minimum)s right") % {
        "questions": questions,
        "minimum": place.minimum,
    }


def _mark_in_words(rule: TestRule, questions: int) -> str:
    if rule.pass_mark == WHOLE:
        return _("100%: every answer must be right")
    return _("%(mark)s%%: %(required)s of %(questions)s right") % {
        "mark": rule.pass_mark,
        "required": required_count(rule.pass_mark, questions),
        "questions": questions,
    }


def _critical_in_words(rule: TestRule) -> str:
    if rule.critical_must_be_right:
        return _("A wrong one fails the paper, whatever the total")
    return _("They count like any other question")


def _minutes_in_words(minutes: int | None) -> str:
    if minutes is None:
        return ""
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def _extension_in_words(rule: TestRule) -> str:
    if rule.extension_minutes is None:
        return _("None")
    minutes = _minutes_in_words(rule.extension_minutes)
    return _("%(minutes)s near the end, up to ten times") % {"minutes": minutes}


def _restudy_in_words(rule: TestRule) -> str:
    if rule.restudy_topics:
        return _("Come first before the next try")
    return _("Are shown, but need not be read again")


def _lessons_in_words(rule: TestRule) -> str:
    if rule.lessons_again_after is None:
        return _("Never")
    fails = rule.lessons_again_after
    return ngettext("After %(n)s fail", "After %(n)s fails", fails) % {"n": fails}


def _spent_in_words(rule: TestRule) -> str:
    if rule.tries is None:
        return _("Does not happen")
    if rule.when_spent == TestRule.WhenSpent.RELEARN:
        return _("The lessons again, then new tries")
    return _("A licensing officer decides")


def _resit_in_words(rule: TestRule) -> str:
    if rule.resit_days is None:
        return _("Are asked again: always the whole paper")
    days = rule.resit_days
    return ngettext("Stay passed for %(n)s day", "Stay passed for %(n)s days", days) % {"n": days}


def _code_in_words(rule: TestRule) -> str:
    if rule.start_code_required:
        return _("A trainer or officer hands one out for each start")
    return _("None: people start by themselves")


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
