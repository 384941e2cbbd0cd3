"""What is read from the records for an answer, and what is left out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from licensing import answers
from licensing.eligibility import Code, Status, Training
from licensing.models import Requirement
from people.actions import hold_without_account
from people.register import decide_doubt, upsert_licence
from tests.factories import (
    LONG_AGO,
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    make_requirement,
)
from tests.licensing.factories import (
    date_history,
    make_certificate,
    make_licence,
    reinstate,
    revoke,
)

pytestmark = pytest.mark.django_db

PASSED_ON = date(2025, 4, 3)
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RECORDED = datetime(2026, 10, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(authority, number="PH-1002", *, as_at=TODAY, known_at=NOW):
    return answers.training_status(
        authority=authority, number=number, as_at=as_at, known_at=known_at
    )


def status(authority, **question):
    (found,) = ask(authority, **question).requirements
    return found.status


@pytest.fixture
def licence(authority):
    return make_licence(authority)


@pytest.fixture
def certificate(licence, course, requirement):
    return make_certificate(licence, course, passed_on=PASSED_ON)


def test_a_certificate_that_covers_the_day_is_found(authority, certificate):
    assert ask(authority).requirements[0].certificate.reference == certificate.reference


def test_an_unknown_number_has_no_answer(authority, certificate):
    assert ask(authority, "PH-9999") is None


def test_a_licence_of_another_authority_has_no_answer(other_authority, certificate):
    assert ask(other_authority) is None


@pytest.mark.parametrize("typed", ["ph-1002", " PH -1002 ", "Ph-1002"])
def test_a_number_is_found_however_it_is_typed(authority, certificate, typed):
    assert ask(authority, typed).licence_number == "PH-1002"


@pytest.mark.parametrize(
    "impossible",
    ["", " ", "PH\x00", "\ud800", "X" * 41, "X" * 100_000, "PH-1002\x1b"],
    ids=["empty", "blank", "nul", "surrogate", "long", "very long", "escape"],
)
def test_a_number_that_no_register_can_hold_has_no_answer(authority, licence, impossible):
    assert ask(authority, impossible) is None


def test_a_number_with_a_slash_is_found(authority, requirement):
    make_licence(authority, "PH/12/7")

    assert ask(authority, "ph/12/7").licence_number == "PH/12/7"


def test_a_licence_without_a_holder_was_never_passed(authority, requirement):
    LicenceFactory(authority=authority, number="PH-1002")

    (found,) = ask(authority).requirements

    assert [reason.code for reason in found.reasons] == [
        Code.NEVER_PASSED,
        Code.LICENCE_NOT_LINKED,
    ]


def test_a_link_made_later_is_not_seen(authority, course, requirement):
    linked_at = datetime(2026, 6, 1, tzinfo=UTC)
    licence = make_licence(authority, held_from=linked_at)
    make_certificate(licence, course, passed_on=PASSED_ON)

    assert status(authority, known_at=datetime(2026, 5, 31, tzinfo=UTC)) == Status.NEVER_PASSED


def test_a_link_counts_for_days_before_it_was_made(authority, course, requirement):
    licence = make_licence(authority, held_from=datetime(2026, 6, 1, tzinfo=UTC))
    make_certificate(licence, course, passed_on=PASSED_ON)

    assert status(authority, as_at=date(2026, 5, 1)) == Status.VALID


def test_a_certificate_for_another_authority_does_not_count(
    authority, other_authority, licence, course, requirement
):
    make_certificate(licence, course, passed_on=PASSED_ON, authority=other_authority)

    assert status(authority) == Status.NEVER_PASSED


def test_a_certificate_of_another_course_does_not_count(authority, licence, requirement):
    other = make_course(slug="first-aid", lessons=0)
    make_certificate(licence, other, passed_on=PASSED_ON)

    assert status(authority) == Status.NEVER_PASSED


def test_another_persons_certificate_does_not_count(authority, licence, course, requirement):
    somebody = make_licence(authority, "PH-1003")
    make_certificate(somebody, course, passed_on=PASSED_ON)

    assert status(authority) == Status.NEVER_PASSED


def test_a_refresher_counts_for_its_course(authority, licence, course, requirement):
    refresher = make_course(slug="refresher", lessons=0, kind="refresher", refreshes=course)
    make_certificate(licence, refresher, passed_on=PASSED_ON, counts_for=course)

    assert status(authority) == Status.VALID


def test_a_revocation_is_read(authority, certificate):
    revoke(certificate, effective_on=date(2026, 5, 5), recorded_at=NOW)

    assert status(authority) == Status.REVOKED


def test_a_revocation_recorded_later_is_not_seen(authority, certificate):
    revoke(certificate, effective_on=date(2026, 5, 5), recorded_at=NOW)

    assert status(authority, known_at=datetime(2026, 11, 22, 11, 59, tzinfo=UTC)) == Status.VALID


def test_a_reinstatement_is_read(authority, certificate):
    revoke(certificate, effective_on=date(2026, 5, 5), recorded_at=datetime(2026, 5, 5, tzinfo=UTC))
    reinstate(certificate, effective_on=date(2026, 5, 5), recorded_at=NOW)

    assert status(authority) == Status.VALID


def test_every_certificate_is_read_and_the_longest_shown(authority, licence, course, requirement):
    make_certificate(licence, course, passed_on=date(2022, 4, 3))
    renewed = make_certificate(licence, course, passed_on=date(2025, 2, 1))

    found = ask(authority, as_at=date(2025, 3, 1)).requirements[0]

    assert found.certificate.reference == renewed.reference


def test_a_past_day_is_answered_by_what_held_then(authority, certificate):
    assert status(authority, as_at=date(2025, 4, 2)) == Status.NEVER_PASSED


def rule_of(authority, **question):
    return [found.terms.rule_id for found in ask(authority, **question).requirements]


def test_the_authoritys_own_rule_goes_before_the_national_one(
    authority, licence, course, requirement
):
    own = make_requirement(course, authority=authority, effective_from=date(2019, 7, 2))
    make_requirement(course, effective_from=date(2026, 1, 1))

    assert rule_of(authority) == [own.pk]


def test_another_authoritys_rule_is_nothing_to_us(
    authority, other_authority, licence, course, requirement
):
    make_requirement(course, authority=other_authority)

    assert rule_of(authority) == [requirement.pk]


def test_the_national_rule_holds_until_the_own_one_begins(authority, licence, course, requirement):
    make_requirement(course, authority=authority, effective_from=date(2026, 1, 1))

    assert rule_of(authority, as_at=date(2025, 12, 31)) == [requirement.pk]


def test_of_several_rules_the_one_that_began_last_is_in_force(
    authority, licence, course, requirement
):
    newer = make_requirement(course, effective_from=date(2026, 1, 1))
    make_requirement(course, effective_from=date(2025, 1, 1))

    assert rule_of(authority) == [newer.pk]


def test_a_rule_approved_later_is_not_seen(authority, licence, requirement):
    answer = ask(authority, known_at=datetime(2019, 6, 30, tzinfo=UTC))

    assert answer.requirements[0].reasons[0].code == Code.NO_REQUIREMENT_IN_FORCE


def test_a_rule_nobody_approved_is_not_in_force(authority, licence, course):
    Requirement.objects.create(
        course=course,
        effective_from=date(2019, 7, 1),
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=LONG_AGO,
    )

    assert rule_ids_or_none(authority) == [None]


def rule_ids_or_none(authority):
    return [found.terms and found.terms.rule_id for found in ask(authority).requirements]


def test_a_rule_that_begins_later_is_not_in_force(authority, licence, course):
    make_requirement(course, effective_from=date(2026, 11, 23))

    assert rule_ids_or_none(authority) == [None]


def test_requirements_with_different_codes_hold_side_by_side(
    authority, licence, course, requirement
):
    other = make_course(slug="first-aid", lessons=0)
    make_requirement(other, authority=authority, code="first-aid")
    make_certificate(licence, course, passed_on=PASSED_ON)

    found = {one.terms.code: one.status for one in ask(authority).requirements}

    assert found == {"first-aid": Status.NEVER_PASSED, "safeguarding": Status.VALID}


def test_one_requirement_missed_is_training_not_met(authority, licence, course, requirement):
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid")
    make_certificate(licence, course, passed_on=PASSED_ON)

    assert ask(authority).training == Training.NOT_MET


def test_a_kind_of_licence_that_the_rule_leaves_out_needs_nothing(authority, course):
    make_licence(authority, kind="hackney_carriage")
    make_requirement(course, licence_kinds=["private_hire"])

    assert status(authority) == Status.NOT_REQUIRED


def test_a_later_rule_for_no_kind_of_licence_ends_the_requirement(
    authority, licence, course, requirement
):
    make_requirement(course, licence_kinds=[], effective_from=date(2026, 1, 1))

    assert status(authority) == Status.NOT_REQUIRED


def test_grace_is_the_rules(authority, licence, course):
    make_requirement(course, grace_days=14)
    make_certificate(licence, course, passed_on=date(2023, 11, 10))

    assert status(authority) == Status.IN_GRACE


def test_many_numbers_are_answered_in_one_statement(
    authority, certificate, django_assert_num_queries
):
    make_licence(authority, "PH-1003")

    with django_assert_num_queries(1):
        found = answers.training_statuses(
            authority=authority, numbers=["ph-1002", "PH-1003", "PH-9"], as_at=TODAY, known_at=NOW
        )

    assert {number: one.training for number, one in found.items()} == {
        "PH-1002": Training.MET,
        "PH-1003": Training.NOT_MET,
    }


def test_no_possible_number_asks_nothing(authority, django_assert_num_queries):
    with django_assert_num_queries(0):
        found = answers.training_statuses(
            authority=authority, numbers=["\x00"], as_at=TODAY, known_at=NOW
        )

    assert found == {}


def test_each_licence_of_a_person_goes_by_its_own_authority(
    authority, other_authority, certificate, licence, django_assert_num_queries
):
    LicenceFactory(
        authority=other_authority, number="HC-7", holder=licence.holder, held_from=LONG_AGO
    )

    with django_assert_num_queries(1):
        found = answers.training_statuses_of(licence.holder, as_at=TODAY, known_at=NOW)

    assert [(one.authority, one.licence_number, one.training) for one in found] == [
        ("DEMO-NB", "PH-1002", Training.MET),
        ("DEMO-WV", "HC-7", Training.NOT_MET),
    ]


def test_a_person_without_a_licence_has_no_status(authority, requirement):
    learner = make_licence(authority).holder
    learner.licences.update(holder=None, held_from=None)

    assert answers.training_statuses_of(learner, as_at=TODAY, known_at=NOW) == []


def test_the_same_question_later_has_the_same_answer(authority, certificate, course):
    before = ask(authority)
    revoke(
        certificate, effective_on=date(2026, 1, 1), recorded_at=datetime(2026, 12, 1, tzinfo=UTC)
    )
    make_certificate(make_licence(authority, "PH-1003"), course, passed_on=date(2026, 1, 1))

    assert ask(authority) == before


# -- A number that went to somebody else --------------------------------------------------------


def hand_over(licence, **changes):
    """From 1 October 2026 the number is another person's; recorded on the tenth."""
    given = {
        "licence_number": licence.number,
        "licence_kind": "private_hire",
        "full_name": "Bilal Hussain",
        "date_of_birth": "1990-01-02",
        "licence_state": "current",
        **changes,
    }
    put = upsert_licence(authority=licence.authority, given=given, now=RECORDED, today=TODAY)
    decide_doubt(
        doubt=put.doubt,
        decision="another_person",
        another_from=date(2026, 10, 1),
        reason="Seen at the counter.",
        by=UserFactory(),
        now=RECORDED,
    )
    licence.refresh_from_db()


@pytest.fixture
def handed_over(licence, certificate):
    hand_over(licence)
    return licence


def test_whoever_has_the_number_now_is_asked_about_today(authority, handed_over):
    assert status(authority) is Status.NEVER_PASSED


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 9, 30), Status.VALID), (date(2026, 10, 1), Status.NEVER_PASSED)],
)
def test_whoever_had_the_number_on_the_day_is_asked_about(authority, handed_over, day, expected):
    assert status(authority, as_at=day) is expected


def test_answer_given_before_the_change_was_recorded_stays_the_same(authority, handed_over):
    before = RECORDED - timedelta(seconds=1)
    assert status(authority, as_at=date(2026, 10, 5), known_at=before) is Status.VALID


def test_new_holder_is_judged_by_their_own_training(authority, course, handed_over):
    handed_over.hold(LearnerFactory(), now=datetime(2026, 10, 20, 12, tzinfo=UTC))
    make_certificate(handed_over, course, passed_on=date(2026, 10, 21))
    assert status(authority) is Status.VALID
    assert status(authority, as_at=date(2026, 10, 15)) is Status.NEVER_PASSED
    assert status(authority, as_at=date(2026, 9, 1)) is Status.VALID


def test_kind_of_the_licence_then_is_asked_about(authority, licence, certificate, requirement):
    date_history()
    hand_over(licence, licence_kind="hackney_carriage")
    make_requirement(requirement.course, authority=authority, licence_kinds=["private_hire"])
    assert status(authority, as_at=date(2026, 9, 30)) is Status.VALID
    assert status(authority) is Status.NOT_REQUIRED


def test_kind_that_was_entered_later_changes_no_earlier_answer(authority, licence, requirement):
    date_history()
    make_requirement(requirement.course, authority=authority, licence_kinds=["private_hire"])
    licence.kind = "hackney_carriage"
    licence.save()
    date_history(at=RECORDED)

    assert status(authority, as_at=RECORDED.date() - DAY) is Status.NEVER_PASSED
    assert status(authority, as_at=RECORDED.date()) is Status.NOT_REQUIRED
    assert status(authority, known_at=RECORDED - DAY) is Status.NEVER_PASSED


def test_record_taken_over_answers_for_then_also_after_the_number_went_to_another(
    authority, course, requirement
):
    """Two corrections, both recorded after what is asked about."""
    licence = LicenceFactory(authority=authority, number="PH-1002")
    record = hold_without_account(licence=licence, now=LONG_AGO)
    licence.refresh_from_db()
    make_certificate(licence, course, passed_on=PASSED_ON)
    asked = {"known_at": RECORDED - DAY}
    before = status(authority, **asked)
    licence.hold(LearnerFactory(authority=authority), now=RECORDED - HOUR)
    record.succeeded_by, record.succeeded_at = licence.holder, RECORDED - HOUR
    record.save()
    assert status(authority, **asked) is before is Status.VALID
    hand_over(licence)

    assert status(authority, **asked) is before


def test_holder_of_today_does_not_answer_for_whoever_had_the_number_unlinked(
    authority, course, requirement
):
    facts = {"licence_number": "PH-9", "licence_kind": "private_hire", "licence_state": "current"}
    born = {"date_of_birth": "1980-03-31"}
    sent = {"authority": authority, "today": TODAY}
    upsert_licence(given={**facts, **born, "full_name": "Amina Khan"}, now=LONG_AGO, **sent)
    given = {**facts, **born, "full_name": "Bilal Hussain"}
    doubt = upsert_licence(given=given, now=RECORDED, **sent).doubt
    first_day = TODAY - 20 * DAY
    decide_doubt(
        doubt=doubt,
        decision="another_person",
        reason="Seen.",
        by=UserFactory(),
        now=RECORDED,
        another_from=first_day,
    )
    licence = doubt.licence
    licence.refresh_from_db()
    licence.hold(LearnerFactory(authority=authority), now=RECORDED + HOUR)
    make_certificate(licence, course, passed_on=PASSED_ON)
    assert ask(authority, "PH-9").training is Training.MET
    assert ask(authority, "PH-9", as_at=first_day - DAY).training is Training.NOT_MET
