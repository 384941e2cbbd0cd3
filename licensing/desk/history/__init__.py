"""Everything on record about one driver, from every room, on one time line.

Each source asks the database a fixed number of questions, however much there is. A reader sees of
each room what its own pages would show them; another authority's training stays there (R58). What
help somebody needed at a test is not told here: few may read it.
"""

from collections.abc import Callable, Iterable

from licensing.desk.history import (
    checks,
    desk,
    learning,
    packs,
    proof,
    rechecks,
    register,
    rules,
)
from licensing.desk.history.line import Kind, Line, Subject, subject_of

__all__ = ["Kind", "Line", "Subject", "subject_of", "timeline"]

SOURCES: dict[Kind, tuple[Callable[[Subject], Iterable[Line]], ...]] = {
    Kind.REGISTER: (
        register.changes,
        register.handovers,
        register.doubts,
        register.claims,
        register.merges,
    ),
    Kind.LESSONS: (learning.rounds, learning.lessons, learning.groups),
    Kind.TESTS: (learning.sittings, learning.result_changes),
    Kind.CERTIFICATES: (proof.standings, proof.proposals),
    Kind.ELSEWHERE: (proof.evidence,),
    Kind.NOTICES: (proof.notices, proof.unreached),
    Kind.RULES: (rules.requirements, rules.exceptions),
    Kind.CHECKS: (checks.receipts, checks.looks),
    Kind.CONTACTS: (desk.contacts,),
    Kind.ACTIONS: (desk.next_actions,),
    Kind.RECHECKS: (rechecks.outcomes,),
    Kind.PACKS: (packs.committee_packs,),
}


def timeline(subject: Subject, kinds: Iterable[Kind] = tuple(Kind)) -> list[Line]:
    """The latest first; of what happened at one moment, what came of it before the cause."""
    lines = [line for kind in kinds for source in SOURCES[kind] for line in source(subject)]
    return sorted(lines, key=lambda line: line.at)[::-1]
