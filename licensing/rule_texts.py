"""The rules in force at an authority on a day, with what each says in plain English."""

from collections.abc import Collection, Iterable, Iterator
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


def rules_in_force(
    *, authority: Authority, on: date, known_at: datetime, requirements: Collection[int]
) -> list[RuleText]:
    """The requirements with these keys, which judged on the London day ``on``; the rules in force
    then, as signed by ``known_at``, for the tests of their courses and of the refreshers of these;
    and how long a pass counts. Three questions."""
    asked = {"authority": authority, "on": on, "known_at": known_at}
    with translation.override(settings.LANGUAGE_CODE):
        required = list(_signed(Requirement, "course").filter(pk__in=requirements).order_by("code"))
        courses = [rule.course_id for rule in required]
        of_courses = Q(course__in=courses) | Q(course__refreshes__in=courses)
        tests = _signed(TestRule, "course", **asked).filter(of_courses)
        validity = _signed(ValidityRule, **asked)[:1]
        return [
            *(RuleText("Training requirement", _required(rule), rule) for rule in required),
            *(RuleText("Test rule", _tested(rule), rule) for rule in _first_of_each_course(tests)),
            *(RuleText("How long a pass counts", _lasting(rule), rule) for rule in validity),
        ]


def name_of(user: User | None) -> str:
    """As it stands in a document; empty for nobody."""
    return (user.get_full_name() or user.email) if user else ""


def _signed(model: Any, *related: str, **in_force: Any) -> Any:
    rules = model.objects.in_force(**in_force) if in_force else model.objects.all()
    return rules.select_related("authority", "proposed_by", "approved_by", *related)


def _first_of_each_course(rules: Iterable[TestRule]) -> Iterator[TestRule]:
    """They come in the order in which they count: of each course the first one does."""
    seen = set()
    for rule in rules:
        if rule.course_id not in seen:
            seen.add(rule.course_id)
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
