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
`met`. If no requirement at all was in force at the authority on the day, there was nothing to
meet: the one entry is `not_required` with the reason `no_requirement_in_force` and no rule.

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
UNDOCUMENTED = {problems.METHOD_NOT_ALLOWED}  # No operation answers it: there is none.


def complete(schema: dict[str, Any]) -> None:
    """Add to the file what the framework does not know."""
    components = schema["components"]
    components["securitySchemes"] = {SECURITY: security_scheme()}
    components["schemas"]["Problem"] = ProblemDetail.model_json_schema()
    by_status: dict[int, list[Problem]] = {}
    for problem in problems.ALL:
        if problem not in UNDOCUMENTED:
            by_status.setdefault(problem.status, []).append(problem)
    components["responses"] = {
        f"problem-{status}": documented(status, kinds) for status, kinds in by_status.items()
    }
    for path in schema["paths"].values():
        for operation in path.values():
            for status in by_status:
                reference = {"$ref": f"#/components/responses/problem-{status}"}
                operation["responses"].setdefault(status, reference)


def documented(status: int, kinds: list[Problem]) -> dict[str, Any]:
    """The problems that share a status, as one response with an example of each."""
    schema = {"$ref": "#/components/schemas/Problem"}
    examples = {problem.slug: {"value": example(problem)} for problem in kinds}
    response: dict[str, Any] = {
        "description": ". Or: ".join(problem.title for problem in kinds),
        "content": {PROBLEM_JSON: {"schema": schema, "examples": examples}},
    }
    if status in HEADERS:
        response["headers"] = {
            name: {"description": text, "schema": {"type": "string"}}
            for name, text in HEADERS[status].items()
        }
    return response


def example(problem: Problem) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem is problems.INVALID_REQUEST:
        refused = {"in": "query", "parameter": "as_at", "detail": "Write the day as YYYY-MM-DD."}
        body["errors"] = [refused]
    return body


def security_scheme() -> dict[str, Any]:
    scopes = {name: str(text) for name, text in get_adapter().scope_display.items()}
    flow = {"tokenUrl": reverse("token"), "scopes": scopes}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}
