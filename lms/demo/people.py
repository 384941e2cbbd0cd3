"""Loads the councils, the people who sign in, and their licences. All of them are invented."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from allauth.account.models import EmailAddress

from people import actions
from people.models import Audience, Authority, Learner, Licence, Membership, User

PASSWORD = "safeguarding-demo-1"  # noqa: S105  (published in the README; refused in production)
Role = Membership.Role


@dataclass(frozen=True)
class Driver:
    email: str
    name: str
    number: str
    kind: str
    born: date


DRIVERS = {
    "new": Driver(
        "new.driver@demo.example", "Amina Yusuf", "PH-1001", "private_hire", date(1985, 6, 14)
    ),
    "passed": Driver(
        "passed.driver@demo.example",
        "Tomasz Zieliński",
        "PH-1002",
        "private_hire",
        date(1979, 2, 3),
    ),
    "due": Driver(
        "due.driver@demo.example",
        "Gurpreet Singh",
        "HC-1003",
        "hackney_carriage",
        date(1971, 11, 30),
    ),
    "lapsed": Driver(
        "lapsed.driver@demo.example", "Grace Okoro", "PH-1004", "private_hire", date(1990, 9, 9)
    ),
}
# Trained elsewhere and without an account: the certificate is a recognised one.
WITHOUT_ACCOUNT = ("DEMO-NB", "PH-1010", "Marek Nowak", date(1983, 3, 8))
# On the register, not yet linked to an account: for trying a claim, and as "never trained".
UNCLAIMED = [
    ("DEMO-NB", "PH-1005", "Sofia Petrova", date(1988, 4, 21)),
    ("DEMO-NB", "PH-1006", "Daniel Mensah", date(1976, 12, 5)),
    ("DEMO-WV", "PH-2001", "Bronwen Rees", date(1982, 7, 19)),
]
# People who train and drive nobody: address, name and work.
OTHERS = [
    ("councillor@demo.example", "Leila Haddad", Audience.COUNCILLOR),
    ("assistant@demo.example", "Mei Tan", Audience.PASSENGER_ASSISTANT),
]
# Before the first rule began, so that a question about a past day finds who held which licence.
ON_RECORD = datetime(2019, 7, 1, 9, 0, tzinfo=UTC)
STAFF = [
    ("trainer@demo.example", "Tara", "Trainer", "DEMO-NB", Role.AUTHOR),
    ("reviewer@demo.example", "Ravi", "Reviewer", "DEMO-NB", Role.REVIEWER),
    ("officer@demo.example", "Olive", "Officer", "DEMO-NB", Role.OFFICER),
    ("second.reviewer@demo.example", "Rosa", "Reviewer", "DEMO-NB", Role.REVIEWER),
    ("second.officer@demo.example", "Omar", "Officer", "DEMO-NB", Role.OFFICER),
    ("officer@westvale.demo.example", "Wyn", "Officer", "DEMO-WV", Role.OFFICER),
    ("auditor@demo.example", "Ada", "Auditor", "DEMO-NB", Role.AUDITOR),
]
AUTHORITIES = [
    ("DEMO-NB", "Northbridge City Council", "#1d4f5c"),
    ("DEMO-WV", "Westvale Borough Council", "#5b2a56"),
]


def load_authorities() -> dict[str, Authority]:
    return {
        code: Authority.objects.get_or_create(
            code=code, defaults={"name": name, "brand_colour": colour}
        )[0]
        for code, name, colour in AUTHORITIES
    }


def load_staff(authorities: dict[str, Authority], *, now: datetime) -> dict[str, User]:
    """Staff accounts by e-mail address, each with its role, and the platform administrator."""
    admin = account("admin@demo.example", first_name="Alex", last_name="Admin", superuser=True)
    staff = {admin.email: admin}
    for email, first, last, code, role in STAFF:
        user = account(email, first_name=first, last_name=last)
        actions.grant_membership(
            user=user, authority=authorities[code], role=role, by=admin, now=now
        )
        staff[email] = user
    return staff


def load_drivers(authority: Authority) -> dict[str, Learner]:
    """The four demo drivers, each holding the licence of the demo table since ``ON_RECORD``."""
    return {
        key: load_driver(driver, {authority: driver.number}, now=ON_RECORD)
        for key, driver in DRIVERS.items()
    }


def load_driver(driver: Driver, numbers: dict[Authority, str], *, now: datetime) -> Learner:
    """The driver's account, with a licence of each authority."""
    learner = actions.register_learner(user=account(driver.email), full_name=driver.name, now=now)
    for authority, number in numbers.items():
        licence = _licence(authority, number, driver.name, driver.born, kind=driver.kind, now=now)
        if licence.holder_id is None:
            actions.claim_licence(
                learner=learner,
                authority=authority,
                number=number,
                date_of_birth=driver.born,
                now=now,
            )
    learner.refresh_from_db()
    return learner


def load_others(authority: Authority, *, by: User, now: datetime) -> None:
    """A councillor, who holds the role as well, and a passenger assistant."""
    for email, name, audience in OTHERS:
        user = account(email)
        learner = actions.register_learner(
            user=user, full_name=name, audience=audience, now=ON_RECORD
        )
        actions.choose_council(learner=learner, authority=authority)
        if audience == Audience.COUNCILLOR:
            actions.grant_membership(
                user=user, authority=authority, role=Role.COUNCILLOR, by=by, now=now
            )


def load_unclaimed(authorities: dict[str, Authority]) -> None:
    for code, number, name, born in [*UNCLAIMED, WITHOUT_ACCOUNT]:
        _licence(
            authorities[code], number, name, born, kind=Licence.Kind.PRIVATE_HIRE, now=ON_RECORD
        )


def account(
    email: str, *, first_name: str = "", last_name: str = "", superuser: bool = False
) -> User:
    """The account with a confirmed address; an existing one keeps its password."""
    user = User.objects.filter(email=email).first()
    if user is None:
        create = User.objects.create_superuser if superuser else User.objects.create_user
        user = create(email, PASSWORD, first_name=first_name, last_name=last_name)
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def _licence(
    authority: Authority, number: str, name: str, born: date, *, kind: str, now: datetime
) -> Licence:
    return Licence.objects.get_or_create(
        authority=authority,
        number=number,
        defaults={
            "kind": kind,
            "state": Licence.State.CURRENT,
            "full_name": name,
            "date_of_birth": born,
            "created_at": now,
        },
    )[0]
