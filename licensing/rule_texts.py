"""The rules in force at an authority on a day, with what each says in plain English."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from assessments.models import TestRule
from certificates.models import ValidityRule
from licensing.eligibility import plain
from licensing.models import Requirement
from people.models import Authority, DatedRule, User


@dataclass(frozen=True)
class RuleText:
    """One rule: what kind it is, what it says, and the rule itself for who signed it and why."""

    kind: str
    words: str
    rule: DatedRule

    @property
    def number(self) -> str:
        return str(self.rule.pk)

    @property
    def first_day(self) -> str:
        return plain(self.rule.effective_from)

    @property
    def whose(self) -> str:
        return self.rule.authority.name if self.rule.authority else "National"


def rules_in_force(*, authority: Authority, on: date, known_at: datetime) -> list[RuleText]:
    """Requirements, test rules of their courses and of the refreshers of these, and how long a
    pass counts: on the London day ``on``, signed by ``known_at``. Three questions."""
    asked = {"authority": authority, "on": on, "known_at": known_at}
    with translation.override(settings.LANGUAGE_CODE):
        requirements = list(_first_of_each(_in_force(Requirement, "course", **asked), "code"))
        courses = [rule.course_id for rule in requirements]
        of_courses = Q(course__in=courses) | Q(course__refreshes__in=courses)
        tests = _in_force(TestRule, "course", **asked).filter(of_courses)
        validity = _in_force(ValidityRule, **asked)[:1]
        return [
            *(RuleText("Training requirement", _required(rule), rule) for rule in requirements),
            *(
                RuleText("Test rule", _tested(rule), rule)
                for rule in _first_of_each(tests, "course_id")
            ),
            *(RuleText("How long a pass counts", _lasting(rule), rule) for rule in validity),
        ]


def name_of(user: User | None) -> str:
    """As it stands in a document; empty for nobody."""
    return (user.get_full_name() or user.email) if user else ""


def _in_force(model: Any, *related: str, **asked: Any) -> Any:
    rules = model.objects.in_force(**asked)
    return rules.select_related("authority", "proposed_by", "approved_by", *related)


def _first_of_each(rules: Iterable[Any], name: str) -> Iterator[Any]:
    """They come in the order in which they count: of each name the first one does."""
    seen = set()
    for rule in rules:
        if getattr(rule, name) not in seen:
            seen.add(getattr(rule, name))
            yield rule


def _required(rule: Requirement) -> str:
    kinds = rule.get_licence_kinds_display() or "no kind of licence any more"
    return (
        f"{rule.code}: the course {rule.course.title}, for {kinds}."
        f" Days of grace after the last day: {rule.grace_days}."
    )


def _tested(rule: TestRule) -> str:
    parts = [f"{rule.course.title}: {rule.pass_mark} per cent of the answers must be right."]
    if rule.critical_must_be_right:
        parts.append("A wrong answer to a must-get-right question fails the paper.")
    limit = rule.time_limit_minutes
    parts.append(f"Minutes allowed: {limit}." if limit else "There is no time limit.")
    parts.append(f"Tries in a round: {rule.tries}." if rule.tries else "Tries are not limited.")
    return " ".join(parts)


def _lasting(rule: ValidityRule) -> str:
    words = (
        f"A pass counts for {rule.months} months. Days before the last day in which renewing keeps"
        f" the date: {rule.renewal_window_days}."
    )
    if rule.ends_with_licence:
        words += " It ends with the licence where that is earlier."
    return words
