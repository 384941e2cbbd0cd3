"""The staff door: which certificates an authority's drivers hold. To read, never to change."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView

from certificates import perms, renewal
from certificates.models import Certificate, CertificateQuerySet
from certificates.views.staff import STANDINGS
from people import perms as people


class CertificateListView(BaseListingView):
    """Officers and auditors see their own authority's certificates, administrators all."""

    model = Certificate
    page_title = _("Certificates")
    header_icon = "check"
    index_url_name = "staff_certificates"
    index_results_url_name = "staff_certificates_results"
    default_ordering = "-passed_at"
    is_searchable = True
    search_fields = ("reference", "holder_name", "licence_number")
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_list_certificates(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_base_queryset(self) -> CertificateQuerySet:
        visible = Certificate.objects.visible_to(self.request.user)
        return visible.with_standing().select_related("authority")

    def order_queryset(self, queryset: CertificateQuerySet) -> CertificateQuerySet:
        return queryset.order_by(self.ordering, "-pk")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        today = renewal.london_day(timezone.now())
        return [
            TitleColumn(
                "reference",
                label=_("Number"),
                get_url=lambda certificate: reverse("staff_certificate", args=[certificate.pk]),
            ),
            Column("holder_name", label=_("Holder")),
            Column("licence_number", label=_("Licence")),
            Column("authority", label=_("Authority")),
            Column(
                "passed_on",
                label=_("Passed"),
                accessor=lambda certificate: date_format(certificate.passed_on),
                sort_key="passed_at",
            ),
            Column(
                "valid_until",
                label=_("Valid until"),
                accessor=lambda certificate: date_format(certificate.valid_until),
                sort_key="valid_until",
            ),
            Column(
                "standing",
                label=_("Standing"),
                accessor=lambda certificate: STANDINGS[certificate.standing_on(today)],
            ),
            Column(
                "origin",
                label=_("From"),
                accessor=lambda certificate: (
                    _("Recognised") if certificate.recognised else _("A test here")
                ),
            ),
        ]


@hooks.register("register_admin_urls")
def certificate_urls() -> list[URLPattern]:
    return [
        path("certificates/", CertificateListView.as_view(), name="staff_certificates"),
        path(
            "certificates/results/",
            CertificateListView.as_view(results_only=True),
            name="staff_certificates_results",
        ),
    ]


class CertificatesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_certificates_menu_item")
def certificates_menu_item() -> MenuItem:
    return CertificatesMenuItem(
        _("Certificates"), reverse("staff_certificates"), icon_name="check", order=260
    )
