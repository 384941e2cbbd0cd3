"""Results as officers and auditors read them: the list, the hearing bundle, and voiding one."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, TemplateView
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from assessments import actions, perms
from assessments.bundle import bundle_of
from assessments.forms import VoidForm
from assessments.models import Sitting
from assessments.pdf import render_bundle
from people import perms as people
from people.models import User

RESULT_REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council may do that."),
    "own_record": gettext_lazy("Nobody may change their own record."),
    "interest": gettext_lazy("You have said that you know this person. A colleague has to do it."),
    "no_reason": gettext_lazy("Give the reason."),
    "passed": gettext_lazy("A passed test stays. Two people can revoke its certificate."),
}
RESULTS = {
    Sitting.Outcome.PASSED: gettext_lazy("Passed"),
    Sitting.Outcome.FAILED: gettext_lazy("Not passed"),
    Sitting.Outcome.VOID: gettext_lazy("Does not count"),
}


class ResultListView(BaseListingView):
    """Closed sittings of one's own authorities, the latest first."""

    model = Sitting
    page_title = gettext_lazy("Test results")
    header_icon = "list-ul"
    index_url_name = "test_results"
    index_results_url_name = "test_results_results"
    default_ordering = "-closed_at"
    is_searchable = True
    search_fields = ("learner__full_name", "learner__licences__number")
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_read_sittings(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_base_queryset(self) -> QuerySet[Sitting]:
        readable = perms.readable_sittings(self.request.user)
        return readable.select_related("learner", "course", "authority").defer("paper")

    def search_queryset(self, queryset: QuerySet[Sitting]) -> QuerySet[Sitting]:
        """A person with several licences is still one line."""
        found = super().search_queryset(queryset)
        return queryset.filter(pk__in=found.order_by().values("pk"))

    def order_queryset(self, queryset: QuerySet[Sitting]) -> QuerySet[Sitting]:
        return queryset.order_by(self.ordering, "-pk")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [
            TitleColumn(
                "learner",
                label=_("Name"),
                get_url=lambda sitting: reverse("sitting_bundle", args=[sitting.pk]),
            ),
            Column("course", label=_("Course")),
            Column("authority", label=_("Council")),
            Column(
                "closed_at",
                label=_("Ended"),
                accessor=lambda sitting: date_format(timezone.localtime(sitting.closed_at)),
                sort_key="closed_at",
            ),
            Column("result", label=_("Result"), accessor=lambda sitting: RESULTS[sitting.result]),
        ]


class BundleMixin:
    """One closed sitting, for those entitled; for others, and while it is open, there is none.
    Whoever opens it stands in the log."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @property
    def person(self) -> User:
        return cast("User", self.request.user)  # Strangers went no further than the door.

    @cached_property
    def sitting(self) -> Sitting:
        related = ("learner__user", "course", "authority", "rule__authority", "started_by")
        signers = ("rule__proposed_by", "rule__approved_by", "identity_checked_by")
        readable = perms.readable_sittings(self.person).select_related(*related, *signers)
        return get_object_or_404(readable, pk=self.kwargs["pk"])


class SittingBundleView(BundleMixin, WagtailAdminTemplateMixin, TemplateView):
    page_title = gettext_lazy("Hearing bundle")
    header_icon = "doc-full"
    template_name = "assessments/admin/bundle.html"

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        way = {"url": reverse("test_results"), "label": _("Test results")}
        here = {"url": "", "label": self.page_title, "sublabel": self.sitting.learner.full_name}
        return [*self.breadcrumbs_items, way, here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        bundle = bundle_of(self.sitting, by=self.person, now=now)
        actions.note_bundle(sitting=self.sitting, file_format="page", by=self.person, now=now)
        own = perms.voidable_sittings(self.person).filter(pk=self.sitting.pk).exists()
        may_void = own and self.sitting.result == Sitting.Outcome.FAILED
        return super().get_context_data(
            bundle=bundle, sitting=self.sitting, may_void=may_void, **kwargs
        )


class SittingBundlePdfView(BundleMixin, View):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        now = timezone.now()
        file = render_bundle(bundle_of(self.sitting, by=self.person, now=now), at=now)
        actions.note_bundle(sitting=self.sitting, file_format="pdf", by=self.person, now=now)
        return HttpResponse(
            file,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="hearing-bundle-{pk}.pdf"'},
        )


class VoidSittingView(WagtailAdminTemplateMixin, FormView):
    """An officer lets a sitting not count, with a reason. Of others there is none."""

    form_class = VoidForm
    page_title = gettext_lazy("Let a test not count")
    header_icon = "cross"
    template_name = "assessments/admin/void.html"
    extra_context = {"submit_label": gettext_lazy("This test does not count")}

    @cached_property
    def sitting(self) -> Sitting:
        user = self.request.user
        voidable = perms.voidable_sittings(user).exclude(people.kept_from(user))
        related = voidable.select_related("learner", "course").defer("paper")
        return get_object_or_404(related, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sitting=self.sitting, **kwargs)

    def form_valid(self, form: VoidForm) -> HttpResponse:
        by = cast("User", self.request.user)
        try:
            actions.void(sitting=self.sitting, by=by, now=timezone.now(), **form.cleaned_data)
        except actions.ResultRefused as refusal:
            form.add_error(None, str(RESULT_REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This test does not count. The driver is told."))
        return redirect("sitting_bundle", self.sitting.pk)
