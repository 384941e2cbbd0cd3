"""Answers about an authority: given again from today's records, they are what they were."""

from datetime import datetime

from django.db import connection

from licensing.measuring import definitions_version, measure
from lms.records.invariant import Counts, Invariant

LAST = 3  # Questions of each authority: asking one again costs as much as asking it did.
# Of a question that was asked several times the first answer counts. What was written down in
# another form, or counted by other definitions, cannot be compared.
ASKED = """
SELECT authority_id, as_at, known_at, digest FROM (
    SELECT f.*, row_number() OVER (PARTITION BY authority_id ORDER BY id DESC) AS place
    FROM (
        SELECT DISTINCT ON (authority_id, as_at, known_at)
            id, authority_id, as_at, known_at, digest, definitions_version
        FROM licensing_compliancerun ORDER BY authority_id, as_at, known_at, id
    ) AS f WHERE definitions_version = %(version)s
) AS asked WHERE place <= %(last)s
"""


def given_again(now: datetime) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(ASKED, {"version": definitions_version(), "last": LAST})
        asked = cursor.fetchall()
    broken = 0
    for authority_id, as_at, known_at, digest in asked:
        again = measure(authority_id=authority_id, as_at=as_at, known_at=known_at)
        broken += again.digest != digest
    return Counts(len(asked), broken)


INVARIANTS = (
    Invariant("I22", "The last answers about each authority are given again.", given_again),
)
