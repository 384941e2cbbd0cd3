"""Scoring again after a withdrawal: in the driver's favour, once, and by facts alone (R31)."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from assessments import actions
from assessments.marking import Standard, mark
from assessments.models import ResultChange
from assessments.models.impact import Effect, impact_of
from assessments.signals import attempt_passed
from assessments.tasks import rescore_withdrawn
from certificates.actions import issue_missing
from certificates.models import Certificate
from licensing import answers
from licensing.eligibility import Training
from lms import records
from outbox.models import Message
from tests.assessments.conftest import answer, finished, rule_of, sit
from tests.assessments.ruled import (
    again,
    council_of,
    officer_of,
    proposed,
    refusal,
    reviewer_of,
    sit_wrong_at,
    tamper_with,
    withdrawn,
)
from tests.factories import (
    LearnerFactory,
    LicenceFactory,
    make_requirement,
    make_validity_rule,
)

DAY = timedelta(days=1)


@pytest.fixture
def failed(rule, learner, course, now):
    """With the first question wrong and a pass mark of 100."""
    council_of(course)
    return sit_wrong_at(learner, course, now, 1)


def rescore(now):
    return actions.rescore_withdrawn(now=now)


def broken(now):
    return {found.invariant: found.broken for found in records.findings(now=now) if found.broken}


# -- What changes --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_fail_that_was_one_answer_short_is_passed(failed, now):
    withdrawn(failed, 1, now + DAY)
    assert rescore(now + DAY) == 1
    passed = again(failed)
    assert (passed.outcome, passed.correct_count, passed.result) == ("failed", 3, "passed")


@pytest.mark.django_db
def test_fact_names_the_withdrawal_and_its_second_name(failed, now):
    withdrawal = withdrawn(failed, 1, now + DAY)
    rescore(now + 2 * DAY)
    change = ResultChange.objects.get()
    assert (change.outcome_before, change.outcome) == ("failed", "passed")
    assert (change.correct_before, change.correct_count) == (3, 4)
    assert (change.withdrawal, change.changed_by) == (withdrawal, withdrawal.confirmed_by)
    assert (change.reason_class, change.changed_at) == ("withdrawn", now + 2 * DAY)


@pytest.mark.django_db
def test_fail_that_was_further_short_stays_one_with_a_better_count(rule, learner, course, now):
    failed = sit_wrong_at(learner, course, now, 1, 2)
    withdrawn(failed, 1, now + DAY)
    rescore(now + DAY)
    change = ResultChange.objects.get()
    assert (again(failed).result, change.outcome, change.correct_count) == ("failed", "failed", 3)


@pytest.mark.django_db
def test_second_withdrawal_counts_on_top_of_the_first(rule, learner, course, now):
    failed = sit_wrong_at(learner, course, now, 1, 2)
    withdrawn(failed, 1, now + DAY)
    rescore(now + DAY)
    withdrawn(failed, 2, now + 2 * DAY)
    rescore(now + 2 * DAY)
    counts = ResultChange.objects.order_by("pk").values_list("correct_before", "correct_count")
    assert list(counts) == [(2, 3), (3, 4)]
    assert again(failed).result == "passed"


@pytest.mark.django_db
def test_both_withdrawals_in_one_sweep_come_to_the_same(rule, learner, course, now):
    failed = sit_wrong_at(learner, course, now, 1, 2)
    withdrawn(failed, 1, now + DAY)
    withdrawn(failed, 2, now + DAY)
    assert rescore(now + DAY) == 2
    assert again(failed).result == "passed"


@pytest.mark.django_db
def test_pass_with_a_wrong_answer_stays_a_pass_with_a_better_count(course, learner, now):
    rule_of(course, pass_mark=75)
    passed = sit_wrong_at(learner, course, now, 1)
    withdrawn(passed, 1, now + DAY)
    rescore(now + DAY)
    change = ResultChange.objects.get()
    assert (change.outcome_before, change.outcome, change.correct_count) == ("passed", "passed", 4)


@pytest.mark.django_db
@pytest.mark.parametrize("letters", ["", "B"], ids=["all right", "another one wrong"])
def test_paper_whose_answer_was_right_is_left_alone(course, learner, now, letters):
    rule_of(course, bank=2)  # Everybody has the same questions.
    harmed = sit_by_letters(learner, course, now, "A")
    other = sit_by_letters(finished(course), course, now, letters)
    withdrawn(harmed, place_of(harmed, "A"), now + DAY)
    rescore(now + DAY)
    assert ResultChange.objects.get().sitting == harmed
    assert again(other).changed_outcome == ""


@pytest.mark.django_db
def test_unanswered_question_counts_as_right_too(rule, learner, course, now):
    council_of(course)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    answer(sitting, now, right=4)
    other = finished(course)
    empty = actions.submit(
        sitting=actions.start_sitting(learner=other, course=course, now=now), now=now
    )
    withdrawn(empty, 1, now + DAY)
    rescore(now + DAY)
    assert ResultChange.objects.get(sitting=empty).correct_count == 1


@pytest.mark.django_db
def test_voided_sitting_stays_void(failed, now):
    actions.void(
        sitting=failed,
        reason_class="technical",
        reason="A fault.",
        by=officer_of(failed, now),
        now=now,
    )
    withdrawn(failed, 1, now + DAY)
    assert rescore(now + DAY) == 0
    assert again(failed).result == "void"


@pytest.mark.django_db
def test_sitting_voided_while_the_sweep_was_on_its_way_is_left_alone(failed, now):
    withdrawal = withdrawn(failed, 1, now + DAY)
    actions.void(
        sitting=failed,
        reason_class="technical",
        reason="A fault.",
        by=officer_of(failed, now),
        now=now + DAY,
    )
    arguments = {"sitting": again(failed), "withdrawal": withdrawal, "now": now + DAY}
    assert actions.rescore_sitting(**arguments) is None


@pytest.mark.django_db
def test_repeat_finds_nothing_left_and_tells_nobody_twice(failed, now):
    withdrawn(failed, 1, now + DAY)
    rescore(now + DAY)
    told = Message.objects.count()
    assert rescore(now + 2 * DAY) == 0
    assert Message.objects.count() == told


@pytest.mark.django_db
def test_withdrawal_that_nobody_confirmed_scores_nothing_again(failed, now):
    proposed(failed, 1, now)
    assert rescore(now + DAY) == 0


@pytest.mark.django_db
def test_limit_is_kept_and_the_next_run_goes_on(failed, course, now):
    withdrawal = withdrawn(failed, 1, now + DAY)
    assert actions.rescore(withdrawal=withdrawal, now=now + DAY, limit=0) == 0
    assert actions.rescore(withdrawal=withdrawal, now=now + DAY, limit=1) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "changed"), [(1, 0), (3, 1), (None, 1)])
def test_task_looks_back_as_far_as_it_is_told(failed, clock, now, days, changed):
    withdrawn(failed, 1, now + DAY)
    clock.move_to(now + 3 * DAY)
    rescore_withdrawn(days=days)
    assert ResultChange.objects.count() == changed


# -- A broken seal -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_paper_that_does_not_match_its_seal_is_not_scored_again(failed, now, caplog):
    withdrawal = withdrawn(failed, 1, now + DAY)
    tamper_with(failed)
    assert rescore(now + DAY) == 0
    assert "digest_mismatch" in caplog.text
    arguments = {"sitting": again(failed), "withdrawal": withdrawal, "now": now + DAY}
    assert refusal(actions.rescore_sitting, **arguments) == "digest_mismatch"
    assert again(failed).result == "failed"


@pytest.mark.django_db
def test_broken_seal_of_one_holds_up_nobody_else(course, now):
    rule_of(course, bank=2)  # Everybody has the same questions.
    first, second = (sit_wrong_at(finished(course), course, now, 1, 2, 3, 4) for _ in range(2))
    withdrawn(first, 1, now + DAY)
    tamper_with(first)
    assert rescore(now + DAY) == 1
    assert ResultChange.objects.get().sitting == second


# -- Sittings that end after the confirmation ----------------------------------------------------
@pytest.mark.django_db
def test_sitting_that_ends_after_the_confirmation_counts_it_at_once(course, learner, now):
    rule_of(course, bank=2)
    first = sit_wrong_at(learner, course, now, 1)
    other = actions.start_sitting(learner=finished(course), course=course, now=now)
    version = first.questions[0]["question_id"]
    place = next(n for n, q in enumerate(other.questions, start=1) if q["question_id"] == version)
    for position, question in enumerate(other.questions, start=1):
        if position != place:
            key = question["key"]
            actions.give_answer(sitting=other, position=position, option_tokens=[key], now=now)
    withdrawn(first, 1, now + DAY)
    result = actions.submit(sitting=other, now=now + 2 * DAY)
    assert (result.outcome, result.correct_count) == ("passed", 4)
    assert not ResultChange.objects.filter(sitting=other).exists()


@pytest.mark.django_db
def test_sitting_whose_time_was_up_before_is_marked_without_it_and_scored_again(
    course, learner, now
):
    """However late it is marked: its result is that of its deadline, and the rest is a fact."""
    rule_of(course, bank=2, time_limit_minutes=10)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    answer(sitting, now, right=3)
    withdrawn(sitting, 4, now + DAY)
    actions.close_expired(now=now + 2 * DAY)
    assert again(sitting).outcome == "failed"
    rescore(now + 2 * DAY)
    assert again(sitting).result == "passed"


@pytest.mark.django_db
def test_marking_all_history_again_agrees_before_and_after(rule, learner, course, now):
    make_validity_rule()
    failed = sit_wrong_at(learner, course, now, 1)
    withdrawn(failed, 1, now + DAY)
    assert broken(now + DAY) == {}
    rescore(now + DAY)
    assert broken(now + DAY) == {}
    issue_missing(now=now + DAY)
    assert broken(now + 2 * DAY) == {}


@pytest.mark.django_db
def test_result_page_of_a_fail_counts_what_its_result_counts(rule, learner, course, client, now):
    failed = sit_wrong_at(learner, course, now, 1, 2)
    withdrawn(failed, 1, now + DAY)
    rescore(now + DAY)
    client.force_login(learner.user)
    page = client.get(f"/tests/sittings/{failed.pk}/result/")
    assert page.context["marking"].correct_count == 3


# -- What follows a pass -------------------------------------------------------------------------
@pytest.mark.django_db
def test_round_is_closed_and_the_next_start_needs_a_new_one(failed, now):
    withdrawn(failed, 1, now + DAY)
    rescore(now + DAY)
    failed.enrolment.refresh_from_db()
    assert failed.enrolment.closed_at == now + DAY


@pytest.mark.django_db
def test_sitting_of_the_round_that_is_open_is_overtaken(failed, learner, course, now):
    withdrawal = proposed(failed, 1, now)
    opened = actions.start_sitting(learner=learner, course=course, now=now + DAY)
    by = reviewer_of(course, now)
    actions.confirm_withdrawal(withdrawal=withdrawal, by=by, now=now + DAY)
    rescore(now + DAY)
    change = ResultChange.objects.get(sitting=opened)
    assert (again(opened).result, change.reason_class) == ("void", "overtaken")
    told = Message.objects.get(key__startswith=f"sitting:{failed.pk}:rescored").body
    assert "We stopped that one, because you do not need it." in told


@pytest.mark.django_db
def test_later_pass_of_the_same_round_stands_beside_it(failed, learner, course, now):
    make_validity_rule()
    later = sit(learner, course, now + DAY)
    withdrawn(failed, 1, now + 2 * DAY)
    rescore(now + 2 * DAY)
    issue_missing(now=now + 2 * DAY)
    held = Certificate.objects.of(learner)
    assert {certificate.sitting_id for certificate in held} == {failed.pk, later.pk}
    assert held.not_superseded().get().sitting_id == later.pk
    assert broken(now + 3 * DAY) == {}


@pytest.mark.django_db
def test_one_certificate_is_issued_dated_by_the_day_of_the_test(failed, now):
    make_validity_rule()
    withdrawn(failed, 1, now + 30 * DAY)
    rescore(now + 30 * DAY)
    assert [issue_missing(now=now + 31 * DAY) for _ in range(2)] == [1, 0]
    certificate = Certificate.objects.get()
    assert (certificate.passed_on, certificate.issued_at) == (now.date(), now + 31 * DAY)


@pytest.mark.django_db
def test_pass_wakes_whoever_issues_certificates(failed, now, django_capture_on_commit_callbacks):
    woken = []
    attempt_passed.connect(woken_by := lambda sitting_id, **_: woken.append(sitting_id))
    withdrawn(failed, 1, now + DAY)
    with django_capture_on_commit_callbacks(execute=True):
        rescore(now + DAY)
    attempt_passed.disconnect(woken_by)
    assert woken == [failed.pk]


@pytest.mark.django_db
def test_what_was_known_before_still_says_not_met(failed, learner, course, now):
    make_validity_rule()
    make_requirement(course)
    licence = LicenceFactory(
        authority=learner.authority, holder=learner, held_from=now - DAY, number="PH-7"
    )
    withdrawn(failed, 1, now + 10 * DAY)
    rescore(now + 10 * DAY)
    issue_missing(now=now + 10 * DAY)

    def training(known_at):
        return answers.training_status(
            authority=licence.authority, number="PH-7", as_at=now.date(), known_at=known_at
        ).training

    assert training(now + 9 * DAY) == Training.NOT_MET
    assert training(now + 11 * DAY) == Training.MET


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pass_mark", "wrong", "subject", "words"),
    [
        (100, (1,), "You have passed: we scored your test again", "You have passed this test."),
        (100, (1, 2), "We scored your test again", "It is still not enough to pass this test."),
        (75, (1,), "We scored your test again", "You had passed this test, and that stays so."),
    ],
    ids=["passes now", "still fails", "had passed"],
)
def test_person_is_told_what_it_means(course, learner, now, pass_mark, wrong, subject, words):
    rule_of(course, pass_mark=pass_mark)
    sitting = sit_wrong_at(learner, course, now, *wrong)
    withdrawal = withdrawn(sitting, 1, now + DAY)
    rescore(now + DAY)
    message = Message.objects.get(key=f"sitting:{sitting.pk}:rescored:{withdrawal.pk}")
    assert message.subject == subject
    assert words in message.body
    assert f"Right answers now: {5 - len(wrong)} of 4" in message.body


# -- The impact, worked out by hand --------------------------------------------------------------
@pytest.mark.django_db
def test_impact_of_a_hand_worked_example(course, now):
    """Everybody has the same four questions; three must be right. Version A is in doubt.

    Bo: A and B wrong, so failed only because of A. Cy: A, B and C wrong, so fails anyway, with a
    better count. Di: B and C wrong, so fails whatever becomes of A. Ed: A wrong, passed. Fay: all
    right, passed. Gus: sitting now. Hal, of another council: like Bo.
    """
    rule_of(course, bank=2, pass_mark=75)
    council = council_of(course)
    wrong = {"Bo": "AB", "Cy": "ABC", "Di": "BC", "Ed": "A", "Fay": "", "Hal": "AB"}
    sittings = {}
    for name, letters in wrong.items():
        fields = {} if name == "Hal" else {"authority": council}
        learner = finished(course, LearnerFactory(full_name=name, **fields))
        sittings[name] = sit_by_letters(learner, course, now, letters)
    gus = finished(course, LearnerFactory(full_name="Gus", authority=council))
    actions.start_sitting(learner=gus, course=course, now=now)
    place = place_of(sittings["Bo"], "A")
    withdrawal = proposed(sittings["Bo"], place, now)

    groups = impact_of(withdrawal, served={council.pk})

    named = {effect: sorted(one.name for one in groups[effect].named) for effect in Effect}
    assert named == {
        Effect.FAILED_BY_IT: ["Bo"],
        Effect.STILL_FAILS: ["Cy"],
        Effect.PASSED_WITH_IT: ["Ed", "Fay"],
        Effect.SITTING_NOW: ["Gus"],
        Effect.FAILED_ANYWAY: ["Di"],
        Effect.VOID: [],
    }
    assert groups[Effect.FAILED_BY_IT].elsewhere == [1]
    actions.confirm_withdrawal(withdrawal=withdrawal, by=reviewer_of(course, now), now=now + DAY)
    rescore(now + DAY)
    passed = {name for name, one in sittings.items() if again(one).result == "passed"}
    assert passed == {"Bo", "Ed", "Fay", "Hal"}
    after = impact_of(withdrawal, served={council.pk})
    assert [one.name for one in after[Effect.FAILED_BY_IT].named] == ["Bo"]


def letters_of(sitting):
    """The questions of the paper, named A to D by their keys."""
    return dict(zip("ABCD", sorted(q["question_id"] for q in sitting.questions), strict=True))


def place_of(sitting, letter):
    wanted = letters_of(sitting)[letter]
    return next(n for n, q in enumerate(sitting.questions, 1) if q["question_id"] == wanted)


def sit_by_letters(learner, course, now, letters):
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    places = [place_of(sitting, letter) for letter in letters]
    answer(sitting, now)
    for place in places:
        question = sitting.questions[place - 1]
        token = next(o["token"] for o in question["options"] if o["token"] != question["key"])
        actions.give_answer(sitting=sitting, position=place, option_tokens=[token], now=now)
    return again(actions.submit(sitting=sitting, now=now))


@pytest.mark.django_db
def test_impact_costs_as_many_questions_however_many_papers(course, now, django_assert_num_queries):
    rule_of(course, bank=2)
    council = council_of(course)
    sittings = [sit_wrong_at(finished(course), course, now, 1, 2, 3, 4) for _ in range(3)]
    withdrawal = proposed(sittings[0], 1, now)
    with django_assert_num_queries(4):
        impact_of(withdrawal, served={council.pk})


# -- Any number of workers -----------------------------------------------------------------------
@pytest.mark.usefixtures("own_database")
def test_two_workers_at_once_score_each_sitting_once(course, now):
    rule_of(course, bank=2)
    sittings = [sit_wrong_at(finished(course), course, now, 1, 2, 3, 4) for _ in range(6)]
    withdrawn(sittings[0], 1, now + DAY)

    def work(_):
        try:
            return rescore(now + DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        changed = sum(pool.map(work, range(2)))
    assert changed + rescore(now + DAY) == 6
    assert ResultChange.objects.count() == 6
    assert Message.objects.filter(key__contains=":rescored:").count() == 6


@pytest.mark.usefixtures("own_database")
def test_sitting_that_ends_while_the_withdrawal_is_confirmed_is_scored_right_all_the_same(
    course, learner, now
):
    """The confirmation waits for a closing in hand, and dates itself after it."""
    rule_of(course, bank=2)
    first = sit_wrong_at(learner, course, now, 1, 2, 3, 4)
    withdrawal, by = proposed(first, 1, now), reviewer_of(course, now)
    sitting = actions.start_sitting(learner=finished(course), course=course, now=now)
    closed, confirming = Event(), Event()

    def confirm():
        closed.wait(timeout=10)
        confirming.set()
        try:
            actions.confirm_withdrawal(withdrawal=withdrawal, by=by, now=now + timedelta(hours=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        confirmed = pool.submit(confirm)
        with transaction.atomic():
            actions.submit(sitting=sitting, now=now + timedelta(hours=2))
            closed.set()
            confirming.wait(timeout=10)
            time.sleep(0.3)  # Long enough to confirm, if nothing held it up.
            assert not confirmed.done()
        confirmed.result(timeout=10)
    assert broken(now + DAY) == {}
    rescore(now + DAY)
    assert ResultChange.objects.get(sitting=sitting).correct_count == 1
    assert broken(now + DAY) == {}


# -- The pure rule -------------------------------------------------------------------------------
CASES = st.integers(1, 8).flatmap(
    lambda count: st.tuples(
        st.lists(st.tuples(st.sampled_from("xy"), st.booleans()), min_size=count, max_size=count),
        st.lists(st.sampled_from(["a", "b", ""]), min_size=count, max_size=count),
        st.permutations(range(count)).flatmap(
            lambda order: st.integers(0, count).map(lambda n: list(order)[:n])
        ),
        st.integers(1, 100),
        st.booleans(),
    )
)


@given(CASES)
def test_scoring_again_takes_nothing_away_and_knows_no_order(case):
    parts, chosen, order, pass_mark, must = case
    paper = {
        "topics": [{"slug": slug, "title": slug, "minimum": 1} for slug in "xy"],
        "questions": [
            {
                "question_id": number,
                "revision_id": None,
                "topic": topic,
                "lesson_id": 1,
                "critical": critical,
                "key": "a",
            }
            for number, (topic, critical) in enumerate(parts)
        ],
    }
    given_answers = {place: token for place, token in enumerate(chosen, start=1) if token}
    standard = Standard(pass_mark, must)
    steps = [
        mark(paper, given_answers, standard, withdrawn={(n, None) for n in order[:size]})
        for size in range(len(order) + 1)
    ]
    for before, after in itertools.pairwise(steps):
        assert before.correct_count <= after.correct_count <= before.correct_count + 1
        assert after.passed >= before.passed
    backwards = mark(paper, given_answers, standard, withdrawn=[(n, None) for n in reversed(order)])
    assert backwards == steps[-1]
