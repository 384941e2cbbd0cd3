"""Gives the demo's lapsed driver what officers write down: a next action, and a contact."""

from datetime import datetime, timedelta

from django.utils import timezone

from licensing.actions import log_contact, plan_next_action
from licensing.models import DriverContact, NextAction
from people.models import Authority, Licence, User

LAPSED = "PH-1004"
IN_DAYS = timedelta(days=7)
AN_HOUR = timedelta(hours=1)


def load_desk(authority: Authority, staff: dict[str, User], *, now: datetime) -> None:
    """Each is written once, through the actions by which officers do."""
    licence = Licence.objects.get(authority=authority, number=LAPSED)
    by, today = staff["officer@demo.example"], timezone.localdate(now)
    if not NextAction.objects.filter(licence=licence).exists():
        plan_next_action(
            licences=[licence],
            what=NextAction.What.CALL,
            note="Ask whether help is needed with the test.",
            owner=by,
            due_on=today + IN_DAYS,
            by=by,
            now=now,
            today=today,
        )
    if not DriverContact.objects.filter(licence=licence).exists():
        log_contact(
            licence=licence,
            source=DriverContact.Source.COUNCILLOR,
            source_name="Leila Haddad",
            way=DriverContact.Way.PHONE,
            contacted_at=now - AN_HOUR,
            said="Asked whether the driver can have more time. Told that officers decide.",
            asks_for_decision=True,
            by=by,
            now=now,
        )
