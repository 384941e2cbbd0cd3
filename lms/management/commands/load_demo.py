from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from courses.models import CoursePage
from licensing.actions import make_api_client
from lms.demo import (
    accepted,
    bank,
    checkers,
    courses,
    desk,
    history,
    others,
    packs,
    people,
    rechecks,
    recognised,
    requirements,
    trends,
)
from lms.roles import sync_groups
from people.models import Authority, User

A_YEAR = timedelta(days=365)
SCOPES = ["status:read", "register:write", "events:read"]


class Command(BaseCommand):
    help = "Load the demo: two invented councils, their people, and the course. Safe to repeat."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.LMS_ENV == "production":
            raise CommandError("Demo data is refused in production.")
        now = timezone.now()
        sync_groups()
        authorities = people.load_authorities()
        staff = people.load_staff(authorities, now=now)
        upkeep = courses.Upkeep(
            authority=authorities["DEMO-NB"],
            keeper=staff["trainer@demo.example"],
            review_due_on=timezone.localdate(now) + A_YEAR,
        )
        full, refresher = self._load_content(upkeep)
        bank.load_bank(full, upkeep)
        bank.load_rules(
            full,
            refresher,
            author=staff["trainer@demo.example"],
            approver=staff["reviewer@demo.example"],
        )
        learners = people.load_drivers(authorities["DEMO-NB"])
        people.load_unclaimed(authorities)
        people.load_others(authorities["DEMO-NB"], by=staff["admin@demo.example"], now=now)
        others.load_group(upkeep, now=now, today=timezone.localdate(now))
        history.load_history(learners, full, today=timezone.localdate(now))
        accepted.load_accepted(authorities, full, staff=staff, now=now)
        self._load_desk(authorities["DEMO-NB"], full, upkeep, staff=staff, now=now)
        self._load_clients(authorities)
        self.stdout.write("The demo is loaded.")

    def _load_desk(
        self,
        authority: Authority,
        full: CoursePage,
        upkeep: courses.Upkeep,
        *,
        staff: dict[str, User],
        now: datetime,
    ) -> None:
        """What officers have done and what their pages show."""
        officer, second = staff["officer@demo.example"], staff["second.officer@demo.example"]
        today = timezone.localdate(now)
        recognised.load_recognised(
            authority, full, entered_by=officer, decided_by=second, today=today
        )
        trends.load_trends(upkeep, full, officer=officer, now=now)
        checkers.load_checkers(authority, staff, now=now)
        requirements.load_requirements(authority, full, by=officer, now=now)
        desk.load_desk(authority, staff, now=now)
        rechecks.load_rechecks(authority, officer=officer, now=now)
        packs.load_packs(authority, officer=officer, second=second, today=today, now=now)

    def _load_content(self, upkeep: courses.Upkeep) -> tuple[CoursePage, CoursePage]:
        courses.load_contacts(upkeep)
        courses.load_glossary(upkeep)
        full, refresher = courses.load_courses(upkeep)
        others.load_short_courses(upkeep)
        others.load_translations(upkeep)
        return full, refresher

    def _load_clients(self, authorities: dict[str, Authority]) -> None:
        for client_id, code in (("demo-licensing", "DEMO-NB"), ("demo-westvale", "DEMO-WV")):
            make_api_client(
                client_id=client_id,
                secret=f"{client_id}-secret",
                name=f"Licensing system of {authorities[code].name}",
                authority=authorities[code],
                scopes=SCOPES,
                now=timezone.now(),
            )
