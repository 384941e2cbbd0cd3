"""Pages on which people say who they are."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, FormView, ListView, TemplateView
from django.views.i18n import set_language
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from people import actions, perms
from people.asked import key_in
from people.forms import ChooseCouncilForm, ClaimLicenceForm, InterestForm
from people.models import Interest, Learner, Licence, LicenceClaim, User

INTERESTS = 200  # Of colleagues, at a time; there are few.
INTEREST_REFUSALS: dict[str, str | Promise] = {
    "own_record": gettext_lazy("This is your own record. You do not see it as staff anyway."),
    "no_reason": gettext_lazy("Say how you know the person."),
    "own_interest": gettext_lazy("You declared this. A colleague has to end it."),
    "not_allowed": gettext_lazy("Only a licensing officer of this person's council may do that."),
}


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the choice, in the account and in a cookie, and go back to the page it was made on."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("The site does not speak this language.")
    if isinstance(request.user, User):
        actions.choose_language(user=request.user, language=language)
    return set_language(request)


class ClaimLicenceView(FormView):
    """A signed-in person claims a licence. What comes back never says which part was wrong."""

    form_class = ClaimLicenceForm
    template_name = "people/claim_licence.html"
    learner: Learner

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        learner = perms.learner_of(request)
        if learner is None:
            messages.info(request, _("This page is for drivers and others in training."))
            return redirect("dashboard")
        self.learner = learner
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def form_valid(self, form: ClaimLicenceForm) -> HttpResponse:
        outcome = actions.claim_licence(
            learner=self.learner, now=timezone.now(), **form.cleaned_data
        )
        if outcome is actions.ClaimOutcome.LINKED:
            messages.success(self.request, _("Your licence is linked to your account."))
            return redirect("dashboard")
        context = self.get_context_data(form=form, outcome=outcome)
        return self.render_to_response(context, status=200)


class ChooseCouncilView(FormView):
    """Somebody who is no driver says which council they train for, once."""

    form_class = ChooseCouncilForm
    template_name = "people/choose_council.html"

    def form_valid(self, form: ChooseCouncilForm) -> HttpResponse:
        learner = perms.learner_of(self.request)
        if learner is not None:
            actions.choose_council(learner=learner, **form.cleaned_data)
        return redirect("dashboard")


class WaitingClaimsView(WagtailAdminTemplateMixin, ListView):
    """For licensing officers: claims of their own authority that no machine could match."""

    page_title = gettext_lazy("Licence requests")
    header_icon = "user"
    template_name = "people/admin/claims.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[LicenceClaim]:
        return perms.decidable_claims(self.request.user)


class DecideClaimView(WagtailAdminTemplateMixin, DetailView):
    """What the person typed beside what the register says; the officer links or declines (R04)."""

    page_title = gettext_lazy("Licence request")
    header_icon = "user"
    template_name = "people/admin/claim.html"
    context_object_name = "claim"

    def get_queryset(self) -> QuerySet[LicenceClaim]:
        return perms.decidable_claims(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        candidates = Licence.objects.like(self.object).select_related("holder")
        return super().get_context_data(candidates=candidates, **kwargs)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.object = self.get_object()
        chosen = request.POST.get("licence", "")
        licence = None
        if chosen != "none":
            likely = Licence.objects.like(self.object)
            likely = likely.select_related("holder")
            licence = likely.filter(pk=key_in(chosen) or 0).first()
            if licence is None or not licence.may_be_held_by(self.object.learner):
                messages.error(
                    request, _("Choose a free licence, or decline. Nothing was changed.")
                )
                return redirect("decide_claim", pk=self.object.pk)
        officer = cast("User", request.user)  # The claim was found for an officer.
        actions.decide_claim(claim=self.object, licence=licence, by=officer, now=timezone.now())
        messages.success(request, _("The request is decided."))
        return redirect("waiting_claims")


class InterestsView(WagtailAdminTemplateMixin, TemplateView):
    """The people the member of staff has declared to know, and for officers what colleagues have
    declared about people of their own authority."""

    page_title = gettext_lazy("People I know")
    header_icon = "group"
    template_name = "people/admin/interests.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.is_staff_member(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        own = Interest.objects.of(user).select_related("learner", "ended_by")
        others = perms.endable_interests(user).select_related("learner", "user")
        return super().get_context_data(own=own, others=others[:INTERESTS], **kwargs)


class DeclareInterestView(WagtailAdminTemplateMixin, FormView):
    """A member of staff says that they know a person; afterwards the person is hidden from them.

    Rooms above lead here by their own ways: ``get_learners`` says whom one meets on this one.
    """

    page_title = gettext_lazy("I know this person")
    header_icon = "group"
    form_class = InterestForm
    template_name = "people/admin/declare_interest.html"

    def get_learners(self) -> QuerySet[Learner]:
        return perms.declarable_learners(self.request.user)

    @cached_property
    def learner(self) -> Learner:
        return get_object_or_404(self.get_learners(), pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.is_staff_member(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(learner=self.learner, **kwargs)

    def form_valid(self, form: InterestForm) -> HttpResponse:
        user = cast("User", self.request.user)  # Strangers went no further than the door.
        facts = {"learner": self.learner, "reason": form.cleaned_data["reason"]}
        try:
            actions.declare_interest(user=user, now=timezone.now(), **facts)
        except actions.InterestRefused as refusal:
            form.add_error(None, str(INTEREST_REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This is on record. You no longer see this person."))
        return redirect("interests")


class EndInterestView(WagtailAdminTemplateMixin, DetailView):
    """Asks first, then lets a colleague deal with the person again."""

    page_title = gettext_lazy("Let a colleague deal with somebody again")
    header_icon = "group"
    template_name = "people/admin/end_interest.html"
    context_object_name = "interest"

    def get_queryset(self) -> QuerySet[Interest]:
        return perms.endable_interests(self.request.user).select_related("learner", "user")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        officer = cast("User", request.user)  # The interest was found for an officer.
        try:
            actions.end_interest(interest=self.get_object(), by=officer, now=timezone.now())
        except actions.InterestRefused as refusal:
            messages.error(request, str(INTEREST_REFUSALS[refusal.code]))
        else:
            messages.success(request, _("Your colleague can deal with this person again."))
        return redirect("interests")
