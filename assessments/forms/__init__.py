"""Forms of the test: for drivers and for staff."""

from assessments.forms.bank import QuestionForm, QuestionUpkeepForm, RetireQuestionForm, TopicForm
from assessments.forms.conduct import AppealDecisionForm, DecisionForm, WordsForm
from assessments.forms.desk import (
    AnswerSheetForm,
    ArrangeForm,
    DecideHelpForm,
    ExtraTriesForm,
    FindPersonForm,
    GiveTimeForm,
    GrantHelpForm,
    HoldForm,
    OutageForm,
    with_letters,
)
from assessments.forms.exchange import ExportForm, ImportForm
from assessments.forms.finding import QuestionFilters
from assessments.forms.results import RulingForm, VoidForm
from assessments.forms.rules import RuleStartForm, TestRuleForm, like_preset, like_rule
from assessments.forms.sittings import (
    AnswerForm,
    AskForHelpForm,
    ChallengeForm,
    ExtendForm,
    StartForm,
)

__all__ = [
    "AnswerForm",
    "AnswerSheetForm",
    "AppealDecisionForm",
    "ArrangeForm",
    "AskForHelpForm",
    "ChallengeForm",
    "DecideHelpForm",
    "DecisionForm",
    "ExportForm",
    "ExtendForm",
    "ExtraTriesForm",
    "FindPersonForm",
    "GiveTimeForm",
    "GrantHelpForm",
    "HoldForm",
    "ImportForm",
    "OutageForm",
    "QuestionFilters",
    "QuestionForm",
    "QuestionUpkeepForm",
    "RetireQuestionForm",
    "RuleStartForm",
    "RulingForm",
    "StartForm",
    "TestRuleForm",
    "TopicForm",
    "VoidForm",
    "WordsForm",
    "like_preset",
    "like_rule",
    "with_letters",
]
