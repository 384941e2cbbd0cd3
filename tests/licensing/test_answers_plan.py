"""The statement costs the same at any size: the planner reaches the big tables by index only."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from assessments.models import Sitting
from licensing import answers
from people.models import Learner
from tests.factories import make_requirement
from tests.licensing.factories import make_certificate, make_licence, revoke

pytestmark = pytest.mark.django_db

BIG = {"people_licence", "certificates_certificate", "certificates_certificateevent"}
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOW_MANY = 3000
COPIES = """
INSERT INTO people_user (password, is_superuser, first_name, last_name, is_staff, is_active,
    date_joined, email)
SELECT '!', false, '', '', false, true, now(), 'copy' || n || '@example.org'
FROM generate_series(1, %(many)s) n;

INSERT INTO people_learner (user_id, authority_id, full_name, created_at)
SELECT id, %(authority)s, 'Copy', now() FROM people_user WHERE email LIKE 'copy%%';

INSERT INTO people_licence (authority_id, number, kind, state, full_name, date_of_birth, email,
    mobile, operator_reference, language, holder_id, held_from, created_at)
SELECT %(authority)s, 'COPY-' || id, 'private_hire', 'current', 'Copy', '1980-01-01', '', '',
    '', '', id, '2019-07-01', now()
FROM people_learner WHERE full_name = 'Copy';

INSERT INTO courses_enrolment (learner_id, course_id, authority_id, started_at, completed_at,
    closed_at)
SELECT l.id, s.course_id, %(authority)s, now(), now(), now()
FROM people_learner l, assessments_sitting s
WHERE l.full_name = 'Copy' AND s.id = %(sitting)s;

INSERT INTO assessments_sitting ({sitting_columns})
SELECT {sitting_columns} FROM (
    SELECT (jsonb_populate_record(s, jsonb_build_object(
        'id', gen_random_uuid(), 'learner_id', e.learner_id, 'enrolment_id', e.id))).*
    FROM assessments_sitting s, courses_enrolment e JOIN people_learner l ON l.id = e.learner_id
    WHERE s.id = %(sitting)s AND l.full_name = 'Copy'
) copies;

INSERT INTO certificates_certificate
SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('certificates_certificate', 'id')),
    'learner_id', s.learner_id, 'sitting_id', s.id,
    'reference', regexp_replace(lpad(s.learner_id::text, 12, '0'), '(.{4})(.{4})(.{4})',
        '\\1-\\2-\\3')))).*
FROM certificates_certificate c, assessments_sitting s
WHERE c.id = %(certificate)s AND s.id <> c.sitting_id;

INSERT INTO certificates_certificateevent
SELECT (jsonb_populate_record(e, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('certificates_certificateevent', 'id')),
    'certificate_id', c.id))).*
FROM certificates_certificateevent e, certificates_certificate c
WHERE e.certificate_id = %(certificate)s AND c.id <> e.certificate_id;

ANALYZE people_licence, certificates_certificate, certificates_certificateevent;
"""
# The database works the others out.
SITTING_COLUMNS = [field.column for field in Sitting._meta.concrete_fields if not field.generated]


@pytest.fixture
def crowded_register(authority, course, requirement):
    """Thousands of drivers, each with a certificate that was revoked; the first one's licence."""
    licence = make_licence(authority)
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    revoke(certificate, effective_on=date(2026, 1, 1), recorded_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            COPIES.replace("{sitting_columns}", ", ".join(SITTING_COLUMNS)),
            {
                "many": HOW_MANY,
                "authority": authority.pk,
                "sitting": certificate.sitting_id,
                "certificate": certificate.pk,
            },
        )
    return licence


def plan_of(ask):
    """The nodes of the plan of the one statement that ``ask`` sends, with what they really read."""
    sent = []

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    ((sql, params),) = sent
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")  # The one for all values.
        cursor.execute("PREPARE asked AS " + sql)
        places = ", ".join(["%s"] * len(params))
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked ({places})", params)
        (plan,) = cursor.fetchone()
        cursor.execute("DEALLOCATE asked")
    return list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def _nodes(node):
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def scans(nodes):
    return {
        (node.get("Relation Name"), node["Node Type"])
        for node in nodes
        if node.get("Relation Name") in BIG
    }


def ask_one(licence):
    answers.training_status(
        authority=licence.authority, number=licence.number, as_at=TODAY, known_at=NOW
    )


def ask_fifty(licence):
    numbers = [f"COPY-{pk}" for pk in Learner.objects.values_list("pk", flat=True)[:50]]
    return lambda: answers.training_statuses(
        authority=licence.authority, numbers=numbers, as_at=TODAY, known_at=NOW
    )


def test_one_licence_is_answered_by_index_scans_alone(crowded_register):
    nodes = plan_of(lambda: ask_one(crowded_register))

    assert scans(nodes) == {(table, "Index Scan") for table in BIG}


def test_one_licence_reads_its_own_rows_alone(crowded_register):
    nodes = plan_of(lambda: ask_one(crowded_register))

    read = {
        node["Relation Name"]: node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        for node in nodes
        if node.get("Relation Name") in BIG
    }
    assert read == {
        "people_licence": 1,
        "certificates_certificate": 1,
        "certificates_certificateevent": 1,  # The revocation; the issue is not in the index.
    }


def test_the_licences_of_a_person_are_answered_by_index_scans_alone(crowded_register):
    nodes = plan_of(
        lambda: answers.training_statuses_of(crowded_register.holder, as_at=TODAY, known_at=NOW)
    )

    assert scans(nodes) == {(table, "Index Scan") for table in BIG}


def test_rules_of_other_authorities_are_not_weighed(
    authority, other_authority, course, requirement
):
    """Nor does one for their new drivers make ours a matter of the register's history."""
    for whom in ("new", "existing", "everybody"):
        make_requirement(course, authority=other_authority, applies_to=whom)
    licence = make_licence(authority)

    nodes = plan_of(lambda: ask_one(licence))

    (rules,) = [node for node in nodes if node.get("Subplan Name") == "CTE candidates"]
    assert rules["Actual Rows"] == 1


def test_fifty_licences_can_be_answered_without_reading_a_whole_table(crowded_register):
    """Of so few rows the planner may prefer to read all; there must be another way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    nodes = plan_of(ask_fifty(crowded_register))

    assert "Seq Scan" not in {kind for _, kind in scans(nodes)}
