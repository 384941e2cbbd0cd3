"""Writing an answer out, and not writing it where the caller has it already."""

import hashlib
from collections.abc import Collection

from django.http import HttpRequest, HttpResponse
from ninja import Schema

JSON = "application/json"


def answered_as(
    request: HttpRequest, answer: Schema, *, but_for: Collection[str] = ()
) -> HttpResponse:
    """The answer with a weak entity tag, or 304 where the caller sent that tag.

    What is named in ``but_for`` does not count: it tells of the question. Call it only once the
    caller is known: a tag must never answer who has no token.
    """
    judged = answer.model_dump_json(exclude=set(but_for))
    tag = f'W/"{hashlib.sha256(judged.encode()).hexdigest()[:32]}"'
    if tag in _tags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(answer.model_dump_json(), content_type=JSON)
    response["ETag"] = tag
    return response


def _tags(sent: str) -> set[str]:
    """Compared weakly (RFC 9110, 13.1.2): with or without the mark, it is the same tag."""
    tags = {tag.strip().removeprefix("W/") for tag in sent.split(",")}
    return {f"W/{tag}" for tag in tags if tag}
