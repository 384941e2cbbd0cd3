"""The calls that ask. Each puts one question and writes the answer out."""

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import P, PathEx, Query, Router, Schema
from ninja.errors import ValidationError

from certificates import reference as references
from certificates.models import Certificate
from certificates.renewal import london_day
from licensing import answers
from licensing.api import examples, problems, schemas
from licensing.api.answering import JSON, answered_as
from licensing.api.auth import Needs
from licensing.api.problems import Refused
from licensing.compliance import compliance
from licensing.models import Scope
from licensing.perms import Caller
from people.models import Authority
from people.models.register import normalise_number

router = Router()
reads_status = Needs(Scope.STATUS_READ)
reads_many = Needs(Scope.STATUS_READ, cost=50)
reads_figures = Needs(Scope.STATUS_READ, cost=1_000)
LicenceNumber = PathEx[
    str,
    P(
        description="In capitals or not, with spaces or without; it may contain slashes.",
        example="PH-1002",
    ),
]


Reference = PathEx[str, P(description="Upper or lower case.", example="7K3M-9QX2-HT4D")]


class ClientRequest(HttpRequest):
    """A request that ``Needs`` let through."""

    auth: Caller


class Nothing(Schema):
    """No parameters."""


def refuse_unknown(request: HttpRequest, known: type[Schema] = Nothing) -> None:
    """A misspelt ``as_at`` must not be answered as if today had been asked about, nor two of them
    as if only the last had been meant."""
    errors = [
        {"loc": ("query", name), "msg": "There is no such parameter."}
        for name in request.GET
        if name not in known.model_fields
    ]
    errors += [
        {"loc": ("query", name), "msg": "Give this once."}
        for name, values in request.GET.lists()
        if len(values) > 1
    ]
    if errors:
        raise ValidationError(errors)


def as_of(asked: schemas.AsOf | schemas.Question) -> tuple[date, datetime]:
    """The day asked about and what was known when; an instant to come counts as now."""
    now = timezone.now()
    return asked.as_at or london_day(now), min(asked.known_at or now, now)


@router.get(
    "/licences/{path:number}/training-status",
    auth=reads_status,
    response=schemas.TrainingStatus,
    operation_id="get_training_status",
    summary="Training status of one licence",
    tags=["Training status"],
    openapi_extra=reads_status.documented | examples.tagged(examples.TRAINING_STATUS),
)
def training_status(
    request: ClientRequest, number: LicenceNumber, asked: Query[schemas.AsOf]
) -> HttpResponse:
    """Whether the holder of a licence of your authority met the training requirement on a day.

    The same question with the same `as_at` and `known_at` has the same answer for ever. A number
    that is not yours is answered like one that does not exist. Send the `ETag` of an answer as
    `If-None-Match` to be told only of changes; `known_at` does not count for it.
    """
    refuse_unknown(request, schemas.AsOf)
    as_at, known_at = as_of(asked)
    status = answers.training_status(
        authority=request.auth.authority_id, number=number, as_at=as_at, known_at=known_at
    )
    if status is None:
        raise Refused(problems.NOT_FOUND)
    return answered_as(request, schemas.TrainingStatus.of(status), but_for=["known_at"])


@router.post(
    "/training-status/search",
    auth=reads_many,
    response=schemas.Answers,
    operation_id="search_training_status",
    summary="Training status of up to 1,000 licences",
    tags=["Training status"],
    openapi_extra=reads_many.documented
    | examples.responses(examples.ANSWERS)
    | examples.request(examples.QUESTION),
)
def search_training_status(request: ClientRequest, question: schemas.Question) -> HttpResponse:
    """One answer for each number, in the order of the numbers, repeats included.

    A number that is not yours is answered like one that does not exist.
    """
    refuse_unknown(request)
    as_at, known_at = as_of(question)
    found = answers.training_statuses(
        authority=request.auth.authority_id,
        numbers=question.licences,
        as_at=as_at,
        known_at=known_at,
    )
    written = {
        number: schemas.TrainingStatus.of(status).model_dump_json()
        for number, status in found.items()
    }
    results = [
        written.get(normalise_number(number))
        or schemas.NotFound(licence_number=number).model_dump_json()
        for number in question.licences
    ]
    return HttpResponse(f'{{"results":[{",".join(results)}]}}', content_type=JSON)


@router.get(
    "/certificates/{reference}",
    auth=reads_status,
    response=schemas.CertificateFacts,
    operation_id="get_certificate",
    summary="One certificate",
    tags=["Certificates"],
    openapi_extra=reads_status.documented | examples.tagged(examples.CERTIFICATES),
)
def certificate(request: ClientRequest, reference: Reference) -> HttpResponse:
    """The facts of a certificate of your authority, its status today and its history.

    A certificate that is not yours is answered like one that does not exist.
    """
    refuse_unknown(request)
    written = references.normalise(reference[: schemas.LONGEST_ASKED])
    held = Certificate.objects.filter(authority=request.auth.authority_id, reference=written)
    related = held.select_related("authority", "replaces", "replacement").with_standing()
    found = (
        related.prefetch_related("events").first() if references.is_wellformed(written) else None
    )
    if found is None:
        raise Refused(problems.NOT_FOUND)
    today = london_day(timezone.now())
    return answered_as(request, schemas.CertificateFacts.of(found, today=today))


@router.get(
    "/compliance",
    auth=reads_figures,
    response=schemas.ComplianceFigures,
    operation_id="get_compliance",
    summary="How many drivers met the requirement",
    tags=["Compliance"],
    openapi_extra=reads_figures.documented | examples.tagged(examples.COMPLIANCE),
)
def figures(request: ClientRequest, asked: Query[schemas.AsOf]) -> HttpResponse:
    """How many licensed drivers of your authority had met the requirement on a day, out of how
    many, by which rules.

    The same question with the same `as_at` and `known_at` has the same answer for ever. One call
    weighs as much as a thousand others in your limit.
    """
    refuse_unknown(request, schemas.AsOf)
    as_at, known_at = as_of(asked)
    authority = Authority.objects.get(pk=request.auth.authority_id)
    found = compliance(authority_id=authority.pk, as_at=as_at, known_at=known_at)
    answer = schemas.ComplianceFigures.of(found, authority=authority.code)
    return answered_as(request, answer, but_for=["known_at"])
