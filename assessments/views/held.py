"""Spoken and paper tests: draw the paper, print it, enter the answers, confirm them (R29)."""

from base64 import b64encode
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from assessments import actions, perms
from assessments.forms import AnswerSheetForm, HoldForm, with_letters
from assessments.models import AnswerSheet, PaperPicture, Sitting
from assessments.views.desk import ActingView, DeskMixin, PersonMixin
from people import perms as people
from people.asked import key_in
from people.models import Authority


class HoldSittingView(PersonMixin, ActingView):
    """Draws the paper; the lessons, tries and waits of the rule are asked for as on a screen."""

    form_class = HoldForm
    page_title = gettext_lazy("Spoken or paper test")
    submit_label = gettext_lazy("Start the test")
    extra_context = {
        "intro": gettext_lazy(
            "You hold the test and enter the answers. Somebody else then confirms them, and only "
            "then is there a result."
        )
    }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "courses": self.course_ids()}

    def act(self, form: Form) -> HttpResponse:
        sitting = actions.hold_sitting(
            learner=self.learner, by=self.person, now=self.now, **form.cleaned_data
        )
        return redirect("held_answers", sitting.pk)


class HeldMixin(DeskMixin):
    """One spoken or paper test; once it is closed, its pages show nothing of it any more."""

    acted_by: tuple[str, ...] = perms.HOLDERS

    @cached_property
    def sitting(self) -> Sitting:
        held = perms.desk_sittings(self.person, *perms.DESK).exclude(mode=Sitting.Mode.ONLINE)
        return get_object_or_404(held.select_related("rule"), pk=self.kwargs["pk"])

    @cached_property
    def sheet(self) -> AnswerSheet | None:
        sheets = AnswerSheet.objects.select_related("proposed_by")
        return sheets.filter(sitting=self.sitting).first()

    @property
    def authority(self) -> Authority | None:
        return self.sitting.authority

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        there = people.holds(request, *self.opened_by)
        if there and self.sitting.closed_at is not None:
            messages.info(request, _("This test is closed. Nothing has changed."))
            return redirect("open_sittings")
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return f"{self.sitting.learner.full_name}, {self.sitting.course.title}"

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("open_sittings"), "label": _("Open tests")}]


class HeldPaperView(HeldMixin, ActingView):
    """The paper to print or to read aloud: what the driver sees, with letters, and no key."""

    form_class = Form
    http_method_names = ["get", "head", "options"]
    page_title = gettext_lazy("Test paper")
    template_name = "assessments/admin/desk/paper.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        questions = self.sitting.questions
        pictures = _pictures(questions)
        rows = [
            (with_letters(question), pictures.get(question.get("picture", {}).get("digest")))
            for question in questions
        ]
        named = [question.get("picture", {}).get("alt", "") for question in questions]
        return super().get_context_data(
            sitting=self.sitting, rows=list(zip(rows, named, strict=True)), **kwargs
        )


def _pictures(questions: list[Any]) -> dict[str, str]:
    """The pictures of the paper as addresses that hold them, so that one page is all of it."""
    digests = [question["picture"]["digest"] for question in questions if "picture" in question]
    kept = PaperPicture.objects.filter(digest__in=digests)
    return {
        picture.digest: f"data:image/webp;base64,{b64encode(bytes(picture.content)).decode()}"
        for picture in kept
    }


class EnterAnswersView(HeldMixin, ActingView):
    """All questions on one page, for copying from paper; also again, until somebody confirms."""

    form_class = AnswerSheetForm
    page_title = gettext_lazy("Enter the answers")
    submit_label = gettext_lazy("Save the answers")
    extra_context = {
        "intro": gettext_lazy(
            "Enter what was said or written. Leave out a question that was not answered. Then "
            "somebody else has to confirm the answers."
        )
    }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sheet is not None and self.sheet.proposed_by != self.person:
            return redirect("confirm_answers", self.sitting.pk)
        return super().get(request, *args, **kwargs)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        address = reverse("held_paper", args=[self.sitting.pk])
        return [HeaderButton(_("Print the paper"), address, icon_name="download")]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "questions": self.sitting.questions,
            "given": self.sitting.given_answers(),
        }

    def act(self, form: Any) -> HttpResponse:
        actions.enter_answers(
            sitting=self.sitting, answers=form.answers(), by=self.person, now=self.now
        )
        messages.success(self.request, _("The answers are saved. Somebody else can confirm them."))
        return redirect("open_sittings")


class ConfirmAnswersView(HeldMixin, ActingView):
    """What was entered as it stands, not what is right. Confirming it marks the test."""

    form_class = Form
    page_title = gettext_lazy("Confirm the answers")
    template_name = "assessments/admin/desk/confirm.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.sitting.given_answers()
        rows = [
            (question["text"], _chosen(question, given.get(position, "")))
            for position, question in enumerate(self.sitting.questions, start=1)
        ]
        return super().get_context_data(
            sitting=self.sitting,
            sheet=self.sheet,
            rows=rows,
            seen=actions.last_entered(self.sitting),
            entered_here=self.sheet is not None and self.sheet.proposed_by == self.person,
            **kwargs,
        )

    def act(self, form: Form) -> HttpResponse:
        seen = key_in(self.request.POST.get("seen"))
        sitting = actions.confirm_answers(
            sitting=self.sitting,
            seen=-1 if seen is None else seen,
            by=self.person,
            now=self.now,
        )
        told = {"result": Sitting.Outcome(sitting.outcome).label}
        messages.success(self.request, _("The test is marked: %(result)s.") % told)
        return redirect("open_sittings")


def _chosen(question: Any, chosen: str) -> list[str]:
    """The texts of the chosen options, with their letters."""
    tokens = chosen.split()
    options = with_letters(question)["options"]
    return [option["text"] for option in options if option["token"] in tokens]
