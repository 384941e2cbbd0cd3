"""An authority's own words for its reminders."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView

from certificates import renewal
from certificates.actions.reminder_texts import (
    About,
    Kind,
    Wording,
    drop_reminder_text,
    keep_reminder_text,
)
from certificates.channels import SMS
from certificates.forms.reminders import ReminderTextForm
from certificates.models import ReminderText
from certificates.texts import PARTS_ADVISED, Words, size
from certificates.views.letters import LetterMixin

EXAMPLE_NUMBER = "7K3M-9QX2-HT4D"


class TextMixin(LetterMixin):
    page_title = gettext_lazy("Texts of reminders")

    def get_queryset(self) -> QuerySet[ReminderText]:
        own = ReminderText.objects.filter(authority__in=self.authorities)
        return own.select_related("authority").order_by(
            "authority__name", "language", "channel", "when"
        )


class ReminderTextsView(TextMixin, ListView):
    """The texts that a council has written; everywhere else the words of this service are used."""

    template_name = "certificates/admin/reminder_texts.html"
    paginate_by = 50


class WriteTextView(TextMixin, FormView):
    """Write a text, or change one; "See an example" shows it with the facts of nobody."""

    template_name = "certificates/admin/reminder_text.html"
    form_class = ReminderTextForm
    kwargs: dict[str, Any]

    @cached_property
    def text(self) -> ReminderText | None:
        pk = self.kwargs.get("pk")
        return None if pk is None else get_object_or_404(self.get_queryset(), pk=pk)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.text, "for_user": self.person}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "drop" in request.POST and self.text is not None:
            drop_reminder_text(text=self.text, now=timezone.now())
            messages.success(request, _("From now on the standard words are used."))
            return redirect("reminder_texts")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ReminderTextForm) -> HttpResponse:
        if "preview" in self.request.POST:
            example = self._example(form)
            return self.render_to_response(self.get_context_data(form=form, **example))
        keep_reminder_text(text=form.instance, words=form.cleaned_data, now=timezone.now())
        messages.success(self.request, _("The text is saved. Reminders use it from now on."))
        return redirect("reminder_texts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(text=self.text, **kwargs)

    @staticmethod
    def _example(form: ReminderTextForm) -> dict[str, Any]:
        text, today = form.instance, renewal.london_day(timezone.now())
        ahead = -1 if text.when == ReminderText.When.AFTER else 30
        last = today + timedelta(days=ahead)
        about = About(
            name=_("Sam Example"),
            course=_("Safeguarding for drivers"),
            number=EXAMPLE_NUMBER,
            valid_until=last,
            renew_from=last - timedelta(days=90),
            today=today,
        )
        kind = Kind(text.authority_id, text.language, text.channel, text.when)
        example = Wording.of(kind, Words(text.subject, text.body), text.authority).write(
            kind, about
        )
        taken = size(example.body) if text.channel == SMS else None
        return {
            "example": example,
            "size": taken,
            "too_long": taken is not None and taken.parts > PARTS_ADVISED,
        }
