"""The pages on which organisations check drivers' training and find their receipts (R35, R36)."""

from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, ListView, TemplateView

from certificates import reference as references
from certificates.renewal import london_day
from courses.views.spreadsheets import Spreadsheet
from licensing import perms
from licensing.actions.checkers import CheckersRefused
from licensing.actions.checks import (
    WINDOW,
    TooManyChecks,
    check,
    linked_drivers,
    open_again,
    show_all_drivers,
    show_drivers,
)
from licensing.actions.receipt_words import HEADINGS, STATUSES, status_words
from licensing.checking import Told
from licensing.eligibility import Status, Training
from licensing.forms.checkers import CheckForm
from licensing.models import CheckerMember, CheckerOrganisation, CheckReceipt, looks_at
from licensing.models.checks import OWN_LIST, RECEIPT
from licensing.receipt_pdf import render_receipt
from people.middleware import to_second_factor
from people.models import User
from people.perms import learner_of

ON_A_PAGE = 50
NO_STORE = "no-store, private"
WITHOUT_A_PASS = {Status.IN_GRACE, Status.NOT_REQUIRED}  # Met, though nobody has to have passed.


@method_decorator(never_cache, name="dispatch")
class CheckerMixin:
    """For people who may check for an organisation now; anybody else is refused. In production
    they prove themselves with two factors, as staff do."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.may_enter():
            raise PermissionDenied
        return to_second_factor(request) or super().dispatch(  # type: ignore[misc]
            request, *args, **kwargs
        )

    def may_enter(self) -> bool:
        return bool(self.places)

    @cached_property
    def places(self) -> list[CheckerMember]:
        return list(perms.checker_places(self.request.user))

    @cached_property
    def organisations(self) -> QuerySet[CheckerOrganisation]:
        own = CheckerOrganisation.objects.filter(
            pk__in=[one.organisation_id for one in self.places]
        )
        return own.select_related("authority")

    @property
    def person(self) -> User:
        return cast("User", self.request.user)  # Strangers went no further than the door.

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(  # type: ignore[misc,no-any-return]
            places=self.places,
            is_contact=any(place.is_contact for place in self.places),
            is_operator=any(place.organisation.is_operator for place in self.places),
            **kwargs,
        )


class CheckView(CheckerMixin, FormView):
    """Asks for a badge, a day and a purpose; the answer is a receipt at an address of its own.

    ``like`` in the address names a receipt to ask again about.
    """

    template_name = "licensing/checks/check.html"
    form_class = CheckForm

    def get_form_kwargs(self) -> dict[str, Any]:
        own = {"organisations": self.organisations, "today": london_day(timezone.now())}
        return {**super().get_form_kwargs(), **own}

    def get_initial(self) -> dict[str, Any]:
        initial = {"as_at": london_day(timezone.now()), "key": uuid4()}
        before = receipt_of(self.person, self.request.GET.get("like", ""))
        if before is None:
            return initial
        names = ("organisation", "number", "as_at", "purpose", "purpose_words")
        return {**initial, **{name: getattr(before, name) for name in names}}

    def form_valid(self, form: CheckForm) -> HttpResponse:
        try:
            receipt = check(by=self.person, now=timezone.now(), **form.cleaned_data)
        except CheckersRefused as refusal:
            raise PermissionDenied from refusal  # It was taken away since the form was drawn.
        except TooManyChecks as refusal:
            return self._too_many(form, refusal.seconds)
        return redirect("check_receipt", receipt.reference)

    def _too_many(self, form: CheckForm, seconds: int) -> HttpResponse:
        response = self._told(form, self._wait(seconds))
        response["Retry-After"] = str(seconds)
        return response

    def _wait(self, seconds: int) -> str:
        if seconds > WINDOW.total_seconds():
            words = _(
                "Your organisation has made as many checks as it can in 24 hours. Nothing is lost."
                " You can check again from %(moment)s."
            )
            moment = localtime(timezone.now() + timedelta(seconds=seconds))
            return words % {"moment": date_format(moment, "DATETIME_FORMAT")}
        words = ngettext(
            "There were many checks in a short time. Nothing is lost. Wait %(seconds)d second, then"
            " press “Check” again.",
            "There were many checks in a short time. Nothing is lost. Wait %(seconds)d seconds,"
            " then press “Check” again.",
            seconds,
        )
        return words % {"seconds": seconds}

    def _told(self, form: CheckForm, words: str) -> HttpResponse:
        form.add_error(None, words)
        return self.render_to_response(self.get_context_data(form=form), status=429)


def receipt_of(user: Any, reference: str) -> CheckReceipt | None:
    """The receipt with this number if it is one of the person's organisations, however typed."""
    written = references.normalise(reference[:60])
    if not references.is_wellformed(written):
        return None
    own = CheckReceipt.objects.for_checker(user).filter(reference=written)
    return own.select_related("organisation", "authority").first()


class ReceiptMixin(CheckerMixin):
    kwargs: dict[str, Any]

    @cached_property
    def receipt(self) -> CheckReceipt:
        """Nothing is told of one of another organisation, not even that it is there."""
        found = receipt_of(self.request.user, self.kwargs["reference"])
        if found is None:
            raise Http404
        return found


class ReceiptView(ReceiptMixin, TemplateView):
    """The answer word for word as it was given, and whether it would be another one by now. Of a
    number that was not found this is not told: the driver could not see that somebody looked."""

    template_name = "licensing/checks/receipt.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        receipt = self.receipt
        changed = receipt.found and open_again(receipt, by=self.person, now=timezone.now())
        return super().get_context_data(
            receipt=receipt, shown=receipt.shown, changed=changed, **kwargs
        )


class ReceiptPdfView(ReceiptMixin, View):
    """The receipt as a file for the journey log."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        name = f'attachment; filename="receipt-{self.receipt.reference}.pdf"'
        return HttpResponse(
            render_receipt(self.receipt),
            content_type="application/pdf",
            headers={"Content-Disposition": name},
        )


class ReceiptsView(CheckerMixin, ListView):
    """What the person's organisations have asked, the latest first."""

    template_name = "licensing/checks/receipts.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[CheckReceipt]:
        own = CheckReceipt.objects.for_checker(self.request.user)
        return own.select_related("organisation", "authority", "by").defer("words")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["rows"] = [(one, answer_words(one)) for one in context["object_list"]]
        return context


class ReceiptsCsvView(ReceiptsView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:  # type: ignore[override]
        return as_csv("receipts", RECEIPT_COLUMNS, self.get_queryset().iterator(chunk_size=1000))


class DriversMixin(CheckerMixin):
    """For an operator: the drivers whom the register links to it today (R50). ``pk`` chooses one
    of several."""

    kwargs: dict[str, Any]

    def may_enter(self) -> bool:
        return any(place.organisation.is_operator for place in self.places)

    @cached_property
    def operator(self) -> CheckerOrganisation:
        own = [one.organisation for one in self.places if one.organisation.is_operator]
        wanted = self.kwargs.get("pk", own[0].pk)
        for organisation in own:
            if organisation.pk == wanted:
                return organisation
        raise Http404


class DriversView(DriversMixin, ListView):
    """Number, state and day of each driver; that they were looked at is noted for the driver."""

    template_name = "licensing/checks/drivers.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Any]:
        return linked_drivers(self.operator, today=london_day(timezone.now()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(operator=self.operator, **kwargs)
        now = timezone.now()
        lines = show_drivers(
            organisation=self.operator,
            licences=context["object_list"],
            by=self.person,
            today=london_day(now),
            now=now,
        )
        context["rows"] = [(line, state_words(line.told)) for line in lines]
        context["operators"] = [
            place.organisation for place in self.places if place.organisation.is_operator
        ]
        return context


class DriversCsvView(DriversMixin, View):
    def get(self, request: HttpRequest, **kwargs: Any) -> StreamingHttpResponse:
        now = timezone.now()
        lines = show_all_drivers(
            organisation=self.operator, by=self.person, today=london_day(now), now=now
        )
        return as_csv("drivers", DRIVER_COLUMNS, lines)


@method_decorator(never_cache, name="dispatch")
class LooksView(ListView):
    """For a driver: which organisations have looked at their training, when and why (R50)."""

    template_name = "licensing/checks/looks.html"
    paginate_by = ON_A_PAGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if learner_of(request) is None:
            return render(request, self.template_name, {"not_in_training": True})
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        learner = learner_of(self.request)
        assert learner is not None  # Others were told so.
        return looks_at(learner)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["rows"] = [{**look, "why": purpose_words(look)} for look in context["object_list"]]
        return context


def purpose_words(look: dict[str, Any]) -> str:
    others = {
        OWN_LIST: _("The operator looked at the list of its own drivers"),
        RECEIPT: _("The organisation opened an earlier answer again"),
    }
    return str({**dict(CheckReceipt.Purpose.choices), **others}[look["purpose"]])


def answer_words(receipt: CheckReceipt) -> str:
    """The answer of a receipt in one line, in the language of whoever reads the list."""
    if not receipt.found:
        return _("Number not found")
    heading = str(HEADINGS[Training(receipt.answer["training"])])
    status = Status(receipt.answer["status"])
    return f"{heading} – {STATUSES[status]}" if status in WITHOUT_A_PASS else heading


def state_words(told: Told) -> str:
    if told.training == Training.NOT_MET:
        return _("Not met")
    if told.status in WITHOUT_A_PASS:
        return status_words(told)
    return _("Met, and due to be renewed") if told.status == Status.EXPIRING else _("Met")


def as_csv(name: str, columns: Any, rows: Any) -> StreamingHttpResponse:
    file = Spreadsheet(columns, filename=name)
    return StreamingHttpResponse(
        file.stream_csv(rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": NO_STORE,
        },
    )


RECEIPT_COLUMNS = [
    (gettext_lazy("Receipt number"), lambda one: one.reference),
    (gettext_lazy("Checked at"), lambda one: localtime(one.at).isoformat(timespec="seconds")),
    (gettext_lazy("Organisation"), lambda one: one.organisation.name),
    (gettext_lazy("Checked by"), lambda one: one.by.get_full_name() or one.by.email),
    (gettext_lazy("Council"), lambda one: one.authority.name),
    (gettext_lazy("Badge or licence number"), lambda one: one.number),
    (gettext_lazy("Day asked about"), lambda one: one.as_at.isoformat()),
    (gettext_lazy("Answer"), answer_words),
    (gettext_lazy("Day in the answer"), lambda one: one.answer.get("day") or ""),
    (gettext_lazy("Purpose"), lambda one: str(one.get_purpose_display())),
    (gettext_lazy("Note"), lambda one: one.purpose_words),
]
DRIVER_COLUMNS = [
    (gettext_lazy("Licence number"), lambda line: line.number),
    (gettext_lazy("Training"), lambda line: state_words(line.told)),
    (gettext_lazy("Day"), lambda line: line.told.day.isoformat() if line.told.day else ""),
]
