"""Every address of the house."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from certificates.views import ResultView
from licensing.api.api import api
from licensing.api.oauth import revoke, token
from lms import health, views

public_page = login_not_required
sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)


urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("api/v1/", api.urls),
    path("accounts/", include("allauth.urls")),
    path("identity/o/api/token", token, name="token"),
    path("identity/o/api/revoke", revoke, name="revoke"),
    path("dashboard/", views.DashboardView.as_view(), name="dashboard"),
    path(
        "privacy/",
        public_page(TemplateView.as_view(template_name="lms/privacy.html")),
        name="privacy",
    ),
    path(
        "accessibility/",
        public_page(TemplateView.as_view(template_name="lms/accessibility.html")),
        name="accessibility",
    ),
    path("service-worker.js", views.service_worker, name="service_worker"),
    path(
        "offline/",
        public_page(TemplateView.as_view(template_name="lms/offline.html")),
        name="offline",
    ),
    re_path(r"^theme/(?P<colour>[0-9a-f]{6})\.css$", views.theme, name="theme"),
    path("", include("people.urls")),
    # The room above adds the certificate to the result page, at the same address and name.
    path("tests/sittings/<uuid:pk>/result/", ResultView.as_view(), name="sitting_result"),
    path("tests/", include("assessments.urls")),
    path("", include("certificates.urls")),
    path("", include("licensing.urls")),
    # Wagtail's own sign-in would skip the second factor: allauth's is the only door.
    path("staff/login/", public_page(sign_in)),
    path("_util/login/", public_page(sign_in)),
    path("staff/", include("courses.urls")),  # In front of Wagtail's own doors of these addresses.
    path("staff/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]
if not settings.PRODUCTION:
    gallery = TemplateView.as_view(template_name="lms/gallery.html")
    urlpatterns.insert(0, path("gallery/", public_page(gallery), name="gallery"))
