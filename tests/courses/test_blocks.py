import pytest
from django.core.exceptions import ValidationError
from wagtail.documents.models import Document
from wagtail.rich_text import RichText

from courses.blocks import CheckBlock, VideoBlock

pytestmark = pytest.mark.django_db


def video(**changes):
    fields = {"title": "A film", "file": None, "embed": None, "captions": None}
    return VideoBlock().clean({**fields, "transcript": RichText("<p>Words.</p>"), **changes})


@pytest.fixture
def document():
    return Document.objects.create(title="File", file="file.mp4")


def test_video_file_with_captions_and_transcript_is_accepted(document):
    assert video(file=document, captions=document)["file"] == document


def test_video_file_without_captions_is_refused(document):
    with pytest.raises(ValidationError) as refusal:
        video(file=document)
    assert "captions" in refusal.value.block_errors


def test_video_without_transcript_is_refused(document):
    with pytest.raises(ValidationError) as refusal:
        video(file=document, captions=document, transcript=RichText(""))
    assert "transcript" in refusal.value.block_errors


def test_video_needs_a_file_or_an_address():
    with pytest.raises(ValidationError) as refusal:
        video()
    assert "file" in refusal.value.block_errors


@pytest.mark.parametrize("right", [(False, False), (True, True)], ids=["none", "two"])
def test_check_needs_exactly_one_right_option(right):
    options = [{"text": "A", "correct": is_right, "feedback": "Why."} for is_right in right]
    block = CheckBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"question": "What?", "options": options}))
