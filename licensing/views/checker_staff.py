"""Checking organisations as officers propose, approve and end them, and what they have checked."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView, TemplateView

from licensing import perms
from licensing.actions import checkers as actions
from licensing.forms.checkers import InviteForm, OrganisationForm, ReasonForm
from licensing.models import CheckerInvitation, CheckerMember, CheckerOrganisation, CheckReceipt
from licensing.views.checkers import REFUSALS, withdraw
from licensing.views.checks import RECEIPT_COLUMNS, answer_words, as_csv
from people.asked import key_in
from people.perms import Role, served_authorities
from people.staff_page import StaffPageMixin

ON_A_PAGE = 50


class StaffCheckersMixin(StaffPageMixin):
    """For officers and auditors; each sees their own authority's, and nobody else finds them."""

    page_title = gettext_lazy("Checkers")
    header_icon = "search"
    breadcrumbs_items: ClassVar[list[Any]] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_see_checkers(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    @cached_property
    def organisation(self) -> CheckerOrganisation:
        visible = CheckerOrganisation.objects.visible_to(self.person)
        related = ("authority", "proposed_by", "decided_by", "ended_by")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    @cached_property
    def may_decide(self) -> bool:
        return perms.may_decide_checkers(self.person, authority_id=self.organisation.authority_id)


class OfficersOnlyMixin(StaffCheckersMixin):
    """For what changes something: officers of the organisation's authority."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.may_see_checkers(request) and not self.may_decide:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class OrganisationsView(StaffCheckersMixin, ListView):
    """Every organisation, those that wait for a second officer first."""

    template_name = "licensing/admin/checkers/organisations.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[CheckerOrganisation]:
        visible = CheckerOrganisation.objects.visible_to(self.person)
        return visible.select_related("authority").order_by("decided_at", "ended_at", "name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_propose = served_authorities(self.person, Role.OFFICER).exists()
        context = super().get_context_data(may_propose=may_propose, **kwargs)
        context["rows"] = [(one, state_words(one)) for one in context["object_list"]]
        return context


def state_words(organisation: CheckerOrganisation) -> str:
    if organisation.ended_at is not None:
        return _("Ended")
    if organisation.decision == CheckerOrganisation.Decision.DECLINED:
        return _("Declined")
    return _("Approved") if organisation.decision else _("Waits for a second officer")


class ProposeOrganisationView(StaffCheckersMixin, FormView):
    """A new organisation; nobody checks for it until somebody else approves it."""

    page_title = gettext_lazy("Propose an organisation")
    template_name = "courses/admin/form.html"
    form_class = OrganisationForm
    extra_context = {"submit_label": gettext_lazy("Propose this organisation")}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.authorities.exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def authorities(self) -> Any:
        return served_authorities(self.request.user, Role.OFFICER)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "authorities": self.authorities}

    def form_valid(self, form: OrganisationForm) -> HttpResponse:
        try:
            organisation = actions.propose_organisation(
                organisation=form.instance, by=self.person, now=timezone.now()
            )
        except actions.CheckersRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This waits for a second officer now."))
        return redirect("checker_organisation", organisation.pk)


class OrganisationView(StaffCheckersMixin, TemplateView):
    """One organisation: who asked for it, who decided, its people, and what may be done now."""

    template_name = "licensing/admin/checkers/organisation.html"

    def get_page_subtitle(self) -> str:
        return self.organisation.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisation, now = self.organisation, timezone.now()
        waits = not organisation.decision
        members = organisation.members.select_related("user", "inviter")
        invitations = organisation.invitations.open(now=now).select_related("invited_by")
        return super().get_context_data(
            organisation=organisation,
            state=state_words(organisation),
            page_obj=Paginator(members, ON_A_PAGE).get_page(self.request.GET.get("page")),
            invitations=invitations[:ON_A_PAGE],
            may_decide=self.may_decide,
            may_approve=self.may_decide and waits and organisation.proposed_by_id != self.person.pk,
            waits=waits,
            **kwargs,
        )


class DecideOrganisationView(OfficersOnlyMixin, FormView):
    """Approve, decline or end; a reason is asked for but for approving."""

    template_name = "licensing/admin/checkers/decide.html"
    form_class = ReasonForm
    step = "end"
    titles: ClassVar[dict[str, str | Promise]] = {
        "decline": gettext_lazy("Decline this organisation"),
        "end": gettext_lazy("End this organisation's checking"),
    }

    def get_page_title(self) -> str | Promise:
        return self.titles[self.step]

    def get_page_subtitle(self) -> str:
        return self.organisation.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = self.titles[self.step]
        return super().get_context_data(step=self.step, submit_label=label, **kwargs)

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        act = actions.end_organisation if self.step == "end" else actions.decline_organisation
        try:
            act(
                organisation=self.organisation,
                reason=form.cleaned_data["reason"],
                by=self.person,
                now=timezone.now(),
            )
        except actions.CheckersRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This is on record, and counts from now on."))
        return redirect("checker_organisation", self.organisation.pk)


class ApproveOrganisationView(OfficersOnlyMixin, TemplateView):
    """The button of the second officer; opened otherwise it leads back to the page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            actions.approve_organisation(
                organisation=self.organisation, by=self.person, now=timezone.now()
            )
        except actions.CheckersRefused as refusal:
            messages.error(request, str(REFUSALS[refusal.code]))
        else:
            messages.success(request, _("The organisation is approved. Its contact is invited."))
        return redirect("checker_organisation", pk)


class InviteContactView(OfficersOnlyMixin, FormView):
    """A further contact, for when the first one has left."""

    page_title = gettext_lazy("Invite a contact")
    template_name = "courses/admin/form.html"
    form_class = InviteForm
    extra_context = {"submit_label": gettext_lazy("Send the invitation")}

    def get_page_subtitle(self) -> str:
        return self.organisation.name

    def form_valid(self, form: InviteForm) -> HttpResponse:
        try:
            actions.invite_checker(
                organisation=self.organisation,
                is_contact=True,
                by=self.person,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except actions.CheckersRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("We have sent the invitation."))
        return redirect("checker_organisation", self.organisation.pk)


class EndCheckerView(StaffCheckersMixin, TemplateView):
    """The button by which an officer ends one person's checking; ``pk`` is that of their place."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visible = CheckerOrganisation.objects.visible_to(self.person)
        members = CheckerMember.objects.filter(organisation__in=visible)
        member = get_object_or_404(members, pk=pk)
        try:
            actions.end_member(member=member, by=self.person, now=timezone.now())
        except actions.CheckersRefused as refusal:
            messages.error(request, str(REFUSALS[refusal.code]))
        else:
            messages.success(request, _("This person can no longer check."))
        return redirect("checker_organisation", member.organisation_id)


class WithdrawCheckerInvitationView(StaffCheckersMixin, TemplateView):
    """The button by which an officer takes an open invitation back; ``pk`` is that of the
    invitation."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visible = CheckerOrganisation.objects.visible_to(self.person)
        invitations = CheckerInvitation.objects.filter(organisation__in=visible)
        invitation = get_object_or_404(invitations.select_related("organisation"), pk=pk)
        withdraw(request, invitation, by=self.person)
        return redirect("checker_organisation", invitation.organisation_id)


class ChecksView(StaffCheckersMixin, ListView):
    """What organisations have asked, the latest first; ``organisation`` in the address narrows."""

    page_title = gettext_lazy("Checks made")
    template_name = "licensing/admin/checkers/checks.html"
    paginate_by = ON_A_PAGE

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        here = {"url": "", "label": self.get_page_title()}
        return [{"url": reverse("checker_organisations"), "label": _("Checkers")}, here]

    def get_queryset(self) -> QuerySet[CheckReceipt]:
        visible = CheckReceipt.objects.visible_to(self.person)
        visible = visible.select_related("organisation", "authority", "by").defer("words")
        chosen = self.chosen
        return visible if chosen is None else visible.filter(organisation=chosen)

    @property
    def chosen(self) -> int | None:
        return key_in(self.request.GET.get("organisation"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(chosen=self.chosen, **kwargs)
        context["rows"] = [(one, answer_words(one)) for one in context["object_list"]]
        return context


class ChecksCsvView(ChecksView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:  # type: ignore[override]
        return as_csv("checks", RECEIPT_COLUMNS, self.get_queryset().iterator(chunk_size=1000))
