"""Challenges and withdrawals as staff decide them, for tests that start after the sitting."""

from django.db import connection

from assessments import actions
from assessments.models import Challenge, Question, Sitting, Withdrawal
from people.models import Membership
from tests.assessments.conftest import answer
from tests.factories import AuthorityFactory, staff

Role = Membership.Role


def council_of(course):
    """The council whose reviewers look after the course."""
    if course.authority is None:
        course.authority = AuthorityFactory()
        course.save(update_fields=["authority"])
    return course.authority


def reviewer_of(course, now):
    return staff(Role.REVIEWER, council_of(course), now)


def officer_of(sitting, now):
    return staff(Role.OFFICER, sitting.authority, now)


def challenge_at(sitting, position, now, *, text="Two answers could be right."):
    question = sitting.questions[position - 1]
    return Challenge.objects.create(
        sitting=sitting,
        position=position,
        question_id=question["question_id"],
        revision_id=question["revision_id"],
        text=text,
        made_at=now,
    )


def proposed(sitting, position, now, *, by=None):
    """What stood at ``position`` is proposed to be withdrawn after a challenge."""
    challenge = challenge_at(sitting, position, now)
    actions.uphold_challenge(
        challenge=challenge,
        answer="You are right.",
        reason="Two options are right.",
        by=by or reviewer_of(sitting.course, now),
        now=now,
    )
    return Withdrawal.objects.get(challenges=challenge)


def withdrawn(sitting, position, now):
    """And another reviewer has confirmed it; nothing is scored again yet."""
    withdrawal = proposed(sitting, position, now)
    by = reviewer_of(sitting.course, now)
    return actions.confirm_withdrawal(withdrawal=withdrawal, by=by, now=now)


def sit_wrong_at(learner, course, now, *wrong):
    """A sitting handed in with wrong answers at these places alone."""
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    answer(sitting, now)
    for position in wrong:
        question = sitting.questions[position - 1]
        token = next(o["token"] for o in question["options"] if o["token"] != question["key"])
        actions.give_answer(sitting=sitting, position=position, option_tokens=[token], now=now)
    return again(actions.submit(sitting=sitting, now=now))


def again(sitting):
    """As the database has it, with the result that it works out."""
    return Sitting.objects.get(pk=sitting.pk)


def question_at(sitting, position):
    return Question.objects.get(pk=sitting.questions[position - 1]["question_id"])


def refusal(action, **arguments):
    """The code with which the action refuses."""
    try:
        action(**arguments)
    except actions.Refused as refused:
        return refused.code
    raise AssertionError("It was not refused.")


def tamper_with(sitting):
    """Break the seal of the paper, as no door of ours and no trigger would allow."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE assessments_sitting SET paper_digest = repeat('0', 64) WHERE id = %s",
            [sitting.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
