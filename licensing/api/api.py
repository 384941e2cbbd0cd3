"""The API of licensing systems, version 1: one object that ``lms.urls`` mounts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema

from licensing.api import openapi, problems
from licensing.api.routes import router

View = Callable[..., HttpResponseBase]


class TrainingStatusApi(NinjaAPI):
    """Ninja's API, with every error a problem and no answer kept by a cache."""

    @property
    def urls(self) -> tuple[list[URLPattern | URLResolver], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            view = pattern.callback
            if view is not None and view.__module__ == "ninja.operation":
                pattern.callback = answered(view)
        home = RedirectView.as_view(pattern_name=f"{namespace}:openapi-view")
        patterns.insert(0, path("", login_not_required(home), name="home"))
        patterns.append(re_path(r"[\s\S]*", answered(nothing_here)))
        return patterns, app_name, namespace

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        openapi.complete(schema)
        return schema


def answered(view: View) -> View:
    """The view, open to callers without a session; a wrong method is a problem like any other."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        response = view(request, **kwargs)
        if response.status_code == problems.METHOD_NOT_ALLOWED.status:
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            response = problems.METHOD_NOT_ALLOWED.response(headers={"Allow": allowed})
        response["Cache-Control"] = "no-store"
        return response

    return login_not_required(answer)


def nothing_here(request: HttpRequest) -> HttpResponseBase:
    return problems.NOT_FOUND.response()


nothing_here.csrf_exempt = True  # type: ignore[attr-defined]  # It changes nothing.

api = TrainingStatusApi(
    title="Training status API",
    version="1.0.0",
    description=openapi.DESCRIPTION,
    urls_namespace="api",
    docs=Swagger(settings={"validatorUrl": None}),
    docs_decorator=login_not_required,
)
problems.register(api)
api.add_router("", router)
