"""What a lesson's screens are made of."""

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


class CalloutBlock(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        choices=[
            ("important", _("Important")),
            ("remember", _("Remember")),
            ("warning", _("Warning")),
        ],
        default="important",
    )
    title = blocks.CharBlock(required=False)
    text = blocks.RichTextBlock(features=PLAIN_FEATURES)

    class Meta:
        icon = "warning"
        template = "courses/blocks/callout.html"


class ScenarioBlock(blocks.StructBlock):
    """An invented scene; what a good driver does is shown when asked for."""

    title = blocks.CharBlock()
    story = blocks.RichTextBlock(features=PLAIN_FEATURES)
    prompt = blocks.CharBlock(help_text=_("The question the driver thinks about first."))
    reveal = blocks.RichTextBlock(
        features=PLAIN_FEATURES, help_text=_("Shown when the driver opens it.")
    )

    class Meta:
        icon = "group"
        template = "courses/blocks/scenario.html"


class CheckOptionBlock(blocks.StructBlock):
    text = blocks.CharBlock()
    correct = blocks.BooleanBlock(required=False)
    feedback = blocks.TextBlock(help_text=_("Kind, and says why."))


class CheckBlock(blocks.StructBlock):
    """Check your understanding: any number of tries, never scored."""

    question = blocks.CharBlock()
    options = blocks.ListBlock(CheckOptionBlock(), min_num=2, max_num=5)

    class Meta:
        icon = "help"
        template = "courses/blocks/check.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if sum(bool(option["correct"]) for option in cleaned["options"]) != 1:
            message = ValidationError(_("Mark exactly one option as the right one."))
            raise StructBlockValidationError(block_errors={"options": ErrorList([message])})
        return cleaned


class VideoBlock(blocks.StructBlock):
    """A video with captions and a transcript: without both it cannot be published (R15)."""

    title = blocks.CharBlock()
    file = DocumentChooserBlock(required=False, help_text=_("An MP4 or WebM file."))
    embed = EmbedBlock(required=False, help_text=_("Or the address of a video that has captions."))
    captions = DocumentChooserBlock(
        required=False, help_text=_("A WebVTT file (.vtt). Needed for a video file.")
    )
    transcript = blocks.RichTextBlock(features=PLAIN_FEATURES)

    class Meta:
        icon = "media"
        template = "courses/blocks/video.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        errors = {}
        if bool(cleaned["file"]) == bool(cleaned["embed"]):
            errors["file"] = ValidationError(_("Choose a file or give an address: one of the two."))
        if cleaned["file"] and not cleaned["captions"]:
            errors["captions"] = ValidationError(_("Add captions, so that nobody is shut out."))
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned


class ScreenContentBlock(blocks.StreamBlock):
    text = blocks.RichTextBlock(
        features=PLAIN_FEATURES, icon="pilcrow", template="courses/blocks/text.html"
    )
    image = ImageBlock(template="courses/blocks/image.html")
    callout = CalloutBlock()
    scenario = ScenarioBlock()
    video = VideoBlock()
    check = CheckBlock()
    contacts = blocks.ListBlock(
        SnippetChooserBlock("courses.Contact"),
        icon="mail",
        template="courses/blocks/contacts.html",
        help_text=_("Numbers come from the contact directory, so that one edit changes them all."),
    )


class ScreenBlock(blocks.StructBlock):
    """One screen of a lesson: one idea."""

    heading = blocks.CharBlock(max_length=80)
    content = ScreenContentBlock()

    class Meta:
        icon = "doc-full"
        label_format = "{heading}"
