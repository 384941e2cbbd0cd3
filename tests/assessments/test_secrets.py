"""No key leaves the server before a sitting is closed, nor after it."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Sitting
from assessments.paper import digest
from tests.assessments.conftest import EXPLANATION

pytestmark = pytest.mark.django_db


def pages(client, sitting):
    """Every page of a sitting in the order of a whole test, failed at the end."""
    places = range(1, sitting.question_count + 1)
    questions = [reverse("sitting_question", args=[sitting.pk, place]) for place in places]
    review = reverse("sitting_review", args=[sitting.pk])
    shown = [client.get(address) for address in questions]
    for address, question in zip(questions, sitting.questions, strict=True):
        shown.append(client.post(address, {"answer": "made-up"}))
        shown.append(client.post(address, {"answer": question["options"][0]["token"]}))
    shown += [client.get(address) for address in questions]
    around = [
        reverse(name, args=[sitting.pk])
        for name in ("sitting_time", "sitting_challenge", "sitting_result")
    ]
    shown += [client.get(address) for address in around]
    shown += [client.get(review), client.post(review)]
    shown += [client.get(address) for address in around]
    return shown


def body(response):
    """What the page holds, without the form tokens, which are random letters."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


def test_no_page_speaks_of_what_is_right(as_learner, sitting):
    banned = [b"correct", b"explanation", b"explain", b'"key', b"key=", EXPLANATION.encode()]
    for response in pages(as_learner, sitting):
        found = [word for word in banned if word in body(response).lower()]
        assert not found, response.request["PATH_INFO"]


def test_no_page_or_header_holds_seed_or_digest(as_learner, sitting):
    for response in pages(as_learner, sitting):
        everything = response.content + repr(response.headers).encode()
        assert sitting.seed.encode() not in everything
        assert sitting.paper_digest.encode() not in everything


def twin(sitting, place):
    """The same paper with the same tokens, but with the option at ``place`` right everywhere."""
    paper = {**sitting.paper, "questions": []}
    for question in sitting.questions:
        right = question["options"][place]["token"]
        paper["questions"].append({**question, "key": right, "critical": place == 1})
    fields = {field.name: getattr(sitting, field.name) for field in Sitting._meta.fields}
    fields |= {"id": uuid4(), "paper": paper, "paper_digest": digest(paper)}
    return Sitting(**fields)


def test_question_and_review_pages_are_the_same_whichever_option_is_right(as_learner, sitting, now):
    actions.submit(sitting=sitting, now=now)
    shown = []
    for place in range(4):
        other = twin(sitting, place)
        other.save(force_insert=True)
        everything = b""
        for position in range(1, other.question_count + 1):
            address = reverse("sitting_question", args=[other.pk, position])
            everything += body(as_learner.get(address))
        everything += body(as_learner.get(reverse("sitting_review", args=[other.pk])))
        shown.append(everything.replace(str(other.pk).encode(), b"sitting"))
        actions.submit(sitting=other, now=now)
    assert shown[0] == shown[1] == shown[2] == shown[3]


def test_result_page_is_the_same_whichever_questions_of_a_topic_were_wrong(
    as_learner, sitting, now
):
    """The place of the wrong answer within its topic cannot be read off the result."""
    actions.submit(sitting=sitting, now=now)
    by_topic = {}
    for position, question in enumerate(sitting.questions, start=1):
        by_topic.setdefault(question["topic"], []).append(position)
    shown = []
    for missed in by_topic[sitting.questions[0]["topic"]]:
        other = twin(sitting, 0)
        other.save(force_insert=True)
        for position, question in enumerate(other.questions, start=1):
            if position != missed:
                actions.give_answer(
                    sitting=other, position=position, option_tokens=[question["key"]], now=now
                )
        actions.submit(sitting=other, now=now)
        page = body(as_learner.get(reverse("sitting_result", args=[other.pk])))
        shown.append(page.replace(str(other.pk).encode(), b"sitting"))
    assert shown[0] == shown[1]
