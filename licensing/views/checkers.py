"""Who checks for an organisation: its contact invites and ends colleagues, and they join."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from licensing.actions import checkers as actions
from licensing.forms.checkers import InviteForm
from licensing.models import CheckerInvitation, CheckerMember, CheckerOrganisation
from licensing.views.checks import ON_A_PAGE, CheckerMixin
from people.models import User

REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("You may not do that."),
    "own_proposal": gettext_lazy("You proposed this. Another officer has to decide."),
    "oneself": gettext_lazy("This is yourself. Somebody else has to do it."),
    "decided": gettext_lazy("This is decided already. Nothing was changed."),
    "ended": gettext_lazy("This organisation does not check any more."),
    "no_reason": gettext_lazy("Say why."),
    "same_name": gettext_lazy("This council has an organisation of that name already."),
    "here_already": gettext_lazy("This person checks for the organisation already."),
}


class ContactMixin(CheckerMixin):
    """For the contact of an organisation; ``pk`` is that of the organisation."""

    kwargs: dict[str, Any]

    def may_enter(self) -> bool:
        return any(place.is_contact for place in self.places)

    @cached_property
    def organisation(self) -> CheckerOrganisation:
        own = [place.organisation_id for place in self.places if place.is_contact]
        return get_object_or_404(self.organisations.filter(pk__in=own), pk=self.kwargs["pk"])


class PeopleChoiceView(ContactMixin, View):
    """To the people of one's organisation, the first where there are several."""

    def get(self, request: HttpRequest) -> HttpResponse:
        first = next(place for place in self.places if place.is_contact)
        return redirect("checker_people", first.organisation_id)


class PeopleView(ContactMixin, FormView):
    """Who checks for the organisation, who is invited, and the form that invites one more."""

    template_name = "licensing/checks/people.html"
    form_class = InviteForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = self.organisation.members.current().select_related("user")
        invitations = self.organisation.invitations.open(now=timezone.now())
        return super().get_context_data(
            organisation=self.organisation,
            page_obj=Paginator(members, ON_A_PAGE).get_page(self.request.GET.get("page")),
            invitations=invitations[:ON_A_PAGE],
            contact_of=[place.organisation for place in self.places if place.is_contact],
            **kwargs,
        )

    def form_valid(self, form: InviteForm) -> HttpResponse:
        try:
            actions.invite_checker(
                organisation=self.organisation,
                by=self.person,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except actions.CheckersRefused as refusal:
            form.add_error("email", str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("We have sent the invitation."))
        return redirect("checker_people", self.organisation.pk)


class EndPersonView(CheckerMixin, TemplateView):
    """Asks first, then ends a colleague's checking. ``pk`` is that of their place."""

    template_name = "licensing/checks/end_person.html"
    kwargs: dict[str, Any]

    def may_enter(self) -> bool:
        return any(place.is_contact for place in self.places)

    @cached_property
    def member(self) -> CheckerMember:
        own = [place.organisation_id for place in self.places if place.is_contact]
        members = CheckerMember.objects.current().select_related("user", "organisation")
        return get_object_or_404(members.filter(organisation__in=own), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(member=self.member, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        organisation = self.member.organisation_id
        actions.end_member(member=self.member, by=self.person, now=timezone.now())
        messages.success(request, _("This person can no longer check."))
        return redirect("checker_people", organisation)


class WithdrawInvitationView(CheckerMixin, View):
    """The button by which a contact takes an open invitation back."""

    http_method_names = ["post"]

    def may_enter(self) -> bool:
        return any(place.is_contact for place in self.places)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        own = [place.organisation_id for place in self.places if place.is_contact]
        invitations = CheckerInvitation.objects.filter(organisation__in=own)
        invitation = get_object_or_404(invitations.select_related("organisation"), pk=pk)
        withdraw(request, invitation, by=self.person)
        return redirect("checker_people", invitation.organisation_id)


def withdraw(request: HttpRequest, invitation: CheckerInvitation, *, by: User) -> None:
    try:
        actions.withdraw_invitation(invitation=invitation, by=by, now=timezone.now())
    except actions.CheckersRefused as refusal:
        messages.error(request, str(REFUSALS[refusal.code]))
    else:
        messages.success(request, _("The invitation is withdrawn. Its link no longer works."))


@method_decorator([login_not_required, never_cache], name="dispatch")
class JoinView(View):
    """Where the link of an invitation leads. Opening it changes nothing: mail programs do that."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        found = CheckerInvitation.objects.filter(token_hash=actions.hash_of(token))
        invitation = found.select_related("organisation__authority").first()
        now = timezone.now()
        if invitation is None or not actions.usable(invitation, invitation.organisation, now=now):
            return self._too_late(request)
        known = User.objects.filter(email__iexact=invitation.email).exists()
        user = request.user
        context = {
            "invitation": invitation,
            "organisation": invitation.organisation,
            "has_account": known,
            "is_reader": user.is_authenticated and user.email.lower() == invitation.email,
        }
        return self._answer(request, context)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        try:
            member = actions.join(token=token, user=user, now=timezone.now())
        except actions.CheckersRefused as refusal:
            if refusal.code == "too_late":
                return self._too_late(request)
            if refusal.code == "other_address":
                return self.get(request, token)
            return self._answer(request, {"refusal": REFUSALS[refusal.code]}, status=403)
        if user is None:
            key = default_token_generator.make_token(member.user)
            return redirect(
                "account_reset_password_from_key",
                uidb36=user_pk_to_url_str(member.user),
                key=key,
            )
        messages.success(request, _("You can check drivers' training now."))
        return redirect("check")

    def _too_late(self, request: HttpRequest) -> HttpResponse:
        """The same for links that are used, withdrawn, too old, and that never were."""
        return self._answer(request, {"too_late": True}, status=404)

    def _answer(
        self, request: HttpRequest, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        response = render(request, "licensing/checks/join.html", context, status=status)
        response["X-Robots-Tag"] = "noindex"
        return response
