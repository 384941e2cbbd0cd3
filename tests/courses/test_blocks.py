import pytest
from django.core.exceptions import ValidationError
from wagtail.documents.models import Document
from wagtail.embeds.blocks import EmbedValue
from wagtail.embeds.embeds import get_embed_hash
from wagtail.embeds.models import Embed
from wagtail.rich_text import RichText

from courses.blocks import CheckBlock, ScenarioBlock, ScreenBlock, VideoBlock

pytestmark = pytest.mark.django_db
ADDRESS = EmbedValue("https://www.youtube.com/watch?v=made-up")


@pytest.fixture(autouse=True)
def known_address():
    """An address whose player was looked up before: tests have no network."""
    Embed.objects.create(
        url=ADDRESS.url, hash=get_embed_hash(ADDRESS.url), type="video", html="<iframe></iframe>"
    )


def video(**changes):
    fields = {"title": "A film", "file": None, "embed": None, "captions": None}
    fields |= {"captions_checked": False, "transcript": RichText("<p>Words.</p>")}
    return VideoBlock().clean({**fields, **changes})


def faults(**changes):
    with pytest.raises(ValidationError) as refusal:
        video(**changes)
    return set(refusal.value.block_errors)


def document(name):
    return Document.objects.create(title="File", file=name)


@pytest.mark.parametrize("name", ["film.mp4", "film.webm", "FILM.MP4"])
def test_video_file_with_captions_and_transcript_is_accepted(name):
    film = document(name)
    assert video(file=film, captions=document("film.vtt"))["file"] == film


def test_video_file_without_captions_is_refused():
    assert faults(file=document("film.mp4")) == {"captions"}


@pytest.mark.parametrize("kind", ["file", "address"])
def test_video_without_transcript_is_refused(kind):
    film = {"file": document("film.mp4"), "captions": document("film.vtt")}
    shown = film if kind == "file" else {"embed": ADDRESS, "captions_checked": True}
    assert faults(**shown, transcript=RichText("")) == {"transcript"}


def test_video_needs_a_file_or_an_address():
    assert faults() == {"file"}


def test_video_with_both_a_file_and_an_address_is_refused():
    film = {"file": document("film.mp4"), "captions": document("film.vtt")}
    assert faults(**film, embed=ADDRESS, captions_checked=True) == {"file"}


@pytest.mark.parametrize("name", ["film.pdf", "film.vtt", "film"])
def test_file_that_is_no_video_is_refused(name):
    assert faults(file=document(name), captions=document("film.vtt")) == {"file"}


def test_captions_that_are_no_captions_file_are_refused():
    assert faults(file=document("film.mp4"), captions=document("film.pdf")) == {"captions"}


def test_address_without_a_look_at_its_captions_is_refused():
    assert faults(embed=ADDRESS) == {"captions_checked"}


def test_address_whose_captions_were_checked_is_accepted():
    assert video(embed=ADDRESS, captions_checked=True)["embed"].url == ADDRESS.url


@pytest.mark.parametrize("right", [(False, False), (True, True)], ids=["none", "two"])
def test_check_needs_exactly_one_right_option(right):
    options = [{"text": "A", "correct": is_right, "feedback": "Why."} for is_right in right]
    block = CheckBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"question": "What?", "options": options}))


def scenario(choices):
    block = ScenarioBlock()
    choice = {"text": "Call 999", "consequence": "<p>Help comes.</p>"}
    fields = {"title": "Mia", "story": "<p>A</p>", "prompt": "What?", "reveal": "<p>B</p>"}
    return block, block.to_python({**fields, "choices": [choice] * choices})


@pytest.mark.parametrize("choices", [2, 3, 4])
def test_scenario_with_two_to_four_choices_is_accepted(choices):
    block, value = scenario(choices)
    assert len(block.clean(value)["choices"]) == choices


@pytest.mark.parametrize("choices", [0, 1, 5])
def test_scenario_with_another_number_of_choices_is_refused(choices):
    block, value = scenario(choices)
    with pytest.raises(ValidationError) as refusal:
        block.clean(value)
    assert set(refusal.value.block_errors) == {"choices"}


def test_each_choice_of_a_scenario_opens_on_what_follows():
    block, value = scenario(2)
    html = block.render(value)
    assert html.count("<details") == 3
    assert html.count("Help comes.") == 2


def everything(block, name=""):
    """The block and all blocks inside it, by name. List items have no name of their own."""
    yield name, block
    for child_name, child in getattr(block, "child_blocks", {}).items():
        yield from everything(child, f"{name}.{child_name}".strip("."))
    if hasattr(block, "child_block"):
        yield from everything(block.child_block, f"{name}[]")


OURS = [
    (name, block)
    for name, block in everything(ScreenBlock())
    if name and not name.endswith("[]") and not name.startswith("content.image.")
]


@pytest.mark.parametrize(("name", "block"), OURS, ids=[name for name, _ in OURS])
def test_trainer_is_told_what_goes_into_each_block_and_field(name, block):
    assert block.get_description() or block.meta.help_text


@pytest.mark.parametrize("name", ["text", "callout", "scenario", "check"])
def test_trainer_sees_how_a_block_looks_before_adding_it(name):
    block = ScreenBlock().child_blocks["content"].child_blocks[name]
    assert block.is_previewable
    assert 'class="app-' in block.render(block.get_preview_value())
