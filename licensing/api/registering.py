"""The call that writes the register: one licence, as the licensing system knows it."""

import hashlib
import json
from typing import Annotated, Any

import pghistory
from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Header, Router, Schema
from ninja.errors import ValidationError
from pydantic import BeforeValidator, ConfigDict, WithJsonSchema

from certificates.renewal import london_day
from licensing import actions
from licensing.api import examples, problems
from licensing.api.answering import JSON
from licensing.api.asking import ClientRequest, LicenceNumber, refuse_unknown
from licensing.api.auth import Needs
from licensing.api.problems import Refused
from licensing.api.schemas import read_day
from licensing.models import Scope
from people.importers import FactsRefused
from people.importers.columns import KINDS, STATES
from people.models import Authority
from people.register import Outcome, upsert_licence

router = Router()
writes_register = Needs(Scope.REGISTER_WRITE, cost=10)
REPEATED = "Idempotent-Replayed"
KEY = r"[!-~]{1,255}"
Text = Annotated[str, Field(max_length=400)]
DATE = {"type": "string", "format": "date"}
Day = Annotated[str, BeforeValidator(lambda text: read_day(text).isoformat()), WithJsonSchema(DATE)]
DayOrNone = Annotated[
    str,
    BeforeValidator(lambda text: "" if text == "" else read_day(text).isoformat()),
    WithJsonSchema({"anyOf": [DATE, {"type": "string", "maxLength": 0}]}),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        pattern=f"^{KEY}$",
        description=(
            "A name of your own for this call. The same call with it within 24 hours is carried"
            " out once and answered alike."
        ),
        example="7b0f9c1e-5a0f-4f0e-9d0a-3f6f2f0b1c11",
    ),
]


class LicenceFacts(Schema):
    """The columns of the register file, without the number. One that is left out stays as it is;
    an empty text empties it."""

    model_config = ConfigDict(extra="forbid")

    licence_kind: Text = Field(json_schema_extra={"enum": list(KINDS)})
    full_name: Text
    date_of_birth: Day
    licence_state: Text = Field(json_schema_extra={"enum": list(STATES)})
    email: Text | None = None
    mobile: Text | None = None
    licence_start: DayOrNone | None = None
    licence_expiry: DayOrNone | None = None
    operator_reference: Text | None = None
    language: Text | None = None


class Registered(Schema):
    licence_number: str = Field(description="As the register writes it.")
    outcome: Outcome = Field(description="`created`, `updated` or `unchanged`.")


@router.put(
    "/licences/{path:number}",
    auth=writes_register,
    response=Registered,
    operation_id="put_licence",
    summary="Put one licence and its holder into the register",
    tags=["Register"],
    openapi_extra=writes_register.documented
    | examples.responses(examples.REGISTERED)
    | examples.request(examples.LICENCE),
)
def put_licence(
    request: ClientRequest,
    number: LicenceNumber,
    facts: LicenceFacts,
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """Enter a licence of your authority, or bring it up to date.

    The register is your authority's word: nothing here grants or takes away a licence. What may be
    about another person than the one on record changes nothing and waits for an officer; the
    answer is then 409. `Idempotent-Replayed: true` marks an answer that was given before.
    """
    refuse_unknown(request)
    given = {"licence_number": number, **facts.model_dump(exclude_none=True)}
    if idempotency_key is None:
        return _response(_carry_out(request, given))
    try:
        answer = actions.answer_once(
            api_client_id=request.auth.api_client_id,
            key=idempotency_key,
            asked=_digest(request),
            now=timezone.now(),
            carry_out=lambda: _carry_out(request, given),
        )
    except actions.KeyUsedOtherwise:
        raise Refused(problems.KEY_REUSED) from None
    return _response(answer)


def _carry_out(request: ClientRequest, given: dict[str, str]) -> actions.Answer:
    """The answer of a call that changed the register, or left it alone for a written reason."""
    now = timezone.now()
    authority = Authority.objects.get(pk=request.auth.authority_id)
    try:
        with pghistory.context(client=request.auth.api_client_id):
            done = upsert_licence(authority=authority, given=given, now=now, today=london_day(now))
    except FactsRefused as refused:
        raise ValidationError([_error(error) for error in refused.errors]) from refused
    if done.outcome is Outcome.DOUBTFUL:
        return actions.Answer(problems.WAITS_FOR_OFFICER.status, "")
    told = Registered(licence_number=done.licence.number, outcome=done.outcome)
    return actions.Answer(200, told.model_dump_json())


def _error(error: Any) -> dict[str, Any]:
    in_path = error.field == "licence_number"
    place = ("path", "number") if in_path else ("body", error.field)
    return {"loc": place, "msg": error.message}


def _response(answer: actions.Answer) -> HttpResponse:
    if answer.status == problems.WAITS_FOR_OFFICER.status:
        response = problems.WAITS_FOR_OFFICER.response()
    else:
        response = HttpResponse(answer.body, status=answer.status, content_type=JSON)
    if answer.repeated:
        response[REPEATED] = "true"
    return response


def _digest(request: ClientRequest) -> str:
    """Of the whole call. The body counts byte for byte."""
    call = json.dumps([request.method, request.path]).encode()
    return hashlib.sha256(call + b"\0" + request.body).hexdigest()
