"""Views of exam content that answer about one's own and about nothing else."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.http import Http404, HttpRequest
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import CopyView, UnpublishView

from people.asked import key_in

ANYTHING = ("view", "add", "change", "delete", "unpublish")


class OwnContent:
    """In front of every view of exam content, those included that Wagtail guards for the model
    alone: what belongs to others is not there. No refusal names it, nor tells that it exists."""

    own: Model | None = None
    model: type[Model]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        if "pk" in kwargs:
            self.own = self._find(request, unquote(str(kwargs["pk"])))
        super().setup(request, *args, **kwargs)  # type: ignore[misc]

    def _find(self, request: HttpRequest, pk: str) -> Model:
        policy = policy_registry.get_by_type(self.model)
        visible = policy.instances_user_has_any_permission_for(request.user, ANYTHING)
        found: Model | None = visible.filter(pk=key_in(pk)).first()
        if found is None:
            raise Http404
        return found

    def user_has_permission(self, permission: str) -> bool:
        """Asked for the one at hand, where there is one: roles differ between authorities."""
        allowed: bool = super().user_has_permission(permission)  # type: ignore[misc]
        if self.own is None or not allowed:
            return allowed
        return bool(self.user_has_permission_for_instance(permission, self.own))  # type: ignore[attr-defined]


class PullQuestionView(UnpublishView):
    """Reviewers take a question out of the tests at once; papers keep their own copy."""

    permission_required = "unpublish"


class CopyQuestionView(CopyView):
    """Shows a filled-in form that leads to a new question. Sent to this address instead, Wagtail
    would write it into the question it was copied from, live or not, past any review."""

    http_method_names = ("get", "head")
