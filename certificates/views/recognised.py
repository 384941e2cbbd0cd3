"""Training elsewhere, as officers enter it, check it and decide about it."""

from io import BytesIO
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, Value, When
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, ListView

from certificates import actions, perms
from certificates.forms.recognised import DecisionForm, EvidenceForm, FindLicenceForm
from certificates.models import Certificate, Evidence, EvidenceBatch, EvidenceFile
from people import perms as people
from people.models import Licence
from people.staff_page import StaffPageMixin

ON_A_PAGE = 50
LATEST_FILES = 10
REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council can do this."),
    "own_record": gettext_lazy("This is about you. Another officer has to do it."),
    "interest": gettext_lazy("You know this person. Another officer has to do it."),
    "future": gettext_lazy("The day of the pass is to come. Check the day and the month."),
    "too_early": gettext_lazy("The day of the pass must be in 2000 or later."),
    "no_rule": gettext_lazy("No rule of your council says how long a pass of that day counts."),
    "entered_already": gettext_lazy(
        "This training has been entered already: same person, course, day and provider."
    ),
    "same_file": gettext_lazy("This file has been entered already. Nothing was changed."),
    "same_person": gettext_lazy("You entered this. Another officer has to decide."),
    "decided": gettext_lazy("This has been decided already. Nothing was changed."),
    "no_reason": gettext_lazy("Give the reason."),
    "unprintable": gettext_lazy(
        "The certificate cannot be printed. Check the name in the register. Nothing was changed."
    ),
    "checklist": gettext_lazy("The checklist stands in the way. Look at the answers below."),
}
FIELDS = {"future": "passed_on", "too_early": "passed_on", "no_rule": "passed_on"}


class RecognisedMixin(StaffPageMixin):
    """For officers and auditors; anybody else is refused. Pages that change something are for
    ``opened_by`` alone."""

    opened_by: ClassVar[tuple[str, ...]] = (people.Role.OFFICER, people.Role.AUDITOR)
    page_title = gettext_lazy("Recognised training")
    header_icon = "doc-full-inverse"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not people.holds(request, *self.opened_by):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        overview = {"url": reverse("recognised"), "label": _("Recognised training")}
        here = {"url": "", "label": self.get_page_title()}
        return [*self.breadcrumbs_items, overview, here]


class RecognisedView(RecognisedMixin, ListView):
    """What was entered: first what waits for a decision, the longest wait first; then the rest."""

    template_name = "certificates/admin/recognised.html"
    paginate_by = ON_A_PAGE

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_queryset(self) -> QuerySet[Evidence]:
        single = perms.readable_evidence(self.person).filter(batch=None)
        waits = Case(When(decision="", then=Value(0)), default=Value(1))
        related = single.select_related("entered_by", "decided_by", "certificate")
        return related.order_by(waits, "entered_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        files = EvidenceBatch.objects.visible_to(self.person).select_related("file", "authority")
        return super().get_context_data(
            files=files.defer("file__content")[:LATEST_FILES],
            may_enter=people.holds(self.request, people.Role.OFFICER),
            **kwargs,
        )


class FindLicenceView(RecognisedMixin, FormView):
    """Whose training it is, by the licence number of the register. It stands in no address."""

    opened_by = (people.Role.OFFICER,)
    form_class = FindLicenceForm
    page_title = gettext_lazy("Enter training from elsewhere")
    template_name = "courses/admin/form.html"
    extra_context = {"submit_label": gettext_lazy("Continue")}

    def get_form_kwargs(self) -> dict[str, Any]:
        authorities = perms.recognising_authorities(self.person)
        return {**super().get_form_kwargs(), "authorities": authorities}

    def form_valid(self, form: FindLicenceForm) -> HttpResponse:
        licences = Licence.objects.numbered(**form.cleaned_data)
        if (licence := licences.first()) is not None:
            return redirect("enter_evidence", licence.pk)
        form.add_error("number", _("The register of your council has no such licence number."))
        return self.form_invalid(form)


class EnterEvidenceView(RecognisedMixin, FormView):
    """What the document says, beside what the register says of the person."""

    opened_by = (people.Role.OFFICER,)
    form_class = EvidenceForm
    page_title = gettext_lazy("Enter training from elsewhere")
    template_name = "certificates/admin/enter_evidence.html"
    extra_context = {"submit_label": gettext_lazy("Enter it")}

    @cached_property
    def licence(self) -> Licence:
        own = Licence.objects.filter(authority__in=perms.recognising_authorities(self.person))
        return get_object_or_404(own.select_related("authority"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(licence=self.licence, **kwargs)

    def form_valid(self, form: EvidenceForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        course, document = said.pop("course"), said.pop("document")
        try:
            evidence = actions.enter_evidence(
                licence=self.licence,
                course=course,
                told=actions.Told(**said),
                document=document,
                by=self.person,
                now=timezone.now(),
            )
        except actions.RecognitionRefused as refusal:
            form.add_error(FIELDS.get(refusal.code), str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("It is entered. Another officer has to check it now."))
        return redirect("evidence", evidence.pk)


class DecisionMixin(RecognisedMixin, FormView):
    """The checklist beside what was entered. Those who may not decide only read."""

    form_class = DecisionForm

    @property
    def entered(self) -> Evidence | EvidenceBatch:
        raise NotImplementedError

    @property
    def kind(self) -> str:
        raise NotImplementedError

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kind": self.kind}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_decide = perms.may_decide_evidence(self.person, self.entered)
        return super().get_context_data(entered=self.entered, may_decide=may_decide, **kwargs)

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        try:
            return self.decide(
                accept=form.accepts,
                answers=form.answers(),
                reason=form.cleaned_data["reason"],
                by=self.person,
                now=timezone.now(),
            )
        except actions.RecognitionRefused as refusal:
            if refusal.code == "not_allowed":
                raise PermissionDenied from None
            field = "reason" if refusal.code == "no_reason" else None
            form.add_error(field, str(REFUSALS[refusal.code]))
            form.blame(refusal.problems)
        return self.form_invalid(form)

    def decide(self, **decision: Any) -> HttpResponse:
        """Raises RecognitionRefused."""
        raise NotImplementedError


class EvidenceView(DecisionMixin):
    """One piece of evidence, its document and the person's record, for the officer who decides."""

    template_name = "certificates/admin/evidence.html"

    @cached_property
    def entered(self) -> Evidence:
        names = ("authority", "course", "learner", "file", "entered_by", "decided_by")
        related = perms.readable_evidence(self.person).select_related(*names, "certificate")
        return get_object_or_404(related.defer("file__content"), pk=self.kwargs["pk"])

    @property
    def kind(self) -> str:
        return self.entered.kind

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        licences = Licence.objects.numbered(
            authority=self.entered.authority, number=self.entered.licence_number
        )
        held = Certificate.objects.of(self.entered.learner).exclude(evidence=self.entered)
        form = kwargs.pop("form", None) or self.get_form()
        checked = self.entered.checklist
        return super().get_context_data(
            licence=licences.first(),
            certificate=getattr(self.entered, "certificate", None),
            held=held.filter(authority=self.entered.authority).order_by("-passed_at")[:10],
            form=form,
            checked=[
                (answer.label, _answered(checked.get(code)))
                for code, (answer, _note) in zip(form.codes, form.points(), strict=True)
            ],
            **kwargs,
        )

    def decide(self, **decision: Any) -> HttpResponse:
        evidence = actions.decide_evidence(evidence=self.entered, **decision)
        if evidence.decision == Evidence.Decision.ACCEPTED:
            messages.success(self.request, _("It is accepted. The certificate is issued."))
        else:
            messages.success(self.request, _("It is refused, and the reason is on record."))
        return redirect("evidence", evidence.pk)


def _answered(kept: dict[str, str] | None) -> str:
    """An answer as it was given, with what was written beside it."""
    if kept is None:
        return "–"
    words = {"yes": _("Yes"), "no": _("No"), "not_known": _("Not known")}
    answer = words[kept["answer"]]
    return f"{answer}: {kept['note']}" if kept["note"] else answer


class EvidenceFileView(RecognisedMixin, View):
    """The document, for those who may read the page: never shown in the browser, only saved."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        readable = perms.readable_evidence(self.person).filter(file__isnull=False)
        return attachment(get_object_or_404(readable.select_related("file"), pk=pk).file)


def attachment(file: EvidenceFile | None) -> FileResponse:
    assert file is not None
    return FileResponse(
        BytesIO(file.content),
        as_attachment=True,
        filename=file.name,
        content_type=file.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Cache-Control": "private, no-store",
        },
    )
