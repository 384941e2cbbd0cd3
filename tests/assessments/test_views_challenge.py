"""Saying that a question is wrong, during a test and after it (R31)."""

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Challenge, Withdrawal
from tests.assessments.conftest import finished
from tests.assessments.pages import question_url, result_url, review_url, text
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WRONG = "Two answers are the same."


def challenge_url(sitting):
    return reverse("sitting_challenge", args=[sitting.pk])


def challenge(sitting, now, position=2, text=WRONG):
    return actions.challenge(sitting=sitting, position=position, text=text, now=now)


# -- the action ---------------------------------------------------------------------------------
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_challenge_names_the_version_on_the_paper(sitting, now, closed):
    if closed:
        actions.submit(sitting=sitting, now=now)
    made = challenge(sitting, now)
    question = sitting.questions[1]
    assert made.question_id == question["question_id"]
    assert made.revision_id == question["revision_id"]
    assert (made.text, made.made_at, made.decision) == (WRONG, now, "")


def test_challenge_of_the_same_question_again_returns_the_first(sitting, now):
    first = challenge(sitting, now)
    assert challenge(sitting, now, text="Something else.") == first
    assert Challenge.objects.get().text == WRONG


@pytest.mark.parametrize("position", [0, 5])
def test_challenge_of_no_such_question_is_refused(sitting, now, position):
    with pytest.raises(actions.ChallengeRefused) as refusal:
        challenge(sitting, now, position)
    assert refusal.value.code == "no_such_question"


def test_challenge_that_says_nothing_is_refused(sitting, now):
    with pytest.raises(actions.ChallengeRefused) as refusal:
        challenge(sitting, now, text=" \n ")
    assert refusal.value.code == "says_nothing"


# -- the page during a test ---------------------------------------------------------------------
def test_question_page_leads_to_it(as_learner, sitting):
    page = text(as_learner.get(question_url(sitting, 3)))
    assert f'href="{challenge_url(sitting)}?question=3"' in page


def test_page_knows_from_which_question_one_came(as_learner, sitting):
    page = text(as_learner.get(challenge_url(sitting) + "?question=3"))
    assert 'value="3"' in page
    assert f'href="{question_url(sitting, 3)}"' in page


def test_sent_challenge_leads_back_to_the_question(as_learner, sitting):
    data = {"position": 3, "text": WRONG}
    response = as_learner.post(challenge_url(sitting) + "?question=3", data, follow=True)
    assert response.redirect_chain == [(question_url(sitting, 3), 302)]
    assert "A person will look at question 3." in text(response)
    assert sitting.challenges.get().position == 3


def test_page_reached_without_a_question_leads_back_to_the_review(as_learner, sitting):
    response = as_learner.post(challenge_url(sitting), {"position": 1, "text": WRONG})
    assert response.headers["Location"] == review_url(sitting)


def test_page_of_a_timed_test_says_that_the_time_goes_on(as_learner, timed):
    assert "The time of your test goes on." in text(as_learner.get(challenge_url(timed)))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"position": 1}, "Say what is wrong with the question."),
        ({"text": WRONG}, "Enter the number of the question"),
        ({"position": 5, "text": WRONG}, "Enter a number from 1 to 4"),
        ({"position": 0, "text": WRONG}, "Enter a number from 1 to 4"),
        ({"position": "two", "text": WRONG}, "Enter the number of the question"),
    ],
    ids=["no-text", "no-number", "too-high", "too-low", "words"],
)
def test_challenge_that_is_not_complete_is_sent_back(as_learner, sitting, data, error):
    assert error in text(as_learner.post(challenge_url(sitting), data))
    assert not Challenge.objects.exists()


# -- the page after a test ----------------------------------------------------------------------
def test_page_after_a_test_shows_no_question(as_learner, sitting, now):
    actions.submit(sitting=sitting, now=now)
    page = text(as_learner.get(challenge_url(sitting) + "?question=2"))
    assert not any(question["text"] in page for question in sitting.questions)
    assert f'href="{result_url(sitting)}"' in page


def test_sent_challenge_after_a_test_leads_to_the_result_and_stands_there(as_learner, sitting, now):
    actions.submit(sitting=sitting, now=now)
    data = {"position": 2, "text": WRONG}
    response = as_learner.post(challenge_url(sitting), data, follow=True)
    assert response.redirect_chain == [(result_url(sitting), 302)]
    page = text(response)
    assert "Question 2, told on 22 November 2026: A person is looking at it." in page


def test_result_tells_of_a_challenge_that_was_declined_and_why(as_learner, sitting, now):
    made = challenge(sitting, now)
    actions.submit(sitting=sitting, now=now)
    made.decision, made.answer = "declined", "The second answer is a different number."
    made.decided_by, made.decided_at = UserFactory(), now
    made.save()
    page = text(as_learner.get(result_url(sitting)))
    assert "The question stays as it is. The second answer is a different number." in page


def test_result_tells_of_a_challenge_that_was_upheld(as_learner, sitting, now):
    made = challenge(sitting, now)
    actions.submit(sitting=sitting, now=now)
    made.withdrawal = Withdrawal.objects.create(
        question_id=made.question_id, reason="Wrong", proposed_by=UserFactory(), proposed_at=now
    )
    made.decision, made.answer = "upheld", "Thank you."
    made.decided_by, made.decided_at = UserFactory(), now
    made.save()
    assert "We agree with you. Thank you." in text(as_learner.get(result_url(sitting)))


def test_challenge_in_the_sitting_of_another_driver_is_not_found(client, sitting, course):
    client.force_login(finished(course).user)
    assert client.get(challenge_url(sitting)).status_code == 404
    data = {"position": 1, "text": WRONG}
    assert client.post(challenge_url(sitting), data).status_code == 404
    assert not Challenge.objects.exists()
