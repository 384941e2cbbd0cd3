"""The staff pages on which an authority words its certificates, and sees a specimen first."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from certificates import actions, perms
from certificates.forms.wording import WordingForm
from certificates.models import CertificateWording
from people.models import Authority, User

REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("You do not word the certificates of this council."),
    "claims_a_licence": gettext_lazy(
        "A certificate says nothing about a licence. Leave out “%(words)s”."
    ),
    "logo_without_text": gettext_lazy("Say what the logo shows."),
    "too_long": gettext_lazy("With long names this does not fit on one page. Make it shorter."),
    "unprintable": gettext_lazy("Some characters cannot be printed. Leave out emoji and symbols."),
    "logo_unreadable": gettext_lazy("This picture cannot be read. Choose another one."),
}


class WordingDoor(View):
    """For officers, about their own authority; another one is as if it were not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.worded.exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def worded(self) -> Any:
        return perms.worded_by(self.person)

    @cached_property
    def authority(self) -> Authority:
        return cast("Authority", get_object_or_404(self.worded, pk=self.kwargs["pk"]))

    @property
    def person(self) -> User:
        return cast("User", self.request.user)  # Strangers went no further than the door.

    @cached_property
    def wording(self) -> CertificateWording | None:
        worded = CertificateWording.objects.filter(authority=self.authority)
        return worded.select_related("logo").first()


class WordingsView(WordingDoor, WagtailAdminTemplateMixin, ListView):
    """The authorities whose certificates the person may word."""

    page_title = gettext_lazy("Certificate wording")
    header_icon = "doc-full"
    template_name = "certificates/admin/wordings.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return self.worded.select_related("certificate_wording")


class WordingView(WordingDoor, WagtailAdminTemplateMixin, FormView):
    """The words of one authority. Certificates that are issued already keep theirs."""

    form_class = WordingForm
    page_title = gettext_lazy("Certificate wording")
    header_icon = "doc-full"
    template_name = "certificates/admin/wording.html"

    def get_page_subtitle(self) -> str:
        return str(self.authority)

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        every = {"url": reverse("certificate_wordings"), "label": _("Certificate wording")}
        return [*self.breadcrumbs_items, every, {"url": "", "label": str(self.authority)}]

    def get_initial(self) -> dict[str, Any]:
        names = actions.WORDING_TEXTS
        return {name: getattr(self.wording, name, "") for name in names}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(authority=self.authority, wording=self.wording, **kwargs)

    def form_valid(self, form: WordingForm) -> HttpResponse:
        facts: dict[str, Any] = {name: form.cleaned_data[name] for name in actions.WORDING_TEXTS}
        facts |= {"authority": self.authority, "by": self.person, "logo": form.cleaned_data["logo"]}
        facts |= {"keep_logo": not form.cleaned_data["remove_logo"]}
        try:
            if "specimen" in self.request.POST:
                return _file(actions.make_specimen(**facts))
            actions.word_certificates(**facts)
        except actions.WordingRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]) % {"words": refusal.words})
            return self.form_invalid(form)
        messages.success(self.request, _("Saved. Certificates from now on say this."))
        return redirect("certificate_wording", self.authority.pk)


def _file(specimen: bytes) -> HttpResponse:
    return HttpResponse(
        specimen,
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="specimen.pdf"'},
    )
