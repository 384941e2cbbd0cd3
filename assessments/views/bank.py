"""What staff see of a question beside its editor: a preview, its use, others like it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin.ui.tables import Column, Table
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from assessments import actions, paper, perms, similarity
from assessments.forms import AnswerForm, RetireQuestionForm
from assessments.models import DrawnQuestion, Question

NEAREST = 50  # So many share the most words; they are compared in full.
SHOWN = 3
QUESTION_REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("You may not do this with this question."),
    "retired": gettext_lazy("It is retired."),
    "no_reason": gettext_lazy("Give the reason."),
    "in_review": gettext_lazy("It is in review."),
    "locked": gettext_lazy("Somebody has locked it."),
    "nothing_new": gettext_lazy("It has no draft that is newer than the live version."),
    "faulty": gettext_lazy("It cannot go to review yet."),
    "not_live": gettext_lazy("It is not live."),
    "not_a_trainer": gettext_lazy("The owner has to be a trainer of the council."),
    "day_is_over": gettext_lazy("Set the day of the next review, from today on."),
}


def why_not(refused: actions.QuestionRefused) -> str:
    """The refusal in sentences."""
    return " ".join([str(QUESTION_REFUSALS[refused.code]), *refused.faults])


def similar_questions(user: Any, question: Question) -> Sequence[tuple[Question, int]]:
    """Questions of the same bank that are too much like this one as it stands now, each with how
    alike in per cent; only those that the person may see."""
    options = tuple(option.text for option in question.options.all())
    own = similarity.Wording(question.text, options)
    words = {word for text in (own.text, *options) for word in similarity.words(text)}
    near = perms.same_bank(user, question).sharing_words(words, language=question.language)
    others = {
        other: similarity.Wording(other.wording, tuple(other.option_wording))
        for other in near[:NEAREST]
    }
    found = similarity.most_alike(own, others, most=SHOWN)
    return [(other, round(100 * likeness)) for other, likeness in found]


def preview_question(request: HttpRequest, question: Question) -> HttpResponse:
    """The question as it stands on the page of a test; nothing says which option is right."""
    options = question.options.all()
    shown = paper.shown(
        text=question.text,
        kind=question.kind,
        options=[option.text for option in options],
        seed="" if question.fixed_order else f"preview of {question.pk}",
    )
    context = {"question": question, "form": AnswerForm(question=shown)}
    return render(request, "assessments/admin/question_preview.html", context)


class OneQuestionMixin(PermissionCheckedMixin, BaseObjectMixin, WagtailAdminTemplateMixin):
    """A page about one question, with the way back to the list and to its editor."""

    model = Question
    header_icon = "help"
    object: Question

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(_address("list")), "label": _("Test questions")},
            {"url": self.edit_url, "label": str(self.object)},
            {"url": "", "label": self.get_page_title()},
        ]

    @property
    def edit_url(self) -> str:
        return reverse(_address("edit"), args=[self.object.pk])


class RetireQuestionView(OneQuestionMixin, FormView):
    """Asks for the reason, then takes the question out for good."""

    permission_required = "retire"
    form_class = RetireQuestionForm
    page_title = gettext_lazy("Retire")
    template_name = "courses/admin/form.html"
    extra_context = {"submit_label": gettext_lazy("Retire this question")}

    def form_valid(self, form: RetireQuestionForm) -> HttpResponse:
        user: Any = self.request.user
        try:
            actions.retire(
                question=self.object,
                reason=form.cleaned_data["reason"],
                by=user,
                now=timezone.now(),
            )
        except actions.QuestionRefused as refused:
            form.add_error(None, why_not(refused))
            return self.form_invalid(form)
        messages.success(self.request, _("The question is retired."))
        return redirect(self.edit_url)


class QuestionUseView(OneQuestionMixin, TemplateView):
    """On how many papers each version stood, first and last; nobody's name."""

    any_permission_required = ["view"]
    page_title = gettext_lazy("Where it was used")
    template_name = "assessments/admin/question_use.html"

    @cached_property
    def versions(self) -> list[dict[str, Any]]:
        drawn = DrawnQuestion.objects.filter(question=self.object)
        counted = drawn.values("revision", "revision__created_at").annotate(
            papers=Count("pk"), first=Min("sitting__started_at"), last=Max("sitting__started_at")
        )
        return list(counted.order_by("-last"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        columns = [
            Column("version", label=_("Version of"), accessor=_version),
            Column("live", label=_("Live now"), accessor=self._live),
            Column("papers", label=_("Papers"), accessor=lambda row: row["papers"]),
            Column("first", label=_("First"), accessor=lambda row: _day(row["first"])),
            Column("last", label=_("Last"), accessor=lambda row: _day(row["last"])),
        ]
        table = Table(columns, self.versions, caption=self.page_title)
        return super().get_context_data(table=table, versions=self.versions, **kwargs)

    def _live(self, row: dict[str, Any]) -> str:
        same = self.object.live and row["revision"] == self.object.live_revision_id
        return _("Yes") if same else ""


def _version(row: dict[str, Any]) -> str:
    made_at = row["revision__created_at"]
    return _day(made_at) if made_at else _("Before versions were kept")


def _day(at: Any) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def _address(name: str) -> str:
    return f"wagtailsnippets_assessments_question:{name}"
