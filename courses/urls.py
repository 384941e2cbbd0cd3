"""Doors of the staff site that stand in front of Wagtail's own, at the same addresses.

Wagtail's would name what belongs to others, or act without asking our guards; each view says which.
"""

from django.urls import path
from wagtail.admin.auth import require_admin_access
from wagtail.utils.urlpatterns import decorate_urlpatterns

from courses.views import doors

urlpatterns = decorate_urlpatterns(
    [
        path("api/main/pages/<int:pk>/action/<str:action_name>/", doors.closed),
        path("failwhale/", doors.closed),
        path("snippets/choose/<slug:app_label>/<slug:model_name>/create/", doors.closed),
        path("bulk/<str:app_label>/<str:model_name>/<str:action>/", doors.bulk_action),
        path("choose-page/chosen-multiple/", doors.ChosenPagesView.as_view()),
        path("choose-external-link/", doors.ExternalLinkView.as_view()),
        path("reports/page-types-usage/", doors.PageTypesView.as_view()),
        path("reports/page-types-usage/results/", doors.PageTypesView.as_view(results_only=True)),
    ],
    require_admin_access,
)
