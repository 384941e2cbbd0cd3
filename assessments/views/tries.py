"""People who have used all their tries, and further tries that two officers give them."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView

from assessments import actions, perms
from assessments.forms import ExtraTriesForm
from assessments.models import ExtraTries, Sitting
from assessments.views.desk import ON_A_PAGE, ActingView, DeskMixin
from courses.models import Enrolment
from people.asked import key_in
from people.models import Authority


class NoTriesLeftView(DeskMixin, ListView):
    """Who waits for an officer, the longest first."""

    opened_by = perms.READERS
    page_title = gettext_lazy("No tries left")
    template_name = "assessments/admin/desk/no_tries.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Enrolment]:
        return perms.rounds_without_tries(self.person, now=self.now)


class RoundMixin(DeskMixin):
    """About one round; for the staff of other authorities there is none at this address."""

    opened_by = perms.READERS
    acted_by: tuple[str, ...] = perms.DECIDERS

    @cached_property
    def enrolment(self) -> Enrolment:
        return get_object_or_404(perms.desk_rounds(self.person), pk=self.kwargs["pk"])

    @property
    def authority(self) -> Authority | None:
        return self.enrolment.authority

    def get_page_subtitle(self) -> str:
        return f"{self.enrolment.learner.full_name}, {self.enrolment.course.title}"

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("no_tries_left"), "label": _("No tries left")}]


class ExtraTriesView(RoundMixin, ActingView):
    """What was tried and proposed, and the form for a proposal."""

    form_class = ExtraTriesForm
    page_title = gettext_lazy("Further tries")
    template_name = "assessments/admin/desk/extra_tries.html"
    submit_label = gettext_lazy("Propose these tries")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sittings = Sitting.objects.filter(enrolment=self.enrolment).defer("paper")
        proposals = ExtraTries.objects.filter(enrolment=self.enrolment)
        proposals = proposals.select_related("proposed_by", "confirmed_by")
        waiting = proposals.filter(confirmed_at=None).order_by("pk").last()
        return super().get_context_data(
            enrolment=self.enrolment,
            sittings=sittings.order_by("started_at"),
            confirmed=proposals.exclude(confirmed_at=None).order_by("pk"),
            waiting=waiting,
            may_confirm=waiting is not None and waiting.proposed_by != self.person,
            **kwargs,
        )

    def act(self, form: Form) -> HttpResponse:
        actions.propose_extra_tries(
            enrolment=self.enrolment, by=self.person, now=self.now, **form.cleaned_data
        )
        messages.success(self.request, _("It is proposed. Another officer can confirm it."))
        return redirect("extra_tries", self.enrolment.pk)


class ConfirmExtraTriesView(RoundMixin, ActingView):
    """The second name; the page before has the button."""

    form_class = Form
    http_method_names = ["post", "options"]
    page_title = gettext_lazy("Further tries")

    def form_invalid(self, form: Form) -> HttpResponse:
        for refused in form.non_field_errors():
            messages.error(self.request, str(refused))
        return redirect("extra_tries", self.enrolment.pk)

    def act(self, form: Form) -> HttpResponse:
        proposed = ExtraTries.objects.filter(enrolment=self.enrolment)
        named = key_in(self.request.POST.get("proposal"))
        extra_tries = get_object_or_404(proposed, pk=named)
        actions.confirm_extra_tries(extra_tries=extra_tries, by=self.person, now=self.now)
        messages.success(self.request, _("It is confirmed. We have written to the person."))
        return redirect("no_tries_left")
