"""Gives the demo an unannounced check that has started, with one outcome, and one to come."""

from datetime import datetime, timedelta

from licensing.actions import draw_recheck, plan_recheck, record_outcome
from licensing.models import Recheck
from people.models import Authority, Licence, User

IN_DAYS = timedelta(days=7)


def load_rechecks(authority: Authority, *, officer: User, now: datetime) -> None:
    """Through the actions by which officers do; planned once."""
    if Recheck.objects.filter(authority=authority).exists():
        return
    kinds = list(Licence.Kind.values)
    started = plan_recheck(
        authority=authority,
        what=Recheck.What.IDENTITY,
        how_many=5,
        licence_kinds=kinds,
        starts_at=now,
        purpose="Station rank, in the evening.",
        by=officer,
        now=now,
    )
    drawn = draw_recheck(recheck=started, now=now)
    record_outcome(driver=drawn.drivers.all()[0], outcome="in_order", by=officer, now=now)
    plan_recheck(
        authority=authority,
        what=Recheck.What.KNOWLEDGE,
        how_many=3,
        licence_kinds=kinds,
        starts_at=now + IN_DAYS,
        purpose="Drivers who come to the counter.",
        by=officer,
        now=now,
    )
