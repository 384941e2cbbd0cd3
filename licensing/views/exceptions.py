"""More time for one driver, as staff see, propose, decide and end it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView, TemplateView

from certificates.renewal import london_day
from licensing import actions, perms
from licensing.forms.exceptions import ProposeExceptionForm, WhyForm
from licensing.models import Requirement, TrainingException, TrainingExceptionQuerySet
from people.models import Licence
from people.staff_page import StaffPageMixin

ON_A_PAGE = 50
REFUSALS: Mapping[str, str | Promise] = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council may do that."),
    "own_record": gettext_lazy("Nobody may change their own record."),
    "interest": gettext_lazy("You have said that you know this person. A colleague has to do it."),
    "same_person": gettext_lazy("You proposed this. Another officer has to decide."),
    "proposers_interest": gettext_lazy(
        "Whoever proposed this knows the person. Decline it. A colleague can propose it anew."
    ),
    "no_reason": gettext_lazy("Give the reason."),
    "wrong_day": gettext_lazy("The last day has passed. Decline this, and propose a later one."),
    "no_requirement": gettext_lazy("Nothing with this name is required now."),
    "no_holder": gettext_lazy(
        "Nobody is linked to this licence yet. We have to know who the driver is, so that nobody "
        "decides about themselves or somebody they know."
    ),
    "changed_hands": gettext_lazy(
        "The licence has gone to somebody else since this was proposed. Decline it. If the new "
        "driver needs time, propose it anew."
    ),
    "waiting": gettext_lazy("An exception for this driver waits already."),
    "decided": gettext_lazy("This is decided already. Nothing was changed."),
    "over": gettext_lazy("There is nothing left to end."),
}
OUTCOMES = {
    "": gettext_lazy("Waits for a second officer"),
    "declined": gettext_lazy("Declined"),
    "taken_back": gettext_lazy("Taken back"),
}


def state_in_words(one: TrainingException) -> str:
    """Where it stands today, in a few words."""
    if one.decision != TrainingException.Decision.GRANTED:
        return str(OUTCOMES[one.decision])
    if one.ended_at is not None:
        return _("Ended early")
    today = london_day(timezone.now())
    return _("Granted") if one.may_be_ended(on=today) else _("Over")


class ExceptionsMixin(StaffPageMixin):
    """For officers and auditors; anybody else is refused."""

    page_title = gettext_lazy("Exceptions")
    header_icon = "time"
    breadcrumbs_items: ClassVar[list[Any]] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.reads_drivers(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def readable(self) -> TrainingExceptionQuerySet:
        related = ("licence__authority", "licence__holder", "proposed_by", "decided_by", "ended_by")
        return perms.readable_exceptions(self.person).select_related(*related)


class ExceptionsView(ExceptionsMixin, ListView):
    """What waits comes first, then the latest."""

    template_name = "licensing/admin/exceptions/exceptions.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> TrainingExceptionQuerySet:
        return self.readable().order_by("-decided_at", "-proposed_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [(one, state_in_words(one)) for one in context["object_list"]]
        return {**context, "rows": rows}


class ProposeExceptionView(ExceptionsMixin, FormView):
    """From a driver: more time for one requirement."""

    page_title = gettext_lazy("Propose an exception")
    template_name = "licensing/admin/exceptions/propose.html"
    form_class = ProposeExceptionForm
    extra_context = {"submit_label": gettext_lazy("Propose this exception")}

    @cached_property
    def licence(self) -> Licence:
        readable = perms.readable_licences(self.person).select_related("authority", "holder")
        licence = get_object_or_404(readable, pk=self.kwargs["pk"])
        if not perms.may_decide_exceptions(self.person, authority=licence.authority):
            raise PermissionDenied
        return licence

    def get_page_subtitle(self) -> str:
        return self.licence.full_name

    def get_form_kwargs(self) -> dict[str, Any]:
        today = london_day(timezone.now())
        codes = Requirement.objects.codes_in_force(authority=self.licence.authority, on=today)
        return {**super().get_form_kwargs(), "codes": codes, "today": today}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bar = "" if self.licence.holder_id else REFUSALS["no_holder"]
        return super().get_context_data(licence=self.licence, bar=bar, **kwargs)

    def form_valid(self, form: ProposeExceptionForm) -> HttpResponse:
        facts: dict[str, Any] = {"licence": self.licence, "by": self.person, "now": timezone.now()}
        try:
            asked = actions.propose_exception(**form.cleaned_data, **facts)
        except actions.ExceptionRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This is proposed. Another officer has to decide."))
        return redirect("training_exception", asked.pk)


class ExceptionView(ExceptionsMixin, TemplateView):
    """What was proposed, by whom and why; the second officer decides here, and it is ended here."""

    page_title = gettext_lazy("Exception")
    template_name = "licensing/admin/exceptions/exception.html"

    @cached_property
    def asked(self) -> TrainingException:
        return get_object_or_404(self.readable(), pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.asked.licence.full_name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.asked
        officer = perms.may_decide_exceptions(self.person, authority=asked.licence.authority)
        waits, own = officer and not asked.decision, asked.proposed_by_id == self.person.pk
        context = {
            "asked": asked,
            "outcome": state_in_words(asked),
            "may_decide": waits and not own,
            "may_take_back": waits and own,
            "may_end": officer and asked.may_be_ended(on=london_day(timezone.now())),
            "form": WhyForm(),
        }
        return super().get_context_data(**{**context, **kwargs})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form, wanted = WhyForm(request.POST), request.POST.get("decision", "")
        if wanted in ("decline", "end") and not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            done = self._decide(wanted, form)
        except actions.ExceptionRefused as refusal:
            messages.error(request, str(REFUSALS[refusal.code]))
        else:
            if done:
                messages.success(request, done)
        return redirect("training_exception", pk)

    def _decide(self, wanted: str, form: WhyForm) -> str:
        facts: dict[str, Any] = {"by": self.person, "now": timezone.now()}
        if wanted == "grant":
            actions.grant_exception(asked=self.asked, **facts)
            return _("This is granted. The driver has time from today.")
        if wanted == "take_back":
            actions.take_back_exception(asked=self.asked, **facts)
            return _("You have taken this back.")
        if wanted == "decline":
            actions.decline_exception(asked=self.asked, reason=form.cleaned_data["reason"], **facts)
            return _("This is declined.")
        if wanted == "end":
            actions.end_exception(granted=self.asked, reason=form.cleaned_data["reason"], **facts)
            return _("This is ended. It no longer counts today.")
        return ""
