"""The course tree: index → course → module → lesson. The page is the course; no twin row."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PageManager, PagePermissionTester, PageQuerySet

from courses.blocks import PLAIN_FEATURES, ScreenBlock
from courses.models.review import Fault, Reviewed
from courses.models.translations import Translated, TranslatedQuerySet, titles_in
from courses.models.upkeep import Upkeep, UpkeepQuerySet
from courses.page_forms import ReviewedPageForm
from courses.panels import ReadingAgePanel
from courses.progress import Screen
from people.models import Audience, Authority
from people.perms import learner_of

# All that a page's second tab holds: our pages are found through their course, not by searching.
ADDRESS = [FieldPanel("slug", heading=_("Address"))]

# Of lessons: the revision of the last material change that is live, or 0. What somebody did in an
# older one no longer counts in an open round.
FLOOR = Coalesce(
    Max(
        "approvals__revision",
        filter=Q(approvals__material=True, approvals__revision__lte=F("live_revision")),
    ),
    0,
)


class CourseIndexPage(Translated, Page):
    """The list of courses, at /courses/."""

    parent_page_types: ClassVar[list[str]] = ["lms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["courses.CoursePage"]
    max_count = 1
    template = "courses/course_index.html"

    class Meta:
        verbose_name = _("list of courses")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        courses = list(CoursePage.objects.child_of(self).live().order_by("path"))
        titles = titles_in(get_language(), courses)
        for course in courses:
            course.title = titles.get(course.translation_key, course.title)
        learner = learner_of(request)
        audience = learner.audience if learner else Audience.DRIVER
        context["own_courses"] = [course for course in courses if course.audience == audience]
        context["other_courses"] = [course for course in courses if course.audience != audience]
        return context

    @classmethod
    def original(cls) -> "CourseIndexPage":
        """The list in the language the courses are written in; its translations hang beside it."""
        index: CourseIndexPage = cls.objects.get(locale__language_code=settings.LANGUAGE_CODE)
        return index


class FourEyesPermissionTester(PagePermissionTester):
    """What staff may do with a page that goes live by review alone, whoever they are."""

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_set_view_restrictions(self) -> bool:
        return False

    def can_unschedule(self) -> bool:
        return bool(super().can_publish())


class ReviewedPage(Translated, Reviewed, Page):
    """A page below a course, or a course: published by review, looked after by one authority."""

    base_form_class = ReviewedPageForm

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return FourEyesPermissionTester(user, self)

    def course(self) -> "CoursePage":
        """The course this page belongs to, or is."""
        course: CoursePage = (
            CoursePage.objects.ancestor_of(self, inclusive=True).select_related("authority").get()
        )
        return course

    def home_authority(self) -> Authority | None:
        return self.course().authority

    def words(self) -> Iterable[str]:
        return (self.title, self.seo_title, self.search_description)

    def reading_in(self, language: str) -> Self:
        """The page whose words a reader of ``language`` is shown: the live translation, or this.
        No query for the language the page was written in."""
        if language == settings.LANGUAGE_CODE:
            return self
        live = type(self).objects.live().translations()
        key = {"translation_key": self.translation_key, "locale__language_code": language}
        translation: Self | None = live.filter(**key).first()
        return translation or self


class UpkeepPageQuerySet(UpkeepQuerySet, TranslatedQuerySet):
    """Pages with an owner and a review-by day."""


class CoursePageQuerySet(UpkeepPageQuerySet):
    def at(self, authorities: Any) -> Self:
        """Courses that trainers of these authorities look after."""
        return self.filter(authority__in=authorities)


class CoursePage(Upkeep, ReviewedPage):
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
    audience = models.CharField(
        max_length=20,
        choices=Audience.choices,
        default=Audience.DRIVER,
        db_default=Audience.DRIVER.value,
        help_text=_("Who takes this course."),
    )
    authority = models.ForeignKey(
        Authority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Whose trainers look after it. Empty: the platform's administrators."),
    )

    objects: ClassVar[Any] = PageManager.from_queryset(CoursePageQuerySet)()

    parent_page_types: ClassVar[list[str]] = ["courses.CourseIndexPage"]
    subpage_types: ClassVar[list[str]] = ["courses.ModulePage"]
    template = "courses/course.html"
    page_description = _("What somebody takes as a whole: modules of lessons, then its test.")
    promote_panels: ClassVar[list[Any]] = ADDRESS
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("introduction"),
        MultiFieldPanel(
            [
                FieldPanel("audience"),
                FieldPanel("edition"),
                FieldPanel("kind"),
                FieldPanel("refreshes"),
                FieldPanel("authority", permission="superuser"),
            ],
            _("Course"),
        ),
        Upkeep.upkeep_panel,
    ]

    class Meta:
        verbose_name = _("course")
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

    def words(self) -> Iterable[str]:
        return (*super().words(), self.summary, self.introduction)


class ModulePage(ReviewedPage):
    """A part of a course: a few lessons that belong together."""

    summary = models.CharField(max_length=250, blank=True)

    objects: ClassVar[Any] = PageManager.from_queryset(TranslatedQuerySet)()

    parent_page_types: ClassVar[list[str]] = ["courses.CoursePage"]
    subpage_types: ClassVar[list[str]] = ["courses.LessonPage"]
    page_description = _("A few lessons that belong together.")
    promote_panels: ClassVar[list[Any]] = ADDRESS
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("summary")]

    class Meta:
        verbose_name = _("module")

    def words(self) -> Iterable[str]:
        return (*super().words(), self.summary)


class LessonPage(Upkeep, ReviewedPage):
    """One lesson: a few screens, one idea each. Drivers meet it through ``courses.views``."""

    summary = models.CharField(
        max_length=250, help_text=_("One sentence: what the driver will know or be able to do.")
    )
    minutes = models.PositiveSmallIntegerField(help_text=_("How long it takes an ordinary reader."))
    distressing = models.BooleanField(
        default=False, help_text=_("Shows a warning, a way to take a break and support numbers.")
    )
    mandatory = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Part of every edition: it cannot be taken out of a published course."),
    )
    sources = models.TextField(
        blank=True, help_text=_("Where the facts come from, one on each line. For trainers.")
    )
    screens = StreamField(
        [("screen", ScreenBlock())],
        min_num=1,
        help_text=_("One idea on each screen. Drivers go through them in this order."),
    )

    parent_page_types: ClassVar[list[str]] = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "courses/lesson_preview.html"
    page_description = _("Three to six screens about one thing, with a story and checks.")
    promote_panels: ClassVar[list[Any]] = ADDRESS
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("minutes"),
                FieldPanel("distressing"),
                FieldPanel("mandatory", permission="superuser"),
            ],
            _("The lesson"),
        ),
        ReadingAgePanel(),
        FieldPanel("screens"),
        FieldPanel("sources"),
        Upkeep.upkeep_panel,
    ]
    objects: ClassVar[Any] = PageManager.from_queryset(UpkeepPageQuerySet)()
    wording_field = "screens"

    class Meta:
        verbose_name = _("lesson")

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

    def words(self) -> Iterable[str]:
        return (*super().words(), self.summary, *self.reading_matter())

    def reading_matter(self) -> list[str]:
        """The texts of the screens, without mark-up, in reading order."""
        texts: list[str] = self.screens.stream_block.get_searchable_content(self.screens)
        return texts

    def allowed_terms(self) -> Iterable[str]:
        return self.terms_allowed.values_list("term", flat=True) if self.pk else ()

    def publication_faults(self, *, on: date) -> list[Fault]:
        faults = super().publication_faults(on=on)
        if self.mandatory and self.expire_at:
            faults.append(Fault("expire_at", gettext("A mandatory lesson has no last day.")))
        original = self._original()
        if original and original.check_key() != self.check_key():
            message = gettext("Keep the same screens and questions, in the same order.")
            faults.append(Fault("screens", message))
        return faults

    def check_key(self) -> tuple[tuple[Any, ...], ...]:
        """Each screen with its checks and the place of their right option: what a translation
        shares with the lesson it translates."""
        return tuple(
            (screen.id, *_right_places(screen.value["content"])) for screen in self.screens
        )

    def floor(self) -> int:
        """The revision of the last material change that is live; 0 without one."""
        floor: int = LessonPage.objects.filter(pk=self.pk).aggregate(floor=FLOOR)["floor"]
        return floor

    def reading_in(self, language: str) -> Self:
        """As for any page, but a translation that has not kept up is not shown."""
        reading = super().reading_in(language)
        kept_up = reading.pk == self.pk or reading.keeps_up_with(self, floor=self.floor())
        return reading if kept_up else self

    def keeps_up_with(self, original: "LessonPage", *, floor: int) -> bool:
        """Whether this translation teaches what the original does: with the same screens and right
        options, and newer than its last material change, ``floor``."""
        newer = (self.live_revision_id or 0) > floor
        return newer and self.check_key() == original.check_key()

    def _original(self) -> "LessonPage | None":
        """The lesson that this one translates; None for a lesson that is no translation."""
        if self.language() == settings.LANGUAGE_CODE:
            return None
        originals = LessonPage.objects.original()
        found: LessonPage | None = originals.filter(translation_key=self.translation_key).first()
        return found

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """For the preview in the staff site only: every screen at once, nothing recorded."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["preview_screens"] = list(self.screens)
        return context


def _right_places(content: Any) -> Iterable[tuple[str, int]]:
    """Of each check on a screen: its identifier and the place of its right option."""
    for block in content:
        if block.block_type == "check":
            right = [bool(option["correct"]) for option in block.value["options"]]
            yield block.id, right.index(True) if True in right else -1
