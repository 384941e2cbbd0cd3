from assessments.models.bank import Question, QuestionOption, Topic
from assessments.models.rules import TestRule, TestRuleTopic
from assessments.models.sittings import Answer, DrawnQuestion, Sitting

__all__ = [
    "Answer",
    "DrawnQuestion",
    "Question",
    "QuestionOption",
    "Sitting",
    "TestRule",
    "TestRuleTopic",
    "Topic",
]
