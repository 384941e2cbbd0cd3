"""Every change to the question bank, test rules, sittings and what follows them."""

from assessments.actions.exchange import Export, ImportReport, export_questions, import_questions
from assessments.actions.rules import approve_rule, propose_rule
from assessments.actions.sittings import (
    SETTLE,
    close_expired,
    give_answer,
    start_sitting,
    submit,
)
from assessments.refusals import AnswerRefused, ImportRefused, Refused, RuleRefused, StartRefused

__all__ = [
    "SETTLE",
    "AnswerRefused",
    "Export",
    "ImportRefused",
    "ImportReport",
    "Refused",
    "RuleRefused",
    "StartRefused",
    "approve_rule",
    "close_expired",
    "export_questions",
    "give_answer",
    "import_questions",
    "propose_rule",
    "start_sitting",
    "submit",
]
