"""The word list: hard words that a reader can tap for a plain meaning (R16)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from courses.models.upkeep import Upkeep, UpkeepQuerySet


@pghistory.track()
class GlossaryWord(Upkeep):
    """A hard word with its meaning in plain words, in one language."""

    word = models.CharField(max_length=60, help_text=_("As it stands in a sentence."))
    also = models.CharField(
        _("other forms"),
        max_length=200,
        blank=True,
        help_text=_("Separated by commas. For example: exploits, exploited."),
    )
    meaning = models.CharField(max_length=300, help_text=_("One or two short, plain sentences."))
    language = models.CharField(
        max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )

    objects = UpkeepQuerySet.as_manager()

    panels = [
        FieldPanel("word"),
        FieldPanel("also"),
        FieldPanel("meaning"),
        MultiFieldPanel([FieldPanel("language")], _("Language")),
        Upkeep.upkeep_panel,
    ]

    class Meta:
        ordering = ["word"]
        verbose_name = _("glossary word")
        constraints = [
            models.UniqueConstraint(
                Lower("word"),
                "language",
                name="word_once_per_language",
                violation_error_message=_("This word is in the list already."),
            )
        ]

    def __str__(self) -> str:
        return self.word

    def forms(self) -> list[str]:
        """The word and its other forms."""
        return [self.word, *(form.strip() for form in self.also.split(",") if form.strip())]
