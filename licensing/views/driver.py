"""One driver as officers and auditors see them: the licence, the training of its holder on any day
by what was on record at any moment, and everything that happened, from every room."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from licensing import perms
from licensing.answers import TrainingStatus, training_status
from licensing.desk.history import Kind, subject_of, timeline
from licensing.forms.desk import AsAtForm, EndActionForm, NextActionForm
from licensing.models import NextAction
from licensing.views.doors import doors
from licensing.views.words import STATUSES, TRAININGS, reason_in_words
from people.models import Authority, Licence
from people.staff_page import PlacedPageMixin

ON_A_PAGE = 50


class DriversMixin(PlacedPageMixin):
    """For officers, auditors and platform administrators; anybody else is refused."""

    page_title = gettext_lazy("Drivers")
    header_icon = "user"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.reads_drivers(request):
            raise PermissionDenied
        self.now: datetime = timezone.now()
        self.today: date = timezone.localdate(self.now)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    @cached_property
    def authorities(self) -> QuerySet[Authority]:
        return perms.desk_authorities(self.person)

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("staff_drivers"), "label": _("Drivers")}]


class DriverMixin(DriversMixin):
    """A page about one driver that the person may read about; no other is there."""

    page_title = gettext_lazy("Driver")

    @cached_property
    def licence(self) -> Licence:
        readable = perms.readable_licences(self.person)
        related = readable.select_related("authority", "holder__user")
        return get_object_or_404(related, pk=self.kwargs["pk"])

    @cached_property
    def may_work(self) -> bool:
        return perms.workable_licences(self.person).filter(pk=self.licence.pk).exists()

    def get_page_subtitle(self) -> str:
        return f"{self.licence.full_name}, {self.licence.number}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(licence=self.licence, **kwargs)  # type: ignore[no-any-return]


class DriverView(DriverMixin, TemplateView):
    template_name = "licensing/admin/desk/driver.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = subject_of(self.licence, reader=self.person)
        chosen = self.request.GET.get("kind", "")
        kinds = [Kind(chosen)] if chosen in Kind.values else list(Kind)
        pages = Paginator(timeline(subject, kinds), ON_A_PAGE)
        return super().get_context_data(
            **self._training(),
            **self._next_action(),
            doors=doors(subject, may_work=self.may_work),
            may_work=self.may_work,
            kinds=Kind.choices,
            chosen=chosen,
            page_obj=pages.get_page(self.request.GET.get("page")),
            **kwargs,
        )

    def _training(self) -> dict[str, Any]:
        """Today's answer, or the one that was asked for."""
        asked = self.request.GET if "as_at" in self.request.GET else None
        form = AsAtForm(asked, now=self.now, initial={"as_at": self.today})
        day, known_at = self.today, self.now
        if asked is not None and form.is_valid():
            day, known_at = form.cleaned_data["as_at"], form.cleaned_data["known_at"] or self.now
        status = training_status(
            authority=self.licence.authority,
            number=self.licence.number,
            as_at=day,
            known_at=known_at,
        )
        assert status is not None  # The licence is there.
        return {
            "as_at_form": form,
            "status": status,
            "training": TRAININGS[status.training],
            "asked_otherwise": known_at != self.now or day != self.today,
            "requirements": list(_in_words(status)),
        }

    def _next_action(self) -> dict[str, Any]:
        own = NextAction.objects.filter(licence=self.licence).about_holder()
        latest = own.select_related("owner", "written_by").first()
        planned = latest if latest and latest.state == NextAction.State.PLANNED else None
        if not self.may_work:
            return {"planned": planned}
        owners = perms.possible_owners([self.licence.authority_id])
        form = NextActionForm(owners=owners, initial={"owner": self.person, "due_on": self.today})
        return {"planned": planned, "plan_form": form, "end_form": EndActionForm()}


def _in_words(status: TrainingStatus) -> Any:
    """What is asked, where it stands and why, for each requirement."""
    for found in status.requirements:
        yield {
            "code": found.terms.code if found.terms else "",
            "since": found.terms.effective_from if found.terms else None,
            "status": STATUSES[found.status],
            "reasons": [reason_in_words(reason) for reason in found.reasons],
        }
