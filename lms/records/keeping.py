"""The keepers: rules signed by two people, and the triggers that make facts unchangeable."""

from datetime import datetime

import pgtrigger
from django.db import connection

from lms.records.invariant import Counts, Invariant, stated

RULES = ("assessments_testrule", "certificates_validityrule", "licensing_requirement")

SIGNED_BY_TWO = """
SELECT count(*), count(*) FILTER (
    WHERE (approved_by_id IS NOT NULL AND approved_by_id <> proposed_by_id AND reason <> ''
        AND approved_at >= proposed_at) IS NOT TRUE)
FROM (
    {rules}
) AS rule
WHERE approved_at IS NOT NULL OR approved_by_id IS NOT NULL
""".format(
    rules="\n    UNION ALL ".join(
        f"SELECT proposed_by_id, proposed_at, approved_by_id, approved_at, reason FROM {rule}"
        for rule in RULES
    )
)

# What a rule judged must lie after its second signature, in its days and in its authority.
JUDGED_BY_RULE_IN_FORCE = """
SELECT count(*), count(*) FILTER (
    WHERE (approved_at <= judged_at AND effective_from <= judged_on
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


def triggers(now: datetime) -> Counts:
    """Every trigger that a model declares, whether for protection or for history."""
    declared = [
        (model._meta.db_table, trigger.get_pgid(model), trigger.compile(model).hash, body)
        for model, trigger in pgtrigger.registered()
        for body in [trigger.render_func(model)]
    ]
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS_KEPT, [list(column) for column in zip(*declared, strict=True)])
        checked, broken = cursor.fetchone()
    return Counts(checked, broken)


INVARIANTS = (
    stated("R10", "An approved rule has a reason and two different signatures.", SIGNED_BY_TWO),
    stated(
        "R10-used",
        "Every sitting and certificate was judged by a rule approved and in force by then.",
        JUDGED_BY_RULE_IN_FORCE,
    ),
    Invariant("I28", "Every protecting trigger is present, enabled and as declared.", triggers),
)
