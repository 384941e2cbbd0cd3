"""The picture that papers show is a copy, made when the question went live."""

import pytest
from django.core.files.storage import default_storage

from assessments import actions
from assessments.models import PaperPicture, Question
from tests.assessments.bank import WITH_PICTURES, picture, png, published
from tests.assessments.conftest import rule_of

pytestmark = [pytest.mark.django_db, *WITH_PICTURES]


def with_picture(question, image):
    question.image, question.image_alt = image, "A field."
    return published(question)


def repaint(image, colour):
    """Put another file in the place of the image's own, as the library's edit page does."""
    image.file.save(f"{colour}.png", png(colour))
    image.renditions.all().delete()
    image.save()


def test_going_live_keeps_one_webp_copy_for_each_content(draft, course):
    image = picture()
    first = with_picture(draft, image)
    second = with_picture(Question.objects.exclude(pk=draft.pk).first(), image)
    copies = set(Question.objects.filter(pk__in=[first.pk, second.pk]).values_list("picture"))
    assert len(copies) == 1
    kept = PaperPicture.objects.get()
    assert bytes(kept.content)[8:12] == b"WEBP"
    assert (kept.width, kept.height) == (40, 30)


def test_another_file_in_the_library_changes_no_live_question(draft):
    image = picture()
    question = with_picture(draft, image)
    question.refresh_from_db()
    before = question.picture.digest
    repaint(image, "crimson")
    question.refresh_from_db()
    assert question.picture.digest == before


def test_next_version_takes_the_new_file(draft):
    image = picture()
    with_picture(draft, image)
    repaint(image, "crimson")
    image.refresh_from_db()
    draft.refresh_from_db()
    published(draft)
    assert PaperPicture.objects.count() == 2
    draft.refresh_from_db()
    assert draft.picture == PaperPicture.objects.last()


def test_another_file_in_the_library_changes_no_paper(course, learner, now):
    rule = rule_of(course, questions_per_topic=4)
    image = picture()
    for question in Question.objects.filter(topic__in=rule.blueprint.values("topic")):
        with_picture(question, image)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    pictures = [question["picture"] for question in sitting.questions]
    repaint(image, "crimson")
    sitting.refresh_from_db()
    assert [question["picture"] for question in sitting.questions] == pictures
    kept = PaperPicture.objects.get(digest=pictures[0]["digest"])
    assert pictures[0]["alt"] == "A field."
    assert (pictures[0]["width"], pictures[0]["height"]) == (kept.width, kept.height)


def test_copy_outlives_the_file(draft):
    image = picture()
    question = with_picture(draft, image)
    question.refresh_from_db()
    default_storage.delete(image.file.name)
    assert len(bytes(PaperPicture.objects.get(pk=question.picture_id).content)) > 0


def test_version_without_the_picture_takes_it_off(draft):
    question = with_picture(draft, picture())
    question.refresh_from_db()
    question.image, question.image_alt = None, ""
    published(question)
    question.refresh_from_db()
    assert question.picture is None
