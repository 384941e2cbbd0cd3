"""Authoring: new courses and whom they are open to."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale

from courses.models import AllowedTerm, CourseIndexPage, CoursePage, LessonPage, ReviewedPage
from people.actions import role_group
from people.models import Authority, Membership, User

# What a role may do with the courses of its own authority. Nobody publishes: a review does that.
# A reviewer's "publish" is what Wagtail asks for to take a page down or to change the order.
PAGE_PERMISSIONS = {
    Membership.Role.AUTHOR: ("add_page", "change_page"),
    Membership.Role.REVIEWER: ("change_page", "publish_page"),
}
PICTURES = "Pictures"  # With the code of the authority, the name of its collection.
PICTURE_PERMISSIONS = {
    Membership.Role.AUTHOR: ("add_image", "choose_image"),
    Membership.Role.REVIEWER: ("choose_image",),
}


@transaction.atomic
def start_course(
    *, title: str, slug: str, summary: str, audience: str, authority: Authority | None, by: User
) -> CoursePage:
    """A draft of a course, open to the trainers of ``authority``. Not repeatable: the address is
    taken by the first one, and a second raises ValidationError."""
    course = CoursePage(
        title=title,
        slug=slug,
        summary=summary,
        audience=audience,
        authority=authority,
        edition="1",
        keeper=by,
        owner=by,
        live=False,
    )
    CourseIndexPage.original().add_child(instance=course)
    course.save_revision(user=by, log_action=True)
    open_to_trainers(course=course)
    return course


@transaction.atomic
def open_to_trainers(*, course: CoursePage) -> None:
    """Let the trainers of the course's authority, and nobody else's, into it. Safe to repeat."""
    permissions = GroupPagePermission.objects.filter(page=course)
    if course.authority is None:
        permissions.delete()
        return
    groups = {role: role_group(role, course.authority) for role in PAGE_PERMISSIONS}
    permissions.exclude(group__in=groups.values()).delete()
    for role, codenames in PAGE_PERMISSIONS.items():
        for permission in Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=codenames
        ):
            permissions.get_or_create(group=groups[role], page=course, permission=permission)
    _open_pictures(course.authority)


def _open_pictures(authority: Authority) -> None:
    """A collection of the authority's own, so that its trainers choose from no other's pictures."""
    name = f"{PICTURES} {authority.code}"
    root = Collection.get_first_root_node()
    collection = root.get_children().filter(name=name).first()
    if collection is None:
        collection = root.add_child(instance=Collection(name=name))
    for role, codenames in PICTURE_PERMISSIONS.items():
        for permission in Permission.objects.filter(
            content_type__app_label="wagtailimages", codename__in=codenames
        ):
            GroupCollectionPermission.objects.get_or_create(
                group=role_group(role, authority), collection=collection, permission=permission
            )


@transaction.atomic
def allow_term(
    *, lesson: LessonPage, term: str, reason: str, by: User, now: datetime
) -> AllowedTerm:
    """Let one lesson use a barred term, and note who decided it and why (R20).

    The first decision stands: a repeat returns it unchanged.
    """
    allowed, _ = AllowedTerm.objects.get_or_create(
        lesson=lesson,
        term=term,
        defaults={"reason": reason, "allowed_by": by, "allowed_at": now},
    )
    return allowed


@transaction.atomic
def start_translation(*, page: ReviewedPage, language: str, by: User) -> ReviewedPage:
    """A draft of the page in another language, with whatever stands below it, to be translated by
    hand and reviewed like any other. A repeat returns the translation there is.

    Raises ValueError for a page that is a translation itself.
    """
    if page.language() != settings.LANGUAGE_CODE:
        raise ValueError("Translate the page it was made from.")
    locale, _ = Locale.objects.get_or_create(language_code=language)
    _plant_tree(locale)
    found = page.get_translation_or_none(locale)
    if found is None:
        copy = CopyPageForTranslationAction(
            page, locale, copy_parents=True, include_subtree=True, user=by
        )
        found = copy.execute(skip_permission_checks=True)
    elif found.alias_of_id:
        ConvertAliasPageAction(found, user=by).execute(skip_permission_checks=True)
        found.refresh_from_db()
        # Its words are still those of the original: nobody is to read them as a translation.
        UnpublishPageAction(found.specific, user=by).execute(skip_permission_checks=True)
    translation: ReviewedPage = found.specific
    open_to_trainers(course=translation.course())
    return translation


def _plant_tree(locale: Locale) -> None:
    """The root of the language's tree, named after it so that staff can tell the trees apart."""
    home = CourseIndexPage.original().get_parent().specific
    if home.has_translation(locale):
        return
    name = dict(settings.LANGUAGES)[locale.language_code]
    root = home.copy_for_translation(locale)
    root.title = root.draft_title = f"{name}: {home.title}"
    root.save()
