"""Reading a driver's pages."""

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
