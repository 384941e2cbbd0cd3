"""Reminders by post: print a batch, post it, say so."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import FormView, TemplateView

from certificates import perms, renewal
from certificates.actions.posting import (
    PostingRefused,
    confirm_posted,
    count_waiting,
    letters_in,
    prepare_letters,
    reminder_of,
    still_to_print,
)
from certificates.forms.reminders import PostedForm
from certificates.letter_pdf import render_letters
from certificates.views.reminding import ReminderMixin
from courses.views.spreadsheets import Spreadsheet
from outbox.models import Message
from people.asked import key_in

REFUSALS = {
    "not_allowed": gettext_lazy("You do not post the letters of this council."),
    "too_early": gettext_lazy("The letters were printed later than that day."),
    "too_late": gettext_lazy(
        "Letters are posted within 7 days of printing. Print them again, so that nobody gets one "
        "that is no longer right."
    ),
    "in_the_future": gettext_lazy("This day is still to come. Say so once they are posted."),
}


class LetterMixin(ReminderMixin):
    """For officers and platform administrators."""

    page_title = gettext_lazy("Letters to post")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated or not self.authorities.exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def authorities(self) -> Any:
        return perms.reminding_authorities(self.request.user)


class LettersView(LetterMixin, TemplateView):
    """How many letters wait at each council, and the button that puts them into a batch."""

    template_name = "certificates/admin/letters.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = count_waiting(self.authorities)
        names: dict[int, Any] = self.authorities.in_bulk(list(waiting))
        rows = [(names[pk], number) for pk, number in waiting.items()]
        return super().get_context_data(rows=rows, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = key_in(request.POST.get("authority"))
        authority = get_object_or_404(self.authorities, pk=chosen)
        batch = prepare_letters(authority=authority, by=self.person, now=timezone.now())
        if batch is None:
            messages.info(request, _("There is nothing to post any more."))
            return redirect("reminder_letters")
        return redirect("letter_batch", batch)


class BatchMixin(LetterMixin):
    kwargs: dict[str, Any]

    @cached_property
    def letters(self) -> list[Message]:
        """Nothing is told of a batch of another council, nor of one that is posted."""
        found = letters_in(self.kwargs["pk"], self.authorities)
        if not found:
            raise Http404
        return found

    @cached_property
    def to_print(self) -> list[Message]:
        return still_to_print(self.letters, now=timezone.now())


class BatchView(BatchMixin, FormView):
    """The letters of a batch, to print and then to say that they were posted."""

    template_name = "certificates/admin/letter_batch.html"
    form_class = PostedForm

    def get_form_kwargs(self) -> dict[str, Any]:
        today = renewal.london_day(timezone.now())
        return {**super().get_form_kwargs(), "letters": self.letters, "today": today}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        still = {letter.pk for letter in self.to_print}
        rows = [(one, reminder_of(one).certificate, one.pk in still) for one in self.letters]
        return super().get_context_data(rows=rows, batch=self.kwargs["pk"], **kwargs)

    def form_valid(self, form: PostedForm) -> HttpResponse:
        authority = reminder_of(self.letters[0]).certificate.authority
        assert authority is not None  # It was found by it.
        facts = form.cleaned_data
        try:
            posted = confirm_posted(
                authority=authority,
                batch=self.kwargs["pk"],
                posted=facts["posted"],
                posted_on=facts["posted_on"],
                by=self.person,
                now=timezone.now(),
            )
        except PostingRefused as refusal:
            form.add_error("posted_on", str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        told = ngettext(
            "%(count)d letter is on record as posted.",
            "%(count)d letters are on record as posted.",
            posted,
        )
        messages.success(self.request, told % {"count": posted})
        return redirect("reminder_letters")


class PrintBatchView(BatchMixin, View):
    """The letters as one PDF, a page for each."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        now = timezone.now()
        file = render_letters(self.to_print, day=renewal.london_day(now), at=now)
        return HttpResponse(
            file,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="letters-{pk}.pdf"'},
        )


class BatchTableView(BatchMixin, View):
    """The letters as a table for a mail merge."""

    def get(self, request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
        columns: list[tuple[Any, Callable[[Message], Any]]] = [
            (_("Licence number"), lambda letter: letter.to),
            (_("Name"), lambda letter: reminder_of(letter).certificate.holder_name),
            (_("Certificate number"), lambda letter: reminder_of(letter).certificate.reference),
            (_("Language"), lambda letter: reminder_of(letter).language),
            (_("Subject"), lambda letter: letter.subject),
            (_("Text"), lambda letter: letter.body),
        ]
        file = Spreadsheet(columns, filename=f"letters-{pk}")
        return StreamingHttpResponse(
            file.stream_csv(self.to_print),
            content_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="letters-{pk}.csv"'},
        )
