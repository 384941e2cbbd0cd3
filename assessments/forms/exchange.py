"""Question banks as files: which course, which format, and the file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments import perms
from assessments.importers import READERS, WRITERS
from courses.models import CoursePage

# Names that are the same in every language.
NAMES = {"aiken": "Aiken", "gift": "GIFT", "moodle-xml": "Moodle XML", "csv": "CSV"}


class BankForm(forms.Form):
    """Of the courses offered, all are ones for which the person may write questions."""

    course = forms.ModelChoiceField(CoursePage.objects.none(), label=_("Course"))

    def __init__(self, *args: Any, for_user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = perms.authored_courses(for_user).order_by("title")
        self.fields["course"].queryset = courses  # type: ignore[attr-defined]


class ImportForm(BankForm):
    format = forms.ChoiceField(
        choices=[(name, NAMES[name]) for name in READERS],
        label=_("Format"),
        help_text=_("CSV is also the choice for an Excel file."),
    )
    file = forms.FileField(label=_("File"), help_text=_("At most 5 MB and 5,000 questions."))
    dry_run = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Only show what would happen"),
        help_text=_("To add the questions, choose the file again without this."),
    )


class ExportForm(BankForm):
    format = forms.ChoiceField(choices=[(name, NAMES[name]) for name in WRITERS], label=_("Format"))
