"""What organisations were told of drivers: every receipt has its words, and its answer still."""

from datetime import datetime

from licensing.answers import training_status
from licensing.checking import tell
from licensing.models import CheckReceipt
from lms.records.invariant import Counts, Invariant, stated

# Answering again takes a statement for each receipt, as each was asked at a moment of its own.
ANSWERED_AGAIN = 1_000

WORD_FOR_WORD = """
SELECT count(*), count(*) FILTER (
    WHERE (r.digest = encode(sha256(convert_to(r.words, 'UTF8')), 'hex')
        AND r.words::jsonb ? 'heading'
        AND (r.licence_id IS NOT NULL) = (r.answer ->> 'found')::boolean) IS NOT TRUE)
FROM licensing_checkreceipt r
"""

BY_WHO_MIGHT = """
SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM licensing_checkermember m
    JOIN licensing_checkerorganisation o ON o.id = m.organisation_id
    WHERE o.id = asked.organisation_id AND m.user_id = asked.by_id
        AND o.decision = 'approved' AND o.decided_at <= asked.at + %(skew)s
        AND coalesce(o.ended_at >= asked.at - %(skew)s, true)
        AND m.joined_at <= asked.at + %(skew)s
        AND coalesce(m.ended_at >= asked.at - %(skew)s, true)))
FROM (
    SELECT organisation_id, by_id, at FROM licensing_checkreceipt
    UNION ALL
    SELECT organisation_id, by_id, at FROM licensing_operatorlook
) AS asked
"""


def answered_alike(now: datetime) -> Counts:
    """The latest receipts, answered again for their day by what was known at their moment (I22)."""
    receipts = CheckReceipt.objects.filter(licence__isnull=False).order_by("-at", "-pk")
    asked = receipts.values_list("authority_id", "number", "as_at", "known_at", "answer")
    checked = broken = 0
    for authority_id, number, as_at, known_at, answer in asked[:ANSWERED_AGAIN]:
        status = training_status(
            authority=authority_id, number=number, as_at=as_at, known_at=known_at
        )
        again = {"found": True, **tell(status.requirements).facts()} if status else None
        checked, broken = checked + 1, broken + (again != answer)
    return Counts(checked, broken)


INVARIANTS = (
    stated("R35", "Every receipt has the words that were shown.", WORD_FOR_WORD),
    stated("R35-asked", "Whoever looked was let in for it at that moment.", BY_WHO_MIGHT),
    Invariant("I22-receipts", "The latest receipts would be answered alike again.", answered_alike),
)
