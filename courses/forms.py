"""Forms on lesson screens."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses import perms
from courses.models import CourseIndexPage
from courses.wording import BARRED
from people.models import Audience, Authority


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
