"""Reading the pages of the test."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


def start_url(course):
    return reverse("test_start", args=[course.slug])


def question_url(sitting, position):
    return reverse("sitting_question", args=[sitting.pk, position])


def review_url(sitting):
    return reverse("sitting_review", args=[sitting.pk])


def result_url(sitting):
    return reverse("sitting_result", args=[sitting.pk])


def text(response, status=200):
    """What the page says, in one line."""
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def token(sitting, position, place=0):
    return sitting.questions[position - 1]["options"][place]["token"]


def own_queries(client, *addresses):
    """How many statements about tests the pages take; the rest is the menu's and the door's."""
    with CaptureQueriesContext(connection) as queries:
        for address in addresses:
            text(client.get(address))
    return sum("assessments_" in query["sql"] for query in queries)
