"""Messages that were given up: for platform administrators to look at and to send again."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from outbox import actions
from outbox.forms import RetryForm
from outbox.models import Message
from outbox.transports import remembered

PER_PAGE = 50
LONGEST = 18  # Digits of a number that the database surely takes.
REFUSALS: dict[str, str | Promise] = {
    "not_given_up": gettext_lazy("This message was put back already."),
    "sent_instead": gettext_lazy("It was sent by another channel instead."),
    "no_reason": gettext_lazy("Give the reason."),
}


class UnsentMixin(WagtailAdminTemplateMixin):
    """For platform administrators; anybody else is refused."""

    header_icon = "mail"
    request: HttpRequest
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(request.user, "is_superuser", False):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]


class UnsentMessagesView(UnsentMixin, TemplateView):
    """The latest first; the next page begins after the last message of this one."""

    page_title = gettext_lazy("Messages that were not sent")
    template_name = "outbox/admin/unsent_messages.html"

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        channel = self.request.GET.get("channel", "")
        dead = Message.objects.dead()
        if channel in Message.Channel.values:
            dead = dead.filter(channel=channel)
        count = dead.count()
        before = self.request.GET.get("before", "")
        if before.isdecimal() and len(before) <= LONGEST:
            dead = _after(dead, int(before))
        shown = list(dead.order_by("-failed_at", "-pk")[: PER_PAGE + 1])
        return super().get_context_data(
            unsent=shown[:PER_PAGE],
            more=shown[PER_PAGE - 1] if len(shown) > PER_PAGE else None,
            count=count,
            channel=channel,
            channels=Message.Channel.choices,
            **kwargs,
        )


def _after(dead: Any, pk: int) -> Any:
    last = get_object_or_404(Message, pk=pk, failed_at__isnull=False)
    return dead.filter(Q(failed_at__lt=last.failed_at) | Q(failed_at=last.failed_at, pk__lt=pk))


class UnsentMessageView(UnsentMixin, FormView):
    """One message with all that happened to it, and the way to send it again."""

    form_class = RetryForm
    page_title = gettext_lazy("Message that was not sent")
    template_name = "outbox/admin/unsent_message.html"

    @cached_property
    def message(self) -> Message:
        return get_object_or_404(Message.objects.dead(), pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        unsent: dict[str, str | Promise] = {
            "url": reverse("unsent_messages"),
            "label": UnsentMessagesView.page_title,
        }
        return [*self.breadcrumbs_items, unsent, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            message=self.message,
            events=self.message.events.select_related("by"),
            may_be_asked=remembered(self.message, now=timezone.now()),
            submit_label=_("Send it again"),
            **kwargs,
        )

    def form_valid(self, form: RetryForm) -> HttpResponse:
        try:
            actions.retry(
                message_id=self.message.pk,
                by=cast("AbstractBaseUser", self.request.user),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except actions.RetryRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The message is back in the queue."))
        return redirect("unsent_messages")
