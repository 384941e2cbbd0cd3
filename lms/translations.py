"""Which languages the site speaks, and whose words a native speaker has not read yet."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from courses.models import Approval, LessonPage
from courses.models.pages import FLOOR
from courses.perms import lessons_at
from lms import catalogues
from people.perms import TRAINERS, authorities_of, is_trainer


@dataclass(frozen=True)
class InterfaceWords:
    """How far one catalogue is; ``status`` is what its own header says."""

    code: str
    name: str
    texts: int
    translated: int
    status: str

    @property
    def awaits_review(self) -> bool:
        """A catalogue that says nothing of a review has had none."""
        return not self.status or "awaiting" in self.status


def interface_words() -> list[InterfaceWords]:
    """One row for each language of the interface but English, in which it is written."""
    return [
        _counted(code, str(name), catalogues.catalogue(code).stat().st_mtime_ns)
        for code, name in settings.LANGUAGES
        if code in catalogues.PLURAL_FORMS
    ]


@cache
def _counted(code: str, name: str, changed_at: int) -> InterfaceWords:
    """Reading takes a tenth of a second, so once for each change of the file."""
    messages = [message for message in catalogues.read(code) if message.id]
    translated = sum(all(catalogues.forms(message.string)) for message in messages)
    return InterfaceWords(code, name, len(messages), translated, catalogues.status(code))


@dataclass(frozen=True)
class LessonWords:
    """One lesson in one other language. ``state`` is ``draft`` (not published), ``shown``, or
    ``behind``: the lesson has other screens by now or has changed materially, and is shown instead.
    """

    title: str
    original: str
    language: str
    pk: int
    state: str
    awaits_review: bool


def lesson_words(user: Any) -> list[LessonWords]:
    """The translated lessons of the person's own authorities; for administrators, of all. Two
    queries, whatever their number."""
    lessons = LessonPage.objects.all()
    if not user.is_superuser:
        lessons = lessons_at(authorities_of(user, *TRAINERS))
    signed = Approval.objects.filter(revision=OuterRef("live_revision"))
    translations = lessons.translations().annotate(signed=Exists(signed)).order_by("path")
    originals = {
        lesson.translation_key: lesson
        for lesson in LessonPage.objects.original().annotate(last_material=FLOOR)
    }
    return [
        LessonWords(
            title=lesson.title,
            original=originals[lesson.translation_key].title,
            language=dict(settings.LANGUAGES)[lesson.language()],
            pk=lesson.pk,
            state=_state(lesson, originals[lesson.translation_key]),
            awaits_review=not lesson.signed,
        )
        for lesson in translations
        if lesson.translation_key in originals
    ]


def _state(translation: Any, original: Any) -> str:
    if not translation.live:
        return "draft"
    kept_up = translation.keeps_up_with(original, floor=original.last_material)
    return "shown" if kept_up else "behind"


class TranslationsView(WagtailAdminTemplateMixin, TemplateView):
    """What is translated and what still waits for somebody who speaks the language.

    A table for each kind of words, each counted by a function of its own.
    """

    page_title = _("Translations")
    header_icon = "globe"
    template_name = "lms/admin/translations.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_trainer(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"interface": interface_words(), "lessons": lesson_words(self.request.user)}
        return super().get_context_data(**words, **kwargs)
