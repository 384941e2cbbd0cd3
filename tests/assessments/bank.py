"""The addresses of the bank, and its forms as somebody fills them in."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.images import ImageFile
from django.urls import reverse
from PIL import Image as Pixels
from wagtail.images import get_image_model
from wagtail.models import Collection

from assessments.models import Question, QuestionOption
from tests.factories import UserFactory

# Pictures lie in a folder of the test's own. Wagtail leaves the temporary file of a new rendition
# to the garbage collector.
WITH_PICTURES = [
    pytest.mark.usefixtures("media"),
    pytest.mark.filterwarnings(
        "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
    ),
    pytest.mark.filterwarnings(
        "ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"
    ),
]
SECRET = "A draft that nobody outside may read?"
DUE = "2030-01-01"


def bank_url(name, *args):
    return reverse(f"wagtailsnippets_assessments_question:{name}", args=args)


def bulk_url(action, *questions):
    address = reverse("wagtail_bulk_action", args=["assessments", "question", action])
    return address + "?" + "&".join(f"id={question.pk}" for question in questions)


def question_data(question, *right, options=4, delete=(), **changes):
    """The form of a new question about the same lesson; ``right`` are places of options."""
    data = {
        "topic": question.topic.pk,
        "lesson": question.lesson.pk,
        "language": question.language,
        "kind": question.kind,
        "text": "What now?",
        "source": "Test",
        "explanation": "",
        "review_due_on": DUE,
        "options-TOTAL_FORMS": options,
        "options-INITIAL_FORMS": 0,
        "options-MIN_NUM_FORMS": 2,
        "options-MAX_NUM_FORMS": 8,
    }
    for place in range(options):
        data[f"options-{place}-text"] = f"Option {place}"
        data[f"options-{place}-ORDER"] = place + 1
        if place in right:
            data[f"options-{place}-correct"] = "on"
        if place in delete:
            data[f"options-{place}-DELETE"] = "on"
    return data | changes


def edited(question, **changes):
    """The form as it stands, with another text and another right option."""
    data = {**question_data(question, 1), "options-INITIAL_FORMS": 4}
    for place, option in enumerate(question.options.all()):
        data[f"options-{place}-id"] = option.pk
    return data | changes


def submitted(client, question, by, **changes):
    """The version that is in review once ``by`` has changed the question and sent it on."""
    client.force_login(by)
    sent = {**edited(question, **changes), "keeper": by.pk, "action-submit": "yes"}
    client.post(bank_url("edit", question.pk), sent)
    question.refresh_from_db()
    return question.current_workflow_task_state.revision


def approve(client, question):
    state = question.current_workflow_task_state
    address = bank_url("workflow_action", question.pk, "approve", state.pk)
    return client.post(address, {"comment": ""})


def published(question):
    question.save_revision().publish()
    return question


def worded(topic, text, *options, live=True, **fields):
    """A question whose first option is right."""
    question = Question(topic=topic, lesson=topic.lesson, source="Test", text=text, **fields)
    question.live = False
    question.options = [
        QuestionOption(text=option, correct=place == 0, sort_order=place)
        for place, option in enumerate(options)
    ]
    question.save()
    return published(question) if live else question


def png(colour="teal", size=(40, 30)):
    file = BytesIO()
    Pixels.new("RGB", size, colour).save(file, "PNG")
    file.seek(0)
    return ImageFile(file, name=f"{colour}.png")


def picture(collection=None, colour="teal"):
    """A small image of the library."""
    image = get_image_model()(title=f"A {colour} field", file=png(colour))
    image.collection = collection or Collection.get_first_root_node()
    image.save()
    return image


def administrator():
    return UserFactory(is_superuser=True)


def filled_in(page):
    """What a browser would send from the editor as it stands."""
    form = BeautifulSoup(page, "html.parser").find(id="w-editor-form")
    data = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type")
        if not name or (kind == "checkbox" and not field.has_attr("checked")):
            continue
        chosen = field.find("option", selected=True) if field.name == "select" else None
        value = field.get("value", "on" if kind == "checkbox" else field.text.strip())
        data[name] = chosen["value"] if chosen else ("" if field.name == "select" else value)
    return data
