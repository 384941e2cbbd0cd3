"""Supervised mode: a test starts with a code that a trainer or officer handed out (R24, R25)."""

from datetime import timedelta

import pytest
from django.db import transaction

from assessments import actions
from assessments.models import IdentityCheck, Sitting, StartCode
from assessments.start_code import digest
from courses.models import CoursePage
from tests.assessments.conftest import finished, rule_of
from tests.assessments.pages import question_url, start_url, text
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CODE = "K7M2-9QXT"
DOES_NOT_WORK = "This start code does not work."


@pytest.fixture
def coded(course):
    return rule_of(course, start_code_required=True)


@pytest.fixture
def code(coded, course, learner, now):
    return handed_out(learner, course, now)


def handed_out(learner, course, now, *, code=CODE, **fields):
    return StartCode.objects.create(
        learner=learner,
        course=course,
        code_hash=digest(code, learner.pk, course.pk),
        issued_by=UserFactory(),
        issued_at=now,
        **{
            "identity_check": IdentityCheck.COUNTER,
            "expires_at": now + timedelta(minutes=30),
            **fields,
        },
    )


def start(learner, course, now, code=CODE):
    return actions.start_sitting(learner=learner, course=course, now=now, code=code)


def refused(learner, course, now, code=CODE):
    with pytest.raises(actions.CodeRefused) as refusal, transaction.atomic():
        start(learner, course, now, code)
    assert not Sitting.objects.exists()
    return refusal.value.code


# -- the action ---------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [CODE, "k7m29qxt", " K7M2 9QXT "])
def test_right_code_starts_the_test_however_it_is_typed(code, learner, course, now, typed):
    sitting = start(learner, course, now, typed)
    code.refresh_from_db()
    assert code.sitting == sitting


def test_who_checked_the_identity_is_kept_with_the_sitting(code, learner, course, now):
    sitting = start(learner, course, now + timedelta(minutes=5))
    assert sitting.identity_check == IdentityCheck.COUNTER
    assert (sitting.identity_checked_by, sitting.identity_checked_at) == (code.issued_by, now)


def test_code_given_without_a_check_of_identity_names_nobody(coded, learner, course, now):
    handed_out(learner, course, now, identity_check=IdentityCheck.NONE)
    sitting = start(learner, course, now)
    assert (sitting.identity_check, sitting.identity_checked_by) == ("none", None)


@pytest.mark.parametrize(
    ("minutes", "fields"),
    [(30, {}), (0, {"wrong_tries": 5}), (0, {"code": "K7M2-9QXV"})],
    ids=["expired", "five-wrong-tries", "another-code"],
)
def test_code_that_is_no_longer_good_or_not_the_one_is_refused_alike(
    coded, learner, course, now, minutes, fields
):
    handed_out(learner, course, now, **fields)
    assert refused(learner, course, now + timedelta(minutes=minutes)) == "no_such_code"


def test_used_code_starts_no_second_test(code, learner, course, now):
    sitting = start(learner, course, now)
    actions.submit(sitting=sitting, now=now)
    with pytest.raises(actions.CodeRefused):
        start(learner, course, now + timedelta(days=2))


def test_test_without_any_code_handed_out_does_not_start(coded, learner, course, now):
    assert refused(learner, course, now) == "no_such_code"


def test_code_of_another_person_is_refused(coded, learner, course, now):
    handed_out(finished(course), course, now)
    assert refused(learner, course, now) == "no_such_code"


def test_code_for_another_course_is_refused(coded, learner, course, now):
    fields = {"title": "Other", "slug": "other", "summary": "Another course.", "edition": "1"}
    other = course.get_parent().add_child(instance=CoursePage(**fields))
    handed_out(learner, other, now)
    assert refused(learner, course, now) == "no_such_code"


def test_new_code_takes_the_place_of_the_one_before(code, learner, course, now):
    handed_out(learner, course, now, code="AAAA-BBBB")
    assert refused(learner, course, now, CODE) == "no_such_code"
    assert start(learner, course, now, "AAAA-BBBB")


def test_wrong_try_is_counted_although_the_start_is_refused(code, learner, course, now):
    with pytest.raises(actions.CodeRefused):
        start(learner, course, now, "WRONG-ONE")
    code.refresh_from_db()
    assert code.wrong_tries == 1


def test_nothing_typed_is_no_try(code, learner, course, now):
    assert refused(learner, course, now, " ") == "no_such_code"
    code.refresh_from_db()
    assert code.wrong_tries == 0


def test_five_wrong_tries_end_the_code(code, learner, course, now):
    for _ in range(5):
        with pytest.raises(actions.CodeRefused):
            start(learner, course, now, "WRONG-ONE")
    assert refused(learner, course, now, CODE) == "no_such_code"
    code.refresh_from_db()
    assert code.wrong_tries == 5


def test_reasons_against_a_start_come_before_the_code(code, learner, course, now):
    sitting = start(learner, course, now)
    actions.submit(sitting=sitting, now=now)
    fresh = handed_out(learner, course, now)
    with pytest.raises(actions.StartRefused):
        start(learner, course, now, "WRONG-ONE")
    fresh.refresh_from_db()
    assert fresh.wrong_tries == 0


def test_going_on_with_an_open_test_needs_no_code(code, learner, course, now):
    sitting = start(learner, course, now)
    assert start(learner, course, now, "") == sitting


def test_refused_draw_leaves_the_code_unused(code, learner, course, now):
    code.course.test_rules.get().blueprint.first().topic.questions.update(live=False)
    with pytest.raises(actions.StartRefused):
        start(learner, course, now)
    code.refresh_from_db()
    assert (code.sitting, code.wrong_tries) == (None, 0)


# -- the page -----------------------------------------------------------------------------------
def test_start_page_asks_for_the_code_and_says_where_it_comes_from(as_learner, coded, course):
    page = text(as_learner.get(start_url(course)))
    assert "You need a start code from a trainer or a licensing officer." in page
    assert 'name="code"' in page
    assert 'autocomplete="off"' in page


def test_start_page_of_a_test_without_codes_does_not_ask(as_learner, rule, course):
    page = text(as_learner.get(start_url(course)))
    assert 'name="code"' not in page
    assert "start code" not in page


def test_code_on_the_page_opens_the_first_question(as_learner, code, course, learner):
    response = as_learner.post(start_url(course), {"code": "k7m2 9qxt"})
    assert response.headers["Location"] == question_url(learner.sittings.get(), 1)


def test_wrong_code_on_the_page_says_what_to_do_and_keeps_what_was_typed(as_learner, code, course):
    page = text(as_learner.post(start_url(course), {"code": "WRONG-ONE"}))
    assert page.count(DOES_NOT_WORK) == 2
    assert "ask for a new one." in page
    assert 'value="WRONG-ONE"' in page
    code.refresh_from_db()
    assert code.wrong_tries == 1


def test_wrong_expired_and_ended_codes_read_the_same(as_learner, code, course, clock, now):
    shown = [text(as_learner.post(start_url(course), {"code": "WRONG-ONE"}))]
    StartCode.objects.update(wrong_tries=5)
    shown.append(text(as_learner.post(start_url(course), {"code": "WRONG-ONE"})))
    StartCode.objects.update(wrong_tries=0)
    clock.move_to(code.expires_at, tick=False)
    shown.append(text(as_learner.post(start_url(course), {"code": "WRONG-ONE"})))
    messages = [page[page.index("There is a problem") :].split("</div>")[0] for page in shown]
    assert messages[0] == messages[1] == messages[2]


def test_empty_code_on_the_page_asks_for_it(as_learner, code, course):
    page = text(as_learner.post(start_url(course)))
    assert "Enter the start code that a trainer or a licensing officer gave you" in page


def test_code_that_is_far_too_long_is_refused_kindly(as_learner, code, course):
    page = text(as_learner.post(start_url(course), {"code": "A" * 5000}))
    assert "There is a problem" in page
