"""No address shows a draft lesson or a question to anybody but its own council's trainers.

As each of the others: every address, filled in with the identifiers of the secrets and of what is
one's own, by GET, HEAD and POST. A new address is swept without being named here.
"""

import re
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from assessments import actions
from assessments.models import Adjustment, Case, Challenge, ItemStatistic, Withdrawal
from certificates.actions import propose_change
from courses.actions import enrol, start_cohort
from courses.models import CohortPlace
from licensing.actions import (
    add_webhook,
    ask_pack,
    log_contact,
    plan_next_action,
    propose_exception,
    propose_merge,
    run_compliance,
    work_on_pack,
)
from licensing.actions.checks import check
from licensing.models import TrendAlert
from licensing.quarterly import quarter_of
from people.actions import claim_licence, declare_interest
from people.models import Membership
from people.register import receive_upload
from tests.assessments.conftest import finished
from tests.certificates.factories import make_certificate
from tests.certificates.recognised import enter
from tests.certificates.test_past_records import enter_file, row
from tests.factories import (
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_acceptance,
    make_course,
    make_requirement,
    make_test_rule,
    make_validity_rule,
    staff,
)
from tests.house.arguments import Examples
from tests.house.sweep import Browser, Visitor, database_of_its_own, routes
from tests.house.two_councils import NOW, WORD, build
from tests.licensing.checkers import checker_of, operator
from tests.licensing.factories import make_client
from tests.people.register_files import AMINA, csv_file, taken

Role = Membership.Role
OUTSIDERS = [
    "stranger",
    "driver",
    "bare",
    "checker",
    Role.COUNCILLOR,
    Role.AUDITOR,
    Role.OFFICER,
]
TRAINERS_OF_THE_OTHER = [Role.AUTHOR, Role.REVIEWER, "former"]
# The others are turned away at the door, or may do less than one of these.
THOROUGHLY = {"bare", "former"}
POSTED = re.compile("preview|choose|search|bulk|^(?!staff/)")
NAMES_A_PAGE = re.compile("^staff/(bulk|pages/(add|create|.*(copy|edit|move)))")
PAGE_FIELDS = ("new_parent_page", "parent_page", "chooser", "refreshes")


class World:
    def __init__(self):
        course = make_course(slug="public")
        self.first, self.second = build()
        make_test_rule(course)
        learner = finished(course)
        self.sitting = actions.start_sitting(learner=learner, course=course, now=NOW)
        Adjustment.objects.create(
            learner=learner, asked_at=NOW, extra_time=25, reason_class="reading"
        )
        enrol(learner=learner, course=self.first.course, now=NOW)
        cohort = start_cohort(
            authority=self.first.authority,
            name="A group",
            course=self.first.course,
            trainer=self.first.people[Role.AUTHOR],
            deadline_on=NOW.date(),
            by=self.first.people[Role.AUTHOR],
            now=NOW,
        )
        place = CohortPlace.objects.create(
            cohort=cohort, learner=learner, added_by=cohort.trainer, added_at=NOW
        )
        challenge_about(self.first, self.sitting)
        claim_licence(
            learner=learner,
            authority=self.first.authority,
            number="PH-1",
            date_of_birth=date(1990, 1, 1),
            now=NOW,
        )
        client = make_client(self.first.authority)
        url = "https://council.example/hook"
        webhook, _ = add_webhook(client=client, url=url, types=[], now=NOW)
        self._look_into(finished(course), course)
        self._propose_about(course)
        self._recognise(course)
        self._require(course)
        self._import()
        self._let_check()
        run_compliance(authority=self.first.authority, as_at=NOW.date(), by=None, now=NOW)
        double = self._merge()
        self._count()
        self.driver = learner.user
        self.bare = UserFactory()
        self.bare.user_permissions.add(Permission.objects.get(codename="access_admin"))
        self.examples = Examples(
            self.first,
            self.second,
            sittings=[self.sitting.pk],
            slug=[self.first.course.slug, course.slug],
            reference=["7K3M-9QX2-HT4D"],
            number=["PH-1"],
            webhook_id=[webhook.pk],
            table=["lessons", "checks", "people"],
            file_format=["csv", "xlsx"],
            place_pk=[place.pk],
            other_pk=[double.pk],
            _0=[page.url_path.strip("/").partition("/")[2] for page in self.first.lessons()],
        )

    def _look_into(self, learner, course):
        """A case about a closed sitting, and figures of questions that tell their options."""
        sitting = actions.start_sitting(learner=learner, course=course, now=NOW)
        actions.submit(sitting=sitting, now=NOW)
        officer = self.first.people[Role.OFFICER]
        Case.objects.create(sitting=sitting, opened_by=officer, opened_at=NOW)
        for council in (self.first, self.second):
            secret = council.secret("changedquestion")
            ItemStatistic.objects.create(
                question=council.changed_question,
                exposure=40,
                answers=40,
                right=10,
                choices=[{"text": secret, "right": True, "times": 10}],
                worked_out_at=NOW,
            )

    def _propose_about(self, course):
        """A certificate that somebody proposes to revoke, and a person whom somebody knows."""
        between = {"authority": self.first.authority, "from_authority": self.second.authority}
        make_acceptance(course, **between)
        make_validity_rule()
        known = LearnerFactory(authority=self.first.authority)
        certificate = make_certificate(at=NOW, course=course, learner=known)
        officer = staff(Role.OFFICER, self.first.authority, NOW)
        propose_change(
            certificate=certificate,
            kind="revoked",
            reason_class="other",
            reason="One.",
            by=officer,
            now=NOW,
        )
        declare_interest(user=officer, learner=known, reason="A cousin.", now=NOW)

    def _recognise(self, course):
        """Training elsewhere of one person, and a file of it, which both wait for a decision."""
        by = staff(Role.OFFICER, self.first.authority, NOW)
        licence = LicenceFactory(authority=self.first.authority, number="PH-90")
        enter(now=NOW, licence=licence, course=course, by=by)
        enter_file(self.first.authority, NOW, row("PH-90"), course=course, by=by)
        self._write_down(licence, by)

    def _write_down(self, licence, by):
        """What is to be done next about a driver, and who spoke of them."""
        plan_next_action(
            licences=[licence],
            what="call",
            owner=by,
            due_on=NOW.date(),
            by=by,
            now=NOW,
            today=NOW.date(),
        )
        log_contact(
            licence=licence,
            source="councillor",
            way="phone",
            contacted_at=NOW,
            said="Asked for it to be looked at again.",
            asks_for_decision=True,
            by=by,
            now=NOW,
        )

    def _require(self, course):
        """What every driver has to pass, and more time for one, which a second person grants."""
        make_requirement(course, authority=self.first.authority)
        licence = LicenceFactory(authority=self.first.authority, number="PH-91", held=True)
        propose_exception(
            licence=licence,
            requirement="safeguarding",
            reason="One.",
            ends_on=NOW.date() + timedelta(days=30),
            by=self.first.people[Role.OFFICER],
            now=NOW,
        )

    def _import(self):
        """A file of the register, one with a row in doubt, and one that nobody has looked at."""
        authority, by = self.first.authority, self.first.people[Role.OFFICER]
        numbered = AMINA | {"licence_number": "PH-77"}
        taken(authority, NOW, numbered)
        taken(authority, NOW, numbered | {"full_name": "Bilal Hussain"})
        chunks = [csv_file(AMINA).getvalue()]
        receive_upload(authority=authority, chunks=chunks, file_name="a.csv", by=by, now=NOW)

    def _let_check(self):
        """An operator of each council, with somebody who has asked about a number."""
        for council in (self.first, self.second):
            organisation = operator(council.authority)
            council.people["checker"] = checker_of(organisation, is_contact=True)
            check(
                organisation=organisation,
                number="PH-90",
                as_at=NOW.date(),
                purpose="journey",
                purpose_words="",
                key=uuid4(),
                by=council.people["checker"],
                now=NOW,
            )

    def _merge(self):
        """Two records that may be one person's, which a second officer has to say."""
        gone, stays = (LearnerFactory(authority=self.first.authority) for _ in range(2))
        facts = {"evidence": "Passport.", "reason": "One.", "now": NOW}
        propose_merge(gone=gone, stays=stays, by=self.first.people[Role.OFFICER], **facts)
        return stays

    def _count(self):
        """A change in the figures, and the pack of a quarter."""
        authority, by = self.first.authority, self.first.people[Role.OFFICER]
        figures = {"now_part": 8, "now_whole": 28, "before_part": 108, "before_whole": 132}
        TrendAlert.objects.create(
            authority=authority,
            week_from=date(2026, 11, 9),
            measure="results",
            chance=0.0001,
            rule_version=1,
            noticed_at=NOW,
            **figures,
        )
        pack = ask_pack(authority=authority, quarter=quarter_of(date(2026, 7, 1)), by=by, now=NOW)
        work_on_pack(pack_id=pack.pk, now=NOW)

    def visitor(self, role, council=None):
        client = Browser()
        if role == "driver":
            client.force_login(self.driver)
        elif role == "bare":
            client.force_login(self.bare)
        elif role != "stranger":
            client.force_login((council or self.first).people[role])
        return Visitor(client)


@pytest.fixture(scope="module")
def world(django_db_blocker):
    with database_of_its_own(django_db_blocker):
        yield World()


def challenge_about(council, sitting):
    """A challenge of a question of the council, and its withdrawal, which is not confirmed."""
    question = council.changed_question
    version = {"question": question, "revision": question.live_revision}
    withdrawal = Withdrawal.objects.create(
        reason="Wrong.", proposed_by=council.people["former"], proposed_at=NOW, **version
    )
    Challenge.objects.create(
        sitting=sitting,
        position=1,
        text="Unclear.",
        made_at=NOW,
        decision="upheld",
        answer="Right.",
        decided_by=council.people["former"],
        decided_at=NOW,
        withdrawal=withdrawal,
        **version,
    )


def queries(world, address, *, is_list):
    """What to write behind the question mark: everything that lists and choosers listen to."""
    first, own = world.first, world.second
    pages = [("id", lesson.pk) for lesson in (*first.lessons(), own.changed_lesson)]
    questions = [("id", question.pk) for question in (*first.questions(), own.changed_question)]
    search = [("q", WORD), ("search_all", "1"), ("p", "1"), ("describe_on_delete", "1")]
    if "/bulk/wagtailcore/page/" in address:
        child_of = ("childOf", first.module.pk)
        return [pages, [("id", "all"), child_of], [("id", "all"), ("q", WORD)]]
    if "/bulk/assessments/question/" in address:
        return [questions, [("id", "all")]]
    if "/bulk/" in address:
        return [[("id", "all")]]
    if "/api/main/" in address:
        places = [("child_of", first.module.pk)], [("descendant_of", first.course.pk)]
        return [[("search", WORD)], [], *(places if is_list else [])]
    if "chosen-multiple" in address:
        return [pages, questions]
    if "choose-page" in address:
        return [[*search, ("page_type", "courses.LessonPage")], search, []]
    return [search, []] if is_list else [search]


def form(world):
    """Names the secret wherever a form takes a lesson, a topic or a version."""
    page = world.first.draft_lesson
    return {
        "lesson": page.pk,
        "topic": world.first.topic.pk,
        "revision_id": page.latest_revision_id,
        "destination_page_id": page.pk,
        "external-link-chooser-url": world.first.changed_lesson.full_url,
        "external-link-chooser-link_text": "x",
        "screens-count": "0",
        "options-TOTAL_FORMS": "0",
        "options-INITIAL_FORMS": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "q": WORD,
    }


def sweep(world, visitor, kinds, *, once=False):
    """The addresses that gave away a secret, as "kind: method address". With ``once`` each address
    is asked in one way for one secret."""

    def look(method, address, data=None):
        answer = visitor.ask(method, address, data)
        leaks = [
            f"{kind}: {method} {address}" for kind, words in kinds.items() if words in answer.shown
        ]
        return answer, leaks

    for route in routes():
        shown = ""
        addresses = [route.fill(arguments) for arguments in world.examples.of(route)]
        for address in addresses[:1] if once else addresses:
            asked = queries(world, address, is_list=not route.names)[: 1 if once else None]
            asked = [f"{address}?{urlencode(query)}" for query in asked]
            for place in asked:
                answer, leaks = look("get", place)
                yield from leaks
            shown = shown or (asked[0] if answer.status == 200 else "")
            if "export=" in answer.shown:
                yield from look("get", address + "?export=csv")[1]
                yield from look("get", address + "?export=xlsx")[1]
            if POSTED.search(route.form) or (address == addresses[-1] and not once):
                yield from look("post", asked[0], form(world))[1]
            if NAMES_A_PAGE.search(route.form):
                pages = dict.fromkeys(PAGE_FIELDS, world.first.draft_lesson.pk)
                yield from look("post", asked[0], {**form(world), **pages})[1]
        if shown and not once:
            yield from look("head", shown)[1]


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_address_gives_a_secret_away_to(world, role):
    visitor = world.visitor(role)
    kinds = {**world.first.kinds, **{f"b{k}": v for k, v in world.second.kinds.items()}}
    assert list(sweep(world, visitor, kinds, once=role not in THOROUGHLY)) == []
    assert visitor.faults == []


@pytest.mark.parametrize("role", TRAINERS_OF_THE_OTHER)
def test_no_address_gives_a_secret_away_to_the_other_councils(world, role):
    council = world.first if role == "former" else world.second
    visitor = world.visitor(role, council)
    assert list(sweep(world, visitor, world.first.kinds, once=role not in THOROUGHLY)) == []
    assert visitor.faults == []


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_sweep_finds_every_kind_of_secret_as_their_own(world, role):
    missing = set(world.first.kinds)
    for found in sweep(world, world.visitor(role), world.first.kinds):
        missing.discard(found.partition(":")[0])
        if not missing:
            break
    assert missing == set()


def test_every_address_can_be_filled_in(world):
    unfilled = [route.form for route in routes() if not world.examples.of(route)]
    assert unfilled == []
