"""What comes in and what goes out, to the letter of the published contract."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from certificates import models as certificates
from certificates.renewal import Standing
from licensing import answers, eligibility
from licensing.compliance import DEFINITIONS, Compliance
from licensing.eligibility import Assessment, Code, Status, Terms, Training

MOST_ASKED, LONGEST_ASKED = 1_000, 100
NOTICE = "Training status only. This is not a licensing decision."
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def read_day(text: Any) -> date:
    """A day as YYYY-MM-DD and nothing else: no other order, no time, no number of seconds."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise PydanticCustomError("not_a_day", "Write the day as YYYY-MM-DD.")
    return day


def read_instant(text: Any) -> datetime:
    """An instant with its offset from UTC; without one it could mean two moments."""
    try:
        if INSTANT.fullmatch(str(text)):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = "Write the instant as YYYY-MM-DDTHH:MM:SSZ, with Z or an offset."
    raise PydanticCustomError("not_an_instant", message)


def write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


AskedDay = Annotated[
    date, BeforeValidator(read_day), WithJsonSchema({"type": "string", "format": "date"})
]
AskedInstant = Annotated[
    datetime,
    BeforeValidator(read_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Instant = Annotated[
    datetime,
    PlainSerializer(write_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class AsOf(Schema):
    """Which day is asked about, and what was on record when."""

    as_at: AskedDay | None = Field(
        None,
        description="The day asked about, in London; today if left out.",
        json_schema_extra={"example": "2026-11-22"},
    )
    known_at: AskedInstant | None = Field(
        None,
        description=(
            "Leave out of account whatever was recorded after this instant; now if left out."
            " An instant to come counts as now."
        ),
        json_schema_extra={"example": "2026-11-22T09:30:00Z"},
    )


# What we write is not checked over again (``model_construct``): it is ours, a test holds it to the
# schema, and for a thousand licences the check costs more than finding the answers.
class Reason(Schema):
    code: Code = Field(description="Stable; act on this.")
    text: str = Field(description="For people; its wording may change.")


class Certificate(Schema):
    reference: str
    passed_on: date
    valid_until: date = Field(description="The last day, in London, on which it counts.")
    course: str = Field(description="The title of the course as printed on the certificate.")
    url: str = Field(description="The public check of this certificate.")

    @classmethod
    def of(cls, held: eligibility.Certificate) -> Self:
        return cls.model_construct(
            reference=held.reference,
            passed_on=held.passed_on,
            valid_until=held.valid_until,
            course=held.course,
            url=certificates.verify_url(held.reference),
        )


class Rule(Schema):
    id: int
    effective_from: date

    @classmethod
    def of(cls, terms: Terms) -> Self:
        return cls.model_construct(id=terms.rule_id, effective_from=terms.effective_from)


class Requirement(Schema):
    requirement: str | None = Field(
        description="The requirement's code; null when none was in force on the day."
    )
    status: Status
    reasons: list[Reason] = Field(description="The first says why the status is what it is.")
    certificate: Certificate | None = Field(description="The certificate that decided, if any.")
    renew_from: date | None = Field(description="The first day on which it may be renewed.")
    rule: Rule | None = Field(description="The rule that judged; null when none was in force.")

    @classmethod
    def of(cls, found: Assessment) -> Self:
        return cls.model_construct(
            requirement=found.terms.code if found.terms else None,
            status=found.status,
            reasons=[
                Reason.model_construct(code=reason.code, text=reason.text)
                for reason in found.reasons
            ],
            certificate=Certificate.of(found.certificate) if found.certificate else None,
            renew_from=found.renew_from,
            rule=Rule.of(found.terms) if found.terms else None,
        )


class TrainingStatus(Schema):
    authority: str = Field(description="The code of your authority.")
    licence_number: str
    found: Literal[True]
    as_at: date
    known_at: Instant
    training: Training = Field(
        description=(
            "`met` if every requirement is valid, expiring, in grace or not required;"
            " otherwise `not_met`."
        )
    )
    requirements: list[Requirement]
    notice: str

    @classmethod
    def of(cls, status: answers.TrainingStatus) -> Self:
        return cls.model_construct(
            authority=status.authority,
            licence_number=status.licence_number,
            found=True,
            as_at=status.as_at,
            known_at=status.known_at,
            training=status.training,
            requirements=[Requirement.of(found) for found in status.requirements],
            notice=NOTICE,
        )


class Question(Schema):
    """Which licences are asked about, and as of when."""

    model_config = ConfigDict(extra="forbid")

    as_at: AskedDay | None = Field(None, description=AsOf.model_fields["as_at"].description)
    known_at: AskedInstant | None = Field(
        None, description=AsOf.model_fields["known_at"].description
    )
    licences: list[Annotated[str, Field(max_length=LONGEST_ASKED)]] = Field(
        max_length=MOST_ASKED, description="Up to 1,000 numbers; repeats are answered each time."
    )


class NotFound(Schema):
    licence_number: str = Field(description="As it was asked for.")
    found: Literal[False] = False


class Answers(Schema):
    results: list[TrainingStatus | NotFound] = Field(
        description="One for each number that was asked for, in that order."
    )


class CertificateEvent(Schema):
    event: Literal["issued", "revoked", "reinstated", "replaced"]
    recorded_at: Instant
    effective_on: date = Field(description="The day, in London, from which it counts.")
    reason_class: str | None = Field(description="The kind of reason, where there was one.")


class CertificateFacts(Schema):
    authority: str = Field(description="The code of your authority.")
    reference: str
    status: Standing = Field(description="What it is worth today, in London.")
    holder_name: str = Field(description="As printed on the certificate.")
    licence_number: str | None = Field(description="As printed on the certificate, if it is.")
    course: str
    course_edition: str
    provider: str | None = Field(description="Who taught it, where training was recognised.")
    passed_on: date
    valid_until: date = Field(description="The last day, in London, on which it counts.")
    renew_from: date
    issued_at: Instant
    replaces: str | None = Field(description="The reference of the certificate that it corrects.")
    replaced_by: str | None = Field(description="The reference of its correction.")
    url: str = Field(description="The public check of this certificate.")
    events: list[CertificateEvent] = Field(description="All that happened to it, in order.")

    @classmethod
    def of(cls, held: certificates.Certificate, *, today: date) -> Self:
        later = getattr(held, "replacement", None)
        return cls(
            authority=held.authority.code if held.authority else "",
            reference=held.reference,
            status=held.standing_on(today),
            holder_name=held.holder_name,
            licence_number=held.licence_number or None,
            course=held.course_title,
            course_edition=held.course_edition,
            provider=held.provider_name or None,
            passed_on=held.passed_on,
            valid_until=held.valid_until,
            renew_from=held.renew_from,
            issued_at=held.issued_at,
            replaces=held.replaces.reference if held.replaces else None,
            replaced_by=later.reference if later else None,
            url=held.verify_url,
            events=[
                CertificateEvent(
                    event=event.kind,  # type: ignore[arg-type]  # The database knows no other.
                    recorded_at=event.recorded_at,
                    effective_on=event.effective_on,
                    reason_class=event.reason_class or None,
                )
                for event in held.events.all()
            ],
        )


class RuleFigures(Schema):
    requirement: str
    rule: Rule
    grace_days: int
    counts: dict[Status, int]


class ComplianceFigures(Schema):
    authority: str = Field(description="The code of your authority.")
    as_at: date
    known_at: Instant
    numerator: int
    denominator: int
    counts: dict[Status, int] = Field(description="They come to the denominator.")
    requirements: list[RuleFigures] = Field(
        description="Each rule that was in force, with its own counts."
    )
    definitions: dict[str, str]
    notice: str

    @classmethod
    def of(cls, found: Compliance, *, authority: str) -> Self:
        return cls(
            authority=authority,
            as_at=found.as_at,
            known_at=found.known_at,
            numerator=found.numerator,
            denominator=found.denominator,
            counts=found.counts,
            requirements=[
                RuleFigures(
                    requirement=rule.code,
                    rule=Rule(id=rule.rule_id, effective_from=rule.effective_from),
                    grace_days=rule.grace_days,
                    counts=rule.counts,
                )
                for rule in found.requirements
            ],
            definitions=DEFINITIONS,
            notice=NOTICE,
        )
