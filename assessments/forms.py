"""Forms of the test: one question for drivers, questions and rules for staff."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from assessments import perms
from assessments.models import TestRule, Topic
from courses.models import CoursePage, LessonPage
from courses.page_forms import KeptForm

CHOOSE = _("Choose an answer")


class AnswerForm(forms.Form):
    """One question of a frozen paper; its options are known by their tokens alone."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": CHOOSE, "invalid_choice": CHOOSE}
    )

    def __init__(self, *args: Any, question: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        field.label = question["text"]
        field.choices = [  # type: ignore[attr-defined]
            (option["token"], option["text"]) for option in question["options"]
        ]


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


class TestRuleForm(WagtailAdminModelForm):
    """A proposed rule, with two boxes for each topic; an empty first box leaves the topic out."""

    __test__ = False

    class Meta:
        model = TestRule
        fields = [
            "course",
            "authority",
            "effective_from",
            "reason",
            "pass_mark",
            "time_limit_minutes",
            "tries",
            "wait_hours",
            "language",
        ]
        labels = {
            "course": _("Course"),
            "authority": _("Council"),
            "effective_from": _("In force from"),
            "reason": _("Reason"),
            "pass_mark": _("Pass mark, in per cent"),
            "time_limit_minutes": _("Time limit, in minutes"),
            "tries": _("Tries"),
            "wait_hours": _("Hours to wait after a fail"),
            "language": _("Language of the questions"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A draft's title is its authors' alone; a rule for a course can wait until it is live.
        self.fields["course"].queryset = CoursePage.objects.original().live()
        authority = self.fields["authority"]
        authority.queryset = perms.rule_authorities(self.for_user)
        authority.required = not self.for_user.is_superuser
        self.topics = list(Topic.objects.all())
        for topic in self.topics:
            self.fields[f"questions_{topic.pk}"] = forms.IntegerField(
                label=_("%(topic)s: questions to draw") % {"topic": topic.title},
                min_value=1,
                required=False,
            )
            self.fields[f"minimum_{topic.pk}"] = forms.IntegerField(
                label=_("%(topic)s: how many must be right") % {"topic": topic.title},
                min_value=0,
                required=False,
                help_text=_("Whatever the total. Empty: no minimum."),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        blueprint = self.blueprint(cleaned)
        if not blueprint:
            self.add_error(None, _("Say for at least one topic how many questions to draw."))
        for topic, (questions, minimum) in blueprint.items():
            if minimum > questions:
                self.add_error(f"minimum_{topic.pk}", _("No more can be right than are drawn."))
        return cleaned

    def blueprint(self, cleaned: Mapping[str, Any]) -> dict[Topic, tuple[int, int]]:
        """Topic to how many questions are drawn, and how many of them must be right."""
        return {
            topic: (cleaned[f"questions_{topic.pk}"], cleaned.get(f"minimum_{topic.pk}") or 0)
            for topic in self.topics
            if cleaned.get(f"questions_{topic.pk}")
        }
