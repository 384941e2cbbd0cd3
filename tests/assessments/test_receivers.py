"""Which versions of a question stay when old ones are tidied away."""

import pytest
from django.core.management import call_command
from wagtail.models import Revision

from assessments.models import Question
from tests.factories import make_question

pytestmark = pytest.mark.usefixtures("own_database")  # Where a refusal ends no transaction.


def changed(question):
    """The version that was live; a newer one has taken its place."""
    before = question.save_revision()
    before.publish()
    Question.objects.get(pk=question.pk).save_revision().publish()
    return before


def test_version_of_a_question_that_stands_on_a_paper_is_kept(sitting):
    drawn = Question.objects.get(pk=sitting.questions[0]["question_id"])
    before = changed(drawn)
    call_command("purge_revisions", verbosity=0)
    assert Revision.objects.filter(pk=before.pk).exists()


def test_version_of_a_question_that_was_in_no_test_is_not(sitting):
    topic = Question.objects.get(pk=sitting.questions[0]["question_id"]).topic
    before = changed(make_question(topic, text="Never asked?"))
    call_command("purge_revisions", verbosity=0)
    assert not Revision.objects.filter(pk=before.pk).exists()
