"""Statistics of the questions: worked out from papers and answers, and what they hold back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions, perms, tasks
from assessments.actions import ItemReviewRefused, StartRefused
from assessments.item_analysis import Flag
from assessments.models import (
    Answer,
    DrawnQuestion,
    ItemReview,
    ItemStatistic,
    Question,
    ResultChange,
    Sitting,
    TestRule,
)
from people.models import Membership
from tests.assessments.conftest import draft_rule, fill_bank, finished, rule_of
from tests.assessments.pages import own_queries, text
from tests.assessments.taken import right, take, wrong
from tests.assessments.test_item_analysis import TEN_PEOPLE
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, make_question, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def home(course):
    course.authority = AuthorityFactory()
    course.save()
    return course.authority


@pytest.fixture
def whole_bank(course):
    """A rule whose every paper has all four questions there are."""
    rule_of(course, bank=2)
    return list(Question.objects.order_by("pk"))


def statistic(question):
    return ItemStatistic.objects.get(question=question)


def choosing(questions, row):
    """Right where the row has a 1."""
    by_question = {question.pk: mark for question, mark in zip(questions, row, strict=True)}

    def choose(asked):
        return right(asked) if by_question[asked["question_id"]] else wrong(asked)

    return choose


def figures_row(question, **fields):
    """What a sweep would have written, for tests of what follows from it."""
    figures = {"exposure": 40, "answers": 40, "right": 10, "facility": 0.25, "discrimination": 0.0}
    return ItemStatistic.objects.create(
        question=question,
        revision=question.live_revision,
        **{
            **figures,
            "median_seconds": 12.4,
            "choices": [
                {"text": "Option 2", "right": False, "times": 25},
                {"text": "Option 1", "right": True, "times": 10},
            ],
            "flags": list(Flag),
            "held_back": True,
            **fields,
        },
    )


# -- the figures ----------------------------------------------------------------------------------


def test_figures_agree_with_the_example_worked_by_hand(course, whole_bank, now):
    for row in TEN_PEOPLE:
        take(course, now, choose=choosing(whole_bank, row))
    assert actions.work_out_statistics(now=now) == 4
    rows = [statistic(question) for question in whole_bank]
    assert [row.facility for row in rows] == [0.7, 0.6, 0.4, 0.5]
    assert [round(row.discrimination, 3) for row in rows] == [0.592, 0.280, 0.375, 0.091]
    assert {(row.exposure, row.answers) for row in rows} == {(10, 10)}


def test_options_are_counted_by_their_text_over_all_papers(course, whole_bank, now):
    question = whole_bank[0]
    for row in ((1, 1, 1, 1), (0, 1, 1, 1), (0, 1, 1, 1)):
        take(course, now, choose=choosing(whole_bank, row))
    actions.work_out_statistics(now=now)
    assert statistic(question).choices == [
        {"text": "Option 1", "right": False, "times": 2},
        {"text": "Option 3", "right": True, "times": 1},
        {"text": "Option 2", "right": False, "times": 0},
        {"text": "Option 4", "right": False, "times": 0},
    ]


def test_question_without_an_answer_counts_as_wrong(course, whole_bank, now):
    take(course, now, choose=lambda question: None)
    actions.work_out_statistics(now=now)
    row = statistic(whole_bank[0])
    assert (row.answers, row.right, row.median_seconds) == (1, 0, None)
    assert {choice["times"] for choice in row.choices} == {0}


def test_answer_given_last_counts(course, whole_bank, now):
    sitting = take(course, now, close=False)
    actions.give_answer(
        sitting=sitting,
        position=1,
        option_tokens=[wrong(sitting.questions[0])],
        now=now + timedelta(minutes=5),
    )
    actions.submit(sitting=sitting, now=now + timedelta(minutes=6))
    actions.work_out_statistics(now=now)
    assert ItemStatistic.objects.get(question=sitting.questions[0]["question_id"]).right == 0


def test_time_runs_from_the_answer_before_to_the_first_one(course, whole_bank, now):
    for every in (10, 20, 60):
        sitting = take(course, now, every=every, close=False)
        last = now + timedelta(minutes=30)  # A change of mind is no time spent on the question.
        token = wrong(sitting.questions[0])
        actions.give_answer(sitting=sitting, position=1, option_tokens=[token], now=last)
        actions.submit(sitting=sitting, now=last)
    actions.work_out_statistics(now=now)
    assert [statistic(question).median_seconds for question in whole_bank] == [20] * 4


def test_sittings_that_do_not_count_add_to_the_exposure_alone(course, whole_bank, now):
    take(course, now)
    take(course, now, close=False)
    void = take(course, now)
    ResultChange.objects.create(
        sitting=void,
        kind=ResultChange.Kind.VOID,
        outcome_before=void.outcome,
        outcome=Sitting.Outcome.VOID,
        reason_class=ResultChange.ReasonClass.TECHNICAL,
        reason="Test",
        changed_by=UserFactory(),
        changed_at=now,
    )
    Sitting.objects.filter(pk=void.pk).update(changed_outcome=Sitting.Outcome.VOID)
    actions.work_out_statistics(now=now)
    row = statistic(whole_bank[0])
    assert (row.exposure, row.answers) == (3, 1)


def copy_of(sitting, now, **paper):
    """The same sitting of somebody else, with another paper."""
    learner = finished(sitting.course)
    same = ("course", "authority", "rule", "seed", "paper_digest", "question_count", "started_at")
    copied = Sitting.objects.create(
        learner=learner,
        enrolment=learner.enrolments.get(),
        paper={**sitting.paper, **paper},
        **{name: getattr(sitting, name) for name in same},
    )
    DrawnQuestion.objects.bulk_create(
        DrawnQuestion(sitting=copied, position=position, question_id=question["question_id"])
        for position, question in enumerate(copied.questions, start=1)
    )
    Answer.objects.bulk_create(
        Answer(sitting=copied, position=position, chosen=question["key"], answered_at=now)
        for position, question in enumerate(copied.questions, start=1)
    )
    return actions.submit(sitting=copied, now=now)


def test_papers_of_the_first_version_count_alike(course, whole_bank, now):
    sitting = take(course, now, choose=wrong)
    old = [{k: v for k, v in question.items() if k != "kind"} for question in sitting.questions]
    copy_of(sitting, now, version=1, questions=old)
    actions.work_out_statistics(now=now)
    row = statistic(whole_bank[0])
    assert (row.answers, row.right) == (2, 1)


def test_several_right_options_are_right_together_alone(course, now):
    rule_of(course, bank=2)
    question = Question.objects.order_by("pk").first()
    question.options.filter(text="Option 2").update(correct=True)
    Question.objects.filter(pk=question.pk).update(kind=Question.Kind.MULTIPLE)

    def one_of_them(asked):
        return asked["key"].split()[0]

    take(course, now)
    take(course, now, choose=one_of_them)
    actions.work_out_statistics(now=now)
    row = statistic(question)
    assert (row.answers, row.right) == (2, 1)
    assert sum(choice["times"] for choice in row.choices if choice["right"]) == 3


def test_each_version_has_its_own_figures(course, now):
    rule_of(course, bank=2)
    question = make_question(Question.objects.first().topic, text="Changed?")
    Question.objects.filter(topic=question.topic).exclude(pk=question.pk).first().delete()
    take(course, now)
    question.text = "Changed again?"
    question.save_revision().publish()
    take(course, now, choose=wrong)
    actions.work_out_statistics(now=now)
    versions = ItemStatistic.objects.filter(question=question).order_by("revision")
    assert [(row.answers, row.right) for row in versions] == [(1, 1), (1, 0)]


def test_question_that_stood_on_no_paper_has_no_figures(course, whole_bank, now):
    fill_bank(whole_bank[0].topic, 1)
    actions.work_out_statistics(now=now)
    assert not ItemStatistic.objects.exists()


def test_repeat_gives_the_same_and_adds_nothing(course, whole_bank, now):
    take(course, now)
    tasks.work_out_statistics()
    before = list(ItemStatistic.objects.order_by("pk").values())
    tasks.work_out_statistics()
    after = list(ItemStatistic.objects.order_by("pk").values())
    moments = [row.pop("worked_out_at") for row in (*before, *after)]
    assert len(set(moments)) == 2
    assert before == after


def test_all_versions_cost_the_same_number_of_statements(course, whole_bank, now):
    costs = []
    for _ in range(2):
        take(course, now)
        with CaptureQueriesContext(connection) as queries:
            actions.work_out_statistics(now=now)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 6


# -- what is held back ----------------------------------------------------------------------------


@pytest.fixture
def bad(course, home, whole_bank, now):
    """A question that thirty people got wrong, with enough others in the bank to do without it."""
    question = whole_bank[0]
    for _ in range(30):
        take(course, now, choose=choosing(whole_bank, (0, 1, 1, 1)))
    fill_bank(question.topic, 1)
    actions.work_out_statistics(now=now)
    return question


def drawn(course, now):
    sitting = actions.start_sitting(learner=finished(course), course=course, now=now)
    return {question["question_id"] for question in sitting.questions}


def test_bad_question_is_not_drawn_where_all_must_be_right_until_reviewed(bad, course, home, now):
    row = statistic(bad)
    assert row.flags == [Flag.TOO_HARD, Flag.WRONG_OPTION_POPULAR]
    assert row.held_back
    assert bad.pk not in drawn(course, now)
    by = staff(Role.REVIEWER, home, now)
    actions.review_item(question=bad, revision=None, note="It is right.", by=by, now=now)
    actions.work_out_statistics(now=now)
    assert not statistic(bad).held_back
    taken_out = Question.objects.filter(topic=bad.topic).exclude(pk=bad.pk).first()
    Question.objects.filter(pk=taken_out.pk).update(live=False)
    assert bad.pk in drawn(course, now)


def test_bad_question_is_still_drawn_where_some_may_be_wrong(bad, course, now):
    strict = TestRule.objects.get()
    places = [(place.topic, place.questions, 0) for place in strict.blueprint.all()]
    lenient = draft_rule(course, places=places, pass_mark=80, effective_from=now.date())
    lenient.approve(by=UserFactory(), now=now - timedelta(days=1))
    Question.objects.filter(topic=bad.topic).exclude(pk=bad.pk).update(live=False)
    fill_bank(bad.topic, 1)
    assert bad.pk in drawn(course, now)


def test_question_is_flagged_anew_after_thirty_more_answers(bad, home, now):
    by = staff(Role.REVIEWER, home, now)
    actions.review_item(question=bad, revision=None, note="It is right.", by=by, now=now)
    ItemReview.objects.create(
        question=bad, revision=None, answers=0, note="Long ago.", reviewed_by=by, reviewed_at=now
    )
    actions.work_out_statistics(now=now)
    assert statistic(bad).held_back


def test_drivers_read_that_the_test_is_not_ready_when_too_few_are_left(course, whole_bank, now):
    figures_row(whole_bank[0], worked_out_at=now)
    learner = finished(course)
    reasons = perms.standing(learner=learner, course=course, now=now).reasons
    assert [reason.code for reason in reasons] == ["bank_too_small"]
    with pytest.raises(StartRefused, match="bank_too_small"):
        actions.start_sitting(learner=learner, course=course, now=now)


# -- review ---------------------------------------------------------------------------------------


@pytest.fixture
def odd(course, home, now):
    """A question with versions, whose live one is held back, and its author."""
    rule_of(course, bank=2)
    question = make_question(Question.objects.first().topic, text="Odd?")
    question.author = staff(Role.REVIEWER, home, now)
    question.save_revision(user=question.author).publish()
    question.refresh_from_db()
    figures_row(question, worked_out_at=now)
    return question


def review(question, by, now, note="The key is right and the lesson teaches it."):
    return actions.review_item(
        question=question, revision=question.live_revision, note=note, by=by, now=now
    )


def test_review_by_a_second_person_lets_a_version_be_drawn(odd, home, now):
    by = staff(Role.REVIEWER, home, now)
    kept = review(odd, by, now)
    assert (kept.answers, kept.reviewed_by) == (40, by)
    assert not statistic(odd).held_back


def test_second_review_writes_nothing(odd, home, now):
    first = review(odd, staff(Role.REVIEWER, home, now), now)
    assert review(odd, staff(Role.REVIEWER, home, now), now, note="Again.") == first
    assert ItemReview.objects.count() == 1


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.OFFICER, Role.AUDITOR, Role.COUNCILLOR])
def test_review_is_for_reviewers(odd, home, now, role):
    with pytest.raises(ItemReviewRefused, match="not_allowed"):
        review(odd, staff(role, home, now), now)


def test_review_is_for_the_questions_own_council(odd, now):
    with pytest.raises(ItemReviewRefused, match="not_allowed"):
        review(odd, staff(Role.REVIEWER, AuthorityFactory(), now), now)


def test_review_is_not_for_the_author(odd, now):
    with pytest.raises(ItemReviewRefused, match="own_question"):
        review(odd, odd.author, now)


def test_review_of_what_is_not_held_back_is_refused(odd, home, now):
    ItemStatistic.objects.update(held_back=False)
    with pytest.raises(ItemReviewRefused, match="not_held_back"):
        review(odd, staff(Role.REVIEWER, home, now), now)


# -- pages ----------------------------------------------------------------------------------------

LIST = "question_statistics"


def page_of(question):
    return reverse("question_statistic", args=[statistic(question).pk])


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_list_shows_trainers_what_is_held_back_first(client, odd, home, now, role):
    client.force_login(staff(role, home, now))
    page = text(client.get(reverse(LIST)))
    assert "1 question is held back from tests where every answer must be right." in page
    assert "Too hard; Does not tell people apart; A wrong option is popular" in page
    assert "25%" in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_statistics_are_closed_to_other_staff(client, odd, home, now, role):
    client.force_login(staff(role, home, now))
    for address in (
        reverse(LIST),
        page_of(odd),
        reverse("export_question_statistics", args=["csv"]),
    ):
        assert client.get(address).status_code in {302, 403}, address


def test_trainers_of_another_council_find_nothing(client, odd, course, now):
    client.force_login(staff(Role.REVIEWER, AuthorityFactory(), now))
    assert client.get(page_of(odd)).status_code in {302, 403, 404}


def test_list_says_which_topic_can_no_longer_fill_its_papers(client, odd, home, now, clock):
    Question.objects.filter(topic=odd.topic).exclude(pk=odd.pk).first().delete()
    client.force_login(staff(Role.AUTHOR, home, now))
    page = text(client.get(reverse(LIST)))
    assert f"The topic “{odd.topic}” can no longer fill its papers." in page
    assert "draws 2 of its questions, and only 1 can be drawn" in page


def test_list_is_silent_about_topics_that_can_fill_their_papers(client, odd, home, now, clock):
    client.force_login(staff(Role.AUTHOR, home, now))
    assert "can no longer fill its papers" not in text(client.get(reverse(LIST)))


def test_list_is_sorted_and_filtered(client, odd, home, now):
    other = Question.objects.exclude(topic=odd.topic).first()
    figures_row(other, facility=0.9, right=36, held_back=False, flags=[], worked_out_at=now)
    client.force_login(staff(Role.AUTHOR, home, now))

    def listed(**query):
        page = text(client.get(reverse("question_statistics_results"), query))
        return sorted((q for q in (odd, other) if q.text in page), key=lambda q: page.index(q.text))

    assert listed() == [odd, other]
    assert listed(ordering="-facility") == [other, odd]
    assert listed(held_back="true") == [odd]
    assert listed(topic=other.topic_id) == [other]
    assert listed(q="Odd") == [odd]


def test_earlier_versions_are_listed_when_asked_for(client, odd, home, now):
    odd.text = "Changed?"
    odd.save_revision().publish()
    client.force_login(staff(Role.AUTHOR, home, now))
    assert page_of(odd) not in text(client.get(reverse(LIST)))
    assert page_of(odd) in text(client.get(reverse(LIST), {"versions": "all"}))


def test_list_costs_the_same_however_many_questions_it_shows(client, odd, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    costs = []
    for question in Question.objects.exclude(pk=odd.pk):
        figures_row(question, worked_out_at=now)
        costs.append(own_queries(client, reverse(LIST)))
    assert set(costs) == {5}


def test_page_of_a_version_says_its_figures_in_words(client, odd, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    page = text(client.get(page_of(odd)))
    assert "Odd?" in page
    assert "Got it right: 10 of 40 (25%)" in page
    assert "did hardly better here" in page
    assert "Middle time: 12 seconds" in page
    assert "25 of 40 (62%)" in page
    assert "<svg" in page
    assert "in use now" in page


def test_page_of_an_earlier_version_shows_its_own_wording(client, odd, home, now):
    odd.text = "Changed?"
    odd.save_revision().publish()
    client.force_login(staff(Role.REVIEWER, home, now))
    assert "<strong>Odd?</strong>" in text(client.get(page_of(odd)))


def test_reviewer_lets_a_version_be_drawn_on_its_page(client, odd, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    response = client.post(page_of(odd), {"text": "Looked at."}, follow=True)
    page = text(response)
    assert "The question can be drawn again." in page
    assert "Looked at." in page
    assert not statistic(odd).held_back


def test_page_says_why_an_author_cannot_let_it_be_drawn(client, odd, now):
    client.force_login(odd.author)
    assert "Somebody who did not write the question has to look at it." in text(
        client.get(page_of(odd))
    )
    client.post(page_of(odd), {"text": "Looked at."})
    assert statistic(odd).held_back


def test_figures_are_downloaded(client, odd, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    response = client.get(reverse("export_question_statistics", args=["csv"]))
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Odd?" in lines[1]
    assert client.get(reverse("export_question_statistics", args=["pdf"])).status_code == 404


def test_administrators_read_the_statistics_of_every_council(odd):
    assert perms.readable_statistics(UserFactory(is_superuser=True)).count() == 1


def test_no_driver_reads_statistics(client, odd):
    client.force_login(LearnerFactory().user)
    assert client.get(reverse(LIST)).status_code in {302, 403}
