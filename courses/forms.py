"""Forms on lesson screens."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from courses import perms
from courses.models import CourseIndexPage, CoursePage
from courses.wording import BARRED
from people.models import Audience, Authority, User


class CheckForm(forms.Form):
    """One understanding check. ``options`` are the texts, in the order they are shown."""

    option = forms.TypedChoiceField(
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer"), "invalid_choice": _("Choose an answer")},
    )

    def __init__(self, *args: Any, question: str, options: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["option"]
        field.label = question
        field.choices = list(enumerate(options))  # type: ignore[attr-defined]


class StartCourseForm(forms.Form):
    """A new course, for an authority at which ``user`` writes. Raises nothing: faults are shown."""

    authority = forms.ModelChoiceField(Authority.objects.none(), label=_("Council"))
    title = forms.CharField(max_length=255, label=_("Title"))
    slug = forms.SlugField(
        label=_("Address"),
        help_text=_("The last part of its web address. For example, safeguarding-operators."),
    )
    summary = forms.CharField(max_length=250, label=_("Summary"))
    audience = forms.ChoiceField(choices=Audience.choices, label=_("Who takes it"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authorities = perms.writing_authorities(user)
        self.fields["authority"].queryset = authorities  # type: ignore[attr-defined]
        self.fields["authority"].initial = authorities.first()

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if CourseIndexPage.original().get_children().filter(slug=slug).exists():
            raise forms.ValidationError(_("There is a course at this address already."))
        return slug


class AllowTermForm(forms.Form):
    """One barred term and the reason why one lesson may use it."""

    term = forms.ChoiceField(
        choices=[(barred.term, barred.term) for barred in BARRED], label=_("Term")
    )
    reason = forms.CharField(
        widget=forms.Textarea({"rows": 3}),
        label=_("Reason"),
        help_text=_("Why this lesson needs the term. For example: it teaches why we avoid it."),
    )


class TranslateForm(forms.Form):
    """The language to translate a page into: any but the one it was written in."""

    language = forms.ChoiceField(
        choices=[choice for choice in settings.LANGUAGES if choice[0] != settings.LANGUAGE_CODE],
        label=_("Language"),
        help_text=_("If the page is in this language already, you are taken to it."),
    )


def wide_select() -> forms.Select:
    """As wide as its column, however long its options: on a phone they would not fit."""
    return forms.Select({"class": "w-w-full"})


class CouncilForm(forms.Form):
    """For whoever keeps groups at several councils: at which one?"""

    authority = forms.ModelChoiceField(
        Authority.objects.none(),
        widget=wide_select(),
        label=_("Council"),
        error_messages={"required": _("Choose one")},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authorities = perms.cohort_authorities(user)
        self.fields["authority"].queryset = authorities  # type: ignore[attr-defined]


class TrainerField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_full_name()} ({obj.email})" if obj.get_full_name() else obj.email


class CohortForm(forms.Form):
    """A group of people of ``authority``. The course is chosen once: their progress hangs on it."""

    name = forms.CharField(
        max_length=120,
        label=_("Name"),
        help_text=_("People in the group see it. For example: New drivers, spring 2027."),
    )
    course = forms.ModelChoiceField(
        CoursePage.objects.none(), widget=wide_select(), label=_("Course")
    )
    trainer = TrainerField(User.objects.none(), widget=wide_select(), label=_("Trainer"))
    deadline_on = forms.DateField(
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        label=_("Finish by"),
        help_text=_("The last day on which they may finish."),
    )

    def __init__(
        self, *args: Any, authority: Authority, choose_course: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        trainers = perms.trainers_at(authority).order_by("first_name", "last_name", "email")
        self.fields["trainer"].queryset = trainers  # type: ignore[attr-defined]
        if choose_course:
            courses = CoursePage.objects.original().live().order_by("title")
            self.fields["course"].queryset = courses  # type: ignore[attr-defined]
        else:
            del self.fields["course"]


class AddPeopleForm(forms.Form):
    """A pasted list of people, one on each line."""

    MOST = 200

    people = forms.CharField(
        max_length=MOST * 300,
        widget=forms.Textarea({"rows": 10, "autocomplete": "off", "spellcheck": "false"}),
        label=_("Email addresses or licence numbers"),
        help_text=format_lazy(_("One on each line, up to {most} at a time."), most=MOST),
    )

    def clean_people(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["people"].splitlines()]
        named = [line for line in lines if line]
        if len(named) > self.MOST:
            raise forms.ValidationError(
                _("There are %(number)s lines. Add %(most)s people at a time."),
                params={"number": len(named), "most": self.MOST},
            )
        return named
