"""What is past its review-by day leads the staff home, and its owner is written to once (R60)."""

from datetime import date

import pytest
from django.urls import reverse

from assessments.models import Topic
from courses.models import Contact
from lms.upkeep import overdue_for, queue_upkeep_notices
from outbox.models import Message
from people.models import Membership
from tests.factories import AuthorityFactory, make_course, make_question, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
TODAY = date(2026, 11, 22)
YESTERDAY = date(2026, 11, 21)


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def trainer(authority, now):
    return staff(Role.AUTHOR, authority, now)


@pytest.fixture
def lesson(authority, trainer):
    """A lesson due yesterday, in a course that is not."""
    lesson = make_course(authority=authority, lessons=1).lessons().first()
    overdue(lesson, trainer)
    return lesson


def overdue(content, keeper, day=YESTERDAY):
    type(content).objects.filter(pk=content.pk).update(keeper=keeper, review_due_on=day)


def titles(user, on=TODAY):
    return [item.title for item in overdue_for(user, on=on)]


def test_day_of_review_itself_is_not_overdue(lesson, trainer):
    assert titles(trainer, on=YESTERDAY) == []
    assert titles(trainer) == [lesson.title]


def test_every_kind_of_content_is_listed_the_oldest_first(lesson, trainer):
    question = make_question(Topic.objects.create(slug="t", title="T", lesson=lesson))
    overdue(question, trainer, date(2026, 11, 1))
    contact = Contact.objects.create(key="c", name="A contact", use_when="x", source="x")
    overdue(contact, trainer, date(2026, 10, 1))
    overdue(lesson.course(), trainer, date(2026, 9, 1))
    assert titles(trainer) == ["Course", "A contact", "What is right?", lesson.title]


def test_trainers_of_another_authority_and_officers_see_none_of_it(lesson, authority, now):
    assert titles(staff(Role.REVIEWER, AuthorityFactory(), now)) == []
    assert titles(staff(Role.OFFICER, authority, now)) == []


def test_owner_is_written_to_once_for_each_review_day(lesson, trainer, now):
    queue_upkeep_notices(now=now, today=TODAY)
    queue_upkeep_notices(now=now, today=TODAY)
    assert Message.objects.get().to == trainer.email
    overdue(lesson, trainer, TODAY)
    queue_upkeep_notices(now=now, today=date(2026, 11, 23))
    assert Message.objects.count() == 2


def test_content_without_an_owner_or_with_one_who_left_writes_to_nobody(lesson, trainer, now):
    trainer.is_active = False
    trainer.save()
    assert queue_upkeep_notices(now=now, today=TODAY) == 0


def test_staff_home_leads_with_what_is_overdue(client, lesson, trainer, time_machine, now):
    time_machine.move_to(now, tick=False)
    client.force_login(trainer)
    panels = client.get(reverse("wagtailadmin_home")).context["panels"]
    assert panels[0].name == "overdue"


def test_report_lists_it_for_trainers_and_refuses_officers(client, lesson, trainer, authority, now):
    client.force_login(trainer)
    assert lesson.title in client.get(reverse("overdue_reviews")).content.decode()
    client.force_login(staff(Role.OFFICER, authority, now))
    assert lesson.title not in client.get(reverse("overdue_reviews")).content.decode()


def test_listing_costs_the_same_for_one_and_for_many(lesson, trainer, django_assert_num_queries):
    for number in range(5):
        copy = lesson.copy(update_attrs={"slug": f"copy-{number}"})
        overdue(copy, trainer)
    with django_assert_num_queries(6):
        overdue_for(trainer, on=TODAY)
