"""Every change to the question bank, test rules, sittings and what follows them."""

from assessments.actions.analysis import review_item, work_out_statistics
from assessments.actions.bank import retire, set_upkeep, submit_for_review, take_out
from assessments.actions.conduct import (
    add_note,
    appeal,
    decide_appeal,
    decide_case,
    open_case,
    reply_by,
    reply_to_notice,
    send_notice,
)
from assessments.actions.exchange import Export, ImportReport, export_questions, import_questions
from assessments.actions.noticing import find_signals
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
    CaseRefused,
    ImportRefused,
    ItemReviewRefused,
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
    "CaseRefused",
    "Export",
    "ImportRefused",
    "ImportReport",
    "ItemReviewRefused",
    "QuestionRefused",
    "Refused",
    "ResultRefused",
    "RuleRefused",
    "RulingRefused",
    "StartRefused",
    "add_note",
    "appeal",
    "approve_rule",
    "close_expired",
    "confirm_withdrawal",
    "decide_appeal",
    "decide_case",
    "decline_challenge",
    "export_questions",
    "find_signals",
    "give_answer",
    "import_questions",
    "note_bundle",
    "open_case",
    "propose_rule",
    "reply_by",
    "reply_to_notice",
    "rescore",
    "rescore_sitting",
    "rescore_withdrawn",
    "retire",
    "review_item",
    "send_notice",
    "set_upkeep",
    "start_sitting",
    "submit",
    "submit_for_review",
    "take_out",
    "uphold_challenge",
    "void",
    "work_out_statistics",
]
