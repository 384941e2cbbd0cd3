"""How much of a sitting's time our own fault took (R22). Pure: the moments are passed in.

The clock of a sitting stands still while the service is down: whoever had ten minutes left when it
went has ten minutes left when it is back, also where the deadline fell in between.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
# No driver waits longer for a test to go on. A longer silence is rather a clock that jumped ahead,
# and must not leave tests open for a year once it is set right.
LONGEST = timedelta(days=7)


def seconds_lost(
    outage: Span, *, started_at: datetime, deadline_at: datetime, given: Iterable[Span] = ()
) -> int:
    """Whole seconds to give back, rounded up; 0 where the sitting was over or not begun by then.

    ``given`` are outages whose time the sitting has back already: no minute counts twice.
    """
    began_at, over_at = outage
    if deadline_at <= began_at or over_at <= started_at:
        return 0
    lost = timedelta(0)
    reached = max(began_at, started_at)
    for given_from, given_to in sorted(given):
        lost += max(min(given_from, over_at) - reached, timedelta(0))
        reached = max(reached, given_to)
    lost += max(over_at - reached, timedelta(0))
    return math.ceil(min(lost, LONGEST).total_seconds())
