"""The staff door of the question bank. Drafts and live questions alike are exam secrets."""

from collections.abc import Iterable
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.permissions import register_permission_policy
from wagtail.snippets.action_menu import ActionMenuItem, UnpublishMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from assessments import perms, policies
from assessments.forms import QuestionForm
from assessments.models import DrawnQuestion, Question, Topic
from assessments.wagtail_hooks.own import ANYTHING, OwnContent, PullQuestionView

register_permission_policy(Question, policies.QUESTIONS)
register_permission_policy(Topic, policies.TOPICS)


class NoChooser(SnippetChooserViewSet):
    """A chooser lists its objects to anybody in the staff site: exam content has none."""

    register_widget = False

    def get_urlpatterns(self) -> list[URLPattern]:
        return []


class ExamContentViewSet(SnippetViewSet):
    """Every view, also one that Wagtail may add, shows what the policy allows and no more."""

    chooser_viewset_class = NoChooser
    inspect_view_enabled = False
    add_to_admin_menu = True

    def get_queryset(self, request: HttpRequest) -> Any:
        policy = self.permission_policy
        return policy.instances_user_has_any_permission_for(request.user, ANYTHING)

    def construct_view(self, view_class: type, **kwargs: Any) -> Any:
        own = type(view_class.__name__, (OwnContent, view_class), {})
        return super().construct_view(own, **kwargs)


class TopicViewSet(ExamContentViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Test topics")
    menu_order = 320
    list_display = ["title", "slug", "lesson"]
    search_fields = ["title", "slug"]


class QuestionFilters(WagtailFilterSet):
    topic = django_filters.ModelChoiceFilter(
        queryset=lambda request: perms.trainer_topics(request.user, *perms.QUESTION_ROLES["view"])
    )

    class Meta:
        model = Question
        fields = ["topic", "live", "critical"]


def _standing(question: Question) -> Any:
    """In words of the row alone: Wagtail's own column asks twice more for each question."""
    if not question.live:
        return _("Draft")
    return _("Live, with a newer draft") if question.has_unpublished_changes else _("Live")


class QuestionViewSet(ExamContentViewSet):
    model = Question
    icon = "help"
    menu_label = _("Test questions")
    menu_order = 310
    list_display = [
        "__str__",
        "topic",
        "critical",
        Column("standing", label=_("Standing"), accessor=_standing),
    ]
    filterset_class = QuestionFilters
    search_fields = ["text", "source"]
    edit_handler = ObjectList(Question.panels, base_form_class=QuestionForm)
    unpublish_view_class = PullQuestionView

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("topic", "latest_revision")


register_snippet(TopicViewSet)
register_snippet(QuestionViewSet)


class PullMenuItem(UnpublishMenuItem):
    """Also while a change is in review, when everything else is locked: an unsafe question has to
    be gone within minutes."""

    def is_shown(self, context: dict[str, Any]) -> bool:
        if context["view"] != "edit" or not context["instance"].live:
            return False
        return policies.QUESTIONS.user_has_permission_for_instance(
            context["request"].user, "unpublish", context["instance"]
        )


@hooks.register("construct_snippet_action_menu")
def publish_by_review_alone(
    menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]
) -> None:
    if context["model"] is Question:
        replaced = {"action-publish", "action-unpublish"}
        kept = [item for item in menu_items if item.name not in replaced]
        pull = PullMenuItem(order=20)
        menu_items[:] = [*kept, pull] if pull.is_shown(context) else kept


@hooks.register("before_delete_snippet")
def keep_drawn_questions(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """A question that stood on a paper stays in the bank; it can be unpublished."""
    if not DrawnQuestion.objects.filter(question__in=_questions(instances)).exists():
        return None
    messages.error(request, _("A question that was in a test is kept. Unpublish it instead."))
    return redirect("wagtailsnippets_assessments_question:list")


def _questions(instances: Iterable[Any]) -> list[Question]:
    return [instance for instance in instances if isinstance(instance, Question)]
