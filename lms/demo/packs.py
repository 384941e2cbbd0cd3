"""Gives the demo a training session, one signature that counts, one that waits, and FOI figures."""

from datetime import date, datetime, timedelta

from licensing.actions import countersign, enter_session, make_foi_pack, sign_session
from licensing.financial_year import FinancialYear
from licensing.models import TrainingSession
from people.models import Authority, User

HELD_AGO = timedelta(days=40)
TITLE = "Safeguarding for those who decide about licences"
PROVIDER = "Fellbridge Training (invented)"


def load_packs(
    authority: Authority, *, officer: User, second: User, today: date, now: datetime
) -> None:
    """Through the actions by which members and officers do; made once."""
    if TrainingSession.objects.filter(authority=authority, title=TITLE).exists():
        return
    session = enter_session(
        authority=authority,
        title=TITLE,
        held_on=today - HELD_AGO,
        provider=PROVIDER,
        months=36,
        course=None,
        by=officer,
        now=now,
    )
    countersign(signed=sign_session(session=session, by=officer, now=now), by=second, now=now)
    councillor = User.objects.get(email="councillor@demo.example")
    sign_session(session=session, by=councillor, now=now)
    year = FinancialYear.of(today)
    make_foi_pack(authority=authority, year=year, cost=None, by=officer, today=today, now=now)
