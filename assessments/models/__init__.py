from assessments.models.analysis import ItemReview, ItemStatistic
from assessments.models.arrangements import (
    Adjustment,
    AnswerSheet,
    ExtraTries,
    Outage,
    ServicePulse,
    StartCode,
    TimeGiven,
)
from assessments.models.bank import Question, QuestionOption
from assessments.models.changes import Challenge, ResultChange, Withdrawal
from assessments.models.conduct import Case, CaseEntry, Signal
from assessments.models.finding import BankStanding
from assessments.models.pictures import PaperPicture
from assessments.models.rules import IdentityCheck, TestRule, TestRuleTopic
from assessments.models.sittings import Answer, DrawnQuestion, Sitting
from assessments.models.topics import Topic

__all__ = [
    "Adjustment",
    "Answer",
    "AnswerSheet",
    "BankStanding",
    "Case",
    "CaseEntry",
    "Challenge",
    "DrawnQuestion",
    "ExtraTries",
    "IdentityCheck",
    "ItemReview",
    "ItemStatistic",
    "Outage",
    "PaperPicture",
    "Question",
    "QuestionOption",
    "ResultChange",
    "ServicePulse",
    "Signal",
    "Sitting",
    "StartCode",
    "TestRule",
    "TestRuleTopic",
    "TimeGiven",
    "Topic",
    "Withdrawal",
]
