"""Pages on which people say who they are."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView

from people import actions
from people.forms import ClaimLicenceForm
from people.models import Learner


class ClaimLicenceView(FormView[ClaimLicenceForm]):
    """A signed-in person claims a licence. What comes back never says which part was wrong."""

    form_class = ClaimLicenceForm
    template_name = "people/claim_licence.html"
    learner: Learner

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        learner = Learner.objects.for_user(request.user).first()
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
