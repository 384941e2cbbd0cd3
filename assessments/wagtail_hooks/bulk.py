"""What staff do with several questions at once: the same actions, one by one, each asked again
whether this person may."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.utils import get_latest_str
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from assessments import actions, perms
from assessments.forms import QuestionFilters, QuestionUpkeepForm, RetireQuestionForm
from assessments.models import Question
from assessments.views.bank import why_not
from people.asked import key_in

NAMED = 60  # Letters of a question by which somebody knows it again.


class QuestionBulkAction(SnippetBulkAction):
    """Whatever is not the person's to see is not there. What an action refuses is told with the
    reason, and the others are done all the same."""

    models = [Question]
    permission: str
    done: Any
    explanation: Any = ""
    template_name = "assessments/admin/bulk_questions.html"

    def get_actionable_objects(self) -> tuple[list[Question], dict[str, Any]]:
        visible = perms.questions_open_to(self.request.user, "view")
        chosen = self._chosen(visible).select_related("latest_revision")
        open_to = set(
            perms.questions_open_to(self.request.user, self.permission)
            .filter(pk__in=chosen.values("pk"))
            .values_list("pk", flat=True)
        )
        found = list(chosen)
        if not found:
            raise Http404
        return (
            [question for question in found if question.pk in open_to],
            {"items_with_no_access": [each for each in found if each.pk not in open_to]},
        )

    def _chosen(self, visible: Any) -> Any:
        """The questions named or, for "all", those that the list shows as it is narrowed."""
        asked = self.request.GET.getlist("id")
        if "all" not in asked:
            return visible.filter(pk__in=set(map(key_in, asked)))
        narrowed = QuestionFilters(self.request.GET, queryset=visible, request=self.request).qs
        phrase = self.request.GET.get("q", "")
        return narrowed.mentioning(phrase) if phrase else narrowed

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = {"title": self.display_name, "explanation": self.explanation}
        return {**super().get_context_data(**kwargs), **said}

    def act(self, question: Question, **said: Any) -> None:
        """Raises QuestionRefused."""
        raise NotImplementedError

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        action: QuestionBulkAction = kwargs["self"]
        action.refused = []
        for question in objects:
            try:
                action.act(question, **action.cleaned_form.cleaned_data)
            except actions.QuestionRefused as refused:
                action.refused.append((question, why_not(refused)))
        return len(objects) - len(action.refused), 0

    refused: list[tuple[Question, str]]

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        for question, why in self.refused:
            name = Truncator(get_latest_str(question)).chars(NAMED)
            messages.warning(
                self.request,
                _("Not done: “%(question)s”. %(why)s") % {"question": name, "why": why},
            )
        if not num_parent_objects:
            return None
        return str(self.done % {"n": num_parent_objects})


class SubmitQuestions(QuestionBulkAction):
    display_name = _("Submit for review")
    action_type = "submit"
    aria_label = _("Submit the selected questions for review")
    action_priority = 10
    permission = "submit"
    explanation = _("Another person reviews each of them before it goes live.")
    done = ngettext_lazy("%(n)s question is in review.", "%(n)s questions are in review.", "n")

    def act(self, question: Question, **said: Any) -> None:
        actions.submit_for_review(question=question, by=self.request.user, now=timezone.now())


class UnpublishQuestions(QuestionBulkAction):
    display_name = _("Unpublish")
    action_type = "unpublish"
    aria_label = _("Unpublish the selected questions")
    action_priority = 15
    permission = "unpublish"
    explanation = _("They are in no new test until a reviewer approves them again.")
    done = ngettext_lazy("%(n)s question is unpublished.", "%(n)s questions are unpublished.", "n")

    def act(self, question: Question, **said: Any) -> None:
        actions.take_out(question=question, by=self.request.user, now=timezone.now())


class RetireQuestions(QuestionBulkAction):
    display_name = _("Retire")
    action_type = "retire"
    aria_label = _("Retire the selected questions")
    action_priority = 25
    classes = {"serious"}
    permission = "retire"
    form_class = RetireQuestionForm
    done = ngettext_lazy("%(n)s question is retired.", "%(n)s questions are retired.", "n")

    def act(self, question: Question, **said: Any) -> None:
        if question.retired_at is not None:
            raise actions.QuestionRefused("retired")
        actions.retire(question=question, by=self.request.user, now=timezone.now(), **said)


class SetUpkeepOfQuestions(QuestionBulkAction):
    display_name = _("Set owner or review-by day")
    action_type = "upkeep"
    aria_label = _("Set the owner or the review-by day of the selected questions")
    action_priority = 20
    permission = "change"
    form_class = QuestionUpkeepForm
    done = ngettext_lazy("%(n)s question is changed.", "%(n)s questions are changed.", "n")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def act(self, question: Question, **said: Any) -> None:
        actions.set_upkeep(question=question, by=self.request.user, now=timezone.now(), **said)


for action in (SubmitQuestions, UnpublishQuestions, RetireQuestions, SetUpkeepOfQuestions):
    hooks.register("register_bulk_action", action)
