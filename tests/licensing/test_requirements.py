"""Proposing a rule, seeing whom it would touch, and approving it by a second person."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import actions as training
from licensing.actions import advance_feed, approve_requirement, propose_requirement
from licensing.answers import training_status
from licensing.compliance import compliance
from licensing.eligibility import Code, Status
from licensing.models import FeedEvent, FeedHead, Requirement, RulePreview, TrainingException
from licensing.preview import preview
from people.models import Licence, Membership
from people.refusals import RuleRefused
from people.register import decide_doubt, upsert_licence
from tests.courses.training import make_cohort
from tests.factories import LONG_AGO, UserFactory, make_course, make_requirement, staff
from tests.licensing.factories import date_history, make_certificate, make_licence, revoke

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
FIRST, DUE_BY = date(2027, 1, 1), date(2027, 3, 31)
ALL = ["private_hire", "dual", "hackney_carriage"]
Whom = Requirement.Whom


@pytest.fixture
def officer(authority):
    return staff(Membership.Role.OFFICER, authority, LONG_AGO)


@pytest.fixture
def second(authority):
    return staff(Membership.Role.OFFICER, authority, LONG_AGO)


def draft(authority, course, **fields):
    return Requirement(
        **{
            "authority": authority,
            "course": course,
            "effective_from": FIRST,
            "licence_kinds": ALL,
            "reason": "The committee decided it.",
            **fields,
        }
    )


@pytest.fixture
def propose(authority, course, officer):
    def propose(**fields):
        return propose_requirement(rule=draft(authority, course, **fields), by=officer, now=NOW)

    return propose


def approve(rule, by, *, now=NOW, shown=None):
    seen = preview(rule, now=now).digest if shown is None else shown
    return approve_requirement(rule=rule, shown=seen, by=by, now=now)


def status(licence, *, as_at=FIRST, known_at=NOW):
    (found,) = training_status(
        authority=licence.authority, number=licence.number, as_at=as_at, known_at=known_at
    ).requirements
    return found.status, [reason.code for reason in found.reasons]


def code_of(refused):
    return refused.value.code


# Two people.


def test_proposed_rule_counts_for_nobody(propose, authority):
    licence = make_licence(authority)
    propose()

    assert status(licence) == (Status.NOT_REQUIRED, [Code.NO_REQUIREMENT_IN_FORCE])


def test_second_officer_approves_and_the_numbers_are_kept(propose, authority, second):
    licence = make_licence(authority)

    rule = approve(propose(), second)

    assert status(licence) == (Status.NEVER_PASSED, [Code.NEVER_PASSED])
    kept = RulePreview.objects.get(rule=rule)
    assert (kept.licensed, kept.days, kept.known_at) == (1, [["2027-01-01", 1]], NOW)


@pytest.mark.parametrize(("who", "code"), [("officer", "own_proposal"), ("auditor", "not_allowed")])
def test_nobody_approves_alone_or_without_the_role(propose, officer, authority, who, code):
    auditor = staff(Membership.Role.AUDITOR, authority, LONG_AGO)
    rule = propose()

    with pytest.raises(RuleRefused) as refused:
        approve(rule, officer if who == "officer" else auditor)

    assert code_of(refused) == code
    assert not RulePreview.objects.exists()


def test_officer_of_another_authority_decides_nothing(propose, other_authority, course):
    theirs = staff(Membership.Role.OFFICER, other_authority, LONG_AGO)
    rule = propose()

    with pytest.raises(RuleRefused) as approving:
        approve(rule, theirs)
    with pytest.raises(RuleRefused) as proposing:
        propose_requirement(rule=draft(rule.authority, course), by=theirs, now=NOW)

    assert code_of(approving) == code_of(proposing) == "not_allowed"


def test_national_rule_is_for_platform_administrators(course, officer):
    with pytest.raises(RuleRefused) as refused:
        propose_requirement(rule=draft(None, course), by=officer, now=NOW)

    assert code_of(refused) == "not_allowed"
    admins = [UserFactory(is_superuser=True) for _ in range(2)]
    rule = propose_requirement(rule=draft(None, course), by=admins[0], now=NOW)
    assert approve(rule, admins[1]).approved_by == admins[1]


def test_first_signature_stands(propose, second, authority):
    rule = approve(propose(), second)

    with pytest.raises(RuleRefused) as refused:
        approve(rule, staff(Membership.Role.OFFICER, authority, LONG_AGO))

    assert code_of(refused) == "approved_already"


def test_rule_whose_first_day_has_passed_is_not_approved(propose, second):
    rule = propose()

    with pytest.raises(RuleRefused) as refused:
        approve(rule, second, now=NOW + timedelta(days=41))

    assert code_of(refused) == "day_passed"


def test_numbers_that_changed_since_are_looked_at_again(propose, second, authority):
    rule = propose()
    shown = preview(rule, now=NOW).digest
    make_licence(authority)

    with pytest.raises(RuleRefused) as refused:
        approve(rule, second, shown=shown)

    assert code_of(refused) == "numbers_changed"


def test_group_of_another_authority_is_refused(propose, other_authority, course):
    theirs = make_cohort(other_authority, LONG_AGO, course=course)

    with pytest.raises(RuleRefused) as refused:
        propose(applies_to=Whom.COHORT, cohort=theirs)

    assert code_of(refused) == "other_group"


@pytest.mark.parametrize(
    "fields",
    [
        {"applies_to": "cohort"},
        {"applies_to": "new", "licence_kinds": []},
        {"due_by": FIRST - timedelta(days=1)},
    ],
)
def test_database_refuses_a_rule_that_makes_no_sense(propose, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        propose(**fields)


# Whom a rule is for.


def test_new_driver_and_existing_driver_are_told_apart_by_the_start(authority, course):
    make_requirement(course, authority=authority, applies_to=Whom.NEW, effective_from=TODAY)
    existing = make_requirement(
        course, authority=authority, applies_to=Whom.EXISTING, effective_from=TODAY, due_by=DUE_BY
    )
    old = make_licence(authority, "OLD", starts_on=TODAY - timedelta(days=1))
    new = make_licence(authority, "NEW", starts_on=TODAY)

    assert status(old, as_at=TODAY) == (
        Status.IN_GRACE,
        [Code.DEADLINE_NOT_REACHED, Code.NEVER_PASSED],
    )
    assert status(new, as_at=TODAY) == (Status.NEVER_PASSED, [Code.NEVER_PASSED])
    assert status(old, as_at=existing.due_by + timedelta(days=1))[0] == Status.NEVER_PASSED


def send(licence, **changes):
    """What the council's system says now of the number; the doubt that it raises, if any."""
    given = {
        "licence_number": licence.number,
        "licence_kind": licence.kind,
        "licence_state": licence.state,
        "full_name": licence.full_name,
        "date_of_birth": licence.date_of_birth.isoformat(),
        "licence_start": TODAY.isoformat(),
        **changes,
    }
    doubt = upsert_licence(authority=licence.authority, given=given, now=NOW, today=TODAY).doubt
    licence.refresh_from_db()
    return doubt


@pytest.fixture
def long_there(authority, course):
    """A driver of earlier years, beside a rule for new ones."""
    make_requirement(course, authority=authority, applies_to=Whom.NEW, effective_from=TODAY)
    licence = make_licence(authority, starts_on=TODAY - timedelta(days=400))
    date_history(at=NOW - timedelta(days=30))
    return licence


def test_renewal_makes_nobody_a_new_driver(long_there):
    send(long_there)
    date_history(at=NOW)

    assert long_there.starts_on == TODAY
    assert status(long_there, as_at=TODAY)[0] == Status.NOT_REQUIRED


def test_corrected_day_of_birth_makes_nobody_a_new_driver(long_there, officer):
    """Neither today nor in an answer about the time before."""
    doubt = send(long_there, full_name="Amina Khan-Example", date_of_birth="1991-02-03")
    decide_doubt(doubt=doubt, decision="same_person", reason="Passport seen.", by=officer, now=NOW)
    long_there.refresh_from_db()
    date_history(at=NOW)

    assert (long_there.starts_on, long_there.date_of_birth) == (TODAY, date(1991, 2, 3))
    for known_at in (NOW, NOW - timedelta(days=1)):
        found = status(long_there, as_at=TODAY, known_at=known_at)
        assert found[0] == Status.NOT_REQUIRED


def test_whoever_has_the_number_next_is_new_even_if_born_on_the_same_day(long_there, officer):
    doubt = send(long_there, full_name="Bilal Hussain")
    decide_doubt(
        doubt=doubt, decision="another_person", reason="Seen at the counter.", by=officer, now=NOW,
        another_from=TODAY,
    )  # fmt: skip
    date_history(at=NOW)

    assert status(long_there, as_at=TODAY)[0] == Status.NEVER_PASSED
    before = {"as_at": TODAY, "known_at": NOW - timedelta(seconds=1)}
    assert status(long_there, **before)[0] == Status.NOT_REQUIRED


def test_without_a_start_the_first_entry_tells(authority, course):
    make_requirement(course, authority=authority, applies_to=Whom.NEW, effective_from=TODAY)
    old = make_licence(authority, "OLD", starts_on=None, created_at=NOW - timedelta(days=1))
    new = make_licence(authority, "NEW", starts_on=None, created_at=NOW)

    assert [status(one, as_at=TODAY)[0] for one in (old, new)] == [
        Status.NOT_REQUIRED,
        Status.NEVER_PASSED,
    ]


def test_group_is_as_it_was_on_the_day_and_as_it_was_known(authority, course):
    licence = make_licence(authority)
    cohort = make_cohort(authority, LONG_AGO, course=course)
    make_requirement(course, authority=authority, applies_to=Whom.COHORT, cohort=cohort)
    training.add_people(
        cohort=cohort, lines=[licence.number], by=cohort.trainer, now=NOW - timedelta(days=3)
    )
    joined = TODAY - timedelta(days=3)
    training.take_out(place=cohort.places.get(), by=cohort.trainer, now=NOW)

    found = [
        status(licence, as_at=as_at, known_at=known_at)[0]
        for as_at, known_at in [
            (joined - timedelta(days=1), NOW),
            (joined, NOW),
            (TODAY, NOW),
            (TODAY, NOW - timedelta(seconds=1)),
            (joined, NOW - timedelta(days=4)),
        ]
    ]

    out, inside = Status.NOT_REQUIRED, Status.NEVER_PASSED
    assert found == [out, inside, out, inside, out]


def test_figures_name_each_rule_with_the_drivers_it_was_for(authority, course):
    new = make_requirement(course, authority=authority, applies_to=Whom.NEW, effective_from=TODAY)
    for_all = make_requirement(course)
    make_licence(authority, "OLD", starts_on=TODAY - timedelta(days=1))
    make_licence(authority, "NEW", starts_on=TODAY)

    found = compliance(authority_id=authority.pk, as_at=TODAY, known_at=NOW)

    assert {one.rule_id: sum(one.counts.values()) for one in found.requirements} == {
        new.pk: 1,
        for_all.pk: 1,
    }
    assert (found.denominator, found.numerator) == (2, 0)


# The preview.


def touched(rule, *, now=NOW):
    numbers = dict(Licence.objects.values_list("pk", "number"))
    return [(numbers[pk], day) for pk, day in preview(rule, now=now).people]


def test_preview_names_who_lacks_the_training_on_the_first_day(propose, authority, course):
    make_licence(authority, "NEVER")
    lapsed, valid, taken = (make_licence(authority, name) for name in ("LAPSED", "VALID", "TAKEN"))
    make_certificate(lapsed, course, passed_on=date(2020, 1, 1))
    make_certificate(valid, course, passed_on=date(2026, 1, 1))
    revoke(
        make_certificate(taken, course, passed_on=date(2026, 1, 1)),
        effective_on=date(2026, 2, 1),
        recorded_at=NOW,
    )

    assert touched(propose()) == [("LAPSED", FIRST), ("NEVER", FIRST), ("TAKEN", FIRST)]


def test_preview_gives_the_day_after_the_deadline(propose, authority):
    make_licence(authority)

    assert touched(propose(due_by=DUE_BY)) == [("PH-1002", DUE_BY + timedelta(days=1))]


def test_preview_gives_the_day_on_which_each_grace_ends(propose, authority, course):
    for days in (3, 9):
        certificate_end = FIRST - timedelta(days=days)
        licence = make_licence(authority, f"ENDED-{days}")
        make_certificate(licence, course, passed_on=date(2024, 1, 1), valid_until=certificate_end)

    assert touched(propose(grace_days=10)) == [
        ("ENDED-9", FIRST + timedelta(days=2)),
        ("ENDED-3", FIRST + timedelta(days=8)),
    ]


def test_preview_gives_the_day_after_an_exception(propose, authority, officer, second):
    licence = make_licence(authority)
    until = FIRST + timedelta(days=20)
    TrainingException.objects.create(
        licence=licence, requirement="safeguarding", reason="Test", ends_on=until,
        proposed_by=officer, proposed_at=NOW, decision="granted", decided_by=second, decided_at=NOW,
    )  # fmt: skip

    assert touched(propose()) == [("PH-1002", until + timedelta(days=1))]


def test_preview_leaves_out_who_would_lack_it_anyway(propose, authority, requirement):
    make_licence(authority)

    assert touched(propose()) == []


def test_preview_leaves_out_others_and_whoever_is_not_licensed(propose, authority, other_authority):
    make_licence(other_authority, "WV-1")
    make_licence(authority, "GONE", state="surrendered")

    found = preview(propose(), now=NOW)

    assert (found.licensed, found.days) == (0, [])


def test_preview_of_a_stricter_grace_names_those_it_cuts_short(propose, authority, course):
    make_requirement(course, grace_days=60)
    licence = make_licence(authority)
    ended = FIRST - timedelta(days=5)
    make_certificate(licence, course, passed_on=date(2024, 1, 1), valid_until=ended)

    assert touched(propose(grace_days=0)) == [("PH-1002", FIRST)]


def test_preview_names_who_has_less_time_though_both_have_ended_by_the_day_tested(
    propose, authority, course
):
    make_requirement(course, grace_days=45)
    for days in (20, 31):
        ended = FIRST - timedelta(days=days)
        licence = make_licence(authority, f"ENDED-{days}")
        make_certificate(licence, course, passed_on=date(2024, 1, 1), valid_until=ended)
    make_certificate(
        make_licence(authority, "LONG-AGO"), course, passed_on=date(2024, 1, 1),
        valid_until=FIRST - timedelta(days=60),
    )  # fmt: skip

    assert touched(propose(grace_days=30)) == [
        ("ENDED-31", FIRST),
        ("ENDED-20", FIRST + timedelta(days=11)),
    ]


def test_preview_of_a_rule_for_new_drivers_leaves_the_others_alone(propose, authority):
    make_licence(authority, "OLD", starts_on=date(2020, 1, 1))
    make_licence(authority, "NEW", starts_on=TODAY)

    rule = propose(applies_to=Whom.NEW, effective_from=TODAY)

    assert touched(rule) == [("NEW", TODAY)]


def test_national_preview_is_of_every_authority(authority, other_authority, course):
    make_licence(authority)
    make_licence(other_authority, "WV-1")
    rule = propose_requirement(rule=draft(None, course), by=UserFactory(is_superuser=True), now=NOW)

    assert preview(rule, now=NOW).days == [(FIRST, 2)]


def test_preview_is_two_statements_and_one_for_exceptions(
    propose, authority, django_assert_num_queries
):
    rule = propose(due_by=DUE_BY, grace_days=14)
    for number in range(5):
        make_licence(authority, f"PH-{number}")

    with django_assert_num_queries(3):
        preview(rule, now=NOW)


def test_preview_comes_true(propose, authority, course, second):
    """Nobody trains: on each day named the figures lose just these drivers."""
    for days in (3, 400):
        make_certificate(
            make_licence(authority, f"ENDED-{days}"),
            course,
            passed_on=date(2020, 1, 1),
            valid_until=FIRST - timedelta(days=days),
        )
    make_licence(authority, "NEVER")
    rule = propose(due_by=FIRST + timedelta(days=4), grace_days=9)
    found = preview(rule, now=NOW)
    approve(rule, second)

    for day, drivers in found.days:
        met = [
            compliance(authority_id=authority.pk, as_at=when, known_at=NOW).numerator
            for when in (day - timedelta(days=1), day)
        ]
        assert met[0] - met[1] == drivers
    assert sum(drivers for _, drivers in found.days) == 3


# The feed.


def test_approved_rule_is_in_the_feed_on_its_next_turn(propose, authority, course, second):
    licence = make_licence(authority)
    make_certificate(
        licence, course, passed_on=date(2024, 1, 1), valid_until=TODAY - timedelta(days=9)
    )
    advance_feed(authority_id=authority.pk, now=NOW)
    assert not FeedEvent.objects.filter(type="training.expired").exists()

    approve(propose(effective_from=TODAY), second)
    advance_feed(authority_id=authority.pk, now=NOW)

    assert FeedEvent.objects.get(type="training.expired").licence == licence


def test_national_rule_has_every_feed_look_again(authority, other_authority, course):
    for one in (authority, other_authority):
        advance_feed(authority_id=one.pk, now=NOW)
    admins = [UserFactory(is_superuser=True) for _ in range(2)]

    approve(propose_requirement(rule=draft(None, course), by=admins[0], now=NOW), admins[1])

    assert not FeedHead.objects.exclude(swept_on=None).exists()


def test_feed_tells_the_day_after_the_deadline(authority, course):
    make_requirement(course, due_by=TODAY - timedelta(days=2))
    licence = make_licence(authority)
    make_certificate(
        licence, course, passed_on=date(2024, 1, 1), valid_until=TODAY - timedelta(days=90)
    )

    advance_feed(authority_id=authority.pk, now=NOW)

    event = FeedEvent.objects.get(type="training.expired")
    assert event.effective_on == TODAY - timedelta(days=1)


def test_another_course_by_another_code_is_a_requirement_of_its_own(authority, course):
    make_requirement(course)
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid")
    licence = make_licence(authority)

    found = training_status(
        authority=authority, number=licence.number, as_at=TODAY, known_at=NOW
    ).requirements

    assert [one.terms.code for one in found] == ["first-aid", "safeguarding"]
