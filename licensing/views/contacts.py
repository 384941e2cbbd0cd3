"""Contacts about drivers: written down in one step, read by officers and auditors (R49)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView

from licensing import actions, perms
from licensing.forms.desk import ContactForm
from licensing.models import DriverContact
from licensing.views.driver import ON_A_PAGE, DriversMixin
from licensing.views.next_actions import WritingMixin
from licensing.views.refusals import REFUSALS
from people.models import Licence
from people.models.register import normalise_number


class ContactFormView(DriversMixin, FormView):
    """The form; ``driver`` is whom it is about, where that is known before it is filled in."""

    template_name = "licensing/admin/desk/form.html"
    form_class = ContactForm
    extra_context = {"submit_label": gettext_lazy("Put this on record")}
    driver: Licence | None = None
    corrects: DriverContact | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.reads_drivers(request) and not perms.writing_authorities(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        authorities = perms.writing_authorities(self.person)
        own = {"now": self.now, "authorities": authorities, "licence": self.driver}
        return {**super().get_form_kwargs(), **own}

    def about(self, form: Form) -> Licence | None:
        return self.driver

    def form_valid(self, form: Form) -> HttpResponse:
        licence = self.about(form)
        if licence is None:
            form.add_error("number", _("We found no driver of your council with this number."))
            return self.form_invalid(form)
        told = form.cleaned_data
        try:
            actions.log_contact(
                licence=licence,
                corrects=self.corrects,
                by=self.person,
                now=self.now,
                **{name: told[name] for name in told if name not in {"number", "authority"}},
            )
        except actions.DeskRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The contact is on record."))
        return redirect("staff_driver", licence.pk)


class LogContactView(WritingMixin, ContactFormView):
    """From the page of the driver."""

    page_title = gettext_lazy("Contact about a driver")

    @property
    def driver(self) -> Licence:  # type: ignore[override]
        return self.licence


class LogContactByNumberView(ContactFormView):
    """From the desk, with the licence number typed."""

    page_title = gettext_lazy("Contact about a driver")

    def about(self, form: Form) -> Licence | None:
        """Nobody, whether the number is unknown or may not be told of: the answer is the same."""
        number = normalise_number(form.cleaned_data["number"])
        own = perms.workable_licences(self.person)
        return own.filter(authority=form.cleaned_data["authority"], number=number).first()


class CorrectContactView(ContactFormView):
    """A further entry that names the one it corrects; that one stays as it is. What is about an
    earlier holder of the number is not there: the entry would be about the one now."""

    page_title = gettext_lazy("Correct a contact")

    @cached_property
    def corrects(self) -> DriverContact:  # type: ignore[override]
        own = perms.workable_licences(self.person)
        contacts = DriverContact.objects.about_holder().filter(licence__in=own)
        contacts = contacts.select_related("licence")
        found: DriverContact = get_object_or_404(contacts, pk=self.kwargs["pk"])
        return found

    @property
    def driver(self) -> Licence:  # type: ignore[override]
        return self.corrects.licence

    def get_initial(self) -> dict[str, Any]:
        columns = ("source", "source_name", "way", "said")
        return {column: getattr(self.corrects, column) for column in columns}


class ContactsView(DriversMixin, ListView):
    """Every contact about drivers of one's own authorities, the latest first."""

    page_title = gettext_lazy("Contacts about drivers")
    template_name = "licensing/admin/desk/contacts.html"
    paginate_by = ON_A_PAGE

    @property
    def only_asking(self) -> bool:
        return self.request.GET.get("asked") == "yes"

    def get_queryset(self) -> QuerySet[DriverContact]:
        readable = perms.readable_licences(self.person)
        contacts = DriverContact.objects.filter(licence__in=readable)
        if self.only_asking:
            contacts = contacts.filter(asks_for_decision=True)
        found: QuerySet[DriverContact] = contacts.marked().select_related("licence", "written_by")
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        writes = perms.writing_authorities(self.person).exists()
        return super().get_context_data(only_asking=self.only_asking, writes=writes, **kwargs)
