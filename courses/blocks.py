"""What a lesson's screens are made of. The help texts are the trainers' manual."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

PLAIN_FEATURES = ["bold", "italic", "ul", "ol", "link", "h3"]
VIDEO_FILES = ("mp4", "webm")
CAPTION_FILES = ("vtt",)
TO_READ = _("To read")
TO_DO = _("To think about and do")


class CalloutBlock(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        choices=[
            ("important", _("Important")),
            ("remember", _("Remember")),
            ("warning", _("Warning")),
        ],
        default="important",
        label=_("Kind"),
        help_text=_("Use a warning for what may upset the reader or do harm. Use few of them."),
    )
    title = blocks.CharBlock(
        required=False, label=_("Title"), help_text=_("Empty: the kind itself is the title.")
    )
    text = blocks.RichTextBlock(
        features=PLAIN_FEATURES, label=_("Text"), help_text=_("One or two short sentences.")
    )

    class Meta:
        icon = "warning"
        group = TO_READ
        label = _("Callout")
        description = _("A coloured box for the one thing to remember.")
        template = "courses/blocks/callout.html"
        preview_value = {
            "tone": "remember",
            "title": "You do not need proof",
            "text": "<p>A feeling that something is wrong is enough. Tell someone today.</p>",
        }


class ScenarioChoiceBlock(blocks.StructBlock):
    """One thing a driver might do in a scene, and what comes of it."""

    text = blocks.CharBlock(
        label=_("What the driver could do"),
        help_text=_("Something a real driver might do. It need not be wrong, or right."),
    )
    consequence = blocks.RichTextBlock(
        features=PLAIN_FEATURES,
        label=_("What follows"),
        help_text=_("Shown when the driver opens the choice. Kind, without blame; says why."),
    )


class ScenarioBlock(blocks.StructBlock):
    """An invented scene; what each choice leads to is told before what a good driver does."""

    title = blocks.CharBlock(
        label=_("Title"), help_text=_("A few words, such as the name of a person in the story.")
    )
    story = blocks.RichTextBlock(
        features=PLAIN_FEATURES,
        label=_("Story"),
        help_text=_("What the driver sees and hears. Invent it: no real people or cases."),
    )
    prompt = blocks.CharBlock(
        label=_("Question"), help_text=_("The question the driver thinks about first.")
    )
    choices = blocks.ListBlock(
        ScenarioChoiceBlock(),
        min_num=2,
        max_num=4,
        label=_("Choices"),
        help_text=_("Two to four. The driver opens each one and reads what follows from it."),
    )
    reveal = blocks.RichTextBlock(
        features=PLAIN_FEATURES,
        label=_("What a good driver does"),
        help_text=_("Shown when the driver opens it, after the choices."),
    )

    class Meta:
        icon = "group"
        group = TO_DO
        label = _("Story with choices")
        description = _("An invented scene. The driver opens choices and sees what follows.")
        template = "courses/blocks/scenario.html"
        preview_value = {
            "title": "Mia at the station",
            "story": "<p>Mia, 14, waits alone at midnight. A man she does not know pays you.</p>",
            "prompt": "What would you do?",
            "choices": [
                {"text": "Drive on", "consequence": "<p>Nobody learns what you saw.</p>"},
                {"text": "Call the police", "consequence": "<p>Someone can help her now.</p>"},
            ],
            "reveal": "<p>If she is in danger now, call 999. Write down what you saw.</p>",
        }


class CheckOptionBlock(blocks.StructBlock):
    text = blocks.CharBlock(
        label=_("Answer"), help_text=_("Make all the answers sound likely, and alike in length.")
    )
    correct = blocks.BooleanBlock(
        required=False, label=_("This is the right one"), help_text=_("Tick exactly one answer.")
    )
    feedback = blocks.TextBlock(
        label=_("Feedback"), help_text=_("Shown to whoever chose this answer. Kind, and says why.")
    )


class CheckBlock(blocks.StructBlock):
    """Check your understanding: any number of tries, never scored."""

    question = blocks.CharBlock(
        label=_("Question"), help_text=_("Not a question of the test: its answers are shown here.")
    )
    options = blocks.ListBlock(
        CheckOptionBlock(),
        min_num=2,
        max_num=5,
        label=_("Answers"),
        help_text=_("Two to five, one of them right. The driver may try as often as they like."),
    )

    class Meta:
        icon = "help"
        group = TO_DO
        label = _("Check your understanding")
        description = _("A question on the way. It is never scored.")
        template = "courses/blocks/check.html"
        preview_value = {
            "question": "Who counts as a child?",
            "options": [
                {"text": "Anyone under 18", "correct": True, "feedback": "Yes, in every case."},
                {"text": "Anyone under 16", "correct": False, "feedback": "No. It is under 18."},
            ],
        }

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if sum(bool(option["correct"]) for option in cleaned["options"]) != 1:
            message = ValidationError(_("Mark exactly one option as the right one."))
            raise StructBlockValidationError(block_errors={"options": ErrorList([message])})
        return cleaned


class VideoBlock(blocks.StructBlock):
    """A video with captions and a transcript: without both it cannot be published (R15)."""

    title = blocks.CharBlock(label=_("Title"), help_text=_("What the video is about."))
    file = DocumentChooserBlock(
        required=False, label=_("Video file"), help_text=_("An MP4 or WebM file.")
    )
    captions = DocumentChooserBlock(
        required=False,
        label=_("Captions"),
        help_text=_("A WebVTT file (.vtt). Needed for a video file."),
    )
    embed = EmbedBlock(
        required=False,
        label=_("Or an address"),
        help_text=_("A video on YouTube or Vimeo, in place of a file."),
    )
    captions_checked = blocks.BooleanBlock(
        required=False,
        label=_("I have checked that this video has captions"),
        help_text=_("Needed for an address. Captions made by a machine are often wrong."),
    )
    transcript = blocks.RichTextBlock(
        features=PLAIN_FEATURES,
        label=_("The video as text"),
        help_text=_("What is said and shown. A driver must be able to learn without the video."),
    )

    class Meta:
        icon = "media"
        group = TO_READ
        label = _("Video")
        description = _("A film with captions, and its text for those who cannot watch it.")
        template = "courses/blocks/video.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        errors = video_faults(cleaned)
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned


def video_faults(video: Any) -> dict[str, ValidationError]:
    """What keeps a video from those who do not hear or see it, by the field it stands beside."""
    faults = {}
    if bool(video["file"]) == bool(video["embed"]):
        faults["file"] = _("Choose a file or give an address: one of the two.")
    elif video["embed"] and not video["captions_checked"]:
        faults["captions_checked"] = _("Watch the video and check that it has captions.")
    elif video["file"] and not video["captions"]:
        faults["captions"] = _("Add captions, so that nobody is shut out.")
    if video["file"] and not _ends_in(video["file"], VIDEO_FILES):
        faults["file"] = _("Choose an MP4 or WebM file.")
    if video["captions"] and not _ends_in(video["captions"], CAPTION_FILES):
        faults["captions"] = _("Choose a WebVTT file: its name ends in .vtt.")
    return {field: ValidationError(message) for field, message in faults.items()}


def _ends_in(document: Any, extensions: tuple[str, ...]) -> bool:
    return document.file_extension.lower() in extensions


class ScreenContentBlock(blocks.StreamBlock):
    text = blocks.RichTextBlock(
        features=PLAIN_FEATURES,
        icon="pilcrow",
        group=TO_READ,
        label=_("Text"),
        help_text=_("Short paragraphs and lists. Sentences of fewer than 20 words."),
        template="courses/blocks/text.html",
        preview_value="<p>You see people at every hour. What you notice can help them.</p>",
    )
    image = ImageBlock(
        group=TO_READ,
        label=_("Picture"),
        help_text=_("Describe what it shows, for those who cannot see it. No real children."),
        template="courses/blocks/image.html",
    )
    callout = CalloutBlock()
    video = VideoBlock()
    scenario = ScenarioBlock()
    check = CheckBlock()
    contacts = blocks.ListBlock(
        SnippetChooserBlock("courses.Contact"),
        icon="mail",
        group=TO_READ,
        label=_("Contact numbers"),
        template="courses/blocks/contacts.html",
        help_text=_("Numbers come from the contact directory, so that one edit changes them all."),
    )


class ScreenBlock(blocks.StructBlock):
    """One screen of a lesson: one idea."""

    heading = blocks.CharBlock(
        max_length=80, label=_("Heading"), help_text=_("The one idea of this screen, in words.")
    )
    content = ScreenContentBlock(
        label=_("Content"), help_text=_("What fits on a phone in two or three minutes.")
    )

    class Meta:
        icon = "doc-full"
        label = _("Screen")
        label_format = "{heading}"
