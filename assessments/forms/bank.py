"""The form in which a question is written."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments import perms
from assessments.models import Topic
from courses.models import CoursePage, LessonPage
from courses.page_forms import KeptForm


class QuestionForm(KeptForm):
    """A question may not even be a draft without its one right option: it could not be marked.

    It is about a lesson of one's own authority, and nobody is shown another's: plain lists, because
    Wagtail's chooser would name whatever page an address asks for.
    """

    topic = forms.ModelChoiceField(Topic.objects.none(), label=_("Topic"))
    lesson = forms.ModelChoiceField(
        LessonPage.objects.none(),
        label=_("Lesson"),
        help_text=_("The lesson to revisit after a wrong answer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = perms.QUESTION_ROLES["change" if self.instance.pk else "add"]
        lessons = perms.trainer_lessons(self.for_user, *roles).order_by("path")
        self.fields["topic"].queryset = perms.trainer_topics(self.for_user, *roles)
        self.fields["lesson"].queryset = lessons
        self.fields["lesson"].choices = [("", "---------"), *_by_course(lessons)]

    def is_valid(self) -> bool:
        valid = super().is_valid()
        kept = [
            form.cleaned_data
            for form in self.formsets["options"].forms
            if form.is_valid() and not form.cleaned_data.get("DELETE")
        ]
        if valid and sum(bool(option.get("correct")) for option in kept) != 1:
            self.add_error(None, _("Mark exactly one option as the right one."))
            return False
        return bool(valid)


def _by_course(lessons: Iterable[LessonPage]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The lessons under the names of their courses, for a list to choose from."""
    course_path = slice(-2 * LessonPage.steplen)  # A lesson lies in a module, and that in a course.
    paths = {lesson.path[course_path] for lesson in lessons}
    titles = dict(CoursePage.objects.filter(path__in=paths).values_list("path", "title"))
    groups: dict[str, list[tuple[int, str]]] = {}
    for lesson in lessons:
        groups.setdefault(titles[lesson.path[course_path]], []).append((lesson.pk, lesson.title))
    return list(groups.items())
