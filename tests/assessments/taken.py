"""Tests taken with given answers, at given times, on given devices."""

from datetime import timedelta

from assessments import actions
from tests.assessments.conftest import finished
from tests.factories import LearnerFactory


def right(question):
    return question["key"]


def wrong(question):
    """The wrong option whose text comes first."""
    others = [option for option in question["options"] if option["token"] not in question["key"]]
    return min(others, key=lambda option: option["text"])["token"]


def take(course, now, *, learner=None, choose=right, every=30, places=(("", ""),), close=True):
    """A sitting from ``now``, an answer every so many seconds; ``choose`` gives the tokens of each
    question, None for no answer; ``places`` are the device and network of one answer after another.
    """
    learner = finished(course, learner or LearnerFactory())
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    for position, question in enumerate(sitting.questions, start=1):
        now += timedelta(seconds=every)
        chosen = choose(question)
        if chosen is None:
            continue
        device, network = places[position % len(places)]
        actions.give_answer(
            sitting=sitting,
            position=position,
            option_tokens=chosen.split(),
            now=now,
            device=device,
            network=network,
        )
    return actions.submit(sitting=sitting, now=now + timedelta(seconds=1)) if close else sitting
