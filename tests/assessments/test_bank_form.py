"""What the form of a question lets through, for each kind, with and without a picture."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission

from assessments.models import Question, QuestionOption
from courses.models import Approval
from people.models import Membership
from tests.assessments.bank import (
    DUE,
    WITH_PICTURES,
    bank_url,
    edited,
    picture,
    question_data,
    worded,
)
from tests.factories import AuthorityFactory, staff

pytestmark = [pytest.mark.django_db, *WITH_PICTURES]
Role = Membership.Role
ONE_RIGHT = "Mark exactly one option as the right one."
RIGHT_AND_WRONG = "Mark every right option, and leave at least one unmarked."
TOO_MANY = "There are too many options for this kind of question."
SAME = "Two options say the same."
IN_WORDS = "Say in words what the picture shows."


@pytest.fixture
def author(client, home, now):
    author = staff(Role.AUTHOR, home, now)
    client.force_login(author)
    return author


def saved():
    return Question.objects.filter(text="What now?").first()


@pytest.mark.parametrize(
    ("kind", "right", "options"),
    [
        ("single", (0,), 2),
        ("single", (2,), 6),
        ("multiple", (0, 2), 4),
        ("multiple", (1,), 8),
        ("true_false", (1,), 2),
    ],
)
@pytest.mark.usefixtures("author")
def test_question_is_saved_with_the_options_of_its_kind(client, draft, kind, right, options):
    client.post(bank_url("add"), question_data(draft, *right, options=options, kind=kind))
    assert saved().kind == kind
    assert [o.correct for o in saved().options.all()] == [n in right for n in range(options)]


@pytest.mark.parametrize(
    ("kind", "right", "options", "fault"),
    [
        ("single", (), 4, ONE_RIGHT),
        ("single", (0, 1), 4, ONE_RIGHT),
        ("single", (0,), 7, TOO_MANY),
        ("multiple", (), 4, RIGHT_AND_WRONG),
        ("multiple", (0, 1, 2), 3, RIGHT_AND_WRONG),
        ("true_false", (0,), 3, TOO_MANY),
        ("true_false", (0, 1), 2, ONE_RIGHT),
    ],
)
@pytest.mark.usefixtures("author")
def test_question_is_not_saved_with_options_of_another_kind(
    client, draft, kind, right, options, fault
):
    data = question_data(draft, *right, options=options, kind=kind)
    assert fault in client.post(bank_url("add"), data).content.decode()
    assert saved() is None


@pytest.mark.usefixtures("author")
def test_two_options_that_say_the_same_are_not_saved(client, draft):
    data = {**question_data(draft, 0), "options-1-text": " option  0"}
    assert SAME in client.post(bank_url("add"), data).content.decode()
    assert saved() is None


@pytest.mark.usefixtures("author")
def test_option_that_is_taken_out_does_not_count(client, draft):
    data = question_data(draft, 1, options=3, kind="true_false", delete=(2,))
    client.post(bank_url("add"), data)
    assert saved().options.count() == 2


def test_barred_term_stops_a_question_on_its_way_to_review(client, draft, author):
    data = edited(draft, text="Who absconded?", keeper=author.pk)
    page = client.post(bank_url("edit", draft.pk), {**data, "action-submit": "yes"})
    assert "We do not write “absconded”." in page.content.decode()
    draft.refresh_from_db()
    assert not draft.workflow_in_progress


@pytest.mark.parametrize(
    ("missing", "fault"),
    [("keeper", "Say who answers for this."), ("review_due_on", "Set the day of the next review")],
)
def test_question_without_upkeep_does_not_go_to_review(client, draft, author, missing, fault):
    data = {**edited(draft), "keeper": author.pk, "review_due_on": DUE, missing: ""}
    page = client.post(bank_url("edit", draft.pk), {**data, "action-submit": "yes"})
    assert fault in page.content.decode()
    draft.refresh_from_db()
    assert not draft.workflow_in_progress


# -- pictures -----------------------------------------------------------------------------------


def pictures_of(authority):
    return Collection.objects.get(name=f"Pictures {authority.code}")


@pytest.mark.usefixtures("author")
def test_picture_needs_words(client, draft, home):
    image = picture(pictures_of(home))
    page = client.post(bank_url("add"), question_data(draft, 0, image=image.pk, image_alt=" "))
    assert IN_WORDS in page.content.decode()
    assert saved() is None
    client.post(bank_url("add"), question_data(draft, 0, image=image.pk, image_alt="A field."))
    assert (saved().image, saved().image_alt) == (image, "A field.")


@pytest.mark.usefixtures("author")
def test_words_of_a_picture_are_short(client, draft, home):
    image = picture(pictures_of(home))
    long = {"image": image.pk, "image_alt": "x" * 251}
    page = client.post(bank_url("add"), question_data(draft, 0, **long))
    assert "at most 250 characters" in page.content.decode()
    assert saved() is None


@pytest.mark.usefixtures("author")
def test_picture_of_another_council_is_not_chosen_nor_named(client, draft, now):
    other = AuthorityFactory()
    collection = Collection.get_first_root_node().add_child(name=f"Pictures {other.code}")
    theirs = picture(collection, "crimson")
    data = question_data(draft, 0, image=theirs.pk, image_alt="A field.")
    page = client.post(bank_url("add"), data).content.decode()
    assert "Choose a picture that is open to you." in page
    assert theirs.title not in page
    assert saved() is None


@pytest.mark.usefixtures("author")
def test_picture_that_is_there_may_stay(client, draft):
    draft.image, draft.image_alt = picture(), "A field."
    draft.save_revision()
    client.post(bank_url("edit", draft.pk), edited(draft, image=draft.image_id, image_alt="Teal."))
    draft.refresh_from_db()
    assert draft.get_latest_revision_as_object().image_alt == "Teal."


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.AUTHOR, {"add_image", "choose_image"}), (Role.REVIEWER, {"choose_image"})],
)
def test_trainers_choose_pictures_of_their_own_council(draft, home, role, may):
    held = GroupCollectionPermission.objects.filter(
        group__name=f"{role} {home.code}", collection=pictures_of(home)
    )
    assert set(held.values_list("permission__codename", flat=True)) == may


# -- the last gate ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "fault"),
    [
        ("single", ("Same", "same"), SAME),
        ("true_false", ("One", "Two", "Three"), TOO_MANY),
        ("single", tuple("ABCDEFG"), TOO_MANY),
    ],
)
def test_unsound_question_does_not_go_live_through_any_door(draft, kind, options, fault):
    question = worded(draft.topic, "Unsound?", *options, kind=kind, live=False)
    with pytest.raises(ValidationError, match=fault):
        question.save_revision().publish()
    question.refresh_from_db()
    assert not question.live
    assert [found.message for found in question.unsoundness()] == [fault]


def test_question_whose_right_option_was_taken_away_does_not_go_live(draft):
    draft.options = [QuestionOption(text="A"), QuestionOption(text="B")]
    with pytest.raises(ValidationError, match="exactly one option"):
        draft.save_revision().publish()


def test_every_fault_of_a_question_is_one_against_publishing(draft, now):
    draft.options = [QuestionOption(text="A"), QuestionOption(text="B")]
    faults = draft.publication_faults(on=now.date())
    assert {fault.field for fault in faults} == {"keeper", "review_due_on", "text"}


def test_reviewer_is_told_why_a_question_cannot_go_live(client, draft, home, now):
    draft.text = "Who absconded?"
    draft.save_revision()
    draft.get_workflow().start(draft, staff(Role.AUTHOR, home, now))
    client.force_login(staff(Role.REVIEWER, home, now))
    review = reverse("review", args=[draft.current_workflow_task_state.pk])
    page = client.post(review, {"approve": "yes", "comment": ""}).content.decode()
    assert "We do not write “absconded”." in page
    draft.refresh_from_db()
    assert (draft.live, draft.workflow_in_progress) == (False, True)
    assert not Approval.objects.exists()
