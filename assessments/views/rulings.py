"""The challenges desk: what drivers say of a question, and taking a wrong one out."""

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, TemplateView
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from assessments import actions, perms, tasks
from assessments.forms import RulingForm
from assessments.models import Challenge, Withdrawal
from assessments.models.impact import Affected, Effect, effects, impact_of
from courses.views.spreadsheets import Spreadsheet
from people import perms as people
from people.staff_page import StaffPageMixin

logger = logging.getLogger(__name__)
WAITING = 100  # Challenges on the desk at a time; the oldest come first.
RULING_REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("You do not review the questions of this council."),
    "own_record": gettext_lazy("This is about your own test. Somebody else has to decide."),
    "interest": gettext_lazy("You have said that you know this person. A colleague has to do it."),
    "own_version": gettext_lazy("You wrote this question. Somebody else has to decide."),
    "own_proposal": gettext_lazy("You proposed this. Another reviewer has to confirm it."),
    "no_reason": gettext_lazy("Give the reason."),
    "digest_mismatch": gettext_lazy(
        "This paper is not as it was when the test started. Nothing can be decided by it. "
        "Tell the platform's administrators."
    ),
}
EFFECTS: dict[Effect, str | Promise] = {
    Effect.FAILED_BY_IT: gettext_lazy("Failed only because of it: they pass now"),
    Effect.STILL_FAILS: gettext_lazy("Not passed: their score gets better, but is not enough"),
    Effect.PASSED_WITH_IT: gettext_lazy("Passed with it: this stays so"),
    Effect.SITTING_NOW: gettext_lazy("Taking the test now: it will count as right"),
    Effect.FAILED_ANYWAY: gettext_lazy("Not passed, with the right answer here: this stays so"),
    Effect.VOID: gettext_lazy("The test does not count"),
}


class DeskMixin(StaffPageMixin):
    """For reviewers; anybody else is refused."""

    header_icon = "comment"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.is_reviewer(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        desk = {"url": reverse("challenges"), "label": _("Challenges")}
        here = {"url": "", "label": self.get_page_title()}
        return [*self.breadcrumbs_items, desk, here]


class ChallengesView(DeskMixin, TemplateView):
    """Challenges that wait for a ruling, and withdrawals that wait for a second name."""

    page_title = gettext_lazy("Challenges")
    template_name = "assessments/admin/challenges.html"

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = perms.rulable_challenges(self.person).waiting()
        withdrawals = perms.rulable_withdrawals(self.person).select_related("question")
        return super().get_context_data(
            challenges=waiting.select_related("question").order_by("made_at", "pk")[:WAITING],
            proposed=withdrawals.filter(confirmed_at=None).order_by("proposed_at", "pk"),
            confirmed=withdrawals.filter(confirmed_at__isnull=False).order_by("-confirmed_at")[:20],
            **kwargs,
        )


class ChallengeView(DeskMixin, FormView):
    """One challenge: the driver's words and the question as it stood on the paper. Neither who they
    are nor how they did is shown."""

    form_class = RulingForm
    page_title = gettext_lazy("Challenge")
    template_name = "assessments/admin/challenge.html"

    @cached_property
    def challenge(self) -> Challenge:
        related = perms.rulable_challenges(self.person).select_related("sitting", "decided_by")
        return get_object_or_404(related, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        question = self.challenge.sitting.questions[self.challenge.position - 1]
        return super().get_context_data(challenge=self.challenge, question=question, **kwargs)

    def form_valid(self, form: RulingForm) -> HttpResponse:
        facts = {"challenge": self.challenge, "answer": form.cleaned_data["answer"]}
        try:
            if form.cleaned_data["decision"] == RulingForm.UPHOLD:
                reason = form.cleaned_data["reason"]
                actions.uphold_challenge(**facts, reason=reason, by=self.person, now=timezone.now())
            else:
                actions.decline_challenge(**facts, by=self.person, now=timezone.now())
        except actions.RulingRefused as refusal:
            form.add_error(None, str(RULING_REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The decision is on record and the driver is told."))
        return redirect("challenges")


class WithdrawalMixin(DeskMixin):
    @cached_property
    def withdrawal(self) -> Withdrawal:
        names = ("question", "proposed_by", "confirmed_by")
        related = perms.rulable_withdrawals(self.person).select_related(*names)
        return get_object_or_404(related, pk=self.kwargs["pk"])

    @cached_property
    def served(self) -> set[int | None]:
        """The authorities whose people the reader may see by name."""
        nobodys: set[int | None] = {None} if self.person.is_superuser else set()
        return nobodys | set(perms.named_authorities(self.person).values_list("pk", flat=True))

    @cached_property
    def hidden(self) -> set[int]:
        """The people whom the reader does not see by name: themselves, and whom they know."""
        return people.known_people(self.person)


class WithdrawalView(WithdrawalMixin, TemplateView):
    """What taking the version out changes, and the button with which a second person confirms."""

    page_title = gettext_lazy("Take a question out")
    template_name = "assessments/admin/withdrawal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        with transaction.atomic():
            groups = impact_of(self.withdrawal, served=self.served, hidden=self.hidden)
        challenge = self.withdrawal.challenges.select_related("sitting").first()
        question = challenge.sitting.questions[challenge.position - 1] if challenge else None
        return super().get_context_data(
            withdrawal=self.withdrawal,
            question=question,
            groups=[(EFFECTS[effect], people) for effect, people in groups.items()],
            papers=sum(people.total for people in groups.values()),
            closed=sum(p.total for e, p in groups.items() if e is not Effect.SITTING_NOW),
            may_confirm=self.withdrawal.proposed_by_id != self.person.pk,
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        now = timezone.now()
        try:
            actions.confirm_withdrawal(withdrawal=self.withdrawal, by=self.person, now=now)
        except actions.RulingRefused as refusal:
            messages.error(request, str(RULING_REFUSALS[refusal.code]))
        else:
            _wake_scoring()
            messages.success(
                request, _("The question is out. The tests are being scored again now.")
            )
        return redirect("withdrawal", pk)


def _wake_scoring() -> None:
    """Best effort: the sweep finds what is confirmed anyway."""
    try:
        tasks.rescore_withdrawn.delay(days=1)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("scoring again waits for the sweep: %s", type(error).__name__)


class WithdrawalImpactView(WithdrawalMixin, View):
    """Everybody of the reader's own authorities whom it touches, as a file."""

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        columns: list[tuple[Any, Callable[[Affected], Any]]] = [
            (_("Name"), lambda person: person.name),
            (_("Test"), lambda person: str(person.sitting_id)),
            (_("What it means"), lambda person: str(EFFECTS[person.effect])),
        ]
        file = Spreadsheet(columns, filename=f"withdrawal-{pk}")
        rows = self._people(self.withdrawal, self.served, self.hidden)  # Before the file begins.
        return StreamingHttpResponse(
            file.stream_csv(rows),
            content_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="withdrawal-{pk}.csv"'},
        )

    @staticmethod
    def _people(
        withdrawal: Withdrawal, served: Collection[int | None], hidden: Collection[int]
    ) -> Iterator[Affected]:
        with transaction.atomic():
            for sitting, effect in effects(withdrawal):
                if sitting.authority_id in served and sitting.learner_id not in hidden:
                    yield Affected(sitting.pk, sitting.learner.full_name, effect)
