"""Forms of the test: for drivers and for staff."""

from assessments.forms.bank import QuestionForm
from assessments.forms.rules import TestRuleForm
from assessments.forms.sittings import AnswerForm

__all__ = ["AnswerForm", "QuestionForm", "TestRuleForm"]
