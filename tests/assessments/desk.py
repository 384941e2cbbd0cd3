"""What tests of the desk share: staff of the learner's council, and what was refused."""

import pytest

from assessments import actions
from people.models import Membership
from tests.factories import staff

Role = Membership.Role


def officer_of(learner, now):
    return staff(Role.OFFICER, learner.authority, now)


def trainer_of(learner, now):
    return staff(Role.AUTHOR, learner.authority, now)


def refusal(action, **arguments):
    """The code with which the step was refused."""
    with pytest.raises(actions.Refused) as caught:
        action(**arguments)
    return caught.value.code


def answers_of(sitting, *, right=None):
    """Place to tokens: the first ``right`` answers right, all of them by default."""
    right = sitting.question_count if right is None else right
    chosen = {}
    for position, question in enumerate(sitting.questions, start=1):
        wrong = next(o["token"] for o in question["options"] if o["token"] != question["key"])
        chosen[position] = [question["key"] if position <= right else wrong]
    return chosen
