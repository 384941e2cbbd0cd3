"""The staff door of the question bank. Drafts and live questions alike are exam secrets."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.utils import get_latest_str
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.permissions import register_permission_policy
from wagtail.snippets.action_menu import ActionMenuItem, UnpublishMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet

from assessments import perms, policies
from assessments.forms import QuestionFilters, QuestionForm, TopicForm
from assessments.models import BankStanding, DrawnQuestion, Question, Topic
from assessments.views.bank import (
    QuestionUseView,
    RetireQuestionView,
    preview_question,
    similar_questions,
)
from assessments.wagtail_hooks.own import (
    ANYTHING,
    CopyQuestionView,
    OwnContent,
    PullQuestionView,
)

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
    edit_handler = ObjectList(Topic.panels, base_form_class=TopicForm)


class QuestionListView(IndexView):
    """Finds a question also by the words of its options and of a newer draft."""

    is_searchable = True

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.mentioning(self.search_query) if self.is_searching else queryset


class QuestionEditView(EditView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        use = reverse("wagtailsnippets_assessments_question:use", args=[self.object.pk])
        where = Button(_("Where it was used"), use, icon_name="list-ul", priority=30)
        return [*super().header_more_buttons, where]


class QuestionViewSet(ExamContentViewSet):
    model = Question
    icon = "help"
    menu_label = _("Test questions")
    menu_order = 310
    list_display = [
        "__str__",
        Column("topic", label=_("Topic"), accessor="topic.title", sort_key="topic__title"),
        Column("kind", label=_("Kind"), accessor="get_kind_display", sort_key="kind"),
        Column(
            "language", label=_("Language"), accessor="get_language_display", sort_key="language"
        ),
        BooleanColumn("critical", label=_("Must get right"), sort_key="critical"),
        DateColumn("review_due_on", label=_("Review by"), sort_key="review_due_on"),
        Column(
            "standing",
            label=_("Standing"),
            accessor=lambda question: BankStanding(question.standing).label,
            sort_key="standing",
        ),
    ]
    filterset_class = QuestionFilters
    search_fields = ["text", "source"]
    edit_handler = ObjectList(Question.panels, base_form_class=QuestionForm)
    index_view_class = QuestionListView
    edit_view_class = QuestionEditView
    copy_view_class = CopyQuestionView
    unpublish_view_class = PullQuestionView

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).with_standing()
        return found.select_related("topic", "latest_revision")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("retire/<str:pk>/", self.construct_view(RetireQuestionView), name="retire"),
            path("use/<str:pk>/", self.construct_view(QuestionUseView), name="use"),
        ]


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


class RetireMenuItem(ActionMenuItem):
    """Also while the question is locked or in review: whoever may, may at any time."""

    name = "action-retire"
    label = _("Retire")
    icon_name = "bin"

    def is_shown(self, context: dict[str, Any]) -> bool:
        if context["view"] != "edit" or context["instance"].retired_at is not None:
            return False
        return perms.may_with_question(context["request"].user, "retire", context["instance"])

    def get_url(self, parent_context: dict[str, Any]) -> str:
        address = "wagtailsnippets_assessments_question:retire"
        return reverse(address, args=[parent_context["instance"].pk])


@hooks.register("construct_snippet_action_menu")
def publish_by_review_alone(
    menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]
) -> None:
    if context["model"] is Question:
        replaced = {"action-publish", "action-unpublish"}
        kept = [item for item in menu_items if item.name not in replaced]
        own: list[ActionMenuItem] = [PullMenuItem(order=20), RetireMenuItem(order=30)]
        menu_items[:] = [*kept, *(item for item in own if item.is_shown(context))]


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def warn_of_similar_questions(request: HttpRequest, instance: Any) -> None:
    """Never a refusal. A draft that the editor saves by itself, while somebody writes, is not asked
    about."""
    if not isinstance(instance, Question) or not request.accepts("text/html"):
        return
    found = similar_questions(request.user, instance)
    if found:
        buttons = [messages.button(address, line) for line, address in _lines(found)]
        told = ngettext(
            "There is a question like this one in the bank.",
            "There are questions like this one in the bank.",
            len(found),
        )
        messages.warning(request, told, buttons=buttons)


@hooks.register("review_notes")
def note_similar_questions(request: HttpRequest, draft: Any) -> list[tuple[str, str]]:
    """For the reviewer's page: what to say, and where it leads."""
    if not isinstance(draft, Question):
        return []
    return _lines(similar_questions(request.user, draft))


def _lines(found: Iterable[tuple[Question, int]]) -> list[tuple[str, str]]:
    return [
        (
            gettext("%(percent)s%% alike: %(question)s")
            % {"percent": percent, "question": get_latest_str(question)},
            reverse("wagtailsnippets_assessments_question:edit", args=[question.pk]),
        )
        for question, percent in found
    ]


hooks.register("preview_question", preview_question)


@hooks.register("before_delete_snippet")
def keep_drawn_questions(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """A question that stood on a paper stays in the bank; it can be unpublished."""
    if not DrawnQuestion.objects.filter(question__in=_questions(instances)).exists():
        return None
    messages.error(request, _("A question that was in a test is kept. Unpublish it instead."))
    return redirect("wagtailsnippets_assessments_question:list")


def _questions(instances: Iterable[Any]) -> list[Question]:
    return [instance for instance in instances if isinstance(instance, Question)]


class QuestionRetired(LogFormatter):
    label = _("Retire a question")

    def format_message(self, log_entry: Any) -> str:
        return gettext("Retired: %(reason)s") % {"reason": log_entry.data["reason"]}


@hooks.register("register_log_actions")
def bank_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("assessments.question_retired")(QuestionRetired)
    actions.register_action(
        "assessments.upkeep_set", _("Set the owner or the day"), _("Owner or review-by day set")
    )
