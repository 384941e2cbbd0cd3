"""What questions are about."""

from typing import Any, ClassVar

from django.db import models
from wagtail.admin.panels import FieldPanel

from courses.models import LessonPage


class Topic(models.Model):
    """What a question is about; after a fail its name and lesson are all that a driver is shown."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    lesson = models.ForeignKey(
        LessonPage, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    panels: ClassVar[list[Any]] = [FieldPanel("title"), FieldPanel("slug"), FieldPanel("lesson")]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title
