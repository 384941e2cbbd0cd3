"""Which approved rule applies to a licence on a day? Pure: rules and a driver in, terms out.

Every day is a London day, whole; what was recorded after ``known_at`` is not seen, as in
``licensing.eligibility``. ``licensing.on_record`` says the same in SQL; a test holds the two
together over random histories.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from certificates.renewal import london_day
from licensing.eligibility import Terms


class AppliesTo(StrEnum):
    """For which drivers a rule is. A driver is new whose licence began on or after its first day,
    else was there before."""

    EVERYBODY = "everybody"
    NEW = "new"
    EXISTING = "existing"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Rule:
    """Approved terms and the drivers they are for. ``own``: the authority's, not the national."""

    terms: Terms
    approved_at: datetime
    own: bool = True
    applies_to: AppliesTo = AppliesTo.EVERYBODY
    cohort: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's time in a cohort, by the instants at which it was written down."""

    cohort: int
    added_at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """The start of a licence as the register gave it at ``recorded_at``, if it gave one."""

    starts_on: date | None
    recorded_at: datetime


def began_on(described: Collection[Description], *, entered_on: date, known_at: datetime) -> date:
    """The first day of a licence: the earliest start that the register had given by then, so that a
    renewal does not make a driver new; without one, the day of the licence's first entry.

    ``described`` is of whoever had the number, not of who had it before or after them. Of a time
    before the register came to us the first description speaks.
    """
    first = min((one.recorded_at for one in described), default=known_at)
    known = [one for one in described if one.recorded_at <= max(known_at, first)]
    return min((one.starts_on for one in known if one.starts_on), default=entered_on)


def in_force(
    rules: Iterable[Rule],
    *,
    licence_kind: str,
    began_on: date,
    places: Collection[Place],
    as_at: date,
    known_at: datetime,
) -> list[Terms]:
    """Of each requirement the terms that apply to the licence, in the order of their codes.

    The authority's own rule goes before the national one; then that for a cohort before that for
    new or for existing drivers, and these before that for everybody; then the one that began last.
    A rule for some drivers leaves those alone whose kind of licence it does not name.
    """
    found: dict[str, Rule] = {}
    for rule in rules:
        terms = rule.terms
        if (
            rule.approved_at <= known_at
            and terms.effective_from <= as_at
            and (rule.applies_to is AppliesTo.EVERYBODY or licence_kind in terms.licence_kinds)
            and _is_for(rule, began_on, places, as_at, known_at)
        ):
            found[terms.code] = max(rule, found.get(terms.code, rule), key=_precedence)
    return [found[code].terms for code in sorted(found)]


def _is_for(
    rule: Rule, began_on: date, places: Iterable[Place], as_at: date, known_at: datetime
) -> bool:
    if rule.applies_to is AppliesTo.NEW:
        return began_on >= rule.terms.effective_from
    if rule.applies_to is AppliesTo.EXISTING:
        return began_on < rule.terms.effective_from
    if rule.applies_to is AppliesTo.COHORT:
        return any(
            place.cohort == rule.cohort and _was_in(place, as_at, known_at) for place in places
        )
    return True


def _was_in(place: Place, as_at: date, known_at: datetime) -> bool:
    """At the end of the day, by what was on record."""
    left = place.left_at
    return (
        place.added_at <= known_at
        and london_day(place.added_at) <= as_at
        and (left is None or left > known_at or london_day(left) > as_at)
    )


def _precedence(rule: Rule) -> tuple[bool, int, date, datetime, int]:
    narrowness = {AppliesTo.COHORT: 2, AppliesTo.NEW: 1, AppliesTo.EXISTING: 1}
    return (
        rule.own,
        narrowness.get(rule.applies_to, 0),
        rule.terms.effective_from,
        rule.approved_at,
        rule.terms.rule_id,
    )
