"""Which systems of one's authority are told of changes, and the log of each telling."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView

from licensing import perms
from licensing.models import DeliveryTry, Webhook


def moment_in_words(moment: Any) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def state_in_words(webhook: Webhook) -> str:
    """What an officer needs to know of it in a few words."""
    if webhook.ended_at is not None:
        return _("Removed")
    if webhook.paused_at is not None:
        return _("Stopped: %(reason)s") % {"reason": webhook.get_pause_reason_display()}
    if webhook.failing_since is not None:
        since = moment_in_words(webhook.failing_since)
        return _("Failing since %(moment)s") % {"moment": since}
    return _("Working")


def answer_in_words(one: DeliveryTry) -> str:
    if one.status is None:
        return one.error
    return _("Status %(status)s") % {"status": one.status}


class OfficersListView(BaseListingView):
    """A list for licensing officers; anybody else is refused."""

    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_see_webhooks(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]


class WebhookListView(OfficersListView):
    """Each address that a system gave us, and whether it takes what it is told."""

    model = Webhook
    page_title = gettext_lazy("Connected systems")
    header_icon = "link"
    index_url_name = "staff_webhooks"
    index_results_url_name = "staff_webhooks_results"
    default_ordering = "-created_at"
    columns: list[BaseColumn] = [
        TitleColumn(
            "url",
            label=gettext_lazy("Address"),
            get_url=lambda webhook: reverse("staff_webhook", args=[webhook.pk]),
        ),
        Column("system", label=gettext_lazy("System"), accessor="client.client.name"),
        Column("authority", label=gettext_lazy("Authority"), accessor="client.authority"),
        Column("state", label=gettext_lazy("State"), accessor=state_in_words),
        Column("waiting", label=gettext_lazy("Messages waiting")),
        DateColumn("delivered_at", label=gettext_lazy("Last success")),
    ]

    def get_base_queryset(self) -> QuerySet[Webhook]:
        webhooks = Webhook.objects.visible_to(self.request.user)
        waiting = Q(deliveries__delivered_at=None, deliveries__failed_at=None)
        return webhooks.select_related("client__client", "client__authority").annotate(
            waiting=Count("deliveries", filter=waiting & Q(deliveries__isnull=False)),
            delivered_at=Max("deliveries__delivered_at"),
        )

    def order_queryset(self, queryset: QuerySet[Webhook]) -> QuerySet[Webhook]:
        return queryset.order_by(self.ordering, "-pk")


class WebhookLogView(OfficersListView):
    """Each call to one address, the latest first: what was told, and how it was answered."""

    model = DeliveryTry
    header_icon = "link"
    index_url_name = "staff_webhook"
    index_results_url_name = "staff_webhook_results"
    default_ordering = "-at"
    page_title = gettext_lazy("Messages to a connected system")
    columns: list[BaseColumn] = [
        Column("at", label=gettext_lazy("When"), accessor=lambda one: moment_in_words(one.at)),
        Column(
            "event",
            label=gettext_lazy("What happened"),
            accessor=lambda one: one.delivery.event.get_type_display(),
        ),
        Column(
            "certificate",
            label=gettext_lazy("Certificate"),
            accessor="delivery.event.certificate.reference",
        ),
        Column("answer", label=gettext_lazy("Answer"), accessor=answer_in_words),
        Column("milliseconds", label=gettext_lazy("Milliseconds")),
    ]

    @cached_property
    def webhook(self) -> Webhook:
        return get_object_or_404(
            Webhook.objects.visible_to(self.request.user), pk=self.kwargs["pk"]
        )

    def get_page_subtitle(self) -> str:
        return f"{self.webhook.url}: {state_in_words(self.webhook)}"

    def get_index_url(self) -> str:
        return reverse(self.index_url_name, args=[self.webhook.pk])

    def get_index_results_url(self) -> str:
        return reverse(self.index_results_url_name, args=[self.webhook.pk])

    def get_base_queryset(self) -> QuerySet[DeliveryTry]:
        tries = DeliveryTry.objects.filter(delivery__webhook=self.webhook)
        return tries.select_related("delivery__event__certificate")

    def order_queryset(self, queryset: QuerySet[DeliveryTry]) -> QuerySet[DeliveryTry]:
        return queryset.order_by(self.ordering, "-pk")
