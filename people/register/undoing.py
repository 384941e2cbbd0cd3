"""Taking the last import back: the register is then as it was before, to the letter (I37).

What was before is read from the history that the database keeps of every licence.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import pghistory
import pgtrigger
from django.db import IntegrityError, connection, transaction

from people.importers import LicenceFacts
from people.models import RegisterDoubt, RegisterImport, User
from people.register.licences import lock_register

EXAMPLES = 5
Decision = RegisterDoubt.Decision
# Every name that the statements below are put together of is one of ours.
COLUMNS = [column for column in LicenceFacts._fields if column != "number"]

# One row of history for each licence that the import created or updated: the first, as whatever
# comes later in one transaction has the same context.
TOUCHED = """
(SELECT DISTINCT ON (pgh_obj_id) * FROM people_licenceevent
    WHERE pgh_context_id = %(context)s AND authority_id = %(authority)s
    ORDER BY pgh_obj_id, pgh_id) e
"""
DONE = f"FROM {TOUCHED} LEFT JOIN people_licence l ON l.id = e.pgh_obj_id WHERE true"
LINKED = f"""
SELECT e.number {DONE} AND l.holder_id IS DISTINCT FROM e.holder_id LIMIT %(limit)s
"""  # noqa: S608
CHANGED = f"""
SELECT e.number {DONE} AND ({", ".join(f"l.{column}" for column in COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"e.{column}" for column in COLUMNS)}) LIMIT %(limit)s
"""  # noqa: S608
BEFORE = """
(SELECT b.* FROM people_licenceevent b
    WHERE b.pgh_obj_id = e.pgh_obj_id AND b.pgh_id < e.pgh_id ORDER BY b.pgh_id DESC LIMIT 1)
"""
UNKNOWN = f"""
SELECT e.number {DONE} AND e.pgh_label = 'update' AND NOT EXISTS {BEFORE} LIMIT %(limit)s
"""
RESTORE = f"""
UPDATE people_licence l SET {", ".join(f"{column} = b.{column}" for column in COLUMNS)}
FROM {TOUCHED} JOIN LATERAL {BEFORE} b ON true
WHERE e.pgh_label = 'update' AND l.id = e.pgh_obj_id
"""  # noqa: S608
# pgtrigger has no names for the places of a statement, so that this one counts them.
REMOVE = f"""
DELETE FROM people_licence l USING {TOUCHED}
WHERE e.pgh_label = 'insert' AND l.id = e.pgh_obj_id
""".replace("%(context)s", "%s").replace("%(authority)s", "%s")  # noqa: S608
WAIT_AGAIN = """
INSERT INTO people_registerdoubt
    (authority_id, kind, number, licence_id, given, known, source_id, row, raised_at)
SELECT authority_id, kind, number, licence_id, given, known, source_id, row, raised_at
FROM people_registerdoubt WHERE settled_with_id = %(import)s ORDER BY id
"""


class WhyNot(StrEnum):
    """Why an import cannot be taken back."""

    LATER_IMPORT = "later_import"
    DECIDED = "decided"
    LINKED = "linked"
    CHANGED = "changed"
    REFERRED_TO = "referred_to"
    NOT_ON_RECORD = "not_on_record"


class UndoRefused(Exception):
    """Something depends on the import by now; ``numbers`` gives some of the licences."""

    def __init__(self, why: WhyNot, numbers: tuple[str, ...] = ()) -> None:
        super().__init__(why, numbers)
        self.why, self.numbers = why, numbers


@transaction.atomic
def undo_import(
    *, register_import: RegisterImport, by: User, reason: str, now: datetime
) -> RegisterImport:
    """Put back what was before the last import of the authority: licences it created go, those it
    updated are as they were, its waiting doubts are gone and those it settled wait again.

    A repeat changes nothing. Raises UndoRefused when something depends on the import by now, and
    ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("Say why the import is undone.")
    lock_register(register_import.authority)
    fact: RegisterImport = RegisterImport.objects.select_for_update(of=("self",)).get(
        pk=register_import.pk
    )
    if fact.undone_at is not None:
        return fact
    _refuse_if_needed(fact)
    with pghistory.context(undone=fact.pk):
        _restore(fact)
    fact.doubts.waiting().update(decision=Decision.UNDONE, decided_at=now)
    with connection.cursor() as cursor:
        cursor.execute(WAIT_AGAIN, {"import": fact.pk})
    fact.undone_at, fact.undone_by, fact.undo_reason = now, by, reason.strip()
    fact.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    return fact


def why_not(register_import: RegisterImport) -> UndoRefused | None:
    """What keeps the import from being undone, as far as can be told before."""
    try:
        _refuse_if_needed(register_import)
    except UndoRefused as refusal:
        return refusal
    return None


def _refuse_if_needed(fact: RegisterImport) -> None:
    later = RegisterImport.objects.standing().filter(authority=fact.authority_id, pk__gt=fact.pk)
    if later.exists():
        raise UndoRefused(WhyNot.LATER_IMPORT)
    decided = fact.doubts.filter(decision__in=[Decision.SAME_PERSON, Decision.ANOTHER_PERSON])
    if numbers := tuple(decided.values_list("number", flat=True)[:EXAMPLES]):
        raise UndoRefused(WhyNot.DECIDED, numbers)
    for why, statement in (
        (WhyNot.LINKED, LINKED),
        (WhyNot.CHANGED, CHANGED),
        (WhyNot.NOT_ON_RECORD, UNKNOWN),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement, {**_named(fact), "limit": EXAMPLES})
            if rows := cursor.fetchall():
                raise UndoRefused(why, tuple(number for (number,) in rows))


def _restore(fact: RegisterImport) -> None:
    """The one place where licences may go: the database keeps what they were."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RESTORE, _named(fact))
            with pgtrigger.ignore("people.Licence:licence_kept"):
                cursor.execute(REMOVE, [fact.context, fact.authority_id])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as fault:
        raise UndoRefused(WhyNot.REFERRED_TO) from fault


def _named(fact: RegisterImport) -> dict[str, Any]:
    return {"context": fact.context, "authority": fact.authority_id}
