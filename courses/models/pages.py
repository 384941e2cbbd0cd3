"""The course tree: index → course → module → lesson. The page is the course; no twin row."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PageManager, PageQuerySet

from courses.blocks import PLAIN_FEATURES, ScreenBlock
from courses.progress import Screen


class CourseIndexPage(Page):
    """The list of courses, at /courses/."""

    parent_page_types: ClassVar[list[str]] = ["lms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["courses.CoursePage"]
    max_count = 1
    template = "courses/course_index.html"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["courses"] = CoursePage.objects.child_of(self).live().order_by("path")
        return context


class CoursePage(Page):
    """A course. A refresher names the course it refreshes; its certificate counts for that one."""

    class Kind(models.TextChoices):
        INITIAL = "initial", _("Full course")
        REFRESHER = "refresher", _("Refresher, for people who took the full course before")

    summary = models.CharField(max_length=250)
    introduction = RichTextField(blank=True, features=PLAIN_FEATURES)
    edition = models.CharField(
        max_length=20, help_text=_("Printed on certificates. For example, 2026.1.")
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INITIAL)
    refreshes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="refreshers"
    )

    parent_page_types: ClassVar[list[str]] = ["courses.CourseIndexPage"]
    subpage_types: ClassVar[list[str]] = ["courses.ModulePage"]
    template = "courses/course.html"
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("introduction"),
        MultiFieldPanel(
            [FieldPanel("edition"), FieldPanel("kind"), FieldPanel("refreshes")], _("Course")
        ),
    ]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refresher_names_its_course",
                condition=Q(kind="initial", refreshes=None)
                | Q(kind="refresher", refreshes__isnull=False),
                violation_error_message=_("A refresher, and only a refresher, names a course."),
            ),
        ]

    @property
    def counts_for(self) -> "CoursePage":
        """The course that a pass in this one proves: itself, or the one it refreshes."""
        return self.refreshes or self

    def lessons(self) -> "PageQuerySet[LessonPage]":
        """The live lessons in the order they are taken, without the text of their screens."""
        lessons = LessonPage.objects.live().descendant_of(self).order_by("path")
        return lessons.defer("screens", "search_description")


class ModulePage(Page):
    """A part of a course: a few lessons that belong together."""

    summary = models.CharField(max_length=250, blank=True)

    parent_page_types: ClassVar[list[str]] = ["courses.CoursePage"]
    subpage_types: ClassVar[list[str]] = ["courses.LessonPage"]
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("summary")]


class LessonPage(Page):
    """One lesson: a few screens, one idea each. Drivers meet it through ``courses.views``."""

    summary = models.CharField(max_length=250)
    minutes = models.PositiveSmallIntegerField(help_text=_("How long it takes an ordinary reader."))
    distressing = models.BooleanField(
        default=False, help_text=_("Shows a warning, a way to take a break and support numbers.")
    )
    sources = models.TextField(
        blank=True, help_text=_("Where the facts come from, one on each line. For trainers.")
    )
    screens = StreamField([("screen", ScreenBlock())], min_num=1)

    parent_page_types: ClassVar[list[str]] = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "courses/lesson_preview.html"
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("minutes"), FieldPanel("distressing")], _("The lesson")),
        FieldPanel("screens"),
        FieldPanel("sources"),
    ]
    objects: ClassVar[PageManager[Self]]

    def outline(self) -> tuple[Screen, ...]:
        """The screens and their checks as plain values for the rules in ``courses.progress``."""
        return tuple(
            Screen(
                id=UUID(screen.id),
                check_ids=tuple(
                    UUID(block.id)
                    for block in screen.value["content"]
                    if block.block_type == "check"
                ),
            )
            for screen in self.screens
        )

    def course(self) -> CoursePage:
        """The course this lesson belongs to."""
        course: CoursePage = CoursePage.objects.ancestor_of(self).get()
        return course

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """For the preview in the staff site only: every screen at once, nothing recorded."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["preview_screens"] = list(self.screens)
        return context
