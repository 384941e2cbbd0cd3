"""What staff may not take away: what somebody has learnt, and what every edition must teach.

Everything may be unpublished, which loses nothing; but for a mandatory lesson of a live course.
The database has the last word (``PROTECT``); here it is said in a sentence.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import router
from django.db.models import ProtectedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.models import Page

from courses.models import CoursePage, Enrolment, LessonPage, ReviewedPage
from people.asked import key_in


@hooks.register("before_delete_page")
def keep_what_was_learnt(request: HttpRequest, page: Page) -> HttpResponse | None:
    return _refuse(request, page, _against_deleting(page))


@hooks.register("before_unpublish_page")
def keep_mandatory_published(request: HttpRequest, page: Page) -> HttpResponse | None:
    below = bool(request.POST.get("include_descendants"))
    return _refuse(request, page, _against_unpublishing(page, below=below))


@hooks.register("before_move_page")
def keep_mandatory_in_place(
    request: HttpRequest, page: Page, destination: Page
) -> HttpResponse | None:
    return _refuse(request, page, _against_moving(page, destination))


@hooks.register("before_bulk_action")
def keep_in_bulk(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: BulkAction
) -> HttpResponse | None:
    """All or nothing: one page that must stay keeps the others as they are too."""
    if action.model is not Page:
        return None
    said = action.cleaned_form.cleaned_data
    for page in objects:
        if action_type == "delete":
            reason = _against_deleting(page)
        elif action_type == "unpublish":
            reason = _against_unpublishing(page, below=said["include_descendants"])
        elif action_type == "move":
            reason = _against_moving(page, said["chooser"])
        else:
            reason = ""
        if reason:
            return _refuse(request, page, f"{page.get_admin_display_title()}: {reason}")
    return None


@hooks.register("before_copy_page")
def copy_as_draft(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A copy goes live by a review of its own. Raises BadRequest for a copy to nowhere, at which
    Wagtail would fail."""
    if request.method != "POST":
        return None
    if key_in(request.POST.get("new_parent_page")) is None:
        raise BadRequest
    if request.POST.get("publish_copies") and isinstance(page.specific, ReviewedPage):
        return _refuse(request, page, _("A copy stays a draft until a reviewer has approved it."))
    return None


def _refuse(request: HttpRequest, page: Page, reason: str) -> HttpResponse | None:
    if not reason:
        return None
    messages.error(request, reason)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


def _against_deleting(page: Page) -> str:
    """Why the page and what lies below it cannot be deleted; empty if it can."""
    people = Enrolment.objects.within(page).values("learner").distinct().count()
    if people:
        return ngettext(
            "%(number)s person has started this. What they have learnt is kept, so it cannot be "
            "deleted. Unpublish it instead.",
            "%(number)s people have started this. What they have learnt is kept, so it cannot be "
            "deleted. Unpublish it instead.",
            people,
        ) % {"number": people}
    if _mandatory_lessons(page):
        return _mandatory_reason(page)
    try:
        _collect(page)
    except ProtectedError as error:
        things = sorted({str(kept._meta.verbose_name_plural) for kept in error.protected_objects})  # noqa: SLF001
        return _("It is still in use by these, so it cannot be deleted: %(things)s.") % {
            "things": ", ".join(things)
        }
    return ""


def _collect(page: Page) -> None:
    """What deleting would take along. Raises ProtectedError if something must stay."""
    collector = Collector(using=router.db_for_write(Page), origin=page)
    collector.collect(Page.objects.descendant_of(page, inclusive=True))


def _against_unpublishing(page: Page, *, below: bool) -> str:
    kept = _mandatory_lessons(page) if below else _mandatory_lessons(page).filter(pk=page.pk)
    return _mandatory_reason(page) if kept.live() else ""


def _against_moving(page: Page, destination: Page) -> str:
    if not _mandatory_lessons(page) or isinstance(page.specific, CoursePage):
        return ""
    course = page.specific.course()
    stays = destination.pk == course.pk or destination.is_descendant_of(course)
    return "" if stays else _mandatory_reason(page)


def _mandatory_lessons(page: Page) -> Any:
    """The page's lessons, itself included, that its live course may not lose (R20)."""
    lessons = LessonPage.objects.descendant_of(page, inclusive=True).filter(mandatory=True)
    above = CoursePage.objects.ancestor_of(page, inclusive=True)
    return lessons if above.live() else lessons.none()


def _mandatory_reason(page: Page) -> str:
    if isinstance(page.specific, LessonPage):
        return _(
            "This lesson is mandatory: a published course cannot be without it. "
            "Unpublish the course first."
        )
    return _(
        "A mandatory lesson lies in it, and a published course cannot be without that. "
        "Unpublish the course first, by itself."
    )
