"""A councillor meets their own training, and nobody else's case at any address (R48); a checking
organisation meets a number and a state, and nobody's name (R50)."""

from datetime import date
from itertools import product
from uuid import uuid4

import pytest

from certificates.models import Certificate
from courses.actions import enrol
from licensing.actions import enter_session, make_committee_pack
from licensing.actions.checks import check
from lms.demo.history import pass_on
from people.actions import claim_licence, grant_membership
from people.models import Audience, Licence, LicenceClaim, Membership
from tests.factories import (
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    make_requirement,
    make_test_rule,
    make_validity_rule,
    staff,
)
from tests.house.arguments import ANYTHING, bulk_actions
from tests.house.sweep import Browser, Visitor, database_of_its_own, routes
from tests.house.two_councils import NOW
from tests.licensing.checkers import checker_of, operator

# Anybody may check a certificate whose number they were given (R34).
FOR_EVERYBODY = ("verify/",)
CASE = {"name": "zebedee quokka", "email": "zebedee@example.org", "licence": "quokka-77"}


@pytest.fixture(scope="module")
def world(django_db_blocker):
    with database_of_its_own(django_db_blocker):
        yield World()


class World:
    """A trained driver whose licence is asked for by somebody else, and a councillor of the same
    council who has begun the same course."""

    def __init__(self):
        course = make_course(lessons=1)
        make_test_rule(course)
        make_validity_rule()
        make_requirement(course, code="safeguarding")
        self.driver = driver = LearnerFactory(
            full_name="Zebedee Quokka", user=UserFactory(email=CASE["email"])
        )
        licence = LicenceFactory(
            authority=driver.authority,
            number=CASE["licence"].upper(),
            full_name=driver.full_name,
            holder=driver,
            held_from=NOW,
        )
        pass_on(driver, course, day=date(2026, 10, 1))
        claim_licence(
            learner=LearnerFactory(authority=driver.authority, full_name=driver.full_name),
            authority=driver.authority,
            number=licence.number,
            date_of_birth=date(1999, 1, 1),
            now=NOW,
        )
        self.councillor = LearnerFactory(
            authority=driver.authority, audience=Audience.COUNCILLOR, full_name="Cora Councillor"
        )
        grant_membership(
            user=self.councillor.user,
            authority=driver.authority,
            role=Membership.Role.COUNCILLOR,
            by=None,
            now=NOW,
        )
        enrol(learner=self.councillor, course=course, now=NOW)
        self.checker = self.let_check(driver.authority, licence.number)
        self._prepare_meeting(licence)
        self.lesson = course.lessons().get()
        self.examples = {
            **ANYTHING,
            "file_format": "pdf",
            "slug": course.slug,
            "number": licence.number,
            "reference": Certificate.objects.first().reference,
            "_0": course.url_path.strip("/").partition("/")[2],
        }
        self.sitting = driver.sittings.first().pk
        self.keys = [driver.pk, driver.user_id, LicenceClaim.objects.get().pk, licence.pk]
        self.keys += [self.pack.pk, self.session.pk]

    def _prepare_meeting(self, licence):
        """A pack about the driver, figures, and a session that the councillor may sign for."""
        officer = staff(Membership.Role.OFFICER, licence.authority, NOW)
        self.pack = make_committee_pack(
            licence=licence,
            as_at=NOW.date(),
            known_at=NOW,
            reason="A hearing.",
            by=officer,
            today=NOW.date(),
            now=NOW,
        )
        self.session = enter_session(
            authority=licence.authority,
            title="For the committee",
            held_on=NOW.date(),
            provider="A provider",
            months=12,
            course=None,
            by=officer,
            now=NOW,
        )

    def let_check(self, authority, number):
        """Somebody of the driver's own operator, who has asked about the driver."""
        organisation = operator(authority, "OP-1")
        Licence.objects.filter(number=number).update(operator_reference="OP-1")
        user = checker_of(organisation, is_contact=True)
        asked = {"number": number, "as_at": NOW.date(), "purpose": "journey"}
        check(organisation=organisation, purpose_words="", key=uuid4(), by=user, now=NOW, **asked)
        return user

    def addresses(self, route):
        keys = [self.sitting] if route.kinds.get("pk") == "uuid" else self.keys
        for key in keys:
            yield route.fill({name: self.examples.get(name, key) for name in route.names})

    def visitor(self, learner=None):
        return self.visitor_as((learner or self.councillor).user)

    def visitor_as(self, user):
        browser = Browser()
        browser.force_login(user)
        return Visitor(browser)

    def told(self, visitor):
        """What the visitor is told of the driver, as "what: method address"."""
        for route in routes():
            if route.form.startswith(FOR_EVERYBODY):
                continue
            for method, address in product(("get", "post"), self.addresses(route)):
                shown = visitor.ask(method, address).shown
                yield from (f"{what}: {method} {address}" for what, w in CASE.items() if w in shown)


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_site_is_shut_at_every_address(world, method):
    visitor = world.visitor()
    staff = [route for route in routes() if route.form.startswith("staff/")]
    addresses = {address for route in staff for address in world.addresses(route)}
    addresses |= {f"/staff/bulk/{app}/{model}/{action}/" for app, model, action in bulk_actions()}
    opened = [address for address in addresses if visitor.ask(method, address).status != 403]
    assert opened == []


def test_no_address_tells_of_anybody_else(world):
    visitor = world.visitor()
    assert list(world.told(visitor)) == []
    assert visitor.faults == []


def test_checking_organisation_is_told_the_number_and_never_who_it_is(world):
    visitor = world.visitor_as(world.checker)
    assert {words.partition(":")[0] for words in world.told(visitor)} == {"licence"}
    assert visitor.faults == []


def test_addresses_do_tell_the_driver_of_their_own_case(world):
    told = world.told(world.visitor(world.driver))
    assert {words.partition(":")[0] for words in told} == set(CASE)


def test_own_training_is_there(world):
    visitor = world.visitor()
    assert [visitor.ask("get", a).status for a in ("/dashboard/", world.lesson.url)] == [200, 200]


def test_own_door_has_figures_and_training_to_sign_for(world):
    visitor = world.visitor()
    shown = visitor.ask("get", "/members/").shown
    assert "for the committee" in shown
    assert "all licensed drivers" in shown
    assert "fewer than 5" in shown  # There is one driver alone.
    signing = f"/members/sessions/{world.session.pk}/"
    assert visitor.ask("get", signing).status == 200
    assert visitor.ask("post", signing, {"agreed": "on"}).status == 302


def test_own_door_is_shut_to_drivers(world):
    visitor = world.visitor(world.driver)
    for address in ("/members/", f"/members/sessions/{world.session.pk}/"):
        assert [visitor.ask(m, address).status for m in ("get", "post")] == [403, 403]
