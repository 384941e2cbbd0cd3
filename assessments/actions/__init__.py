"""Every change to the question bank, test rules, sittings and what follows them."""

from assessments.actions.rules import approve_rule, propose_rule
from assessments.actions.sittings import (
    SETTLE,
    close_expired,
    give_answer,
    start_sitting,
    submit,
)
from assessments.refusals import AnswerRefused, Refused, RuleRefused, StartRefused

__all__ = [
    "SETTLE",
    "AnswerRefused",
    "Refused",
    "RuleRefused",
    "StartRefused",
    "approve_rule",
    "close_expired",
    "give_answer",
    "propose_rule",
    "start_sitting",
    "submit",
]
