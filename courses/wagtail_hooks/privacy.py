"""What Wagtail shows on its own account, narrowed to what the person may open."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.rich_text.converters.contentstate import link_entity
from wagtail.admin.rich_text.converters.html_to_contentstate import (
    ExternalLinkElementHandler,
    PageLinkElementHandler,
)
from wagtail.admin.ui.components import Component
from wagtail.admin.views import home
from wagtail.models import Page
from wagtail.permissions import policy_registry
from wagtail.rich_text.pages import PageLinkHandler

from courses import perms


@hooks.register("construct_page_chooser_queryset")
def offer_choosable_pages(pages: Any, request: HttpRequest) -> Any:
    return pages.filter(pk__in=perms.choosable_pages(request.user).values("pk"))


class LivePageLink(PageLinkHandler):
    """A link leads to published pages only: the address of a draft would tell what it is about."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, Any]]) -> list[Any]:
        pages = super().get_many(attrs_list)
        return [page if page is not None and page.live else None for page in pages]


class LivePageLinkInEditor(PageLinkElementHandler):
    """The editor keeps a link to a draft, without its address."""

    def get_attribute_data(self, attrs: dict[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = super().get_attribute_data(attrs)
        live = Page.objects.live().filter(pk=data["id"]).exists()
        return data if live else {"id": data["id"], "url": None, "parentId": None}


@hooks.register("register_rich_text_features", order=1)  # After Wagtail's own.
def link_to_live_pages(features: Any) -> None:
    features.register_link_type(LivePageLink)
    from_database = {
        "a[href]": ExternalLinkElementHandler("LINK"),
        'a[linktype="page"]': LivePageLinkInEditor("LINK"),
    }
    to_database = {"entity_decorators": {"LINK": link_entity}}
    rule = {"from_database_format": from_database, "to_database_format": to_database}
    features.register_converter_rule("contentstate", "link", rule)


class InReviewPanel(home.UserObjectsInWorkflowModerationPanel):
    """What one sent to review, as long as one still works there."""

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        user = parent_context["request"].user
        context["workflow_states"] = [
            state for state in context["workflow_states"] if _may_change(user, state.content_object)
        ]
        return context


class RecentEditsPanel(home.RecentEditsPanel):
    """What one wrote last, as long as one still works there."""

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        user = parent_context["request"].user
        edits = context["last_edits"]
        context["last_edits"] = [(at, page) for at, page in edits if _may_change(user, page)]
        return context


class LockedPagesPanel(home.LockedPagesPanel):
    """What one locked, as long as one still works there."""

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        user = parent_context["request"].user
        opened = perms.open_pages(user).values("pk")
        context["locked_pages"] = context["locked_pages"].filter(pk__in=opened)
        return context


OWN_PANELS = {
    home.UserObjectsInWorkflowModerationPanel: InReviewPanel,
    home.RecentEditsPanel: RecentEditsPanel,
    home.LockedPagesPanel: LockedPagesPanel,
}


@hooks.register("construct_homepage_panels")
def narrow_panels(request: HttpRequest, panels: list[Component]) -> None:
    panels[:] = [
        OWN_PANELS[type(panel)]() if type(panel) in OWN_PANELS else panel for panel in panels
    ]


def _may_change(user: Any, content: Any) -> bool:
    if isinstance(content, Page):
        return bool(content.permissions_for_user(user).can_edit())
    may: bool = policy_registry.get(content).user_has_permission_for_instance(
        user, "change", content
    )
    return may
