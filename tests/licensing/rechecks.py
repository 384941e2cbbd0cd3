"""What the tests of unannounced checks share."""

from datetime import timedelta
from typing import Any

from licensing.actions import plan_recheck
from licensing.models import Recheck
from people.models import Authority, Licence, User
from tests.conftest import NOON

START = NOON + timedelta(hours=2)


def plan(authority: Authority, by: User, **changed: Any) -> Recheck:
    """A check of identities that starts two hours after noon, and falls on two drivers."""
    given: dict[str, Any] = {
        "what": Recheck.What.IDENTITY,
        "how_many": 2,
        "licence_kinds": list(Licence.Kind.values),
        "starts_at": START,
        "purpose": "A night in November.",
        "now": NOON,
        **changed,
    }
    return plan_recheck(authority=authority, by=by, **given)
