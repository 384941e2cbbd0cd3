"""Which councillors and officers were trained on the day of a meeting, and which were not (R48).

A day and a moment always give the same answer: memberships keep when they began and ended, and
signatures are never changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from licensing.document import Document, Section, Table
from licensing.eligibility import plain
from licensing.models import SignedTraining
from licensing.rule_texts import name_of
from people.models import Authority, Membership, User

LONDON = ZoneInfo("Europe/London")
Role = Membership.Role
MEMBERS = (Role.COUNCILLOR, Role.OFFICER)
ROLES = {Role.COUNCILLOR: "Councillor", Role.OFFICER: "Licensing officer"}
NOTICE = "Trained: signed by the member and countersigned by an officer, and valid on the day."


@dataclass(frozen=True)
class Member:
    """Somebody who was a councillor or officer on the day. ``training`` is what counts on it, the
    one that lasts longest; ``last`` is the last one that did, where none does."""

    user: User
    roles: tuple[str, ...]
    training: SignedTraining | None
    last: SignedTraining | None

    @property
    def name(self) -> str:
        return name_of(self.user)

    @property
    def is_trained(self) -> bool:
        return self.training is not None


def members_on(*, authority: Authority, day: date, known_at: datetime) -> list[Member]:
    """Everybody who was a member at the end of the London day, by name. Two questions."""
    held = list(_held_on(authority, day, known_at))
    trained: dict[int, list[SignedTraining]] = {}
    signed = SignedTraining.objects.filter(
        authority=authority,
        decision=SignedTraining.Decision.CONFIRMED,
        decided_at__lte=known_at,
        trained_on__lte=day,
        signed_by__in=[one.user_id for one in held],
    )
    for one in signed.select_related("decided_by").order_by("valid_until", "pk"):
        trained.setdefault(one.signed_by_id, []).append(one)
    roles: dict[int, tuple[str, ...]] = {}
    for one in held:
        roles[one.user_id] = (*roles.get(one.user_id, ()), one.role)
    users = {one.user_id: one.user for one in held}
    found = [_member(user, roles[pk], trained.get(pk, []), day) for pk, user in users.items()]
    return sorted(found, key=lambda member: (member.name.casefold(), member.user.pk))


def meeting_document(
    *, authority: Authority, day: date, known_at: datetime, members: Iterable[Member]
) -> Document:
    """The list as a file for the meeting; it is in English whoever makes it."""
    everybody = list(members)
    missing = tuple(
        (one.name, _roles(one), f"ended on {plain(one.last.valid_until)}" if one.last else "none")
        for one in everybody
        if not one.is_trained
    )
    trained = tuple(_trained_row(one) for one in everybody if one.is_trained)
    here = known_at.astimezone(LONDON)
    return Document(
        title=f"Signed training of councillors and officers, {plain(day)}",
        facts=(
            ("Authority", authority.name),
            ("Members on", plain(day)),
            ("By what was recorded by", f"{plain(here.date())}, {here:%H:%M:%S}"),
            ("Not trained", f"{len(missing)} of {len(everybody)}"),
        ),
        notice=NOTICE,
        sections=(
            _listed("Not trained", ("Name", "Role", "Last signed training"), missing),
            _listed(
                "Trained",
                ("Name", "Role", "Training", "Trained on", "Valid until", "Countersigned by"),
                trained,
            ),
        ),
    )


def _held_on(authority: Authority, day: date, known_at: datetime) -> Iterable[Membership]:
    """Roles that somebody had at the end of the day; an end that was not known yet is none."""
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=LONDON)
    lasting = Q(ended_at=None) | Q(ended_at__gte=end) | Q(ended_at__gt=known_at)
    held = Membership.objects.filter(
        lasting,
        authority=authority,
        role__in=MEMBERS,
        granted_at__lt=end,
        granted_at__lte=known_at,
    )
    return held.select_related("user").order_by("role", "pk")


def _member(user: User, roles: tuple[str, ...], signed: list[SignedTraining], day: date) -> Member:
    last = signed[-1] if signed else None
    if last is not None and last.covers(day):
        return Member(user, roles, last, None)
    return Member(user, roles, None, last)


def _roles(member: Member) -> str:
    return ", ".join(ROLES[Role(role)] for role in member.roles)


def _trained_row(member: Member) -> tuple[str, ...]:
    training = member.training
    assert training is not None  # Of whoever is trained there is one.
    return (
        member.name,
        _roles(member),
        training.title,
        plain(training.trained_on),
        plain(training.valid_until),
        name_of(training.decided_by),
    )


def _listed(heading: str, columns: tuple[str, ...], rows: tuple[Any, ...]) -> Section:
    if not rows:
        return Section(heading, ("Nobody.",))
    return Section(heading, tables=(Table(heading, columns, rows),))
