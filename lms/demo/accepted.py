"""One council accepts the other's certificates; an invented driver is licensed by both."""

from datetime import date, datetime, timedelta

from assessments.models import Sitting
from certificates.renewal import london_day
from courses.models import CoursePage
from licensing.actions import approve_acceptance, propose_acceptance
from licensing.models import Acceptance
from lms.demo.history import pass_on
from lms.demo.people import ON_RECORD, Driver, load_driver
from people.models import Authority, User

PASSED_AGO = timedelta(days=200)
IN_BOTH = Driver(
    "two.councils@demo.example", "Nia Okafor", "PH-1011", "private_hire", date(1987, 1, 25)
)
THERE = "PH-2002"  # The number of the second licence.
REASON = "The demo: drivers who work in both districts take the course once."


def load_accepted(
    authorities: dict[str, Authority], course: CoursePage, *, staff: dict[str, User], now: datetime
) -> None:
    """The rule, for 24 months from the pass, and somebody whom it concerns; each made once."""
    home, away, today = authorities["DEMO-NB"], authorities["DEMO-WV"], london_day(now)
    between = {"authority": away, "from_authority": home, "course": course}
    if not Acceptance.objects.filter(**between).exists():
        rule = Acceptance(
            requirements=["safeguarding"],
            from_edition=course.edition,
            months=24,
            effective_from=today,
            reason=REASON,
            **between,
        )
        propose_acceptance(rule=rule, by=staff["officer@westvale.demo.example"], now=now)
        approve_acceptance(rule=rule, by=staff["admin@demo.example"], now=now)
    learner = load_driver(IN_BOTH, {home: IN_BOTH.number, away: THERE}, now=ON_RECORD)
    if not Sitting.objects.of(learner).exists():
        pass_on(learner, course, day=today - PASSED_AGO)
