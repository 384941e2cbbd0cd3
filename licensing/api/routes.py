"""The calls. Each asks one question of ``licensing.answers`` and writes the answer out."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import P, PathEx, Query, Router, Schema
from ninja.errors import ValidationError

from certificates.renewal import london_day
from licensing import answers
from licensing.api import examples, problems, schemas
from licensing.api.auth import Needs
from licensing.api.problems import Refused
from licensing.models import Scope
from licensing.perms import Caller

router = Router()
reads_status = Needs(Scope.STATUS_READ)
LicenceNumber = PathEx[
    str,
    P(
        description="In capitals or not, with spaces or without; it may contain slashes.",
        example="PH-1002",
    ),
]


class ClientRequest(HttpRequest):
    """A request that ``Needs`` let through."""

    auth: Caller


def refuse_unknown(request: HttpRequest, known: type[Schema]) -> None:
    """A misspelt ``as_at`` must not be answered as if today had been asked about."""
    errors = [
        {"loc": ("query", name), "msg": "There is no such parameter."}
        for name in request.GET
        if name not in known.model_fields
    ]
    if errors:
        raise ValidationError(errors)


@router.get(
    "/licences/{path:number}/training-status",
    auth=reads_status,
    response=schemas.TrainingStatus,
    operation_id="get_training_status",
    summary="Training status of one licence",
    tags=["Training status"],
    openapi_extra={**reads_status.documented, **examples.responses(examples.TRAINING_STATUS)},
)
def training_status(
    request: ClientRequest, number: LicenceNumber, asked: Query[schemas.AsOf]
) -> schemas.TrainingStatus:
    """Whether the holder of a licence of your authority met the training requirement on a day.

    The same question with the same `as_at` and `known_at` has the same answer for ever. A number
    that is not yours is answered like one that does not exist.
    """
    refuse_unknown(request, schemas.AsOf)
    now = timezone.now()
    status = answers.training_status(
        authority=request.auth.authority_id,
        number=number,
        as_at=asked.as_at or london_day(now),
        known_at=min(asked.known_at or now, now),
    )
    if status is None:
        raise Refused(problems.NOT_FOUND)
    return schemas.TrainingStatus.of(status)
