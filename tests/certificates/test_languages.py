"""E-mail about a certificate is in the language of its holder."""

from datetime import timedelta

import pytest
from django.utils.translation import gettext, override

from certificates.actions import queue_due_reminders
from outbox.models import Message
from people.actions import choose_language
from tests.certificates.factories import make_certificate
from tests.factories import LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
LAST_DAYS = {
    "en-gb": "22 November 2029",
    "cy": "22 Tachwedd 2029",
    "pl": "22 listopada 2029",
    "ur": "22 نومبر 2029",
}


def holder(language):
    user = UserFactory()
    if language:
        choose_language(user=user, language=language)
    return LearnerFactory(user=user)


@pytest.mark.parametrize("language", LAST_DAYS)
def test_mail_about_an_issue_is_in_the_language_of_the_holder(rule, now, language):
    make_certificate(at=now, learner=holder(language))
    assert LAST_DAYS[language] in Message.objects.get().body


def test_mail_to_who_has_chosen_no_language_is_in_english(rule, now):
    with override("ur"):  # Whoever or whatever set the issue off.
        make_certificate(at=now, learner=holder(""))
    message = Message.objects.get()
    assert message.subject == "Your certificate is ready"
    assert LAST_DAYS["en-gb"] in message.body


def test_subject_is_in_the_language_of_the_holder_too(rule, now):
    make_certificate(at=now, learner=holder("pl"))
    with override("pl"):
        expected = gettext("Your certificate is ready")
    assert Message.objects.get().subject == expected != "Your certificate is ready"


def test_reminders_of_one_sweep_are_each_in_their_own_language(rule, now):
    learners = {language: holder(language) for language in LAST_DAYS}
    certificates = {
        language: make_certificate(at=now, learner=learner)
        for language, learner in learners.items()
    }
    due = certificates["cy"].valid_until - timedelta(days=90)
    queue_due_reminders(now=now.replace(year=due.year, month=due.month, day=due.day))
    for language, learner in learners.items():
        reminder = Message.objects.get(key__startswith="reminder:", to=learner.user.email)
        assert LAST_DAYS[language] in reminder.body
