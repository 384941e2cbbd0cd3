"""Forms of the test: for drivers and for staff."""

from assessments.forms.bank import QuestionForm, QuestionUpkeepForm, RetireQuestionForm, TopicForm
from assessments.forms.conduct import AppealDecisionForm, DecisionForm, WordsForm
from assessments.forms.exchange import ExportForm, ImportForm
from assessments.forms.finding import QuestionFilters
from assessments.forms.results import RulingForm, VoidForm
from assessments.forms.rules import RuleStartForm, TestRuleForm, like_preset, like_rule
from assessments.forms.sittings import AnswerForm

__all__ = [
    "AnswerForm",
    "AppealDecisionForm",
    "DecisionForm",
    "ExportForm",
    "ImportForm",
    "QuestionFilters",
    "QuestionForm",
    "QuestionUpkeepForm",
    "RetireQuestionForm",
    "RuleStartForm",
    "RulingForm",
    "TestRuleForm",
    "TopicForm",
    "VoidForm",
    "WordsForm",
    "like_preset",
    "like_rule",
]
