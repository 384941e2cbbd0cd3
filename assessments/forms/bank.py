"""The forms in which questions and topics are written, looked after and retired."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from assessments import perms
from assessments.models import DrawnQuestion, Question, QuestionOption, TestRuleTopic, Topic
from courses.models import CoursePage, LessonPage
from courses.models.review import Fault
from courses.page_forms import GOING_ON, KeptForm
from people.models import User
from people.perms import possible_keepers

# What a review looks at, beside the options.
READ = ("kind", "text", "explanation", "source", "image", "image_alt", "keeper", "review_due_on")


class QuestionForm(KeptForm):
    """A question may not even be a draft without the right options of its kind: it could not be
    marked. It does not go to review with a fault for which it could not go live.

    It is about a lesson of one's own authority, and nobody is shown another's: plain lists, because
    Wagtail's chooser would name whatever page an address asks for.
    """

    topic = forms.ModelChoiceField(Topic.objects.none(), label=_("Topic"))
    lesson = forms.ModelChoiceField(
        LessonPage.objects.none(),
        label=_("Lesson"),
        help_text=_("The lesson to revisit after a wrong answer."),
    )
    data: Any  # For mypy: Wagtail's bases carry no types.

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = perms.QUESTION_ROLES["change" if self.instance.pk else "add"]
        lessons = perms.trainer_lessons(self.for_user, *roles).order_by("path")
        self.fields["topic"].queryset = perms.trainer_topics(self.for_user, *roles)
        self.fields["lesson"].queryset = lessons
        self.fields["lesson"].choices = [("", "---------"), *_by_course(lessons)]
        self.image_before = self.instance.image_id

    def clean_image(self) -> Any:
        """One that the chooser offers, or the one that is there. Any other is taken out of what was
        sent as well: the form, shown again, would name it."""
        image = self.cleaned_data["image"]
        if image is None or image.pk == self.image_before:
            return image
        if not perms.choosable_images(self.for_user).filter(pk=image.pk).exists():
            self.data = self.data.copy()
            self.data[self.add_prefix("image")] = ""
            raise forms.ValidationError(_("Choose a picture that is open to you."))
        return image

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("image") and not cleaned.get("image_alt", "").strip():
            self.add_error("image_alt", _("Say in words what the picture shows."))
        return cleaned

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        faults = self._faults()
        for fault in faults:
            self.add_error(fault.field if fault.field in READ else None, fault.message)
        return not faults

    def _faults(self) -> Sequence[Fault]:
        """Of the question as it stands in the form: the saved one has the options it had before."""
        draft = Question(**{name: getattr(self.instance, name) for name in READ})
        draft.options = [
            QuestionOption(text=option["text"], correct=option["correct"])
            for option in (form.cleaned_data for form in self.formsets["options"].forms)
            if option and not option.get("DELETE")
        ]
        if any(name in self.data for name in GOING_ON):
            return draft.publication_faults(on=timezone.localdate())
        return [Fault(NON_FIELD_ERRORS, fault.message) for fault in draft.unsoundness()]


class TopicForm(WagtailAdminModelForm):
    """A topic is about a lesson of one's own authority. Where papers or an approved rule name it,
    its short name stays."""

    lesson = forms.ModelChoiceField(
        LessonPage.objects.none(),
        label=_("Lesson"),
        help_text=_("The lesson to revisit after a wrong answer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = perms.TOPIC_ROLES["change" if self.instance.pk else "add"]
        lessons = perms.trainer_lessons(self.for_user, *roles).order_by("path")
        self.fields["lesson"].queryset = lessons
        self.fields["lesson"].choices = [("", "---------"), *_by_course(lessons)]
        self.fields["lesson"].required = not self.for_user.is_superuser
        if self.instance.pk and _is_named(self.instance):
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = _("A rule or a paper names it, so it stays.")


class RetireQuestionForm(forms.Form):
    reason = forms.CharField(
        max_length=250,
        widget=forms.Textarea({"rows": 3}),
        label=_("Reason"),
        help_text=_(
            "A retired question is in no new test and cannot come back. Papers that hold it keep "
            "it, and so do its versions."
        ),
    )


class KeeperField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_full_name()} ({obj.email})" if obj.get_full_name() else obj.email


class QuestionUpkeepForm(forms.Form):
    """For several questions at once; an empty box leaves that as it is."""

    keeper = KeeperField(User.objects.none(), required=False, label=_("Owner"))
    review_due_on = forms.DateField(
        required=False,
        widget=AdminDateInput,
        label=_("Review by"),
        help_text=_("Look at it again by this day."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeper"].queryset = possible_keepers(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Choose an owner or a day."))
        return cleaned


def _is_named(topic: Topic) -> bool:
    named = TestRuleTopic.objects.filter(topic=topic, rule__approved_at__isnull=False)
    return named.exists() or DrawnQuestion.objects.filter(question__topic=topic).exists()


def _by_course(lessons: Iterable[LessonPage]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The lessons under the names of their courses, for a list to choose from."""
    course_path = slice(-2 * LessonPage.steplen)  # A lesson lies in a module, and that in a course.
    paths = {lesson.path[course_path] for lesson in lessons}
    titles = dict(CoursePage.objects.filter(path__in=paths).values_list("path", "title"))
    groups: dict[str, list[tuple[int, str]]] = {}
    for lesson in lessons:
        groups.setdefault(titles[lesson.path[course_path]], []).append((lesson.pk, lesson.title))
    return list(groups.items())
