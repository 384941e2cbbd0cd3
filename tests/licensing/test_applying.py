"""Which rule applies to whom, as a table."""

from datetime import date, timedelta

import pytest

from licensing.applying import AppliesTo, Description, Place, Rule, began_on, in_force
from licensing.eligibility import Terms
from tests.licensing.test_eligibility import noon

FIRST = date(2026, 1, 1)
BEFORE, AFTER = FIRST - timedelta(days=1), FIRST + timedelta(days=1)
ALL = ("private_hire", "dual")
GROUP = 7


def rule(key, whom=AppliesTo.EVERYBODY, *, own=True, first=FIRST, kinds=ALL, signed="2025-12-01",
         code="safeguarding"):  # fmt: skip
    cohort = GROUP if whom is AppliesTo.COHORT else None
    return Rule(Terms(key, code, first, kinds, 0), noon(signed), own, whom, cohort)


def applies(rules, *, kind="private_hire", began=BEFORE, places=(), as_at="2026-06-01",
            known="2035-01-01"):  # fmt: skip
    found = in_force(
        rules,
        licence_kind=kind,
        began_on=began,
        places=places,
        as_at=date.fromisoformat(as_at),
        known_at=noon(known),
    )
    return [terms.rule_id for terms in found]


EVERYBODY, NATIONAL = rule(1), rule(2, own=False)
NEW, EXISTING = rule(3, AppliesTo.NEW), rule(4, AppliesTo.EXISTING)
COHORT = rule(5, AppliesTo.COHORT)
NATIONAL_NEW = rule(6, AppliesTo.NEW, own=False)
LATER = rule(8, first=AFTER)
IN_GROUP = (Place(GROUP, noon("2026-01-10")),)
LEFT_GROUP = (Place(GROUP, noon("2026-01-10"), noon("2026-03-01")),)
PRECEDENCE = [
    ("nothing approved", [], {}, []),
    ("the only one", [NATIONAL], {}, [2]),
    ("the authority's own before the national", [NATIONAL, EVERYBODY], {}, [1]),
    ("the later of two", [LATER, EVERYBODY], {}, [8]),
    ("the later signature of two that begin together", [rule(9, signed="2025-12-02"), EVERYBODY],
     {}, [9]),
    ("existing before everybody", [EVERYBODY, EXISTING, NEW], {"began": BEFORE}, [4]),
    ("new on the first day", [EVERYBODY, EXISTING, NEW], {"began": FIRST}, [3]),
    ("new after it", [EVERYBODY, EXISTING, NEW], {"began": AFTER}, [3]),
    ("an older narrower one before a later wide one", [LATER, EXISTING], {}, [4]),
    ("the group before all", [EVERYBODY, EXISTING, NEW, COHORT], {"places": IN_GROUP}, [5]),
    ("the group of others", [EVERYBODY, COHORT], {"places": (Place(8, noon("2026-01-10")),)}, [1]),
    ("own for everybody before national for new", [EVERYBODY, NATIONAL_NEW], {"began": AFTER}, [1]),
    ("national for new before national", [NATIONAL, NATIONAL_NEW], {"began": AFTER}, [6]),
    ("for new alone, and the driver is not", [NEW], {"began": BEFORE}, []),
    ("for some, but not this kind: the wider one", [EVERYBODY, rule(5, AppliesTo.COHORT,
     kinds=("dual",))], {"places": IN_GROUP}, [1]),
    ("for everybody, but not this kind: it says so", [NATIONAL, rule(1, kinds=())], {}, [1]),
    ("before its first day", [EVERYBODY], {"as_at": "2025-12-31"}, []),
    ("before it was signed", [EVERYBODY], {"known": "2025-11-30"}, []),
    ("each requirement by itself", [EVERYBODY, rule(9, code="first-aid")], {}, [9, 1]),
]  # fmt: skip
PLACES = [
    ("the day before", IN_GROUP, "2026-01-09", "2035-01-01", False),
    ("the day of joining", IN_GROUP, "2026-01-10", "2035-01-01", True),
    ("not on record yet", IN_GROUP, "2026-01-10", "2026-01-09", False),
    ("the day before leaving", LEFT_GROUP, "2026-02-28", "2035-01-01", True),
    ("the day of leaving", LEFT_GROUP, "2026-03-01", "2035-01-01", False),
    ("leaving not on record yet", LEFT_GROUP, "2026-03-01", "2026-02-28", True),
]
ENTERED = date(2026, 5, 5)
OLD_START = Description(date(2023, 1, 1), noon("2024-01-01"))
RENEWAL = Description(date(2026, 1, 1), noon("2026-01-01"))
SILENT = Description(None, noon("2024-01-01"))
STARTS = [
    ("no description", [], "2035-01-01", ENTERED),
    ("no start", [SILENT], "2035-01-01", ENTERED),
    ("a start", [OLD_START], "2035-01-01", date(2023, 1, 1)),
    ("a renewal makes nobody new", [OLD_START, RENEWAL], "2035-01-01", date(2023, 1, 1)),
    ("a start that came later", [SILENT, RENEWAL], "2035-01-01", date(2026, 1, 1)),
    ("not on record yet", [SILENT, RENEWAL], "2025-12-31", ENTERED),
    ("before the register came to us", [OLD_START, RENEWAL], "2020-01-01", date(2023, 1, 1)),
]


@pytest.mark.parametrize(
    ("rules", "driver", "found"), [pytest.param(*row[1:], id=row[0]) for row in PRECEDENCE]
)
def test_rule_that_applies(rules, driver, found):
    assert applies(rules, **driver) == applies(rules[::-1], **driver) == found


@pytest.mark.parametrize(
    ("places", "as_at", "known", "counts"), [pytest.param(*row[1:], id=row[0]) for row in PLACES]
)
def test_place_in_a_group_counts_on_the_day(places, as_at, known, counts):
    found = applies([rule(5, AppliesTo.COHORT)], places=places, as_at=as_at, known=known)

    assert found == ([5] if counts else [])


@pytest.mark.parametrize(
    ("described", "known", "day"), [pytest.param(*row[1:], id=row[0]) for row in STARTS]
)
def test_first_day_of_a_licence(described, known, day):
    assert began_on(described, entered_on=ENTERED, known_at=noon(known)) == day
