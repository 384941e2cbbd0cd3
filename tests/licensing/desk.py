"""What the tests of the officer's desk share."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission

from people.models import Authority, Licence, RegisterDoubt, Tenure, User
from tests.conftest import NOON
from tests.factories import staff

LAST_DAY = NOON.date()


def member(role: str, authority: Authority, **fields: Any) -> User:
    """Staff who may open the staff site."""
    user = staff(role, authority, NOON, **fields)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def hand_over(
    licence: Licence,
    officer: User,
    *,
    ended_on: date = LAST_DAY,
    recorded_at: datetime = NOON + timedelta(hours=1),
) -> None:
    """The number goes to somebody else, an hour after noon if nothing else is said."""
    doubt = RegisterDoubt.objects.create(
        authority=licence.authority, kind="other_person", number=licence.number, licence=licence,
        given={}, known={}, raised_at=NOON,
    )  # fmt: skip
    Tenure.objects.create(
        licence=licence, holder=licence.holder, held_from=licence.held_from, kind=licence.kind,
        full_name=licence.full_name, date_of_birth=licence.date_of_birth, ended_on=ended_on,
        doubt=doubt, recorded_at=recorded_at, recorded_by=officer,
    )  # fmt: skip
