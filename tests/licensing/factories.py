"""Certificates and API clients as plain rows, without going through a course and its test."""

import hashlib
import itertools
import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from allauth.idp.oidc.models import Token
from django.db import connection

from assessments.models import Sitting, TestRule
from certificates import reference, renewal
from certificates.models import Certificate, CertificateEvent, ValidityRule
from courses.models import CoursePage, Enrolment
from licensing.actions import make_api_client
from licensing.models import ApiClient
from people.models import Authority, Learner, Licence
from tests.factories import LONG_AGO, LicenceFactory, UserFactory, make_validity_rule
from tests.licensing.histories import BARE_TRIGGERS, USUAL_TRIGGERS

numbers = itertools.count(1)
SECRET = "a-long-secret-of-a-licensing-system"


def make_certificate(
    licence: Licence,
    course: CoursePage,
    *,
    passed_on: date,
    authority: Authority | None = None,
    counts_for: CoursePage | None = None,
    **fields: Any,
) -> Certificate:
    """A certificate of the licence's holder, valid for 36 months; issued at ten that morning."""
    learner = licence.holder
    passed_at = datetime.combine(passed_on, time(10), tzinfo=UTC)
    valid_until = fields.pop("valid_until", renewal.add_months(passed_on, 36))
    certificate = Certificate.objects.create(
        reference=reference.make(secrets.token_bytes(11)),
        sitting=_passed_sitting(learner, course, passed_at),
        learner=learner,
        authority=authority or licence.authority,
        course=course,
        counts_for=counts_for or course,
        rule=ValidityRule.objects.first() or make_validity_rule(),
        holder_name=learner.full_name,
        course_title=course.title,
        course_edition=course.edition,
        passed_at=passed_at,
        passed_on=passed_on,
        valid_until=valid_until,
        renew_from=max(passed_on, valid_until - timedelta(days=90)),
        issued_at=fields.pop("issued_at", passed_at),
        **fields,
    )
    _event(certificate, "issued", effective_on=passed_on, recorded_at=certificate.issued_at)
    return certificate


def revoke(certificate: Certificate, *, effective_on: date, recorded_at: datetime) -> None:
    _event(certificate, "revoked", effective_on=effective_on, recorded_at=recorded_at)


def reinstate(certificate: Certificate, *, effective_on: date, recorded_at: datetime) -> None:
    _event(certificate, "reinstated", effective_on=effective_on, recorded_at=recorded_at)


def make_licence(authority: Authority, number: str = "PH-1002", **fields: Any) -> Licence:
    """A private hire licence with a holder who has been linked for years."""
    return LicenceFactory(held=True, authority=authority, number=number, **fields)


def date_history(*, at: datetime = LONG_AGO) -> None:
    """Let the register's history say that what it has taken down since the last call, or since the
    test began, was written ``at``: the database's own clock knows no moments of a test."""
    with connection.cursor() as cursor:
        cursor.execute(BARE_TRIGGERS)
        cursor.execute(
            "UPDATE people_licenceevent SET pgh_created_at = %s WHERE pgh_created_at = now()", [at]
        )
        cursor.execute(USUAL_TRIGGERS)


def make_client(authority: Authority, **fields: Any) -> ApiClient:
    """A client of the authority that may read status."""
    given: dict[str, Any] = {
        "client_id": f"client-{next(numbers)}",
        "secret": SECRET,
        "name": "A licensing system",
        "scopes": ["status:read"],
        "now": LONG_AGO,
        **fields,
    }
    return make_api_client(authority=authority, **given)


def give_token(client: ApiClient, *, expires_at: datetime, **fields: Any) -> str:
    """An access token as the provider would have given it to the client."""
    text = secrets.token_urlsafe(64)
    given = {
        "type": Token.Type.ACCESS_TOKEN,
        "hash": hashlib.sha256(text.encode()).hexdigest(),
        "scopes": "status:read",
        **fields,
    }
    Token.objects.create(client=client.client, expires_at=expires_at, **given)
    return text


def _passed_sitting(learner: Learner, course: CoursePage, passed_at: datetime) -> Sitting:
    enrolment = Enrolment.objects.create(
        learner=learner,
        course=course,
        started_at=passed_at,
        completed_at=passed_at,
        closed_at=passed_at,
    )
    return Sitting.objects.create(
        learner=learner,
        enrolment=enrolment,
        course=course,
        rule=TestRule.objects.filter(course=course).first() or _test_rule(course),
        seed="seed",
        paper={},
        paper_digest="0" * 64,
        question_count=1,
        started_at=passed_at,
        closed_at=passed_at,
        closed_by=Sitting.ClosedBy.SUBMIT,
        outcome=Sitting.Outcome.PASSED,
        correct_count=1,
    )


def _test_rule(course: CoursePage) -> TestRule:
    return TestRule.objects.create(
        course=course,
        effective_from=LONG_AGO.date(),
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=LONG_AGO,
    )


def _event(
    certificate: Certificate, kind: str, *, effective_on: date, recorded_at: datetime
) -> None:
    two_people = {"by": UserFactory(), "seconded_by": UserFactory(), "reason": "Test"}
    CertificateEvent.objects.create(
        certificate=certificate,
        kind=kind,
        effective_on=effective_on,
        recorded_at=recorded_at,
        **({} if kind == "issued" else two_people),
    )
