"""A pass whose certificate cannot be issued: written down, told to staff, and tried again."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from assessments.models import Sitting
from certificates import renewal
from certificates.models import Certificate, IssuingProblem
from outbox.actions import Draft, queue_messages
from people.models import Membership, User

logger = logging.getLogger(__name__)
LONGEST_WAIT = timedelta(hours=1)
DOUBLINGS = 6  # From one minute to about an hour.


def wait_after(tries: int) -> timedelta:
    """One minute after the first try, doubling to an hour."""
    return min(timedelta(minutes=2 ** min(tries - 1, DOUBLINGS)), LONGEST_WAIT)


def has_to_wait(now: datetime) -> Exists:
    """Of an outer sitting: whether its last try is too recent for another one."""
    recent = Q(tries__gt=DOUBLINGS, last_seen_at__gt=now - LONGEST_WAIT)
    for tries in range(1, DOUBLINGS + 1):
        recent |= Q(tries=tries, last_seen_at__gt=now - wait_after(tries))
    return Exists(IssuingProblem.objects.filter(recent, sitting=OuterRef("pk"), solved_at=None))


@transaction.atomic
def note_problem(*, sitting_id: UUID, problem: str, now: datetime) -> None:
    """Write down why the certificate is not there; nothing, should it be there by now.

    A repeat counts the try. The first one tells the authority's officers, or the administrators
    where it has none, at most once a day.
    """
    Sitting.objects.select_for_update(of=("self",)).only("pk").get(pk=sitting_id)
    if Certificate.objects.filter(sitting=sitting_id).exists():
        return
    noted, new = IssuingProblem.objects.get_or_create(
        sitting_id=sitting_id,
        defaults={"problem": problem, "first_seen_at": now, "last_seen_at": now},
    )
    if new:
        _tell_staff(noted.sitting, now)
    else:
        IssuingProblem.objects.filter(pk=noted.pk).update(
            problem=problem, last_seen_at=now, tries=F("tries") + 1
        )
    logger.error("certificate not issued: sitting %s: %s", sitting_id, problem)


def solve_problem(*, sitting: Sitting, now: datetime) -> None:
    """The certificate is there; a repeat changes nothing."""
    IssuingProblem.objects.filter(sitting=sitting, solved_at=None).update(solved_at=now)


def _tell_staff(sitting: Sitting, now: datetime) -> None:
    whose = sitting.authority.code if sitting.authority else "none"
    day = renewal.london_day(now)
    queue_messages(
        messages=[
            _letter(f"issuing-problem:{whose}:{day}:{user.pk}", user) for user in _staff(sitting)
        ],
        now=now,
    )


def _staff(sitting: Sitting) -> list[User]:
    held = Membership.objects.current().filter(role=Membership.Role.OFFICER)
    own = held.filter(authority=sitting.authority_id).values("user")
    active = User.objects.filter(is_active=True)
    return list(active.filter(pk__in=own)) or list(active.filter(is_superuser=True))


def _letter(key: str, user: User) -> Draft:
    address = settings.SITE_URL + reverse("staff_issuing_problems")
    with translation.override(user.message_language):
        return Draft(
            key=key,
            to=user.email,
            subject=render_to_string("certificates/email/problem_subject.txt"),
            body=render_to_string(
                "certificates/email/problem_body.txt", {"address": address}
            ).strip(),
        )
