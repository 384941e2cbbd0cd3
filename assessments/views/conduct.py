"""How staff look into a sitting: what looks odd, and a case from its notice to its appeal."""

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, cast

import django_filters  # type: ignore[import-untyped]
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import HeaderButton

from assessments import actions, perms
from assessments.forms import AppealDecisionForm, DecisionForm, WordsForm
from assessments.models import Case, CaseEntry, Signal, Sitting
from assessments.views.signs import INNOCENT, evidence_in_words
from courses.views.tables import NameColumn
from people.models import User
from people.staff_page import PlacedPageMixin

ON_A_PAGE = 50
Kind = CaseEntry.Kind
REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("A licensing officer of this council looks into tests."),
    "own_record": gettext_lazy("This is your own test. Somebody else has to look into it."),
    "interest": gettext_lazy("You have said that you know this person. A colleague has to do it."),
    "not_closed": gettext_lazy("This test is not finished yet."),
    "no_notice": gettext_lazy("Tell the driver first, and give them time to reply."),
    "too_early": gettext_lazy(
        "The driver has 14 days to reply. Decide after that, or when they have replied."
    ),
    "had_a_part": gettext_lazy(
        "You had a part in this case or in the test itself. Somebody else has to decide."
    ),
    "decided_already": gettext_lazy("This is decided already. Nothing was changed."),
    "no_appeal": gettext_lazy("The driver has not appealed."),
    "wait_needs_proof": gettext_lazy("A wait can only follow when the rules were broken."),
    "wait_out_of_range": gettext_lazy("Choose a day after today, within twelve months."),
}


class SignalPaginator(WagtailPaginator):
    verbose_name = gettext_lazy("sign")
    verbose_name_plural = gettext_lazy("signs")


class CasePaginator(WagtailPaginator):
    verbose_name = gettext_lazy("case")
    verbose_name_plural = gettext_lazy("cases")


def day_and_time(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else "–"


class ConductMixin(PlacedPageMixin):
    """For officers and auditors; anybody else is refused."""

    page_title = gettext_lazy("Signs in tests")
    header_icon = "view"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_read_sittings(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("test_signals"), "label": ConductMixin.page_title}]


class SignalFilters(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("What was noticed"), choices=Signal.Kind.choices
    )

    class Meta:
        model = Signal
        fields: ClassVar[list[str]] = []


class SignalsView(ConductMixin, BaseListingView):
    """What looks odd, the newest first. It is for a person to look at and decides nothing."""

    model = Signal
    index_url_name = "test_signals"
    index_results_url_name = "test_signals_results"
    default_ordering = "-noticed_at"
    is_searchable = True
    search_fields = ("sitting__learner__full_name",)
    filterset_class = SignalFilters
    paginate_by = ON_A_PAGE
    paginator_class = SignalPaginator
    results_template_name = "assessments/admin/conduct/signals.html"
    no_results_message = gettext_lazy("Nothing was noticed.")
    columns: list[BaseColumn] = [
        NameColumn(
            "person",
            label=gettext_lazy("Person"),
            accessor="sitting.learner.full_name",
            url_name="test_signals_of_sitting",
            id_accessor="sitting_id",
        ),
        Column("course", label=gettext_lazy("Course"), accessor="sitting.course"),
        Column("kind", label=gettext_lazy("What was noticed"), accessor="get_kind_display"),
        Column("evidence", label=gettext_lazy("In figures"), accessor=evidence_in_words),
        Column(
            "noticed_at",
            label=gettext_lazy("Noticed"),
            accessor=lambda signal: day_and_time(signal.noticed_at),
            sort_key="noticed_at",
        ),
        Column("case", label=gettext_lazy("Case"), accessor=lambda s: standing_of(s.sitting)),
    ]

    def way_here(self) -> list[dict[str, str | Promise]]:
        return []

    def get_base_queryset(self) -> QuerySet[Signal]:
        signals = perms.readable_signals(self.person)
        return signals.select_related("sitting__learner", "sitting__course", "sitting__case")

    def order_queryset(self, queryset: QuerySet[Signal]) -> QuerySet[Signal]:
        return queryset.order_by(self.ordering, "-pk")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(_("Cases"), reverse("test_cases"), icon_name="folder-open-1")]


def standing_of(sitting: Sitting) -> str:
    """How far somebody has looked into it; empty where nobody has."""
    case: Case | None = getattr(sitting, "case", None)
    return case_in_words(case) if case else ""


def case_in_words(case: Case) -> str:
    if case.appeal_decision:
        return str(case.get_appeal_decision_display())
    if case.appealed_at:
        return _("the driver appealed")
    return str(case.get_decision_display()) if case.decision else _("open")


class SittingSignalsView(ConductMixin, FormView):
    """All that was noticed about one sitting, and the way to look into it."""

    form_class = WordsForm
    template_name = "assessments/admin/conduct/sitting.html"

    @cached_property
    def sitting(self) -> Sitting:
        sittings = perms.readable_sittings(self.person)
        related = sittings.select_related("learner", "course", "authority", "case")
        return get_object_or_404(related, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return self.sitting.learner.full_name

    def get_form_kwargs(self) -> dict[str, Any]:
        label = _("Why do you look into it?")
        return {**super().get_form_kwargs(), "label": label, "help_text": _("For the file alone.")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        signals = [
            (signal, evidence_in_words(signal), INNOCENT[Signal.Kind(signal.kind)])
            for signal in self.sitting.signals.order_by("noticed_at")
        ]
        return super().get_context_data(
            sitting=self.sitting,
            signals=signals,
            others=self.others([signal for signal, _words, _story in signals]),
            case=getattr(self.sitting, "case", None),
            may_open=perms.may_look_into(self.person, sitting=self.sitting),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not perms.may_look_into(self.person, sitting=self.sitting):
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def others(self, signals: list[Signal]) -> list[Sitting]:
        """The sittings that those signals name, as far as the person may read them."""
        named = [signal.evidence["other"] for signal in signals if "other" in signal.evidence]
        sittings = perms.readable_sittings(self.person).filter(pk__in=named)
        return list(sittings.select_related("learner"))

    def form_valid(self, form: WordsForm) -> HttpResponse:
        try:
            case = actions.open_case(
                sitting=self.sitting,
                note=form.cleaned_data["text"],
                by=self.person,
                now=timezone.now(),
            )
        except actions.CaseRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The case is open. The driver has not been told yet."))
        return redirect("test_case", case.pk)


class CasesView(ConductMixin, BaseListingView):
    """The cases, open ones and appeals first."""

    model = Case
    page_title = gettext_lazy("Cases")
    header_icon = "folder-open-1"
    index_url_name = "test_cases"
    index_results_url_name = "test_cases_results"
    default_ordering = "-opened_at"
    paginate_by = ON_A_PAGE
    paginator_class = CasePaginator
    results_template_name = "courses/admin/listing_results.html"
    no_results_message = gettext_lazy("There is no case here yet.")
    columns: list[BaseColumn] = [
        NameColumn(
            "person",
            label=gettext_lazy("Person"),
            accessor="sitting.learner.full_name",
            url_name="test_case",
        ),
        Column("course", label=gettext_lazy("Course"), accessor="sitting.course"),
        Column(
            "opened_at",
            label=gettext_lazy("Opened"),
            accessor=lambda case: day_and_time(case.opened_at),
            sort_key="opened_at",
        ),
        Column("standing", label=gettext_lazy("Standing"), accessor=case_in_words),
    ]

    def get_base_queryset(self) -> QuerySet[Case]:
        cases = perms.readable_cases(self.person)
        return cases.select_related("sitting__learner", "sitting__course")

    def order_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        done_last = F("appeal_decided_at").asc(nulls_first=True)
        undecided_first = F("decided_at").asc(nulls_first=True)
        return queryset.order_by(done_last, undecided_first, self.ordering, "-pk")


class CaseMixin(ConductMixin):
    """About one case; for the staff of other authorities there is none at this address."""

    @cached_property
    def case(self) -> Case:
        related = perms.readable_cases(self.person).select_related(
            "sitting__learner__user", "sitting__course", "sitting__authority", "opened_by"
        )
        return get_object_or_404(related, pk=self.kwargs["pk"])

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [*super().way_here(), {"url": reverse("test_cases"), "label": _("Cases")}]


class CaseView(CaseMixin, TemplateView):
    """The file of a case in the order in which it was written, and what can be done next."""

    template_name = "assessments/admin/conduct/case.html"

    def get_page_title(self) -> str:
        return self.case.sitting.learner.full_name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case = self.case
        entries = list(case.entries.select_related("written_by"))
        notice = next((entry for entry in entries if entry.kind == Kind.NOTICE), None)
        return super().get_context_data(
            case=case,
            standing=case_in_words(case),
            entries=entries,
            notice=notice,
            reply_by=actions.reply_by(notice.written_at) if notice else None,
            may_change=perms.may_look_into(self.person, sitting=case.sitting),
            **kwargs,
        )


class CaseFormView(CaseMixin, FormView):
    """One step of a case: for officers of its authority; auditors are refused."""

    template_name = "courses/admin/form.html"
    form_class: type[Any] = WordsForm
    label: str | Promise = ""
    help_text: str | Promise = ""
    done: str | Promise = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        readable = perms.may_read_sittings(request.user)
        if readable and not perms.may_look_into(
            cast("User", request.user), sitting=self.case.sitting
        ):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.case.sitting.learner.full_name

    def way_here(self) -> list[dict[str, str | Promise]]:
        name = self.case.sitting.learner.full_name
        return [
            *super().way_here(),
            {"url": reverse("test_case", args=[self.case.pk]), "label": name},
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        texts = {"label": self.label, "help_text": self.help_text} if self.label else {}
        return {**super().get_form_kwargs(), **texts}

    def step(self, cleaned: dict[str, Any], now: datetime) -> object:
        """What the form does to the case. Raises CaseRefused."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.step(form.cleaned_data, timezone.now())
        except actions.CaseRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, str(self.done))
        return redirect("test_case", self.case.pk)


class AddNoteView(CaseFormView):
    page_title = gettext_lazy("Add a note")
    label = gettext_lazy("Note for the file")
    help_text = gettext_lazy("The driver does not see it. Whoever writes here cannot decide.")
    done = gettext_lazy("The note is in the file.")

    def step(self, cleaned: dict[str, Any], now: datetime) -> object:
        return actions.add_note(case=self.case, text=cleaned["text"], by=self.person, now=now)


class SendNoticeView(CaseFormView):
    page_title = gettext_lazy("Tell the driver")
    extra_context = {"submit_label": gettext_lazy("Send the notice")}
    label = gettext_lazy("What you look into")
    help_text = gettext_lazy(
        "Say what was noticed, in plain words, and ask for their side. Name nobody else. "
        "Do not say what you think happened: nothing is decided."
    )
    done = gettext_lazy("The driver is told. They have 14 days to reply.")

    def step(self, cleaned: dict[str, Any], now: datetime) -> object:
        return actions.send_notice(case=self.case, text=cleaned["text"], by=self.person, now=now)


class DecideCaseView(CaseFormView):
    page_title = gettext_lazy("Decide")
    extra_context = {"submit_label": gettext_lazy("Decide")}
    form_class = DecisionForm
    done = gettext_lazy("The case is decided. The driver is told, and can appeal.")

    def step(self, cleaned: dict[str, Any], now: datetime) -> object:
        return actions.decide_case(case=self.case, by=self.person, now=now, **cleaned)


class DecideAppealView(CaseFormView):
    page_title = gettext_lazy("Decide the appeal")
    extra_context = {"submit_label": gettext_lazy("Decide the appeal")}
    form_class = AppealDecisionForm
    done = gettext_lazy("The appeal is decided. The driver is told.")

    def step(self, cleaned: dict[str, Any], now: datetime) -> object:
        return actions.decide_appeal(case=self.case, by=self.person, now=now, **cleaned)
