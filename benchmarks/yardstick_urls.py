"""The yardstick's one address."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from people.models import Licence


def one_select(request: HttpRequest, number: str) -> HttpResponse:
    """By the index on (authority, number), as every status call begins."""
    found = Licence.objects.filter(authority__code="DEMO-NB", number=number).values("id", "state")
    response = JsonResponse(found.get())
    response["Content-Length"] = str(len(response.content))
    return response


urlpatterns = [path("<str:number>/", one_select)]
