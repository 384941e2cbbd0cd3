"""Signed training of councillors and officers: the list for a meeting, sessions, countersigning."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, ListView, TemplateView

from courses.views.spreadsheets import Spreadsheet
from licensing import perms
from licensing.actions import SigningRefused, countersign, decline_signature, enter_session
from licensing.forms.signed import DecideSignatureForm, MeetingForm, SessionForm
from licensing.meeting import Member, meeting_document, members_on
from licensing.models import SignedTraining, TrainingSession
from licensing.pack_pdf import render_document
from licensing.views.packs import PacksMixin
from people.models import Membership

REFUSALS = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council may do that."),
    "own_training": gettext_lazy("Nobody countersigns their own training."),
    "interest": gettext_lazy("You have said that you know this person. A colleague has to do it."),
    "in_the_future": gettext_lazy("Enter a session once it has been held."),
    "not_complete": gettext_lazy("Say what the session was and who held it."),
    "no_reason": gettext_lazy("Say why you decline"),
    "decided": gettext_lazy("This is decided already. Nothing was changed."),
}
Role = Membership.Role
ROLES = {
    Role.COUNCILLOR: gettext_lazy("Councillor"),
    Role.OFFICER: gettext_lazy("Licensing officer"),
}


class SignedMixin(PacksMixin):
    page_title: str | Promise = gettext_lazy("Signed training")
    header_icon = "group"

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("signed_training"), "label": _("Signed training")}]

    @cached_property
    def signing(self) -> Any:
        """The authorities for which the person enters sessions and countersigns."""
        return perms.pack_authorities(self.person)


class MeetingMixin(SignedMixin):
    """The list that the address asks for; without a question, of today at the first authority."""

    @cached_property
    def form(self) -> MeetingForm:
        authorities = perms.pack_readers_authorities(self.person)
        now = timezone.now()
        asked = self.request.GET if "day" in self.request.GET else None
        initial = {"day": timezone.localdate(now), "authority": authorities.first()}
        return MeetingForm(asked, authorities=authorities, now=now, initial=initial)

    @cached_property
    def asked(self) -> dict[str, Any] | None:
        """Authority, day and moment; None where the question makes no sense."""
        if not self.form.is_bound:
            return {**self.form.initial, "known_at": self.form.now}
        return self.form.cleaned_data if self.form.is_valid() else None

    @cached_property
    def members(self) -> list[Member]:
        return members_on(**self.asked) if self.asked else []


class MeetingView(MeetingMixin, TemplateView):
    """Who was not trained on the day, and beside it who was."""

    template_name = "licensing/admin/signed/meeting.html"

    def way_here(self) -> list[dict[str, str | Promise]]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [(one, [ROLES[Role(role)] for role in one.roles]) for one in self.members]
        return super().get_context_data(
            form=self.form,
            asked=self.asked,
            question=_question(self.asked) if self.asked else "",
            missing=[row for row in rows if not row[0].is_trained],
            trained=[row for row in rows if row[0].is_trained],
            waiting=perms.decidable_signatures(self.person).count(),
            may_sign_off=self.signing.exists(),
            **kwargs,
        )


class MeetingFileView(MeetingMixin, View):
    """The same for the meeting, as PDF or CSV."""

    def get(self, request: HttpRequest, file_format: str) -> HttpResponseBase:
        if self.asked is None or file_format not in {"pdf", "csv"}:
            raise Http404
        name = f"signed-training-{self.asked['authority'].code}-{self.asked['day'].isoformat()}"
        return self._pdf(name) if file_format == "pdf" else self._csv(name)

    def _pdf(self, name: str) -> HttpResponse:
        assert self.asked is not None  # Else nothing was found.
        document = meeting_document(**self.asked, members=self.members)
        file = render_document(
            document.as_facts(), author=self.asked["authority"].name, at=self.asked["known_at"]
        )
        return HttpResponse(
            file,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
        )

    def _csv(self, name: str) -> StreamingHttpResponse:
        columns: list[tuple[Any, Any]] = [
            (_("Name"), lambda one: one.name),
            (_("Role"), lambda one: ", ".join(str(ROLES[Role(role)]) for role in one.roles)),
            (_("Trained on the day"), lambda one: _("yes") if one.is_trained else _("no")),
            (_("Training"), lambda one: _of(one, "title")),
            (_("Trained on"), lambda one: _of(one, "trained_on")),
            (_("Valid until"), lambda one: _of(one, "valid_until")),
        ]
        return StreamingHttpResponse(
            Spreadsheet(columns, filename=name).stream_csv(self.members),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
        )


class OfficersMixin(SignedMixin):
    """For officers; auditors may only read the list."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.reads_drivers(request) and not self.signing.exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class SessionsView(OfficersMixin, ListView):
    """The sessions that were held, the latest first, and how many signed for each."""

    page_title = gettext_lazy("Training sessions")
    template_name = "licensing/admin/signed/sessions.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[TrainingSession]:
        confirmed = Count("signatures", filter=Q(signatures__decision="confirmed"))
        sessions = TrainingSession.objects.filter(authority__in=self.signing)
        counted = sessions.select_related("authority").annotate(confirmed=confirmed)
        return counted.order_by("-held_on", "-pk")


class EnterSessionView(OfficersMixin, FormView):
    page_title = gettext_lazy("Enter a session")
    template_name = "licensing/admin/signed/enter_session.html"
    form_class = SessionForm

    def get_form_kwargs(self) -> dict[str, Any]:
        today = timezone.localdate()
        return {**super().get_form_kwargs(), "authorities": self.signing, "today": today}

    def form_valid(self, form: SessionForm) -> HttpResponse:
        try:
            enter_session(**form.cleaned_data, by=self.person, now=timezone.now())
        except SigningRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The session is on record. Members can sign for it now."))
        return redirect("training_sessions")


class WaitingSignaturesView(OfficersMixin, ListView):
    """Signatures of members that wait for the person's own."""

    page_title = gettext_lazy("To countersign")
    template_name = "licensing/admin/signed/waiting.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[SignedTraining]:
        waiting = perms.decidable_signatures(self.person)
        return waiting.select_related("signed_by", "member", "authority").order_by(
            "signed_at", "pk"
        )


class DecideSignatureView(OfficersMixin, FormView):
    page_title = gettext_lazy("Countersign")
    template_name = "licensing/admin/signed/decide.html"
    form_class = DecideSignatureForm

    @cached_property
    def signed(self) -> SignedTraining:
        waiting = perms.decidable_signatures(self.person)
        related = waiting.select_related("signed_by", "member", "session")
        return get_object_or_404(related, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(signed=self.signed, **kwargs)

    def form_valid(self, form: DecideSignatureForm) -> HttpResponse:
        now, confirmed = timezone.now(), form.cleaned_data["decision"] == "confirmed"
        try:
            if confirmed:
                countersign(signed=self.signed, by=self.person, now=now)
            else:
                reason = form.cleaned_data["reason"]
                decline_signature(signed=self.signed, reason=reason, by=self.person, now=now)
        except SigningRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("Countersigned.") if confirmed else _("Declined."))
        return redirect("waiting_signatures")


def _question(asked: dict[str, Any]) -> str:
    """The same list again, whatever is recorded later."""
    moment: datetime = asked["known_at"]
    return urlencode(
        {
            "authority": asked["authority"].pk,
            "day": asked["day"].isoformat(),
            "known_at": moment.isoformat(),
        }
    )


def _of(member: Member, name: str) -> Any:
    found = member.training or member.last
    return getattr(found, name) if found else ""
