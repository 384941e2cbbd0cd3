"""Figures over time: what is counted, when, and whose."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assessments.models import Adjustment, Answer, DrawnQuestion, Topic
from certificates.actions.replacing import issue_replacement
from certificates.models import CertificateEvent
from courses.models import LessonPage
from licensing.actions import work_out_points
from licensing.compliance import compliance
from licensing.models import MetPoint
from licensing.periods import Grain, period_of
from licensing.trends import (
    OF_FEW,
    Asked,
    Counts,
    Measure,
    Missed,
    Split,
    gaps,
    met_on,
    missed,
    over_time,
)
from tests.conftest import NOON
from tests.factories import make_course, make_question
from tests.licensing.factories import make_certificate, make_licence, reinstate, revoke
from tests.licensing.trending import MONDAY, group, prove, sit, week

pytestmark = pytest.mark.django_db
FIRST = MONDAY.date()


@pytest.fixture
def licence(authority):
    return make_licence(authority)


@pytest.fixture
def asked(authority):
    """About a year, as it is known at noon."""
    return Asked(authority.pk, FIRST - timedelta(days=364), date(2026, 11, 22), NOON)


def figures(measure, asked, *, split=None, grain=Grain.WEEK):
    """By the value of the split, of the last week that is over."""
    found = over_time(measure, asked, grain=grain, split=split)
    return {value: counts for (first, value), counts in found.items() if first == FIRST}


def test_passes_and_fails_are_counted_in_their_week(asked, licence, course):
    sit(licence, course, week(0))
    sit(licence, course, week(1), passed=False)

    assert over_time(Measure.RESULTS, asked, grain=Grain.WEEK) == {
        (FIRST, ""): (1, 0),
        (FIRST - timedelta(weeks=1), ""): (0, 1),
    }


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),  # It is July in London.
    ],
)
def test_day_is_the_london_day(asked, licence, course, at, first):
    sit(licence, course, at)

    assert over_time(Measure.RESULTS, asked, grain=Grain.QUARTER) == {(first, ""): (1, 0)}


def test_void_and_open_sittings_count_for_nothing(asked, licence, course):
    sit(licence, course, week(0), outcome="void", closed_by="void")
    sit(licence, course, week(0), closed_at=None, closed_by="", outcome="", correct_count=None)

    assert figures(Measure.RESULTS, asked) == {}


def test_other_authoritys_figures_are_its_own(asked, other_authority, course):
    theirs = make_licence(other_authority, "WV-1")
    prove(sit(theirs, course, week(0)), week(0))
    make_certificate(theirs, course, passed_on=FIRST)

    assert all(figures(measure, asked) == {} for measure in Measure if measure != Measure.MET)


def test_what_is_recorded_later_is_not_counted(asked, licence, course):
    sit(licence, course, NOON + timedelta(seconds=1))

    assert figures(Measure.RESULTS, asked) == {}


def test_first_try_is_the_first_of_its_round(asked, licence, course):
    void = sit(licence, course, week(3), outcome="void", closed_by="void")
    sit(licence, course, week(1), passed=False, enrolment=void.enrolment)
    sit(licence, course, week(0), enrolment=void.enrolment)
    sit(licence, course, week(0) + timedelta(days=1))

    assert over_time(Measure.FIRST_TRIES, asked, grain=Grain.WEEK) == {
        (FIRST - timedelta(weeks=1), ""): (0, 1),
        (FIRST, ""): (1, 0),
    }


def test_certificates_are_counted_when_issued_and_when_revoked(asked, licence, course):
    certificate = make_certificate(licence, course, passed_on=FIRST - timedelta(weeks=2))
    revoke(certificate, effective_on=FIRST - timedelta(weeks=2), recorded_at=week(0))
    make_certificate(licence, course, passed_on=FIRST)

    assert over_time(Measure.CERTIFICATES, asked, grain=Grain.WEEK) == {
        (FIRST - timedelta(weeks=2), ""): (1, 0),
        (FIRST, ""): (1, 1),
    }


def test_revocation_counts_once_when_the_certificate_is_replaced(asked, licence, course):
    old = make_certificate(licence, course, passed_on=FIRST - timedelta(weeks=3))
    revoke(old, effective_on=FIRST - timedelta(weeks=2), recorded_at=week(2))
    again, _ = issue_replacement(
        old=old,
        learner=licence.holder,
        holder_name="Right Example",
        reason_class=CertificateEvent.ReasonClass.RECORDS_JOINED,
        now=week(0),
    )
    revoked = {FIRST - timedelta(weeks=3): 0, FIRST - timedelta(weeks=2): 1}
    assert revoked_in_each_week(asked) == revoked

    reinstate(again, effective_on=FIRST, recorded_at=week(0) + timedelta(hours=1))
    revoke(again, effective_on=FIRST, recorded_at=week(0) + timedelta(hours=2))
    assert revoked_in_each_week(asked) == revoked | {FIRST: 1}


def revoked_in_each_week(asked):
    found = over_time(Measure.CERTIFICATES, asked, grain=Grain.WEEK)
    return {first: counts.other for (first, _), counts in found.items()}


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({}, {"": (1, 0)}),
        ({"appealed_at": week(0), "appeal_decision": "stands"}, {"": (1, 0)}),
        ({"appealed_at": week(0), "appeal_decision": "overturned"}, {}),
    ],
)
def test_proven_case_counts_unless_overturned(
    asked, licence, course, django_user_model, fields, counted
):
    judge = django_user_model.objects.create_user("judge@example.org", "x")
    appeal = {"appeal_decided_by": judge, "appeal_decided_at": NOON} if fields else {}
    prove(sit(licence, course, week(3)), week(0), **fields, **appeal)

    assert figures(Measure.CASES, asked) == counted


# -- Splits ----------------------------------------------------------------------------------------
def test_provider_is_the_one_of_the_certificate(asked, licence, course):
    make_certificate(licence, course, passed_on=FIRST, provider_name="Fellbridge (invented)")
    make_certificate(licence, course, passed_on=FIRST)

    assert figures(Measure.CERTIFICATES, asked, split=Split.PROVIDER) == {
        "": (1, 0),
        "Fellbridge (invented)": (1, 0),
    }


def test_site_is_told_by_who_held_the_test_and_saw_the_photo(
    asked, licence, course, django_user_model
):
    held_by = django_user_model.objects.create_user("holder@example.org", "x")
    seen = {"identity_checked_by": held_by, "identity_checked_at": week(0)}
    held = {"started_by": held_by, "deadline_at": None}
    sit(licence, course, week(0))
    sit(licence, course, week(0), identity_check="camera", **seen)
    sit(licence, course, week(0), identity_check="counter", **seen)
    sit(licence, course, week(0), identity_check="trainer", mode="spoken", **seen, **held)
    sit(licence, course, week(0), mode="paper", **held)

    assert figures(Measure.RESULTS, asked, split=Split.SITE) == {
        "online": (2, 0),
        "counter": (1, 0),
        "trainer": (1, 0),
        "held": (1, 0),
    }


def test_operator_is_that_of_the_register(asked, authority, other_authority, course):
    ours = make_licence(authority, operator_reference="City Cars")
    make_licence(other_authority, "WV-1", operator_reference="Elsewhere").hold(
        ours.holder, now=week(9)
    )
    sit(ours, course, week(0))
    sit(make_licence(authority, "PH-9"), course, week(0), passed=False)

    assert figures(Measure.RESULTS, asked, split=Split.OPERATOR) == {
        "City Cars": (1, 0),
        "": (0, 1),
    }


def test_cohort_is_the_one_joined_last(asked, authority, licence, course):
    group(authority, course, licence.holder, name="Day class")
    group(authority, course, licence.holder, name="Evening class")
    sit(licence, course, week(0))

    assert figures(Measure.RESULTS, asked, split=Split.COHORT) == {"Evening class": (1, 0)}


def test_group_left_before_the_test_is_none(asked, authority, licence, course):
    place = group(authority, course, licence.holder).places.get()
    place.left_at, place.left_by = week(1), place.added_by
    place.save()
    sit(licence, course, week(0))

    assert figures(Measure.RESULTS, asked, split=Split.COHORT) == {"": (1, 0)}


@pytest.mark.parametrize("split", Split)
@pytest.mark.parametrize("measure", [m for m in Measure if m != Measure.MET])
def test_parts_come_to_the_whole_in_one_statement(
    asked, authority, licence, course, django_assert_num_queries, measure, split
):
    group(authority, course, licence.holder)
    for number, one in enumerate((licence, make_licence(authority, "PH-9"))):
        prove(sit(one, course, week(0), passed=bool(number)), week(0))
        make_certificate(one, course, passed_on=FIRST)

    with django_assert_num_queries(1):
        parts = figures(measure, asked, split=split)

    (whole,) = figures(measure, asked).values()
    assert (sum(one.good for one in parts.values()), sum(one.other for one in parts.values())) == (
        whole
    )


# -- Met -------------------------------------------------------------------------------------------
def test_parts_of_the_licensed_come_to_what_compliance_says(
    authority, requirement, course, django_assert_num_queries
):
    met = make_licence(authority, operator_reference="City Cars")
    make_certificate(met, course, passed_on=date(2026, 2, 1))
    make_licence(authority, "PH-9", operator_reference="City Cars")
    make_licence(authority, "PH-10")
    quarter = period_of(Grain.QUARTER, date(2026, 9, 30))

    with django_assert_num_queries(1):
        found = met_on(quarter, authority_id=authority.pk, known_at=NOON, split=Split.OPERATOR)

    assert found == {(quarter.first, "City Cars"): (1, 1), (quarter.first, ""): (0, 1)}
    whole = compliance(authority_id=authority.pk, as_at=quarter.last, known_at=NOON)
    assert (whole.numerator, whole.denominator) == (1, 3)


def test_points_are_worked_out_once_and_the_latest_first(
    authority, requirement, licence, course, django_assert_num_queries
):
    make_certificate(licence, course, passed_on=date(2026, 2, 1))

    assert work_out_points(now=NOON, limit=2) == 2
    latest = MetPoint.objects.order_by("-as_at").values_list("as_at", "met", "licensed")
    assert list(latest) == [(date(2026, 11, 15), 1, 1), (date(2026, 11, 8), 1, 1)]
    rest = work_out_points(now=NOON, limit=1000)
    assert rest > 150
    assert work_out_points(now=NOON, limit=1000) == 0
    assert MetPoint.objects.count() == 2 + rest
    for point in MetPoint.objects.order_by("?")[:5]:
        found = compliance(authority_id=authority.pk, as_at=point.as_at, known_at=point.known_at)
        assert (point.met, point.licensed) == (found.numerator, found.denominator)


def test_point_keeps_what_was_known_then(authority, requirement, licence, course):
    certificate = make_certificate(licence, course, passed_on=date(2026, 2, 1))
    work_out_points(now=NOON, limit=1)
    revoke(certificate, effective_on=date(2026, 2, 1), recorded_at=NOON + timedelta(hours=1))

    work_out_points(now=NOON + timedelta(hours=2), limit=1000)

    assert MetPoint.objects.order_by("-as_at").first().met == 1


# -- Questions -------------------------------------------------------------------------------------
@pytest.fixture
def questions(db):
    lesson = LessonPage.objects.descendant_of(make_course(slug="asked", lessons=1)).get()
    topic = Topic.objects.create(slug="signs", title="What you might notice", lesson=lesson)
    return [make_question(topic), make_question(topic)]


def sit_paper(licence, course, questions, chosen):
    """A paper of these questions, the key of each being "right"; None: not answered."""
    paper = {"questions": [{"question_id": one.pk, "key": "right"} for one in questions]}
    count = sum(given == "right" for given in chosen)
    opened = {"closed_at": None, "closed_by": "", "outcome": "", "correct_count": None}
    sitting = sit(licence, course, week(0), paper=paper, **opened)
    for number, (question, given) in enumerate(zip(questions, chosen, strict=True), start=1):
        DrawnQuestion.objects.create(sitting=sitting, position=number, question=question)
        for one in ("changed", given) if given else ():
            Answer.objects.create(sitting=sitting, position=number, chosen=one, answered_at=week(0))
    sitting.closed_at, sitting.closed_by = week(0), "submit"
    sitting.outcome, sitting.correct_count = ("passed" if count == 2 else "failed"), count
    sitting.save()


def test_wrong_and_missing_answers_are_missed(
    asked, authority, licence, course, questions, django_assert_num_queries
):
    first, second = questions
    sit_paper(licence, course, questions, ["right", "wrong"])
    sit_paper(licence, course, questions, [None, "wrong"])
    sit_paper(licence, course, questions, ["right", "right"])

    with django_assert_num_queries(1):
        one_by_one = missed(asked, questions=[first.pk, second.pk])

    title = "What you might notice"
    assert one_by_one == [Missed(title, second.pk, 2, 3), Missed(title, first.pk, 1, 3)]


def test_without_the_right_to_a_question_its_topic_is_all(asked, licence, course, questions):
    sit_paper(licence, course, questions, ["right", "wrong"])

    assert missed(asked, questions=[]) == [Missed("What you might notice", None, 1, 2)]


# -- Gaps ------------------------------------------------------------------------------------------
def test_language_is_the_persons_own_choice_or_the_registers(asked, authority, course):
    chosen = make_licence(authority, language="UR")
    chosen.holder.user.language = "pl"
    chosen.holder.user.save()
    sit(chosen, course, week(0))
    sit(make_licence(authority, "PH-9", language="UR"), course, week(0), passed=False)
    sit(make_licence(authority, "PH-10"), course, week(0))

    assert gaps(Measure.RESULTS, asked, by="language") == {
        "pl": (1, 0),
        "ur": (0, 1),
        "": (1, 0),
    }


def test_help_is_told_by_yes_and_no_alone(asked, licence, course):
    granted = Adjustment.objects.create(
        learner=licence.holder, asked_at=week(5), extra_time=25, reason_class="reading"
    )
    sit(licence, course, week(0), adjustment=granted)
    sit(licence, course, week(0), passed=False)

    assert gaps(Measure.FIRST_TRIES, asked, by="adjustment") == {"yes": (1, 0), "no": (0, 1)}


def test_only_provider_may_be_shown_in_small_numbers():
    assert {*Split} - OF_FEW == {Split.PROVIDER}
    assert Counts(2, 3).whole == 5
