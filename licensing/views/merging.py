"""Two records of one person, side by side, and what two officers say about them (R04)."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from assessments.models import Sitting
from certificates.models import Certificate
from licensing import actions
from licensing.forms.merging import FindRecordsForm, MergeForm, ReasonForm
from licensing.perms import kept_elsewhere
from people import perms
from people.models import Authority, Learner, Licence, RecordMerge, User
from people.register.merging import closed_last, grounds

SHOWN = 50  # Of each kind, for either record.
REFUSALS: Mapping[str, str | Promise] = {
    "same_record": gettext_lazy("This is the same record."),
    "not_allowed": gettext_lazy("Only a licensing officer of their council may do that."),
    "account_stays": gettext_lazy(
        "The record that goes has an account and the other has none. Do it the other way round."
    ),
    "staff_account": gettext_lazy(
        "The account that would be closed is or was one of staff. Do it the other way round."
    ),
    "other_council": gettext_lazy(
        "Your council alone cannot do this with these records. Ask the platform's administrator."
    ),
    "too_deep": gettext_lazy(
        "Other records were put together with this one before. Do it the other way round."
    ),
    "open_sitting": gettext_lazy(
        "A test is open in the record that goes. Wait until it is finished."
    ),
    "claim_waits": gettext_lazy(
        "The record that goes waits for an answer about a licence. Answer that first."
    ),
    "waiting": gettext_lazy("Something about one of these records waits already."),
    "no_grounds": gettext_lazy("A name alone is not enough. Say which evidence you have seen."),
    "no_reason": gettext_lazy("Give the reason."),
    "same_person": gettext_lazy("You proposed this. Another officer has to decide."),
    "proposers_interest": gettext_lazy(
        "Whoever proposed this knows the person. Decline it. A colleague can propose it anew."
    ),
    "decided": gettext_lazy("This is decided already. Nothing was changed."),
    "undone": gettext_lazy("This is undone already, or it never counted."),
    "not_last": gettext_lazy("One of these records was merged again later. Undo that first."),
    "not_carried_over": gettext_lazy(
        "A certificate could not be carried over just now. Nothing was changed. Try again later."
    ),
    "corrected": gettext_lazy("A certificate that came with the record has been corrected since."),
}


class Side(NamedTuple):
    """One record as it is shown beside the other."""

    learner: Learner
    trains_for: Authority | None
    licences: list[Licence]
    certificates: list[Certificate]
    sittings: dict[str, int]


class MergingMixin(WagtailAdminTemplateMixin):
    """For licensing officers and platform administrators."""

    header_icon = "group"
    request: HttpRequest
    kwargs: dict[str, Any]
    breadcrumbs_items: list[Any] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.holds(request, perms.Role.OFFICER):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    @property
    def officer(self) -> User:
        return cast("User", self.request.user)


class MergesView(MergingMixin, FormView):
    """What waits, what was decided, and the form that finds two records."""

    page_title = gettext_lazy("Double records")
    template_name = "licensing/admin/merging/merges.html"
    form_class = FindRecordsForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.officer}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        merges = perms.readable_merges(self.officer)
        related = ("gone", "stays", "proposed_by", "authority")
        page = Paginator(merges.select_related(*related), 50)
        return super().get_context_data(
            page_obj=page.get_page(self.request.GET.get("page")), **kwargs
        )

    def form_valid(self, form: FindRecordsForm) -> HttpResponse:
        pair = form.cleaned_data["gone"].pk, form.cleaned_data["stays"].pk
        return redirect("propose_merge", *pair)


class ProposeMergeView(MergingMixin, FormView):
    """Both records side by side; the officer says why they are one person's."""

    page_title = gettext_lazy("Are these one person?")
    template_name = "licensing/admin/merging/propose.html"

    @cached_property
    def records(self) -> tuple[Learner, Learner]:
        found = perms.mergeable_learners(self.officer).select_related("user", "authority")
        gone, stays = self.kwargs["pk"], self.kwargs["other_pk"]
        return get_object_or_404(found, pk=gone), get_object_or_404(found, pk=stays)

    @cached_property
    def grounds(self) -> list[str]:
        served = perms.served_authorities(self.officer, perms.Role.OFFICER)
        return grounds(*self.records, served=served)

    def get_form(self, form_class: Any = None) -> MergeForm:
        return MergeForm(**self.get_form_kwargs(), needs_evidence=not self.grounds)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bar = actions.bar_to_merge(*self.records, self.officer)
        return super().get_context_data(
            sides=[side(record, self.officer) for record in self.records],
            grounds=in_words(self.grounds),
            bar=REFUSALS.get(bar, ""),
            **kwargs,
        )

    def form_valid(self, form: MergeForm) -> HttpResponse:
        gone, stays = self.records
        try:
            merge = actions.propose_merge(
                gone=gone, stays=stays, by=self.officer, now=timezone.now(), **form.cleaned_data
            )
        except actions.MergeRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This waits for a second officer now."))
        return redirect("merge", merge.pk)


class MergeView(MergingMixin, FormView):
    """What was proposed, by whom and why. The second officer decides here; later, somebody may
    propose to undo it."""

    template_name = "licensing/admin/merging/merge.html"
    form_class = ReasonForm

    @cached_property
    def merge(self) -> RecordMerge:
        related = ("gone__user", "gone__authority", "stays__user", "stays__authority", "undoes")
        people = ("proposed_by", "decided_by", "authority")
        merges = perms.readable_merges(self.officer).select_related(*related, *people)
        return get_object_or_404(merges, pk=self.kwargs["pk"])

    @cached_property
    def grounds(self) -> list[str]:
        """Those that were found; where another council has its share in the records, only that
        evidence was seen, because the others may rest on what this officer does not read."""
        if not kept_elsewhere(self.officer, self.merge.gone, self.merge.stays):
            return self.merge.grounds
        return [code for code in self.merge.grounds if code == RecordMerge.Ground.EVIDENCE]

    def get_page_title(self) -> str:
        return _("Undo a merge") if self.merge.undoes_id else _("Merge two records")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        merge = self.merge
        undoings = merge.undone_by.order_by("pk")
        stands = merge.decision == RecordMerge.Decision.CONFIRMED and merge.undoes_id is None
        bar = actions.bar_to_undoing(merge, self.officer) if stands else ""
        return super().get_context_data(
            merge=merge,
            sides=[side(record, self.officer) for record in (merge.gone, merge.stays)],
            grounds=in_words(self.grounds),
            opens=merge.undoes is not None and closed_last(merge.undoes),
            own=merge.proposed_by_id == self.officer.pk,
            undoings=undoings,
            may_undo=stands and not bar and not undoings.waiting().exists(),
            bar=REFUSALS.get(bar, ""),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("decision")
        if wanted not in {"confirm", "drop"}:
            return super().post(request, *args, **kwargs)
        decide = actions.confirm_merge if wanted == "confirm" else actions.drop_merge
        try:
            decide(merge=self.merge, by=self.officer, now=timezone.now())
        except actions.MergeRefused as refusal:
            messages.error(request, str(REFUSALS[refusal.code]))
        else:
            confirmed = _("This is confirmed. It counts from now on.")
            dropped = _("Nothing is changed. The records stay as they were.")
            messages.success(request, confirmed if wanted == "confirm" else dropped)
        return redirect("merge", self.merge.pk)

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        try:
            undoing = actions.propose_undoing(
                merge=self.merge, by=self.officer, now=timezone.now(), **form.cleaned_data
            )
        except actions.MergeRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This waits for a second officer now."))
        return redirect("merge", undoing.pk)


def side(learner: Learner, user: User) -> Side:
    """What is on record, as far as the officer may read it: nothing of another council's."""
    served = perms.served_authorities(user, perms.Role.OFFICER)
    held = Licence.objects.held_by(learner).filter(authority__in=served)
    certificates = Certificate.objects.visible_to(user).filter(learner=learner).with_standing()
    sittings = Sitting.objects.filter(learner=learner, authority__in=served).aggregate(
        taken=Count("pk", filter=Q(closed_at__isnull=False)),
        open=Count("pk", filter=Q(closed_at=None)),
    )
    return Side(
        learner,
        served.filter(learners=learner).first(),
        list(held[:SHOWN]),
        list(certificates.order_by("passed_at")[:SHOWN]),
        sittings,
    )


def in_words(codes: list[str]) -> list[str]:
    return [str(RecordMerge.Ground(code).label) for code in codes]
