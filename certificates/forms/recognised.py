"""What officers fill in about training elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.models import Evidence
from certificates.recognition import Answer, Checked, Fault, Problem, points_for
from certificates.uploads import MAX_BYTES, Document, UploadRefused, document
from courses.models import CoursePage
from people.models import Authority

QUESTIONS: Mapping[str, Any] = {
    "name": _("Is the name on the document the name on the licence record?"),
    "number": _("Does the document show this person's badge, licence or application number?"),
    "provider": _("Is the training provider on your council's approved list?"),
    "course": _("Is it the right course, in a version that your council accepts?"),
    "passed": _("Does it say that the person passed, and not only that they were there?"),
    "date": _("Is the day of the pass entered as the document says it, day before month?"),
    "age": _("Was the pass recent enough for your council when it was handed in?"),
    "identity": _("Was the person's photo ID seen? Write who saw it."),
    "genuine": _("Has the issuer confirmed that it is genuine? Write who did, and how."),
    "original": _("Is it the document itself, and not a screenshot of one?"),
}
ANSWERS = [
    (Answer.YES, _("Yes")),
    (Answer.NO, _("No")),
    (Answer.NOT_KNOWN, _("Not known")),
]
FAULTS: Mapping[Fault, str | Promise] = {
    Fault.NOT_ANSWERED: _("Answer this before you accept it."),
    Fault.NOT_EXPLAINED: _("Write something beside this answer."),
    Fault.RULES_IT_OUT: _("With this answer it cannot be accepted. Refuse it, and say why."),
    Fault.NOT_ASKED: _("This is not asked here."),
}
UPLOADS: Mapping[str, Any] = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than 5 MB."),
    "not_a_document": _("The file must be a PDF, or a picture as JPEG or PNG."),
}


def full_courses() -> "QuerySet[CoursePage]":
    """What training elsewhere may count for: short courses only renew."""
    courses = CoursePage.objects.original().live()
    return courses.filter(refreshes=None).order_by("title", "pk")  # type: ignore[no-any-return]


class AuthorityForm(forms.Form):
    """For one of the officer's own authorities; asked only where there are several."""

    authority = forms.ModelChoiceField(Authority.objects.none(), label=_("Council"))

    def __init__(self, *args: Any, authorities: "QuerySet[Authority]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["authority"]
        field.queryset, own = authorities, list(authorities[:2])
        field.initial = own[0] if own else None
        if len(own) == 1:
            field.required, field.widget = False, forms.HiddenInput()

    def clean_authority(self) -> Authority | None:
        chosen: Authority | None = self.cleaned_data["authority"]
        return chosen or self.fields["authority"].initial


class FindLicenceForm(AuthorityForm):
    number = forms.CharField(
        label=_("Licence number"),
        help_text=_("As the register has it. For example, PH-1001."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["authority", "number"]


class EvidenceForm(forms.Form):
    """What the document says. The person's name comes from the register."""

    kind = forms.ChoiceField(
        choices=Evidence.Kind.choices, widget=forms.RadioSelect, label=_("What is it?")
    )
    course = forms.ModelChoiceField(
        CoursePage.objects.none(), label=_("Which course does it count for?")
    )
    provider_name = forms.CharField(max_length=200, label=_("Training provider"))
    course_name = forms.CharField(
        max_length=255, label=_("Name of the course there"), help_text=_("As the document has it.")
    )
    their_reference = forms.CharField(
        required=False, max_length=100, label=_("Their number or reference, if there is one")
    )
    passed_on = forms.DateField(
        input_formats=["%d/%m/%Y", "%d %m %Y", "%d.%m.%Y", "%Y-%m-%d"],
        label=_("Day of the pass"),
        help_text=_("Day, month, year. For example, 3/4/2025 is 3 April 2025."),
        error_messages={"invalid": _("Write a real day, for example 3/4/2025.")},
    )
    identity_method = forms.CharField(
        required=False,
        max_length=200,
        label=_("How was identity checked there?"),
        help_text=_("It is printed on the certificate. For example: Photo ID seen by the trainer."),
    )
    document = forms.FileField(
        label=_("Document"),
        help_text=_("A PDF, or a picture as JPEG or PNG. At most 5 MB."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        course: Any = self.fields["course"]
        course.queryset = full_courses()
        course.initial = full_courses().first()

    def clean_document(self) -> Document:
        upload: UploadedFile = self.cleaned_data["document"]
        try:
            return document(upload.name or "", upload.read(MAX_BYTES + 1))
        except UploadRefused as refusal:
            raise forms.ValidationError(UPLOADS[refusal.code]) from refusal


class DecisionForm(forms.Form):
    """The checklist, each answer with room for words beside it, and the decision."""

    ACCEPT, REFUSE = "accept", "refuse"
    decision = forms.ChoiceField(
        choices=[(ACCEPT, _("Accept it")), (REFUSE, _("Refuse it"))],
        widget=forms.RadioSelect,
        label=_("Decision"),
    )
    reason = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        label=_("Reason"),
        help_text=_("Needed to refuse it. The person reads it."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [point.code for point in points_for(kind)]
        for code in self.codes:
            self.fields[f"answer_{code}"] = forms.ChoiceField(
                choices=ANSWERS, required=False, widget=forms.RadioSelect, label=QUESTIONS[code]
            )
            self.fields[f"note_{code}"] = forms.CharField(
                required=False, max_length=500, label=_("What you found")
            )

    def points(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for code in self.codes:
            yield self[f"answer_{code}"], self[f"note_{code}"]

    @property
    def accepts(self) -> bool:
        return bool(self.cleaned_data["decision"] == self.ACCEPT)

    def answers(self) -> dict[str, Checked]:
        told = self.cleaned_data
        return {
            code: Checked(Answer(told[f"answer_{code}"]), told[f"note_{code}"])
            for code in self.codes
            if told[f"answer_{code}"]
        }

    def blame(self, problems: list[Problem]) -> None:
        """Put each problem beside the answer it is about."""
        for problem in problems:
            where = "note" if problem.fault is Fault.NOT_EXPLAINED else "answer"
            self.add_error(f"{where}_{problem.code}", str(FAULTS[problem.fault]))


class PastRecordsForm(AuthorityForm):
    course = forms.ModelChoiceField(
        CoursePage.objects.none(), label=_("Which course do they count for?")
    )
    file = forms.FileField(
        label=_("File"), help_text=_("CSV or XLSX. At most 5 MB and 20,000 rows.")
    )
    dry_run = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Only show what would happen"),
        help_text=_("To enter the records, choose the file again without this."),
    )
    field_order = ["authority", "course", "file", "dry_run"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        course: Any = self.fields["course"]
        course.queryset = full_courses()
        course.initial = full_courses().first()
