"""A question as the driver sees it, before anybody does."""

import re

import pytest

from people.models import Membership
from tests.assessments.bank import (
    WITH_PICTURES,
    bank_url,
    filled_in,
    picture,
    published,
    submitted,
    worded,
)
from tests.factories import AuthorityFactory, staff

pytestmark = [pytest.mark.django_db, *WITH_PICTURES]
Role = Membership.Role
TEXTS = ("Nought", "First", "Second", "Third", "Fourth")


@pytest.fixture
def author(client, home, now):
    author = staff(Role.AUTHOR, home, now)
    client.force_login(author)
    return author


def preview(client, question, **changes):
    """As the editor asks for it: what is in its form is sent first."""
    editor = client.get(bank_url("edit", question.pk)).content.decode()
    address = bank_url("preview_on_edit", question.pk)
    client.post(address, {**filled_in(editor), **changes})
    return client.get(address).content.decode()


def shown_order(page):
    return re.findall(rf">\s*({'|'.join(TEXTS)})\s*<", page)


@pytest.mark.usefixtures("author")
@pytest.mark.parametrize(
    ("kind", "control"), [("single", "radio"), ("true_false", "radio"), ("multiple", "checkbox")]
)
def test_preview_has_the_controls_of_its_kind(client, draft, kind, control):
    question = worded(draft.topic, "Which?", "First", "Second", kind=kind, live=False)
    page = preview(client, question)
    assert len(re.findall(rf'<input[^>]*type="{control}"[^>]*name="answer"', page)) == 2
    assert "Which?" in page


@pytest.mark.usefixtures("author")
@pytest.mark.parametrize("fixed", [True, False])
def test_preview_shuffles_the_options_unless_their_order_is_fixed(client, draft, fixed):
    orders = []
    for _ in range(3):
        question = worded(draft.topic, "Which?", *TEXTS, fixed_order=fixed, live=False)
        orders.append(tuple(shown_order(preview(client, question))))
    assert all(set(order) == set(TEXTS) for order in orders)
    assert (set(orders) == {TEXTS}) is fixed


@pytest.mark.usefixtures("author")
def test_preview_says_nothing_of_the_key(client, draft):
    question = worded(draft.topic, "Which?", "First", "Second", explanation="Because.", live=False)
    page = preview(client, question)
    assert "Because." not in page
    fields = re.search(r"<fieldset.*</fieldset>", page, re.DOTALL)[0]
    assert re.findall(r"correct|checked|right", fields) == []


@pytest.mark.usefixtures("author")
def test_preview_is_in_the_language_of_the_question(client, draft):
    question = worded(draft.topic, "کیا؟", "ہاں", "نہیں", language="ur", live=False)
    assert 'lang="ur" dir="rtl"' in re.search(r"<fieldset[^>]*>", preview(client, question))[0]


@pytest.mark.usefixtures("author")
def test_preview_shows_the_picture_with_its_words(client, draft):
    draft.image, draft.image_alt = picture(), "A teal field."
    draft.save_revision()
    assert 'alt="A teal field."' in preview(client, draft)


@pytest.mark.usefixtures("author")
def test_preview_shows_what_is_being_written(client, draft):
    assert "Half written?" in preview(client, draft, text="Half written?")


@pytest.mark.usefixtures("author")
def test_editor_offers_the_sizes_of_a_phone_a_tablet_and_a_desk(client, draft):
    page = client.get(bank_url("edit", draft.pk)).content.decode()
    for size in ("mobile", "tablet", "desktop"):
        assert f"Preview in {size} size" in page


@pytest.mark.usefixtures("author")
def test_older_version_can_be_looked_at(client, draft):
    first = draft.latest_revision
    draft.text = "A newer wording?"
    draft.save_revision()
    page = client.get(bank_url("revisions_view", draft.pk, first.pk)).content.decode()
    assert "nobody outside" in page
    assert "A newer wording?" not in page


def test_reviewer_reads_a_question_in_review_as_the_driver_will(client, draft, home, now):
    submitted(client, published(draft), staff(Role.AUTHOR, home, now))
    client.force_login(staff(Role.REVIEWER, home, now))
    task = draft.current_workflow_task_state.task_id
    page = client.get(bank_url("workflow_preview", draft.pk, task)).content.decode()
    assert "What now?" in page
    assert len(re.findall(r'<input[^>]*type="radio"[^>]*name="answer"', page)) == 4


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_preview_is_closed_to_another_council(client, draft, now, role):
    client.force_login(staff(role, AuthorityFactory(), now))
    assert client.get(bank_url("preview_on_edit", draft.pk)).status_code == 404
    revision = bank_url("revisions_view", draft.pk, draft.latest_revision_id)
    assert client.get(revision).status_code == 404
