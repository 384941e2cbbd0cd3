"""The whole lists of who is licensed and lapsed, and who was never trained, to read and to take
along."""

import codecs
import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from licensing import perms
from licensing.desk import lapsed
from licensing.eligibility import Status
from licensing.forms.desk import NextActionForm
from licensing.views.driver import ON_A_PAGE, DriversMixin
from licensing.views.words import STATUSES
from people.asked import key_in
from people.cells import harmless
from people.models import Licence
from people.perms import known_people
from people.register import Echo

LAPSED = (Status.EXPIRED, Status.REVOKED)
STATES = dict(Licence.State.choices)
TITLES: dict[str, str | Promise] = {
    "lapsed": gettext_lazy("Licensed and lapsed"),
    "never": gettext_lazy("Never trained"),
}


class ListMixin(DriversMixin):
    """One list, as the filters of the address choose it. They name no driver."""

    group = "lapsed"

    @cached_property
    def chosen_authority(self) -> int | None:
        """Of several the one that was chosen; for platform administrators, who serve all, always
        one: the first until they choose."""
        typed = self.request.GET.get("authority", "")
        served = {authority.pk for authority in self.authorities}
        if (chosen := key_in(typed)) in served:
            return chosen
        first = self.authorities[0].pk if served else None
        return first if self.person.is_superuser else None

    @cached_property
    def owner(self) -> int | None:
        typed = self.request.GET.get("owner", "")
        return key_in(typed)

    @cached_property
    def status(self) -> str:
        typed = self.request.GET.get("status", "")
        return typed if typed in LAPSED else ""

    def asked(self) -> lapsed.Asked:
        chosen = self.chosen_authority
        keys = [chosen] if chosen else [authority.pk for authority in self.authorities]
        return lapsed.Asked(
            authorities=keys,
            known=known_people(self.person),
            as_at=self.today,
            known_at=self.now,
            owner=self.owner,
            status=self.status if self.group == "lapsed" else "",
        )


class LapsedView(ListMixin, TemplateView):
    template_name = "licensing/admin/desk/lapsed.html"

    def get_page_title(self) -> str | Promise:
        return TITLES[self.group]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = self.request.GET.get("page", "")
        page = max(int(typed), 1) if typed.isdecimal() and len(typed) < len("1000000") else 1
        found = lapsed.page_of(
            self.group, self.asked(), limit=ON_A_PAGE, offset=(page - 1) * ON_A_PAGE
        )
        own = perms.writing_authorities(self.person)
        owners = list(perms.possible_owners([authority.pk for authority in self.authorities]))
        query = self.request.GET.copy()
        query.pop("page", None)
        initial = {"owner": self.person, "due_on": self.today}
        return super().get_context_data(
            group=self.group,
            rows=[(row, days_lapsed(row, self)) for row in found.rows],
            total=found.total,
            page=page,
            has_next=page * ON_A_PAGE < found.total,
            query=query.urlencode(),
            owner=self.owner,
            chosen_status=self.status,
            chosen_authority=self.chosen_authority,
            authorities=self.authorities if len(self.authorities) > 1 else [],
            owners=owners,
            statuses=[(status.value, STATUSES[status]) for status in LAPSED],
            form=NextActionForm(owners=perms.possible_owners(own), initial=initial)
            if own.exists()
            else None,
            address=reverse(f"{self.group}_drivers"),
            download=reverse(f"{self.group}_drivers_csv"),
            **kwargs,
        )


class LapsedCsvView(ListMixin, View):
    """The list as the filters choose it, streamed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = self.asked()
        response = StreamingHttpResponse(self._lines(asked), content_type="text/csv; charset=utf-8")
        name = f"{self.group}-{self.today.isoformat()}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response

    def _lines(self, asked: lapsed.Asked) -> Iterator[bytes]:
        """Marked as UTF-8, by which alone Excel knows it."""
        writer = csv.writer(Echo())
        yield codecs.BOM_UTF8
        yield writer.writerow(HEADINGS[self.group]()).encode()
        for row in lapsed.every_row(self.group, asked):
            cells = [*_of_driver(row), *self._of_training(row), *_of_next(row)]
            yield writer.writerow([harmless(str(cell)) for cell in cells]).encode()

    def _of_training(self, row: lapsed.Row) -> list[Any]:
        if row.last_day is None:
            return []
        days = (self.today - row.last_day).days
        last = localtime(row.last_sent_at).date().isoformat() if row.last_sent_at else ""
        return [STATUSES[Status(row.status)], row.last_day.isoformat(), days, row.sent, last]


def days_lapsed(row: lapsed.Row, view: DriversMixin) -> int | None:
    return (view.today - row.last_day).days if row.last_day else None


def _of_driver(row: lapsed.Row) -> list[Any]:
    since = row.starts_on.isoformat() if row.starts_on else ""
    return [row.number, row.full_name, STATES[row.state], since]


def _of_next(row: lapsed.Row) -> list[Any]:
    due_on = row.due_on.isoformat() if row.due_on else ""
    return [row.what_in_words, row.note or "", row.owner, due_on]


def _first_headings() -> list[str]:
    return [_("Licence number"), _("Name"), _("State of the licence"), _("Licensed since")]


def _last_headings() -> list[str]:
    return [_("Next action"), _("In words"), _("Who does it"), _("By when")]


HEADINGS = {
    "lapsed": lambda: [
        *_first_headings(),
        _("Training"),
        _("Last day of training"),
        _("Days lapsed"),
        _("Reminders sent"),
        _("Last reminder"),
        *_last_headings(),
    ],
    "never": lambda: [*_first_headings(), *_last_headings()],
}
