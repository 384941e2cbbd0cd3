"""The site's addresses, with our own door for withdrawing tokens whatever the site mounts."""

from django.urls import path

from licensing.api.oauth import revoke
from lms import urls

urlpatterns = [path("identity/o/api/revoke", revoke), *urls.urlpatterns]
