"""Who could not be reached, and the proof of every notice to a person."""

from datetime import timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import ListView, TemplateView

from certificates import perms
from certificates.actions.instead import undelivered
from certificates.actions.posting import PLACES, reminder_of
from certificates.channels import Way, masked
from certificates.models import Certificate, CertificateQuerySet, Reminder
from certificates.proof import proof_of, render_proof
from outbox.models import Message, MessageEvent
from people.staff_page import StaffPageMixin

ON_A_PAGE = 50
SHOWN_DAYS = 90  # How long somebody stays in the list of those who could not be reached.


class ReminderMixin(StaffPageMixin):
    """For officers, auditors and platform administrators; anybody else is refused."""

    page_title = gettext_lazy("Reminders")
    header_icon = "mail"
    breadcrumbs_items: ClassVar[list[Any]] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_list_certificates(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_remind = perms.reminding_authorities(self.person).exists()
        return super().get_context_data(may_remind=may_remind, **kwargs)  # type: ignore[no-any-return]

    @property
    def visible(self) -> CertificateQuerySet:
        return Certificate.objects.visible_to(self.person).order_by()


class UndeliveredView(ReminderMixin, ListView):
    """Reminders that came back or that no provider would take, the latest first."""

    template_name = "certificates/admin/undelivered.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Message]:
        since = timezone.now() - timedelta(days=SHOWN_DAYS)
        ours = Q()
        for place in PLACES:
            ours |= Q(**{f"{place}__certificate__in": self.visible})
        failures = MessageEvent.objects.filter(kind__in=["bounced", "given_up"]).order_by("-pk")
        related = [f"{place}__certificate" for place in PLACES]
        return (
            undelivered(since=since)
            .filter(ours)
            .select_related("sent_instead", *related)
            .prefetch_related(Prefetch("events", failures, to_attr="failures"))
            .order_by("-pk")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [
            (message, reminder_of(message), self._to(message)) for message in context["page_obj"]
        ]
        return {**context, "rows": rows, "days": SHOWN_DAYS}

    @staticmethod
    def _to(message: Message) -> str:
        return masked(Way(message.channel, message.to))


class UnreachedView(ReminderMixin, ListView):
    """People for whom a reminder was due and no channel was known."""

    page_title = gettext_lazy("No way to reach them")
    template_name = "certificates/admin/unreached.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Reminder]:
        since = timezone.now() - timedelta(days=SHOWN_DAYS)
        told = Reminder.objects.filter(
            certificate=OuterRef("certificate__replaces"), notice=OuterRef("notice")
        )
        none = Reminder.objects.filter(~Exists(told), message=None, queued_at__gt=since)
        ours = none.filter(certificate__in=self.visible)
        return ours.select_related("certificate").order_by("-queued_at", "-pk")


class FindNoticesView(ReminderMixin, ListView):
    """Find a person by name, licence or certificate number, to see every notice to them."""

    page_title = gettext_lazy("Proof of notice")
    template_name = "certificates/admin/find_notices.html"
    paginate_by = ON_A_PAGE

    @cached_property
    def query(self) -> str:
        return self.request.GET.get("q", "").strip()

    def get_queryset(self) -> QuerySet[Certificate]:
        if not self.query:
            return Certificate.objects.none()
        found = Q()
        for column in ("holder_name", "licence_number", "reference"):
            found |= Q(**{f"{column}__icontains": self.query})
        return self.visible.filter(found).select_related("authority").order_by("-passed_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(query=self.query, **kwargs)


class PersonMixin(ReminderMixin):
    kwargs: dict[str, Any]

    @cached_property
    def certificates(self) -> list[Certificate]:
        """Those that the reader may see. Nobody has none: the same as for a person elsewhere."""
        held = self.visible.filter(learner=self.kwargs["pk"]).with_standing()
        found = list(held.select_related("rule", "learner").order_by("-passed_at", "-pk"))
        if not found:
            raise Http404
        return found


class NoticesView(PersonMixin, TemplateView):
    """Every notice to one person: which text, when, by which channel, with which outcome."""

    page_title = gettext_lazy("Proof of notice")
    template_name = "certificates/admin/notices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            learner=self.certificates[0].learner,
            held=proof_of(self.certificates, now=timezone.now()),
            **kwargs,
        )


class NoticesFileView(PersonMixin, View):
    """The same as a file for a hearing."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.certificates[0].learner.full_name
        file = render_proof(person, self.certificates, by=self.person, now=timezone.now())
        name = f"proof-of-notice-{pk}.pdf"
        return HttpResponse(
            file,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
