"""Past records from a file, as officers enter them, decide about them and watch them arrive."""

import logging
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from assessments.importers import FileRefused
from assessments.importers.encoding import MAX_BYTES
from certificates import actions, perms, tasks
from certificates.forms.recognised import PastRecordsForm
from certificates.models import Evidence, EvidenceBatch
from certificates.recognition import Kind
from certificates.views.recognised import (
    REFUSALS,
    DecisionMixin,
    RecognisedMixin,
    attachment,
)
from people import perms as people

logger = logging.getLogger(__name__)
SAMPLE = 10
ERRORS_SHOWN = 200
LOOK_AGAIN = "5"  # Seconds, while certificates are being made.


class PastRecordsView(RecognisedMixin, FormView):
    """Says what a file would do, and enters it when asked to. Until then it is kept nowhere."""

    opened_by = (people.Role.OFFICER,)
    form_class = PastRecordsForm
    page_title = gettext_lazy("Enter past records")
    template_name = "certificates/admin/past_records.html"
    extra_context = {"submit_label": gettext_lazy("Read the file")}

    def get_form_kwargs(self) -> dict[str, Any]:
        authorities = perms.recognising_authorities(self.person)
        return {**super().get_form_kwargs(), "authorities": authorities}

    def form_valid(self, form: PastRecordsForm) -> HttpResponse:
        told = form.cleaned_data
        try:
            report = actions.enter_past_records(
                authority=told["authority"],
                course=told["course"],
                name=told["file"].name or "",
                content=told["file"].read(MAX_BYTES + 1),
                by=self.person,
                now=timezone.now(),
                dry_run=told["dry_run"],
            )
        except FileRefused as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        except actions.RecognitionRefused as refusal:
            form.add_error("file", str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        if report.batch is not None:
            messages.success(self.request, _("The records are entered. Another officer decides."))
            return redirect("evidence_batch", report.batch.pk)
        shown = report.errors[:ERRORS_SHOWN]
        context = self.get_context_data(form=form, report=report, errors=shown)
        return self.render_to_response(context)


class BatchMixin(RecognisedMixin):
    @cached_property
    def batch(self) -> EvidenceBatch:
        visible = EvidenceBatch.objects.visible_to(self.person)
        related = visible.select_related("authority", "file", "entered_by", "decided_by")
        found: EvidenceBatch = get_object_or_404(self.columns(related), pk=self.kwargs["pk"])
        return found

    def columns(self, batches: QuerySet[EvidenceBatch]) -> QuerySet[EvidenceBatch]:
        return batches.defer("file__content")


class BatchView(BatchMixin, DecisionMixin):
    """What a file holds, in figures and by a sample, and how far its certificates are."""

    page_title = gettext_lazy("Past records")
    template_name = "certificates/admin/batch.html"
    kind = Kind.PAST_RECORD

    @property
    def entered(self) -> EvidenceBatch:
        return self.batch

    @cached_property
    def figures(self) -> dict[str, Any]:
        return self.batch.evidence.aggregate(
            rows=Count("pk"),
            people=Count("learner", distinct=True),
            without_account=Count(
                "learner", distinct=True, filter=Q(learner__user=None, learner__succeeded_by=None)
            ),
            issued=Count("certificate"),
            first=Min("passed_on"),
            last=Max("passed_on"),
        )

    @property
    def is_being_issued(self) -> bool:
        accepted = self.batch.decision == EvidenceBatch.Decision.ACCEPTED
        return accepted and self.figures["issued"] < self.figures["rows"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            figures=self.figures,
            sample=self._sample(),
            providers=self._providers(),
            is_being_issued=self.is_being_issued,
            **kwargs,
        )

    def _sample(self) -> list[Evidence]:
        """Spread over the file, the same at every look, and without people the reader knows."""
        own = perms.readable_evidence(self.person).filter(batch=self.batch)
        keys = list(own.order_by("pk").values_list("pk", flat=True))
        step = max(1, len(keys) // SAMPLE)
        return list(own.filter(pk__in=keys[::step][:SAMPLE]).order_by("pk"))

    def _providers(self) -> list[dict[str, Any]]:
        grouped = self.batch.evidence.order_by().values("provider_name", "course_name")
        return list(grouped.annotate(rows=Count("pk")).order_by("-rows")[:SAMPLE])

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.is_being_issued:
            response["Refresh"] = LOOK_AGAIN
        return response

    def decide(self, **decision: Any) -> HttpResponse:
        batch = actions.decide_batch(batch=self.batch, **decision)
        if batch.decision == EvidenceBatch.Decision.ACCEPTED:
            _wake_issuing()
            messages.success(self.request, _("The records are accepted. See below how far it is."))
        else:
            messages.success(self.request, _("They are refused, and the reason is on record."))
        return redirect("evidence_batch", batch.pk)


def _wake_issuing() -> None:
    """Best effort: the sweep finds what is accepted anyway."""
    try:
        tasks.issue_recognised.delay(days=1)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("recognised training waits for the sweep: %s", type(error).__name__)


class BatchFileView(BatchMixin, View):
    """The file as it was handed in."""

    def columns(self, batches: QuerySet[EvidenceBatch]) -> QuerySet[EvidenceBatch]:
        return batches

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        return attachment(self.batch.file)
