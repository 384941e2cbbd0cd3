"""What looks odd about a sitting, and how people look into it; no signal ever fails anybody."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions, perms, tasks
from assessments.actions import CaseRefused, StartRefused
from assessments.item_analysis import Flag
from assessments.models import (
    AnswerSheet,
    Case,
    CaseEntry,
    IdentityCheck,
    ItemStatistic,
    Signal,
    Sitting,
    StartCode,
)
from outbox.models import Message
from people.models import Membership
from tests.assessments.conftest import finished, rule_of
from tests.assessments.taken import right, take, wrong
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, make_course, staff

pytestmark = pytest.mark.django_db
Kind, Role = Signal.Kind, Membership.Role
Decision, AppealDecision = Case.Decision, Case.AppealDecision
HOME, WORK = ("phone", "home"), ("laptop", "work")
FORTNIGHT = timedelta(days=14)


@pytest.fixture
def council():
    return AuthorityFactory()


@pytest.fixture
def paper(course):
    """A rule whose every paper has the same eight questions."""
    rule_of(course, bank=4, questions_per_topic=4)
    return course


def of(council):
    return LearnerFactory(authority=council)


def noticed(kind):
    return set(Signal.objects.filter(kind=kind).values_list("sitting", flat=True))


def evidence(sitting, kind):
    return sitting.signals.get(kind=kind).evidence


# -- signals --------------------------------------------------------------------------------------


def test_sitting_answered_too_fast_is_noticed(paper, now):
    fast, slow = take(paper, now, every=2), take(paper, now, every=20)
    assert actions.find_signals(now=now + timedelta(hours=1)) == 1
    assert noticed(Kind.TOO_FAST) == {fast.pk}
    assert slow.signals.count() == 0
    shown = evidence(fast, Kind.TOO_FAST)
    assert (shown["answers"], shown["middle_seconds"], shown["seconds"]) == (8, 2, 16)


def test_words_to_read_are_those_of_the_answered_questions(paper, now):
    sitting = take(paper, now, every=1)
    actions.find_signals(now=now + timedelta(hours=1))
    texts = [
        words
        for question in sitting.questions
        for words in (question["text"], *(option["text"] for option in question["options"]))
    ]
    assert evidence(sitting, Kind.TOO_FAST)["words"] == len(" ".join(texts).split())


@pytest.mark.parametrize(("people", "count"), [(4, 0), (5, 5)])
def test_many_people_on_one_device_are_noticed(paper, now, people, count):
    for number in range(people):
        take(paper, now + timedelta(hours=number), places=[("shared", f"net{number}")])
    assert actions.find_signals(now=now + timedelta(days=1)) == count


def test_people_on_one_device_on_different_days_are_not_many(paper, now):
    for number in range(5):
        take(paper, now + timedelta(hours=25 * number), places=[("shared", "net")])
    assert actions.find_signals(now=now + timedelta(hours=110)) == 0


def test_one_person_many_times_on_one_device_is_not_many(paper, now):
    learner = LearnerFactory()
    take(paper, now, learner=learner, places=[HOME])
    for _ in range(5):
        take(paper, now, places=[("own", "net")], choose=lambda question: None)
    assert actions.find_signals(now=now + timedelta(hours=1)) == 0


def test_device_in_a_room_where_identity_is_checked_is_no_sign(paper, now, council):
    by = staff(Role.OFFICER, council, now)
    checked = {
        "identity_check": IdentityCheck.COUNTER,
        "identity_checked_by": by,
        "identity_checked_at": now,
    }
    for _ in range(6):
        learner = finished(paper)
        sitting = actions.start_sitting(learner=learner, course=paper, now=now)
        same = ("learner", "enrolment", "course", "rule", "seed", "paper", "paper_digest")
        actions.submit(sitting=sitting, now=now)
        copy = Sitting.objects.create(
            **{name: getattr(sitting, name) for name in same},
            question_count=sitting.question_count,
            started_at=now,
            **checked,
        )
        actions.give_answer(
            sitting=copy,
            position=1,
            option_tokens=right(copy.questions[0]).split(),
            now=now + timedelta(minutes=1),
            device="council",
            network="council",
        )
        actions.submit(sitting=copy, now=now + timedelta(minutes=2))
    take(paper, now, places=[("council", "council")])  # Nobody saw this one, but all the others.
    assert actions.find_signals(now=now + timedelta(hours=1)) == 0


def mistakes(count):
    """The first so many questions of the bank wrong, in the same way."""

    def choose(question):
        number = int(question["text"].split()[1])
        topic = int("Lesson 2" in question["text"])
        return wrong(question) if number + 4 * topic < count else right(question)

    return choose


def test_same_mistakes_of_two_people_are_noticed_for_both(paper, now, council):
    one = take(paper, now, learner=of(council), choose=mistakes(3))
    other = take(paper, now, learner=of(council), choose=mistakes(4))
    assert actions.find_signals(now=now + timedelta(hours=1)) == 2
    assert evidence(one, Kind.SHARED_MISTAKES) == {
        "same": 3,
        "both_wrong": 3,
        "other": str(other.pk),
    }
    assert evidence(other, Kind.SHARED_MISTAKES)["other"] == str(one.pk)


def test_same_mistakes_as_in_an_older_sitting_are_noticed_for_both(paper, now, council):
    old = take(paper, now - timedelta(days=5), learner=of(council), choose=mistakes(3))
    new = take(paper, now, learner=of(council), choose=mistakes(3))
    actions.find_signals(now=now + timedelta(hours=1))
    assert noticed(Kind.SHARED_MISTAKES) == {old.pk, new.pk}


@pytest.mark.parametrize(
    ("days", "same_council", "count"), [(8, True, 3), (0, False, 3), (0, True, 2)]
)
def test_same_mistakes_long_ago_elsewhere_or_few_are_no_sign(
    paper, now, council, days, same_council, count
):
    take(paper, now - timedelta(days=days), learner=of(council), choose=mistakes(count))
    second = council if same_council else AuthorityFactory()
    take(paper, now, learner=of(second), choose=mistakes(count))
    assert actions.find_signals(now=now + timedelta(hours=1)) == 0


def test_own_mistakes_repeated_are_no_sign(paper, now, council):
    learner = of(council)
    first = take(paper, now - timedelta(days=3), learner=learner, choose=mistakes(3))
    again = actions.start_sitting(learner=learner, course=paper, now=now)
    for position, question in enumerate(again.questions, start=1):
        token = mistakes(3)(question)
        at = now + timedelta(seconds=30 * position)
        actions.give_answer(sitting=again, position=position, option_tokens=[token], now=at)
    actions.submit(sitting=again, now=now + timedelta(minutes=10))
    assert first.learner == again.learner
    assert actions.find_signals(now=now + timedelta(hours=1)) == 0


def test_wrong_option_that_many_choose_says_nothing_about_two(paper, now, council):
    first = take(paper, now, learner=of(council), choose=mistakes(3))
    take(paper, now, learner=of(council), choose=mistakes(3))
    popular = min(question["question_id"] for question in first.questions)
    ItemStatistic.objects.create(
        question_id=popular,
        exposure=40,
        answers=40,
        right=10,
        flags=[Flag.WRONG_OPTION_POPULAR],
        worked_out_at=now,
    )
    assert actions.find_signals(now=now + timedelta(hours=1)) == 0


def test_answers_from_two_places_in_turn_are_noticed(paper, now):
    odd = take(paper, now, every=20, places=[HOME, WORK])
    take(paper, now, every=20, places=[HOME])
    actions.find_signals(now=now + timedelta(hours=1))
    assert noticed(Kind.TWO_PLACES) == {odd.pk}
    assert evidence(odd, Kind.TWO_PLACES) == {"times": 6, "seconds": 40}


def test_two_tests_at_once_from_two_places_are_noticed_for_both(paper, now):
    learner = LearnerFactory()
    other = make_course(slug="other")
    rule_of(other, bank=4, questions_per_topic=4)
    started = [
        actions.start_sitting(learner=finished(course, learner), course=course, now=now)
        for course in (paper, other)
    ]
    for turn in range(4):
        sitting, (device, network) = started[turn % 2], (HOME, WORK)[turn % 2]
        position = turn // 2 + 1
        actions.give_answer(
            sitting=sitting,
            position=position,
            option_tokens=right(sitting.questions[position - 1]).split(),
            now=now + timedelta(seconds=20 * (turn + 1)),
            device=device,
            network=network,
        )
    for sitting in started:
        actions.submit(sitting=sitting, now=now + timedelta(minutes=5))
    actions.find_signals(now=now + timedelta(hours=1))
    assert noticed(Kind.TWO_PLACES) == {sitting.pk for sitting in started}


def test_old_sittings_are_not_looked_at(paper, now):
    take(paper, now, every=1)
    assert actions.find_signals(now=now + timedelta(days=3)) == 0


def test_signal_is_noted_once(paper, now):
    take(paper, now, every=1)
    assert actions.find_signals(now=now + timedelta(hours=1)) == 1
    assert actions.find_signals(now=now + timedelta(hours=2)) == 0


def test_nightly_task_notices(paper, now, clock):
    take(paper, now - timedelta(hours=1), every=1)
    tasks.find_signals()
    assert Signal.objects.count() == 1


def test_no_signal_touches_a_sitting(paper, now, council):
    for _ in range(5):
        take(paper, now, learner=of(council), every=1, choose=mistakes(3), places=[HOME, WORK])
    before = list(Sitting.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as queries:
        actions.find_signals(now=now + timedelta(hours=1))
    written = [q["sql"] for q in queries if not q["sql"].lstrip().startswith(("SELECT", "WITH"))]
    changed = [sql for sql in written if 'INTO "assessments_signal"' not in sql]
    assert [sql for sql in changed if "SAVEPOINT" not in sql] == []
    assert list(Sitting.objects.order_by("pk").values()) == before
    assert {kind for kind in Kind if noticed(kind)} == set(Kind)


def test_sweep_costs_the_same_however_many_sittings_there_are(paper, now):
    costs = []
    for _ in range(2):
        take(paper, now, every=1)
        with CaptureQueriesContext(connection) as queries:
            actions.find_signals(now=now + timedelta(hours=1))
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 16


# -- cases ----------------------------------------------------------------------------------------


class People:
    def __init__(self, council, now):
        names = ("opener", "decider", "appealer")
        for name in names:
            setattr(self, name, staff(Role.OFFICER, council, now, email=f"{name}@example.org"))
        self.auditor = staff(Role.AUDITOR, council, now)


@pytest.fixture
def people(council, now):
    return People(council, now)


@pytest.fixture
def seen(paper, council, now):
    """A closed sitting of a driver of the council."""
    return take(paper, now - timedelta(days=1), learner=of(council), every=1)


@pytest.fixture
def case(seen, people, now):
    return actions.open_case(sitting=seen, note="Very fast.", by=people.opener, now=now)


@pytest.fixture
def told(case, people, now):
    actions.send_notice(case=case, text="You were fast.", by=people.opener, now=now)
    return case


@pytest.fixture
def proven(told, people, now):
    return decide(told, people.decider, now + FORTNIGHT, no_test_before=now + timedelta(days=60))


def decide(case, by, now, decision=Decision.PROVEN, no_test_before=None):
    return actions.decide_case(
        case=case,
        decision=decision,
        reasons="We looked at the times.",
        no_test_before=no_test_before,
        by=by,
        now=now,
    )


def kinds(case):
    return list(case.entries.values_list("kind", flat=True))


def test_case_opens_once_with_its_reason(case, seen, people, now):
    again = actions.open_case(sitting=seen, note="Again.", by=people.decider, now=now)
    assert again == case
    assert kinds(case) == [CaseEntry.Kind.NOTE]
    assert not Message.objects.exists()


def test_open_sitting_is_not_looked_into(paper, people, council, now):
    sitting = take(paper, now, learner=of(council), close=False)
    with pytest.raises(CaseRefused, match="not_closed"):
        actions.open_case(sitting=sitting, note="Why.", by=people.opener, now=now)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER, Role.AUDITOR, Role.COUNCILLOR])
def test_only_officers_look_into_a_sitting(seen, council, now, role):
    with pytest.raises(CaseRefused, match="not_allowed"):
        actions.open_case(sitting=seen, note="Why.", by=staff(role, council, now), now=now)


def test_officers_of_another_council_do_not(seen, now):
    by = staff(Role.OFFICER, AuthorityFactory(), now)
    with pytest.raises(CaseRefused, match="not_allowed"):
        actions.open_case(sitting=seen, note="Why.", by=by, now=now)


def test_sitting_of_no_council_is_the_administrators(paper, now):
    sitting = take(paper, now, learner=of(None))
    officer = staff(Role.OFFICER, AuthorityFactory(), now)
    with pytest.raises(CaseRefused, match="not_allowed"):
        actions.open_case(sitting=sitting, note="Why.", by=officer, now=now)
    by = UserFactory(is_superuser=True)
    assert actions.open_case(sitting=sitting, note="Why.", by=by, now=now).opened_by == by


def test_nobody_looks_into_their_own_sitting(paper, people, council, now):
    learner = LearnerFactory(authority=council, user=people.opener)
    sitting = take(paper, now, learner=learner)
    with pytest.raises(CaseRefused, match="own_record"):
        actions.open_case(sitting=sitting, note="Why.", by=people.opener, now=now)


def test_notice_tells_the_driver_once(told, people, now):
    actions.send_notice(case=told, text="Another.", by=people.decider, now=now)
    assert kinds(told).count(CaseEntry.Kind.NOTICE) == 1
    message = Message.objects.get()
    assert message.to == told.sitting.learner.user.email
    assert message.subject == "Your council is looking into your test"
    assert reverse("own_case", args=[told.pk]) in message.body
    assert "Nothing is decided, and your result has not changed." in message.body
    assert "You can reply until 6 December 2026." in message.body
    assert "You can ask to speak to a person." in message.body
    assert "you can appeal" in message.body
    assert "You were fast." not in message.body


def test_same_words_are_written_down_once(told, people, now):
    learner = told.sitting.learner
    for _ in range(2):
        actions.add_note(case=told, text="A note.", by=people.opener, now=now)
        actions.reply_to_notice(case=told, text="I read fast.", learner=learner, now=now)
    assert kinds(told) == ["note", "notice", "note", "reply"]


def test_driver_replies_to_their_own_case_alone(told, now):
    with pytest.raises(CaseRefused, match="not_allowed"):
        actions.reply_to_notice(case=told, text="I?", learner=LearnerFactory(), now=now)


def test_driver_replies_only_after_a_notice(case, now):
    with pytest.raises(CaseRefused, match="no_notice"):
        actions.reply_to_notice(case=case, text="I?", learner=case.sitting.learner, now=now)


def test_nothing_is_decided_without_a_notice(case, people, now):
    with pytest.raises(CaseRefused, match="no_notice"):
        decide(case, people.decider, now + FORTNIGHT)


def test_driver_has_fourteen_days_to_reply(told, people, now):
    with pytest.raises(CaseRefused, match="too_early"):
        decide(told, people.decider, now + FORTNIGHT - timedelta(seconds=1))
    assert decide(told, people.decider, now + FORTNIGHT).decision == Decision.PROVEN


def test_case_can_be_decided_once_the_driver_has_replied(told, people, now):
    actions.reply_to_notice(case=told, text="Sorry.", learner=told.sitting.learner, now=now)
    assert decide(told, people.decider, now).decided_by == people.decider


def test_decision_is_told_once_and_kept(told, people, now):
    day = now + FORTNIGHT
    first = decide(told, people.decider, day)
    again = decide(told, people.decider, day + timedelta(days=1))
    assert again.decided_at == first.decided_at
    with pytest.raises(CaseRefused, match="decided_already"):
        decide(told, people.appealer, day)
    assert Message.objects.filter(key__endswith=":decision").count() == 1
    assert kinds(told).count("decision") == 1


def have_a_part(part, case, person, now):
    """Give the person that part in the case or its sitting."""
    sitting = case.sitting
    if part == "noter":
        actions.add_note(case=case, text="Seen.", by=person, now=now)
    elif part == "code":
        StartCode.objects.create(
            learner=sitting.learner,
            course=sitting.course,
            code_hash="x",
            identity_check=IdentityCheck.COUNTER,
            issued_by=person,
            issued_at=now,
            expires_at=now + timedelta(hours=1),
            sitting=sitting,
        )
    else:
        names = ("proposed", "confirmed")
        by = names if part == "entered" else names[::-1]
        someone = UserFactory()
        AnswerSheet.objects.create(
            sitting=sitting,
            **{f"{by[0]}_by": person, f"{by[1]}_by": someone},
            proposed_at=now,
            confirmed_at=now,
        )


@pytest.mark.parametrize("part", ["noter", "code", "entered", "confirmed"])
def test_whoever_had_a_part_does_not_decide(told, people, now, part):
    have_a_part(part, told, people.decider, now)
    with pytest.raises(CaseRefused, match="had_a_part"):
        decide(told, people.decider, now + FORTNIGHT)


def test_opener_does_not_decide(told, people, now):
    with pytest.raises(CaseRefused, match="had_a_part"):
        decide(told, people.opener, now + FORTNIGHT)


def test_whoever_checked_the_identity_or_held_the_test_had_a_part(told, people):
    told.sitting.identity_checked_by = people.decider
    assert perms.had_a_part(people.decider, case=told)
    told.sitting.identity_checked_by, told.sitting.started_by = None, people.decider
    assert perms.had_a_part(people.decider, case=told)
    told.sitting.started_by = None
    assert not perms.had_a_part(people.decider, case=told)


@pytest.mark.parametrize(
    ("decision", "wait", "code"),
    [
        (Decision.ADVICE, timedelta(days=30), "wait_needs_proof"),
        (Decision.PROVEN, timedelta(0), "wait_out_of_range"),
        (Decision.PROVEN, timedelta(days=366), "wait_out_of_range"),
    ],
)
def test_wait_follows_proof_and_is_within_twelve_months(told, people, now, decision, wait, code):
    day = now + FORTNIGHT
    with pytest.raises(CaseRefused, match=code):
        decide(told, people.decider, day, decision, no_test_before=day + wait)


def test_wait_of_twelve_months_is_allowed(told, people, now):
    day = now + FORTNIGHT
    until = day.replace(year=day.year + 1)
    assert decide(told, people.decider, day, no_test_before=until).no_test_before == until


def test_proven_case_keeps_from_a_test_until_its_day(proven, paper, now):
    learner = proven.sitting.learner
    finished(paper, learner)
    with pytest.raises(StartRefused, match="held"):
        actions.start_sitting(learner=learner, course=paper, now=now + timedelta(days=59))
    assert actions.start_sitting(learner=learner, course=paper, now=now + timedelta(days=60))


def test_case_changes_no_result(proven, seen):
    fresh = Sitting.objects.get(pk=seen.pk)
    assert (fresh.outcome, fresh.result, fresh.changes.count()) == ("passed", "passed", 0)


def test_appeal_needs_a_decision_against_the_driver(told, people, now):
    learner = told.sitting.learner
    with pytest.raises(CaseRefused, match="not_decided"):
        actions.appeal(case=told, text="No.", learner=learner, now=now)
    decide(told, people.decider, now + FORTNIGHT, Decision.NO_ACTION)
    with pytest.raises(CaseRefused, match="nothing_to_appeal"):
        actions.appeal(case=told, text="No.", learner=learner, now=now + FORTNIGHT)


@pytest.fixture
def appealed(proven, now):
    for words in ("It was me.", "It was me indeed."):
        learner = proven.sitting.learner
        actions.appeal(case=proven, text=words, learner=learner, now=now + FORTNIGHT)
    proven.refresh_from_db()
    return proven


def rule_on(case, by, now, decision=AppealDecision.OVERTURNED):
    return actions.decide_appeal(
        case=case, decision=decision, reasons="Looked again.", by=by, now=now
    )


def test_appeal_is_written_down_once(appealed):
    assert kinds(appealed).count("appeal") == 1


@pytest.mark.parametrize("name", ["opener", "decider"])
def test_appeal_is_decided_by_yet_another_person(appealed, people, now, name):
    with pytest.raises(CaseRefused, match="had_a_part"):
        rule_on(appealed, getattr(people, name), now + FORTNIGHT)


def test_overturned_decision_no_longer_keeps_from_a_test(appealed, people, paper, now):
    day = now + timedelta(days=20)
    rule_on(appealed, people.appealer, day)
    rule_on(appealed, people.appealer, day)
    assert Message.objects.filter(key__endswith=":appeal_decision").count() == 1
    assert kinds(appealed).count("appeal_decision") == 1
    learner = appealed.sitting.learner
    finished(paper, learner)
    assert actions.start_sitting(learner=learner, course=paper, now=day)


def test_decision_that_stands_goes_on_keeping_from_a_test(appealed, people, now):
    rule_on(appealed, people.appealer, now + FORTNIGHT, AppealDecision.STANDS)
    learner = appealed.sitting.learner
    assert Case.objects.held_until(learner, now=now + FORTNIGHT) == now + timedelta(days=60)
    with pytest.raises(CaseRefused, match="decided_already"):
        rule_on(appealed, people.appealer, now + FORTNIGHT)


def test_appeal_that_nobody_made_is_not_decided(proven, people, now):
    with pytest.raises(CaseRefused, match="no_appeal"):
        rule_on(proven, people.appealer, now + FORTNIGHT)


def test_notice_after_the_decision_is_refused(case, people, now):
    Case.objects.filter(pk=case.pk).update(
        decision=Decision.NO_ACTION, decided_by=people.decider, decided_at=now
    )
    with pytest.raises(CaseRefused, match="decided_already"):
        actions.send_notice(case=case, text="Late.", by=people.opener, now=now)


def test_day_of_the_form_begins_at_midnight_in_london(told, people, now, client, clock):
    clock.move_to(now + FORTNIGHT, tick=False)
    client.force_login(people.decider)
    data = {"decision": "proven", "reasons": "Times.", "no_test_before": "2027-07-01"}
    client.post(reverse("decide_case", args=[told.pk]), data)
    told.refresh_from_db()
    assert told.no_test_before == datetime.fromisoformat("2027-07-01T00:00:00+01:00")
