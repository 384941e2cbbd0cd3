"""Every change to the question bank, test rules, sittings and what follows them."""

from assessments.actions.bank import retire, set_upkeep, submit_for_review, take_out
from assessments.actions.exchange import Export, ImportReport, export_questions, import_questions
from assessments.actions.results import (
    note_bundle,
    rescore,
    rescore_sitting,
    rescore_withdrawn,
    void,
)
from assessments.actions.rules import approve_rule, propose_rule
from assessments.actions.rulings import confirm_withdrawal, decline_challenge, uphold_challenge
from assessments.actions.sittings import SETTLE, close_expired, give_answer, start_sitting, submit
from assessments.refusals import (
    AnswerRefused,
    ImportRefused,
    QuestionRefused,
    Refused,
    ResultRefused,
    RuleRefused,
    RulingRefused,
    StartRefused,
)

__all__ = [
    "SETTLE",
    "AnswerRefused",
    "Export",
    "ImportRefused",
    "ImportReport",
    "QuestionRefused",
    "Refused",
    "ResultRefused",
    "RuleRefused",
    "RulingRefused",
    "StartRefused",
    "approve_rule",
    "close_expired",
    "confirm_withdrawal",
    "decline_challenge",
    "export_questions",
    "give_answer",
    "import_questions",
    "note_bundle",
    "propose_rule",
    "rescore",
    "rescore_sitting",
    "rescore_withdrawn",
    "retire",
    "set_upkeep",
    "start_sitting",
    "submit",
    "submit_for_review",
    "take_out",
    "uphold_challenge",
    "void",
]
