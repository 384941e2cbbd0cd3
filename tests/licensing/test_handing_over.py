"""Licences of one council made another's: what each side answers, before the day and after."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from licensing import feed
from licensing.actions import (
    add_webhook,
    advance_feed,
    hand_over_licences,
    run_again,
    run_compliance,
)
from licensing.answers import training_status, training_statuses, training_statuses_of
from licensing.compliance import compliance, statuses
from licensing.desk.history import Kind, subject_of
from licensing.desk.history.register import changes
from licensing.eligibility import Training
from licensing.models import Delivery
from lms.records import feed as fed
from lms.records import register as records
from people.models import HandOver, Learner, Licence, LicenceClaim
from people.register import upsert_licence
from tests.factories import LONG_AGO, LearnerFactory, UserFactory, make_acceptance, make_requirement
from tests.licensing.factories import (
    date_history,
    make_certificate,
    make_client,
    make_licence,
    revoke,
)
from tests.licensing.histories import KINDS, START, make_histories, some_day, some_moment
from tests.people.register_files import AMINA, exported

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TODAY, YESTERDAY, LATER = NOW.date(), date(2026, 11, 21), NOW + timedelta(days=30)
PASSED_ON = date(2025, 4, 3)


@pytest.fixture
def old(authority, requirement):
    """Its drivers are trained by the national rule."""
    return authority


@pytest.fixture
def new(other_authority):
    return other_authority


@pytest.fixture
def accepted(old, new, course):
    return make_acceptance(course, authority=new, from_authority=old)


@pytest.fixture
def driver(old):
    """Makes a licence of the old council that was in its register for years."""

    def driver(number, **fields):
        licence = make_licence(old, number, **fields)
        date_history()
        return licence

    return driver


@pytest.fixture
def trained(driver, course):
    licence = driver("PH-1", starts_on=date(2021, 5, 1), expires_on=date(2027, 4, 30))
    make_certificate(licence, course, passed_on=PASSED_ON)
    return licence


@pytest.fixture
def hand_over(old, new):
    """From the morning of 22 November on, the licences of the old council are the new one's."""

    def hand_over(*numbers, back=False, **options):
        sides = (new, old) if back else (old, new)
        report = hand_over_licences(
            from_authority=sides[0],
            to_authority=sides[1],
            **{"numbers": numbers or None, "by": None, "now": NOW, "today": TODAY, **options},
        )
        date_history(at=options.get("now", NOW))
        return report

    return hand_over


def met(authority, number, as_at=TODAY, known_at=LATER):
    status = training_status(authority=authority, number=number, as_at=as_at, known_at=known_at)
    return status is not None and status.training is Training.MET


def counted(authority, as_at=TODAY, known_at=LATER):
    found = compliance(authority_id=authority.pk, as_at=as_at, known_at=known_at)
    return found.numerator, found.denominator


def messages(report):
    return [(error.row, error.message) for error in report.errors]


# What each side answers


def test_driver_is_counted_by_each_council_on_its_own_days(old, new, trained, accepted, hand_over):
    hand_over()

    assert [counted(old, day) for day in (YESTERDAY, TODAY)] == [(1, 1), (0, 0)]
    assert [counted(new, day) for day in (YESTERDAY, TODAY)] == [(0, 0), (1, 1)]
    assert counted(old, TODAY, NOW - timedelta(seconds=1)) == (1, 1)
    assert counted(new, TODAY, NOW - timedelta(seconds=1)) == (0, 0)


def test_training_is_met_with_the_new_council_by_its_acceptance(
    old, new, trained, accepted, hand_over
):
    report = hand_over()
    status = training_status(authority=new, number="PH-1", as_at=TODAY, known_at=LATER)

    assert status.requirements[0].certificate.accepted_from == old.name
    assert (report.rows, report.people, report.met_before, report.met_after) == (1, 1, 1, 1)
    assert (report.lost, report.errors) == (0, ())


def test_every_earlier_answer_of_the_old_council_is_what_it_was(
    old, trained, course, accepted, hand_over
):
    revoke(trained.holder.certificates.get(), effective_on=YESTERDAY, recorded_at=NOW)
    questions = [
        {"as_at": day, "known_at": known_at}
        for day in (date(2024, 1, 1), PASSED_ON, YESTERDAY)
        for known_at in (NOW - timedelta(days=400), NOW - timedelta(hours=1), LATER)
    ]
    ask = lambda: [  # noqa: E731
        (training_status(authority=old, number="PH-1", **each), counted(old, **each))
        for each in questions
    ]
    before = ask()
    hand_over()

    assert ask() == before


def test_kept_answers_of_both_councils_are_given_again(old, new, trained, accepted, hand_over):
    make_licence(new, "WV-1")
    date_history()
    asked = {"as_at": YESTERDAY, "by": None, "now": NOW - timedelta(hours=1)}
    runs = [run_compliance(authority=authority, **asked) for authority in (old, new)]
    hand_over()

    assert [run_again(run=run, by=None, now=LATER).digest for run in runs] == [
        run.digest for run in runs
    ]


def test_driver_who_drove_before_a_rule_for_new_ones_is_not_new(
    old, new, driver, course, accepted, hand_over
):
    """The licence was renewed since, so that its present first day alone would say otherwise."""
    licence = driver("PH-1", starts_on=date(2019, 5, 1))
    Licence.objects.filter(pk=licence.pk).update(starts_on=date(2025, 5, 1))
    date_history(at=datetime(2025, 5, 1, tzinfo=UTC))
    make_requirement(
        course,
        authority=new,
        code="new-drivers",
        applies_to="new",
        licence_kinds=["private_hire"],
        effective_from=date(2022, 1, 1),
    )
    hand_over()
    make_licence(new, "WV-9", starts_on=date(2025, 5, 1))
    date_history()
    codes = {
        number: sorted(found.terms.code for found in status.requirements)
        for number, status in training_statuses(
            authority=new, numbers=["PH-1", "WV-9"], as_at=TODAY, known_at=LATER
        ).items()
    }

    assert codes == {"PH-1": ["safeguarding"], "WV-9": ["new-drivers", "safeguarding"]}


# What is done, and what is not


def test_licence_goes_over_with_its_details_and_its_holder(old, new, trained, accepted, hand_over):
    hand_over()
    gone, come = Licence.objects.get(authority=old), Licence.objects.get(authority=new)

    assert (gone.state, gone.expires_on, gone.holder) == ("expired", YESTERDAY, trained.holder)
    assert (come.number, come.state, come.starts_on, come.expires_on, come.holder) == (
        "PH-1",
        "current",
        trained.starts_on,
        trained.expires_on,
        trained.holder,
    )
    assert (come.held_from, come.created_at) == (NOW, NOW)
    assert Learner.objects.get().authority == new


@pytest.mark.parametrize("state", ["current", "suspended", "applicant"])
def test_live_licence_goes_over_as_it_is(new, driver, hand_over, state):
    driver("PH-1", state=state)
    hand_over()
    assert Licence.objects.get(authority=new).state == state


@pytest.mark.parametrize("state", ["expired", "surrendered", "revoked"])
def test_licence_that_has_ended_stays(old, new, driver, hand_over, state):
    licence = driver("PH-1", state=state)

    assert hand_over().rows == 0
    [error] = messages(hand_over("PH-1"))
    assert error[1].startswith(f"PH-1: The licence is {state}.")
    assert not Licence.objects.filter(authority=new).exists()
    assert (licence.holder.authority, HandOver.objects.count()) == (old, 0)


def test_licence_that_nobody_is_linked_to_goes_over_like_that(old, new, hand_over):
    upsert_licence(authority=old, given=AMINA, now=NOW, today=TODAY)
    hand_over()
    come = Licence.objects.get(authority=new)
    assert (come.holder, come.held_from, come.mobile) == (None, None, "07700 900123")


def test_merged_councils_that_use_the_same_number_need_a_prefix(
    old, new, trained, accepted, hand_over
):
    make_licence(new, "PH-1", full_name="Somebody Else")
    before = exported(old), exported(new)
    [error] = messages(hand_over())

    assert error == (
        1,
        "PH-1: The new authority has a licence PH-1 already. A prefix tells them apart.",
    )
    assert (exported(old), exported(new)) == before

    assert hand_over(prefix="nb ").met_after == 1
    assert met(new, "NBPH-1")
    assert counted(new) == (1, 2)


def test_split_goes_by_the_numbers_in_a_file(old, new, driver, trained, accepted, hand_over):
    driver("PH-2")
    report = hand_over("ph- 1\n", "\n")

    assert (report.rows, counted(old), counted(new)) == (1, (0, 1), (1, 1))


def test_what_is_wrong_with_the_numbers_is_told_by_row(old, driver, hand_over):
    driver("PH-1")
    driver("9" * 40)
    before = exported(old)
    report = hand_over("PH-1", "PH-1 ", "PH-7", "\x00", "9" * 40, prefix="A")

    assert messages(report) == [
        (2, "PH-1: The number is in row 1 already."),
        (3, "PH-7: The register has no licence with this number."),
        (4, "'\\x00': The register has no licence with this number."),
        (5, f"{'9' * 40}: With the prefix the number is longer than 40 signs."),
    ]
    assert exported(old) == before


def test_repeat_finds_nothing_or_says_so_of_each_number(trained, accepted, hand_over):
    hand_over()

    assert (hand_over().rows, HandOver.objects.count()) == (0, 1)
    assert messages(hand_over("PH-1"))[0][1].startswith("PH-1: The licence is expired.")


def test_one_that_is_only_tried_says_the_same_and_changes_nothing(
    old, new, trained, accepted, hand_over
):
    before = exported(old), exported(new), list(Learner.objects.values())
    tried = hand_over(dry_run=True)

    assert (exported(old), exported(new), list(Learner.objects.values())) == before
    assert not HandOver.objects.exists()
    assert hand_over() == tried


def test_match_in_doubt_keeps_everything_where_it_is(old, new, hand_over):
    upsert_licence(authority=old, given=AMINA, now=NOW, today=TODAY)
    other = AMINA | {"full_name": "Bilal Hussain"}
    upsert_licence(authority=old, given=other, now=NOW, today=TODAY)

    assert messages(hand_over()) == [
        (1, "PH-1: A match in doubt waits at DEMO-NB for an officer to decide.")
    ]
    assert not Licence.objects.filter(authority=new).exists()


@pytest.mark.parametrize("asked", [{"number": "PH-1"}, {"date_of_birth": date(1980, 3, 31)}])
def test_request_for_the_licence_keeps_everything_where_it_is(old, new, driver, hand_over, asked):
    driver("PH-1")
    LicenceClaim.objects.create(
        learner=LearnerFactory(),
        authority=old,
        made_at=NOW,
        **{"number": "PH-8", "date_of_birth": date(1990, 1, 1), **asked},
    )
    assert messages(hand_over()) == [
        (1, "PH-1: Somebody with this number or date of birth waits at DEMO-NB to be linked.")
    ]


def test_who_has_another_licence_there_trains_for_that_until_it_goes_too(old, driver, hand_over):
    holder = driver("PH-1").holder
    driver("PH-2", holder=holder)

    assert [hand_over("PH-1").people, hand_over("PH-2").people] == [0, 1]


@pytest.mark.parametrize("prefix", ["a" * 41, "ü"])
def test_prefix_that_no_number_begins_with_is_wrong(hand_over, prefix):
    with pytest.raises(ValueError, match="plain letters"):
        hand_over(prefix=prefix)


def test_authority_hands_nothing_over_to_itself(old):
    sides = {"from_authority": old, "to_authority": old}
    with pytest.raises(ValueError, match="to itself"):
        hand_over_licences(**sides, by=None, now=NOW, today=TODAY)


# What the training is worth


def test_nothing_goes_over_while_nobody_decided_about_the_certificates(
    old, new, trained, hand_over
):
    before = exported(old)
    [error] = hand_over().errors

    assert error.row == 0
    assert error.message.startswith("DEMO-WV has not decided whether DEMO-NB certificates of")
    assert (exported(old), Licence.objects.filter(authority=new).count()) == (before, 0)


@pytest.mark.parametrize("not_yet", ["unsigned", "tomorrow", "other way"])
def test_rule_that_is_not_in_force_decides_nothing(old, new, course, trained, hand_over, not_yet):
    between = {"authority": new, "from_authority": old}
    if not_yet == "unsigned":
        rule = make_acceptance(course, **between)
        fields = {**between, "course": course, "effective_from": TODAY, "proposed_at": NOW}
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        type(rule).objects.filter(pk=rule.pk).delete()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = origin")
        type(rule).objects.create(**fields, reason="Test", proposed_by=rule.proposed_by)
    elif not_yet == "tomorrow":
        make_acceptance(course, **between, effective_from=TODAY + timedelta(days=1))
    else:
        make_acceptance(course, authority=old, from_authority=new)

    assert len(hand_over().errors) == 1


def test_decision_not_to_accept_is_one_and_tells_who_loses_by_it(
    old, new, course, trained, hand_over
):
    make_acceptance(course, authority=new, from_authority=old, requirements=[])
    report = hand_over()

    assert (report.met_before, report.met_after, report.lost) == (1, 0, 1)
    assert (report.lost_numbers, report.errors) == (("PH-1",), ())
    assert not met(new, "PH-1")


def test_certificate_that_ended_or_is_revoked_needs_no_decision(driver, course, hand_over):
    ended = make_certificate(driver("PH-1"), course, passed_on=date(2020, 1, 1))
    revoke(
        make_certificate(driver("PH-2"), course, passed_on=PASSED_ON),
        effective_on=YESTERDAY,
        recorded_at=NOW,
    )
    assert ended.valid_until < TODAY
    assert (hand_over().errors, HandOver.objects.get().licences) == ((), 2)


def test_driver_is_told_of_the_licence_they_have_now(old, new, trained, accepted, hand_over):
    hand_over()
    told = training_statuses_of(trained.holder, as_at=TODAY, known_at=LATER)

    assert [(status.authority, status.training) for status in told] == [(new.code, Training.MET)]


# There and back, and again


def test_what_came_can_go_back_as_it_was(old, new, trained, accepted, hand_over):
    before = exported(old)
    hand_over()
    report = hand_over(back=True, now=LATER, today=LATER.date())

    assert (report.rows, report.people, exported(old)) == (1, 1, before)
    days = [YESTERDAY, TODAY, LATER.date() - timedelta(days=1), LATER.date()]
    known_at = LATER + timedelta(days=1)
    assert [counted(old, day, known_at)[1] for day in days] == [1, 0, 0, 1]
    assert [counted(new, day, known_at)[1] for day in days] == [0, 1, 1, 0]
    assert Licence.objects.get(authority=old).held_from == trained.held_from


def test_number_of_somebody_else_is_not_taken_for_one_that_comes_back(
    new, driver, trained, accepted, hand_over
):
    make_licence(new, "PH-1", state="expired")
    assert len(hand_over().errors) == 1


# What others are told


def test_feed_of_the_new_council_tells_of_the_certificates_and_the_old_one_keeps_its_own(
    old, new, trained, accepted, hand_over
):
    advance_feed(authority_id=old.pk, now=NOW)
    advance_feed(authority_id=new.pk, now=NOW)
    hooked = make_client(new, scopes=["events:read"])
    add_webhook(client=hooked, url="http://127.0.0.1:9/hook", types=[], now=NOW)
    first = feed.read(authority_id=old.pk)
    hand_over(prefix="NB")
    for authority in (old, new):
        advance_feed(authority_id=authority.pk, now=NOW)
    (event,) = feed.read(authority_id=new.pk).events
    certificate = trained.holder.certificates.get()

    assert (event["type"], event["licence_numbers"]) == ("certificate.issued", ["NBPH-1"])
    assert event["certificate"]["reference"] == certificate.reference
    assert event["certificate"]["valid_until"] == certificate.valid_until.isoformat()
    assert Delivery.objects.get().webhook.client == hooked
    assert feed.read(authority_id=old.pk).events == first.events

    revoke(certificate, effective_on=TODAY, recorded_at=NOW)
    for authority in (old, new):
        advance_feed(authority_id=authority.pk, now=NOW)
        assert feed.read(authority_id=authority.pk).events[-1]["type"] == "certificate.revoked"


def test_hand_over_is_on_record_with_whose_it_was(old, new, trained, accepted, hand_over):
    hand_over(by=trained.holder.user)
    fact = HandOver.objects.get()

    assert (fact.from_authority, fact.to_authority, fact.licences) == (old, new, 1)
    assert (fact.handed_over_at, fact.handed_over_by) == (NOW, trained.holder.user)


@pytest.mark.parametrize(("number", "told"), [("PH-1", "to"), ("NBPH-1", "by")])
def test_time_line_says_where_the_licence_went(
    old, new, trained, accepted, hand_over, number, told
):
    officer = UserFactory()
    hand_over(prefix="NB", by=officer)
    licence = Licence.objects.get(number=number)
    *_, last = changes(subject_of(licence, reader=UserFactory()))
    other = new if licence.authority == old else old

    assert last.details[-1] == f"Handed over {told} {other.name}."
    assert (last.by, last.kind) == (officer, Kind.REGISTER)


# Over random histories


def asked_about(authority, questions):
    return [
        (
            sorted(statuses(authority_id=authority.pk, **each)),
            compliance(authority_id=authority.pk, **each),
        )
        for each in questions
    ]


@pytest.mark.parametrize("seed", range(3))
def test_no_earlier_answer_changes_and_nobody_is_counted_twice(old, new, course, seed):
    """Half of the drivers go over at the end of the span, and are asked about before and after."""
    chance = random.Random(seed)
    make_histories(seed, authority=old, course=course, how_many=120)
    Licence.objects.update(operator_reference="OP-1")  # Bare rows have no history yet.
    holders = Licence.objects.exclude(holder=None).values_list("holder_id", flat=True)
    Learner.objects.bulk_create(
        Learner(pk=key, authority=old, full_name="Ade Example", created_at=LONG_AGO)
        for key in holders
    )
    make_licence(new, "WV-1")
    date_history()
    now = datetime.combine(START + timedelta(days=41), datetime.min.time(), tzinfo=UTC)
    make_acceptance(course, authority=new, from_authority=old, effective_from=START)
    earlier = [
        {
            "as_at": some_day(chance),
            "known_at": chance.choice((some_moment(chance), now, now + timedelta(days=9))),
        }
        for _ in range(12)
    ]
    after = [
        {"as_at": now.date() + timedelta(days=days), "known_at": now + timedelta(days=9)}
        for days in (0, 1, 8)
    ]
    before = asked_about(old, earlier), asked_about(new, earlier)
    licensed = [compliance(authority_id=old.pk, **each).denominator for each in after]
    numbers = sorted(f"PH-{number}" for number in range(0, 120, 2))
    sides = {"from_authority": old, "to_authority": new}
    report = hand_over_licences(
        **sides, numbers=numbers, by=None, now=now, today=now.date(), prefix="NB-"
    )
    date_history(at=now)

    assert report.errors == ()
    assert asked_about(old, earlier) == before[0]
    assert [found[1] for found in asked_about(new, earlier)] == [it[1] for it in before[1]]
    counts = [
        [compliance(authority_id=side.pk, **each).denominator for each in after]
        for side in (old, new)
    ]
    assert [sum(both) for both in zip(*counts, strict=True)] == [all_ + 1 for all_ in licensed]
    assert set(KINDS) == set(Licence.objects.filter(authority=new).values_list("kind", flat=True))


def test_records_are_whole_after_a_hand_over(old, new, trained, accepted, hand_over):
    hand_over()
    hand_over(back=True, now=LATER, today=LATER.date())
    for authority in (old, new):
        advance_feed(authority_id=authority.pk, now=LATER)
    found = {it.code: it.measure(LATER) for it in (*records.INVARIANTS, *fed.INVARIANTS)}

    assert found["R13"].checked == 2
    assert [code for code, counts in found.items() if counts.broken] == []
