"""A question is retired with a reason, once and for good."""

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from django.utils import timezone
from wagtail.models import ModelLogEntry, WorkflowState

from assessments import actions
from assessments.models import Question
from people.models import Membership
from tests.assessments.bank import bank_url, edited, published, submitted
from tests.factories import AuthorityFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
REASON = "The law has changed."


@pytest.fixture
def reviewer(home, now):
    return staff(Role.REVIEWER, home, now)


@pytest.fixture
def retired(draft, reviewer, now):
    return actions.retire(question=published(draft), reason=REASON, by=reviewer, now=now)


def test_reviewer_retires_a_live_question_with_a_reason(client, draft, reviewer):
    question = published(draft)
    client.force_login(reviewer)
    assert (
        bank_url("retire", question.pk) in client.get(bank_url("edit", draft.pk)).content.decode()
    )
    client.post(bank_url("retire", question.pk), {"reason": f" {REASON} "})
    question.refresh_from_db()
    assert (question.live, question.retired_by, question.retired_reason) == (
        False,
        reviewer,
        REASON,
    )
    assert question.retired_at <= timezone.now()


def test_retiring_without_a_reason_is_refused(client, draft, reviewer, now):
    client.force_login(reviewer)
    page = client.post(bank_url("retire", draft.pk), {"reason": " "})
    assert "This field is required." in page.content.decode()
    with pytest.raises(actions.QuestionRefused) as refused:
        actions.retire(question=draft, reason="  ", by=reviewer, now=now)
    assert refused.value.code == "no_reason"
    draft.refresh_from_db()
    assert draft.retired_at is None


@pytest.mark.parametrize("who", ["author", "officer", "reviewer elsewhere"])
def test_question_is_not_retired_by(client, draft, home, now, who):
    place = AuthorityFactory() if who == "reviewer elsewhere" else home
    person = staff(who.split(maxsplit=1)[0], place, now)
    client.force_login(person)
    client.post(bank_url("retire", draft.pk), {"reason": REASON})
    with pytest.raises(actions.QuestionRefused) as refused:
        actions.retire(question=draft, reason=REASON, by=person, now=now)
    assert refused.value.code == "not_allowed"
    draft.refresh_from_db()
    assert draft.retired_at is None


def test_retiring_twice_keeps_the_first(retired, home, now):
    again = staff(Role.REVIEWER, home, now)
    after = now.replace(year=2027)
    found = actions.retire(question=retired, reason="Another", by=again, now=after)
    assert (found.retired_at, found.retired_reason) == (now, REASON)
    assert ModelLogEntry.objects.filter(action="assessments.question_retired").count() == 1


def test_retiring_cancels_the_review_and_leaves_the_versions(client, draft, home, reviewer, now):
    revision = submitted(client, published(draft), staff(Role.AUTHOR, home, now))
    versions = draft.revisions.count()
    actions.retire(question=draft, reason=REASON, by=reviewer, now=now)
    assert draft.revisions.count() == versions
    state = WorkflowState.objects.get(current_task_state__revision=revision)
    assert state.status == WorkflowState.STATUS_CANCELLED


def test_retired_question_says_so_in_list_and_editor(client, retired, reviewer):
    client.force_login(reviewer)
    assert "Retired" in client.get(bank_url("list"), {"standing": "retired"}).content.decode()
    page = client.get(bank_url("edit", retired.pk)).content.decode()
    assert f"This question is retired, so it can no longer be changed: {REASON}" in page
    assert bank_url("retire", retired.pk) not in page
    assert REASON in client.get(bank_url("history", retired.pk)).content.decode()


@pytest.mark.parametrize("step", [{}, {"action-submit": "yes"}, {"action-publish": "yes"}])
@pytest.mark.parametrize("who", [Role.AUTHOR, Role.REVIEWER, "administrator"])
def test_retired_question_is_changed_through_no_form(client, retired, home, now, step, who):
    administrator = who == "administrator"
    client.force_login(UserFactory(is_superuser=True) if administrator else staff(who, home, now))
    versions = retired.revisions.count()
    client.post(bank_url("edit", retired.pk), edited(retired, **step))
    revert = bank_url("revisions_revert", retired.pk, retired.latest_revision_id)
    client.post(revert, edited(retired, **step))
    retired.refresh_from_db()
    assert (retired.revisions.count(), retired.live, retired.workflow_in_progress) == (
        versions,
        False,
        False,
    )


def test_retired_question_is_not_submitted(retired, home, now):
    author = staff(Role.AUTHOR, home, now)
    with pytest.raises(actions.QuestionRefused) as refused:
        actions.submit_for_review(question=retired, by=author, now=now)
    assert refused.value.code == "retired"


def test_retired_question_is_not_published_by_the_machine(retired):
    with pytest.raises(ValidationError, match="does not go live again"):
        retired.latest_revision.publish()
    retired.refresh_from_db()
    assert not retired.live
    assert retired.retired_reason == REASON


def test_version_from_before_does_not_undo_the_retirement(retired):
    version = retired.revisions.first().as_object()
    assert version.retired_reason == REASON
    version.save()
    retired.refresh_from_db()
    assert retired.retired_at is not None


def test_database_keeps_a_retired_question_retired(retired):
    for change in ({"live": True}, {"retired_at": None, "retired_by": None, "retired_reason": ""}):
        with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
            Question.objects.filter(pk=retired.pk).update(**change)
