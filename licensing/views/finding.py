"""The desk's door: find a driver, and the way to every list.

What is looked for is often a name, and addresses are kept in logs and histories: it is sent in the
body of the request, answered at once and kept nowhere.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from licensing import perms
from licensing.desk.finding import find
from licensing.forms.desk import FindDriverForm
from licensing.views.driver import DriversMixin

ON_A_PAGE = 20


class FindDriverView(DriversMixin, FormView):
    page_title = gettext_lazy("Drivers")
    template_name = "licensing/admin/desk/find.html"
    form_class = FindDriverForm

    def way_here(self) -> list[Any]:
        return []

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "authorities": self.authorities}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        writes = perms.writing_authorities(self.person).exists()
        return super().get_context_data(writes=writes, **kwargs)

    def form_invalid(self, form: FindDriverForm) -> HttpResponse:
        if "page" in form.errors:
            raise Http404  # Nobody typed it: the field is hidden.
        return super().form_invalid(form)

    def form_valid(self, form: FindDriverForm) -> HttpResponse:
        told = form.cleaned_data
        page = told["page"] or 1
        found = find(
            self.person,
            told["named"],
            authorities=[told["authority"]],
            limit=ON_A_PAGE,
            offset=(page - 1) * ON_A_PAGE,
        )
        context = self.get_context_data(
            form=form, found=found, page=page, named=told["named"], authority=told["authority"]
        )
        return self.render_to_response(context)
