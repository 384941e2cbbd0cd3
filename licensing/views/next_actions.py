"""What is to be done next about drivers, set in one step for one or for several."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView

from licensing import actions, perms
from licensing.forms.desk import EndActionForm, NextActionForm
from licensing.models import NextAction
from licensing.views.driver import DriverMixin, DriversMixin
from licensing.views.refusals import REFUSALS
from people.asked import key_in
from people.models import Licence

AT_ONCE = 200  # Drivers; more than anybody ticks on a page.


class WritingMixin(DriverMixin):
    """For whoever may write something down about the driver; readers are refused."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.reads_drivers(request) and not self.may_work:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def way_here(self) -> list[dict[str, str | Promise]]:
        here = reverse("staff_driver", args=[self.licence.pk])
        return [*super().way_here(), {"url": here, "label": self.licence.full_name}]

    def get_page_subtitle(self) -> str:
        return ""


class PlanActionView(WritingMixin, FormView):
    """For one driver; the form stands on their page as well."""

    page_title = gettext_lazy("Next action")
    template_name = "licensing/admin/desk/form.html"
    form_class = NextActionForm
    extra_context = {"submit_label": gettext_lazy("Set the next action")}

    def get_form_kwargs(self) -> dict[str, Any]:
        owners = perms.possible_owners([self.licence.authority_id])
        initial = {"owner": self.person, "due_on": self.today}
        return {**super().get_form_kwargs(), "owners": owners, "initial": initial}

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            actions.plan_next_action(
                licences=[self.licence],
                by=self.person,
                now=self.now,
                today=self.today,
                **form.cleaned_data,
            )
        except actions.DeskRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The next action is set."))
        return redirect("staff_driver", self.licence.pk)


class EndActionView(WritingMixin, FormView):
    """What was planned is done, or nobody does it any more."""

    page_title = gettext_lazy("Next action: what became of it")
    template_name = "licensing/admin/desk/form.html"
    form_class = EndActionForm

    def form_valid(self, form: Form) -> HttpResponse:
        own = NextAction.objects.filter(licence=self.licence).about_holder()
        latest = own.first()
        try:
            if latest is None:
                raise actions.DeskRefused("not_planned")
            actions.end_next_action(
                action=latest, by=self.person, now=self.now, **form.cleaned_data
            )
        except actions.DeskRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This is on record."))
        return redirect("staff_driver", self.licence.pk)


class PlanActionsView(DriversMixin, FormView):
    """For all the drivers that were ticked in a list: all of them or none."""

    page_title = gettext_lazy("Next action for several drivers")
    template_name = "licensing/admin/desk/plan_several.html"
    form_class = NextActionForm
    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.reads_drivers(request) and not perms.writing_authorities(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def licences(self) -> list[Licence]:
        """Those ticked that the person may write about; whatever else was sent names nobody."""
        sent = map(key_in, self.request.POST.getlist("licence"))
        ticked = [key for key in sent if key is not None]
        workable = perms.workable_licences(self.person).filter(pk__in=ticked[:AT_ONCE])
        return list(workable.order_by("pk"))

    def get_form_kwargs(self) -> dict[str, Any]:
        owners = perms.possible_owners(perms.writing_authorities(self.person))
        return {**super().get_form_kwargs(), "owners": owners}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(licences=self.licences(), **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        licences = self.licences()
        if not licences:
            messages.error(self.request, _("Tick one driver or more. Nothing was changed."))
            return redirect("lapsed_drivers")
        try:
            actions.plan_next_action(
                licences=licences,
                by=self.person,
                now=self.now,
                today=self.today,
                **form.cleaned_data,
            )
        except actions.DeskRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        told = ngettext(
            "The next action is set for %(number)s driver.",
            "The next action is set for %(number)s drivers.",
            len(licences),
        )
        messages.success(self.request, told % {"number": len(licences)})
        return redirect("lapsed_drivers")
