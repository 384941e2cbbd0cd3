"""Lessons that are asked for again in the same round, and what drivers see of it (R07)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from courses import actions
from courses.models import CheckAnswer, LessonAgain, LessonCompletion, ModulePage, ScreenVisit
from courses.models.reports import Report, State
from courses.progress import SoFar
from courses.views.learning import COPY, SAVED
from lms.demo.history import take_lesson
from tests.courses.lessons import (
    answer,
    change_materially,
    check_on,
    finish,
    go_on,
    lessons,
    text,
    the_round,
)
from tests.courses.training import join, learn, make_cohort
from tests.factories import (
    AuthorityFactory,
    LearnerFactory,
    add_lesson,
    complete_lessons,
    make_course,
)

pytestmark = pytest.mark.django_db
HINT = "Read this lesson again"
INSET = "You have read this lesson before."


@pytest.fixture
def done(client, course, started):
    """The round of somebody who has done both lessons."""
    for lesson in lessons(course):
        finish(client, lesson)
    return the_round(course)


@pytest.fixture
def first(course):
    return lessons(course)[0]


@pytest.fixture
def soon(now):
    """A moment after everything that the client did."""
    return now + timedelta(days=36500)


def ask(enrolment, *asked, now):
    return actions.ask_again(enrolment=enrolment, lessons=asked, now=now)


def counts():
    return tuple(
        fact.objects.count() for fact in (ScreenVisit, CheckAnswer, LessonCompletion, LessonAgain)
    )


def test_lesson_that_is_asked_for_again_is_done_no_more(done, first, soon):
    asked = ask(done, first, now=soon)
    assert [(again.lesson_id, again.number, again.asked_at) for again in asked] == [
        (first.pk, 1, soon)
    ]
    assert done.completed_lessons() == {lesson.pk for lesson in lessons(done.course)} - {first.pk}


def test_test_stays_closed_until_every_lesson_is_done_again(client, done, soon):
    asked = lessons(done.course)
    ask(done, *asked, now=soon)
    assert not done.lessons_are_done()
    finish(client, asked[0])
    assert not done.lessons_are_done()
    finish(client, asked[1])
    assert done.lessons_are_done()


def test_round_keeps_when_it_was_first_complete(client, done, first, soon):
    completed_at = done.completed_at
    ask(done, first, now=soon)
    finish(client, first)
    done.refresh_from_db()
    assert done.completed_at == completed_at


def test_what_was_done_before_is_kept_beside_what_is_done_again(client, done, first, soon):
    ask(done, first, now=soon)
    finish(client, first)
    own = LessonCompletion.objects.filter(lesson=first).order_by("pk")
    assert list(own.values_list("repeat", flat=True)) == [0, 1]
    assert counts() == (6, 3, 3, 1)


def test_lessons_are_named_by_themselves_or_by_their_keys(done, soon):
    one, other = lessons(done.course)
    asked = ask(done, one, other.pk, now=soon)
    assert [again.lesson_id for again in asked] == [one.pk, other.pk]


def test_asking_twice_asks_once(done, first, soon):
    ask(done, first, now=soon)
    assert ask(done, first, now=soon + timedelta(days=1)) == []
    assert LessonAgain.objects.count() == 1


def test_asking_while_half_done_again_loses_nothing(client, done, first, soon):
    ask(done, first, now=soon)
    go_on(client, first)
    assert ask(done, first, now=soon) == []
    assert ">Screen 2</h1>" in client.get(first.url).content.decode()


def test_lesson_that_was_never_finished_is_left_alone(client, course, started, soon):
    first, second = lessons(course)
    go_on(client, first)
    assert ask(the_round(course), first, second, now=soon) == []
    assert counts() == (1, 0, 0, 0)


def test_lesson_that_was_done_again_can_be_asked_for_once_more(client, done, first, soon):
    ask(done, first, now=soon)
    finish(client, first)
    assert [again.number for again in ask(done, first, now=soon)] == [2]
    assert first.pk not in done.completed_lessons()
    finish(client, first)
    assert first.pk in done.completed_lessons()


def test_same_asking_come_late_does_not_undo_what_was_done_since(client, done, first):
    moment = LessonCompletion.objects.latest("pk").completed_at
    ask(done, first, now=moment)
    finish(client, first)
    assert ask(done, first, now=moment) == []
    assert done.lessons_are_done()


def test_round_that_has_served_is_asked_for_nothing(done, first, soon):
    actions.close_enrolment(enrolment=done, now=soon)
    assert ask(done, first, now=soon) == []


def test_round_of_somebody_else_is_asked_for_nothing(course, done, first, now, soon):
    other = actions.enrol(learner=LearnerFactory(), course=course, now=now)
    complete_lessons(other, at=now)
    ask(other, first, now=soon)
    assert done.lessons_are_done()


def test_lesson_of_another_course_is_left_alone(done, soon):
    assert ask(done, *lessons(make_course(slug="other")), now=soon) == []


def test_screens_are_gone_through_again_and_in_order(client, done, first, soon):
    ask(done, first, now=soon)
    assert ">Screen 1</h1>" in text(client, first, 2)


def test_check_is_tried_again(client, done, first, soon):
    ask(done, first, now=soon)
    go_on(client, first)
    assert "Answer the question before you go on" in go_on(client, first, 2).content.decode()
    answer(client, first, 0)
    assert go_on(client, first, 2)["Location"] == lessons(done.course)[1].url


def test_same_screen_twice_writes_nothing_new(client, done, first, soon):
    ask(done, first, now=soon)
    go_on(client, first)
    before = counts()
    go_on(client, first)
    assert counts() == before


def test_lesson_is_done_again_once(client, done, first, soon):
    ask(done, first, now=soon)
    finish(client, first)
    go_on(client, first, 2)
    assert LessonCompletion.objects.filter(lesson=first).count() == 2


@pytest.mark.parametrize("order", ["changed then asked", "asked then changed"])
def test_material_change_and_asking_together_take_one_reading(
    client, done, first, now, soon, order
):
    if order == "asked then changed":
        ask(done, first, now=soon)
    change_materially(first, "The number to call is new.", now=now)
    if order == "changed then asked":
        ask(done, first, now=soon)
    page = text(client, first)
    assert "The number to call is new." in page
    assert INSET not in page
    finish(client, first)
    assert done.lessons_are_done()


def test_material_change_after_it_was_done_again_asks_for_it_once_more(
    client, done, first, now, soon
):
    ask(done, first, now=soon)
    finish(client, first)
    change_materially(first, "The number to call is new.", now=now)
    assert not done.lessons_are_done()
    finish(client, first)
    assert done.lessons_are_done()


def test_first_screen_says_that_the_lesson_is_to_be_read_again(client, done, first, soon):
    assert INSET not in text(client, first, 1)
    ask(done, first, now=soon)
    assert INSET in text(client, first)
    go_on(client, first)
    assert INSET not in text(client, first, 2)


def page_of(client, course):
    return client.get(course.url).content.decode()


def test_course_page_shows_what_is_to_be_read_again_and_leads_there(client, course, done, soon):
    first, second = lessons(course)
    ask(done, second, now=soon)
    page = page_of(client, course)
    assert page.count(HINT) == 1
    assert "Go on with the course" in page
    assert f'class="govuk-button" href="{second.url}"' in page
    assert f'href="{first.url}"' in page


def test_course_page_goes_on_when_every_lesson_is_asked_for_again(client, course, done, soon):
    ask(done, *lessons(course), now=soon)
    page = page_of(client, course)
    assert page.count(HINT) == 2
    assert "Go on with the course" in page
    assert "Start the first lesson" not in page


def test_course_page_says_nothing_once_it_is_done_again(client, course, done, first, soon):
    ask(done, first, now=soon)
    finish(client, first)
    assert HINT not in page_of(client, course)


def test_course_page_of_a_round_that_has_served_asks_for_nothing(
    client, course, done, first, now, soon
):
    actions.close_enrolment(enrolment=done, now=soon)
    change_materially(first, "The number to call is new.", now=now)
    assert HINT not in page_of(client, course)


def test_later_lesson_that_is_asked_for_again_opens_after_the_earlier_one(
    client, course, done, soon
):
    first, second = lessons(course)
    ask(done, first, second, now=soon)
    assert client.get(second.url)["Location"] == course.url
    finish(client, first)
    assert client.get(second.url).status_code == 200


def later(client, lesson, number=1, **fields):
    """What was done on a screen without a line, sent now."""
    at = str(lesson.outline()[number - 1].id)
    return client.post(
        f"{lesson.url}?screen={number}",
        {"at": at, "revision": lesson.live_revision_id, **fields},
        headers={SAVED: "1"},
    )


@pytest.mark.parametrize("what", ["screen", "check"])
def test_what_a_phone_kept_from_before_the_asking_does_not_count(client, done, first, soon, what):
    check = check_on(first)
    ask(done, first, now=soon)
    if what == "check":
        go_on(client, first)
    before = counts()
    fields = {"check": check, f"{check}-option": 0} if what == "check" else {}
    number = 2 if what == "check" else 1
    assert later(client, first, number, repeat=0, **fields).status_code == 409
    assert counts() == before


def test_what_a_phone_kept_from_after_the_asking_counts(client, done, first, soon):
    ask(done, first, now=soon)
    check = check_on(first)
    assert later(client, first, repeat=1).status_code == 204
    tried = later(client, first, 2, repeat=1, check=check, **{f"{check}-option": 0})
    assert tried.status_code == 204
    assert later(client, first, 2, repeat=1).status_code == 204
    assert done.lessons_are_done()


def test_what_a_phone_kept_is_settled_once_the_round_has_served(client, done, first, soon):
    ask(done, first, now=soon)
    finish(client, first)
    actions.close_enrolment(enrolment=done, now=soon)
    assert later(client, first, repeat=0).status_code == 204


def test_form_from_before_the_asking_leads_to_the_first_screen(client, done, first, soon):
    ask(done, first, now=soon)
    response = go_on(client, first, repeat=0)
    assert response["Location"] == first.url
    assert "from its first page" in client.get(first.url).content.decode()


def test_forms_bring_back_which_reading_it_is(client, done, first, soon):
    ask(done, first, now=soon)
    assert 'name="repeat" value="1"' in text(client, first)


def test_copies_on_a_phone_are_made_anew_for_another_reading(client, done, first, soon):
    def wording():
        page = text(client, first, 1, **{COPY: "1"})
        return page.split('data-wording="')[1].split('"')[0]

    before = wording()
    ask(done, first, now=soon)
    assert wording() != before


@pytest.mark.parametrize("times", [0, 3])
def test_pages_cost_the_same_however_often_lessons_were_asked_for(
    client, course, done, first, soon, times
):
    for _ in range(times):
        ask(done, first, now=soon)
        finish(client, first)
    ask(done, first, now=soon)
    costs = []
    for address in (course.url, first.url):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        costs.append(len(queries))
    assert costs == [14, 23]


@pytest.mark.parametrize("size", [1, 6])
def test_asking_costs_the_same_however_many_lessons(
    course, now, soon, size, django_assert_num_queries
):
    for number in range(size):
        add_lesson(ModulePage.objects.descendant_of(course).get(), slug=f"more-{number}")
    enrolment = actions.enrol(learner=LearnerFactory(), course=course, now=now)
    complete_lessons(enrolment, at=now)
    asked = lessons(course)
    with django_assert_num_queries(6):
        assert len(ask(enrolment, *asked, now=soon)) == 2 + size


def test_round_in_short_tells_done_from_to_be_done_again(client, course, done, first, now, soon):
    second = lessons(course)[1]
    assert done.so_far() == SoFar({first.pk, second.pk}, frozenset(), {})
    ask(done, first, now=soon)
    change_materially(second, "The number to call is new.", now=now)
    assert done.so_far() == SoFar(frozenset(), {first.pk, second.pk}, {first.pk: 1})


def test_test_helper_does_again_what_is_asked_for_and_nothing_else(done, first, now, soon):
    ask(done, first, now=soon)
    complete_lessons(done, at=now)
    complete_lessons(done, at=now)
    assert done.lessons_are_done()
    assert LessonCompletion.objects.count() == 3


@pytest.fixture
def cohort(now):
    return make_cohort(AuthorityFactory(), now - timedelta(days=31))


def finished_by_five(cohort, now):
    """Five people who have done both lessons, each lesson in two minutes."""
    began = now - timedelta(days=30)
    return [
        learn(join(cohort, began), cohort.course, lessons=2, at=began, seconds=120)
        for _ in range(5)
    ]


def figures(cohort, now):
    return [
        (lesson.reached, lesson.finished, lesson.gave_up, lesson.timed, lesson.minutes)
        for lesson in Report.of_cohort(cohort, now=now).lessons()
    ]


def test_figures_count_a_person_once_however_often_they_read(cohort, now):
    rounds = finished_by_five(cohort, now)
    before = figures(cohort, now)
    assert before == [(5, 5, 0, 5, 2.0)] * 2
    for enrolment in rounds:
        ask(enrolment, *cohort.course.lessons(), now=now)
        learn(enrolment.learner, cohort.course, lessons=2, at=now, seconds=20)
    assert figures(cohort, now) == before
    report = Report.of_cohort(cohort, now=now)
    assert report.states[State.LESSONS_DONE] == report.total == 5
    assert {person.lessons_done for person in report.people} == {2}


def test_figures_count_first_tries_once_however_often_they_are_made(cohort, now):
    (enrolment, *_others) = finished_by_five(cohort, now)
    ask(enrolment, *cohort.course.lessons(), now=now)
    learn(enrolment.learner, cohort.course, lessons=2, at=now, wrong_first=True)
    checks = Report.of_cohort(cohort, now=now).checks()
    assert [(check.tried, check.wrong) for check in checks] == [(5, 0)] * 2


def test_whoever_is_asked_for_lessons_again_is_learning_again(cohort, now):
    (enrolment, *_others) = finished_by_five(cohort, now)
    ask(enrolment, cohort.course.lessons()[0], now=now)
    report = Report.of_cohort(cohort, now=now)
    assert (report.states[State.LEARNING], report.states[State.LESSONS_DONE]) == (1, 4)
    assert [lesson.finished for lesson in report.lessons()] == [4, 5]


def test_idle_person_gave_up_in_no_lesson_that_was_not_begun_again(cohort, now):
    (enrolment, *_others) = finished_by_five(cohort, now)
    ask(enrolment, *cohort.course.lessons(), now=now - timedelta(days=29))
    assert [lesson.gave_up for lesson in Report.of_cohort(cohort, now=now).lessons()] == [0, 0]


def test_idle_person_gave_up_in_the_lesson_that_was_begun_again(cohort, now):
    (enrolment, *_others) = finished_by_five(cohort, now)
    asked_at = now - timedelta(days=29)
    ask(enrolment, *cohort.course.lessons(), now=asked_at)
    learn(enrolment.learner, cohort.course, lessons=1, screens=1, at=asked_at)
    assert [lesson.gave_up for lesson in Report.of_cohort(cohort, now=now).lessons()] == [1, 0]


def test_round_that_has_served_stays_finished_in_the_figures(cohort, now):
    (enrolment, *_others) = finished_by_five(cohort, now)
    ask(enrolment, *cohort.course.lessons(), now=now)
    actions.close_enrolment(enrolment=enrolment, now=now)
    report = Report.of_cohort(cohort, now=now)
    assert report.states[State.FINISHED] == 1
    assert [lesson.finished for lesson in report.lessons()] == [5, 5]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_asking_cannot_be_rewritten(done, first, soon, change):
    ask(done, first, now=soon)
    rows = LessonAgain.objects.all()
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        rows.update(number=2) if change == "update" else rows._raw_delete(rows.db)


@pytest.mark.parametrize(
    ("number", "constraint"),
    [(1, "lesson_asked_again_once_per_number"), (0, "lesson_again_counts_from_one")],
)
def test_database_refuses_a_number_twice_or_below_one(done, first, soon, number, constraint):
    ask(done, first, now=soon)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LessonAgain.objects.create(enrolment=done, lesson=first, number=number, asked_at=soon)


def test_lesson_taken_by_the_actions_alone_is_done_again(course, now, soon):
    enrolment = actions.enrol(learner=LearnerFactory(), course=course, now=now)
    for lesson in lessons(course):
        take_lesson(enrolment, lesson, now=now)
    ask(enrolment, *lessons(course), now=now)
    for lesson in lessons(course):
        take_lesson(enrolment, lesson, now=soon)
    assert enrolment.lessons_are_done()
    assert set(CheckAnswer.objects.values_list("repeat", flat=True)) == {0, 1}
