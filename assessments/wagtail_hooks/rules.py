"""The staff door of the tests: the question bank and the test rules."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import LiveStatusTagColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from assessments import perms, views
from assessments.forms import QuestionForm
from assessments.models import DrawnQuestion, Question, Topic


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Test topics")
    menu_order = 320
    add_to_admin_menu = True
    list_display = ["title", "slug", "lesson"]
    search_fields = ["title", "slug"]


class NoChooser(SnippetChooserViewSet):
    """A chooser lists its objects to anybody in the staff site: exam questions have none."""

    register_widget = False

    def get_urlpatterns(self) -> list[URLPattern]:
        return []


class QuestionViewSet(SnippetViewSet):
    """Drafts and live questions alike are shown to authors and reviewers only (``lms.roles``)."""

    model = Question
    icon = "help"
    menu_label = _("Test questions")
    menu_order = 310
    add_to_admin_menu = True
    list_display = ["__str__", "topic", "critical", LiveStatusTagColumn()]
    list_filter = ["topic", "live", "critical"]
    search_fields = ["text", "source"]
    inspect_view_enabled = False
    chooser_viewset_class = NoChooser
    edit_handler = ObjectList(Question.panels, base_form_class=QuestionForm)


register_snippet(TopicViewSet)
register_snippet(QuestionViewSet)


@hooks.register("before_delete_snippet")
def keep_drawn_questions(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """A question that stood on a paper stays in the bank; it can be unpublished."""
    if not DrawnQuestion.objects.filter(question__in=_questions(instances)).exists():
        return None
    messages.error(request, _("A question that was in a test is kept. Unpublish it instead."))
    return redirect("wagtailsnippets_assessments_question:list")


def _questions(instances: Iterable[Any]) -> list[Question]:
    return [instance for instance in instances if isinstance(instance, Question)]


@hooks.register("register_admin_urls")
def rule_urls() -> list[URLPattern]:
    return [
        path("test-rules/", views.TestRulesView.as_view(), name="test_rules"),
        path("test-rules/new/", views.ProposeTestRuleView.as_view(), name="propose_test_rule"),
        path("test-rules/<int:pk>/", views.TestRuleView.as_view(), name="test_rule"),
    ]


class RulesMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return perms.rule_authorities(request.user).exists()


@hooks.register("register_admin_menu_item")
def rules_menu_item() -> MenuItem:
    return RulesMenuItem(_("Test rules"), reverse("test_rules"), icon_name="list-ol", order=330)
