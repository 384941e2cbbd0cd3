"""The keepers: what two people sign, and the triggers that make facts unchangeable."""

from datetime import datetime

import pgtrigger
from django.db import connection

from lms.records.invariant import Counts, Invariant, stated

SIGNED_BY_TWO = """
SELECT count(*), count(*) FILTER (
    WHERE (approved_by_id <> proposed_by_id AND reason <> ''
        AND approved_at + %(skew)s >= proposed_at) IS NOT TRUE)
FROM (
    SELECT proposed_by_id, proposed_at, approved_by_id, approved_at, reason
    FROM assessments_testrule
    UNION ALL
    SELECT proposed_by_id, proposed_at, approved_by_id, approved_at, reason
    FROM certificates_validityrule
    UNION ALL
    SELECT proposed_by_id, proposed_at, approved_by_id, approved_at, reason
    FROM licensing_requirement
    UNION ALL
    SELECT proposed_by_id, proposed_at, decided_by_id, decided_at, reason
    FROM licensing_trainingexception WHERE decision = 'granted'
) AS rule
WHERE approved_at IS NOT NULL OR approved_by_id IS NOT NULL
"""

# What a rule judged must lie after its second signature, in its days and in its authority.
JUDGED_BY_RULE_IN_FORCE = """
SELECT count(*), count(*) FILTER (
    WHERE (approved_at <= judged_at + %(skew)s AND effective_from <= judged_on
        AND (rule_authority_id IS NULL OR rule_authority_id = authority_id)) IS NOT TRUE)
FROM (
    SELECT r.approved_at, r.effective_from, r.authority_id AS rule_authority_id, s.authority_id,
        s.started_at AS judged_at, (s.started_at AT TIME ZONE 'Europe/London')::date AS judged_on
    FROM assessments_sitting s JOIN assessments_testrule r ON r.id = s.rule_id
    UNION ALL
    SELECT r.approved_at, r.effective_from, r.authority_id, c.authority_id,
        c.issued_at, c.passed_on
    FROM certificates_certificate c JOIN certificates_validityrule r ON r.id = c.rule_id
) AS judged
"""

# Comment and body say what a trigger does: pgtrigger keeps a digest of the declaration in the
# comment, and the function's source must hold the declared body, so that an emptied one shows.
TRIGGERS_KEPT = """
SELECT count(*), count(*) FILTER (
    WHERE (t.tgenabled IN ('O', 'A')
        AND obj_description(t.oid, 'pg_trigger') = declared.digest
        AND position(declared.body IN p.prosrc) > 0) IS NOT TRUE)
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
    AS declared (relation, name, digest, body)
LEFT JOIN pg_trigger t
    ON t.tgrelid = to_regclass(declared.relation) AND t.tgname = declared.name
LEFT JOIN pg_proc p ON p.oid = t.tgfoid
"""

# The two ways to switch triggers off for every session without touching one of them.
NOT_SWITCHED_OFF = """
SELECT count(*), count(*) FILTER (
    WHERE setting LIKE 'pgtrigger.ignore=%%' OR setting LIKE 'session_replication_role=%%')
FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def triggers(now: datetime) -> Counts:
    """Every trigger that a model declares, whether for protection or for history."""
    declared = []
    for model, trigger in pgtrigger.registered():
        compiled = trigger.compile(model).sql
        body = trigger.render_func(model)
        declared.append((compiled.table, compiled.pgid, compiled.hash, body))
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS_KEPT, [list(column) for column in zip(*declared, strict=True)])
        checked, broken = cursor.fetchone()
    return Counts(checked, broken)


INVARIANTS = (
    stated(
        "R10",
        "An approved rule or exception has a reason and two different signatures.",
        SIGNED_BY_TWO,
    ),
    stated(
        "R10-used",
        "Every sitting and certificate was judged by a rule approved and in force by then.",
        JUDGED_BY_RULE_IN_FORCE,
    ),
    Invariant("I28", "Every protecting trigger is present, enabled and as declared.", triggers),
    stated("I28-settings", "No standing setting switches triggers off.", NOT_SWITCHED_OFF),
)
