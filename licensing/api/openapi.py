"""Completes the OpenAPI file: how to get a token, and every problem that any call may answer."""

from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from django.urls import reverse
from wagtail.api.v3.errors import PROBLEM_JSON, ProblemDetail

from licensing.api import problems
from licensing.api.auth import SECURITY
from licensing.api.problems import Problem

TYPES = "\n".join(f"| `{kind.type}` | {kind.status} | {kind.title} |" for kind in problems.ALL)
DESCRIPTION = f"""
Answers one question for the licensing systems of councils: was the training requirement met, on
which day, by which rule, and why. **Training status only: nothing here is a licensing decision.**

Get a token with the client credentials grant of OAuth 2 (HTTP Basic or form fields) and send it as
`Authorization: Bearer TOKEN`. A client sees the licences of its own authority; anything else is
answered as if it did not exist.

Days are London days, `YYYY-MM-DD`; training counts to the end of its last day. Instants are in UTC
and end in `Z`. If anything that an answer needs cannot be read, the answer is an error, never
`met`. If no requirement at all was in force for the licence on the day, there was nothing to
meet: the one entry is `not_required` with the reason `no_requirement_in_force` and no rule.

Each client has a limit of calls a minute, in which a call that costs us more weighs more. Beyond
it the answer is 429, and `Retry-After` says when to go on. Parameters that we do not know are
refused; fields that we add to an answer later are not a breaking change, so ignore what you do not
know. A call has a name, `X-Request-Id`, which is in its answer and its problem; send one of your
own (8 to 64 letters, digits, `.`, `_`, `:` and `-`) if you like.

An operation that is going to end says so in its answers a year before, in the headers
`Deprecation` and `Sunset`, and in the change log of this service.

Errors are RFC 9457 problems (`{PROBLEM_JSON}`). Their `type` is stable:

| type | status | |
| --- | --- | --- |
{TYPES}
"""

HEADERS = {
    401: {"WWW-Authenticate": "How to prove who you are (RFC 6750)."},
    403: {"WWW-Authenticate": "The scope that is needed (RFC 6750)."},
    429: {"Retry-After": "Seconds to wait."},
    503: {"Retry-After": "Seconds to wait."},
}
NAMED = {
    "X-Request-Id": {
        "description": "The name of this call, to be quoted to us; yours, if you sent one.",
        "schema": {"type": "string"},
    }
}
UNDOCUMENTED = {problems.METHOD_NOT_ALLOWED}  # No operation answers it: there is none.


class NamedProblem(ProblemDetail):
    request_id: str


def complete(schema: dict[str, Any]) -> None:
    """Add to the file what the framework does not know."""
    components = schema["components"]
    components["securitySchemes"] = {SECURITY: security_scheme()}
    components["schemas"]["Problem"] = NamedProblem.model_json_schema()
    by_status: dict[int, list[Problem]] = {}
    for problem in problems.ALL:
        if problem not in UNDOCUMENTED:
            by_status.setdefault(problem.status, []).append(problem)
    components["responses"] = {
        f"problem-{status}": documented(status, kinds) for status, kinds in by_status.items()
    }
    for path in schema["paths"].values():
        for operation in path.values():
            for status, kinds in by_status.items():
                if any(not kind.only or operation["operationId"] in kind.only for kind in kinds):
                    reference = {"$ref": f"#/components/responses/problem-{status}"}
                    operation["responses"].setdefault(status, reference)
            for response in operation["responses"].values():
                if "$ref" not in response:
                    response.setdefault("headers", {}).update(NAMED)


def documented(status: int, kinds: list[Problem]) -> dict[str, Any]:
    """The problems that share a status, as one response with an example of each."""
    schema = {"$ref": "#/components/schemas/Problem"}
    examples = {problem.slug: {"value": example(problem)} for problem in kinds}
    response: dict[str, Any] = {
        "description": ". Or: ".join(problem.title for problem in kinds),
        "content": {PROBLEM_JSON: {"schema": schema, "examples": examples}},
    }
    of_status = {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in HEADERS.get(status, {}).items()
    }
    response["headers"] = {**of_status, **NAMED}
    return response


def example(problem: Problem) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": "0f9c1e5a0f4f4e0e9d0a3f6f2f0b1c11",
    }
    if problem is problems.INVALID_REQUEST:
        refused = {"in": "query", "parameter": "as_at", "detail": "Write the day as YYYY-MM-DD."}
        body["errors"] = [refused]
    return body


def security_scheme() -> dict[str, Any]:
    scopes = {name: str(text) for name, text in get_adapter().scope_display.items()}
    flow = {"tokenUrl": reverse("token"), "scopes": scopes}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}
