"""The API of licensing systems, version 1: one object that ``lms.urls`` mounts."""

import json
import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from wagtail.api.v3.errors import PROBLEM_JSON

from licensing.api import asking, feeding, openapi, problems, registering, request_ids, telling

logger = logging.getLogger("licensing.api")
View = Callable[..., HttpResponseBase]


class OnceParser(Parser):
    """Reads JSON in which no name stands twice: of two values, only the last would be answered."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(request.body, object_pairs_hook=_each_once)
        return body


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name stands twice.")
    return found


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
    """The view, open to callers without a session; a wrong method is a problem like any other.

    Each call has a name, by which it is found in the log. What is logged tells the shape of the
    address alone: licence numbers stay out of it.
    """

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        began = time.monotonic()
        name = request_ids.request_id(request.headers.get(request_ids.HEADER, ""))
        named = request_ids.current.set(name)
        try:
            response = _completed(view(request, **kwargs), name)
            route = request.resolver_match.route if request.resolver_match else ""
            milliseconds = (time.monotonic() - began) * 1000
            said = (request.method, route, response.status_code, milliseconds)
            logger.info("%s %s %s %.0f ms", *said)
            return response
        finally:
            request_ids.current.reset(named)

    return login_not_required(answer)


def _completed(response: HttpResponseBase, name: str) -> HttpResponseBase:
    if response.status_code == problems.METHOD_NOT_ALLOWED.status:
        allowed = ", ".join(sorted(response["Allow"].split(", ")))
        response = problems.METHOD_NOT_ALLOWED.response(headers={"Allow": allowed})
    if response.get("Content-Type") == PROBLEM_JSON and isinstance(response, HttpResponse):
        response.content = json.dumps({**json.loads(response.content), "request_id": name})
    response["Cache-Control"] = "no-store"
    response[request_ids.HEADER] = name
    return response


def nothing_here(request: HttpRequest) -> HttpResponseBase:
    return problems.NOT_FOUND.response()


nothing_here.csrf_exempt = True  # type: ignore[attr-defined]  # It changes nothing.

api = TrainingStatusApi(
    title="Training status API",
    version="1.0.0",
    description=openapi.DESCRIPTION,
    urls_namespace="api",
    parser=OnceParser(),
    docs=Swagger(settings={"validatorUrl": None}),
    docs_decorator=login_not_required,
)
problems.register(api)
for part in (asking, registering, feeding, telling):
    api.add_router("", part.router)
