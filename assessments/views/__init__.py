"""The test as a driver meets it, and what staff do around it."""

from assessments.views.cases import AppealView, OwnCaseView, ReplyView
from assessments.views.challenges import ChallengeView
from assessments.views.exchange import ExportQuestionsView, ImportQuestionsView
from assessments.views.help import AskForHelpView
from assessments.views.results import ResultView
from assessments.views.rules import (
    ProposeTestRuleView,
    StartTestRuleView,
    TestRulesView,
    TestRuleView,
)
from assessments.views.sitting import AnswerQuestionView, PictureView, ReviewView, TimeView
from assessments.views.start import StartTestView

__all__ = [
    "AnswerQuestionView",
    "AppealView",
    "AskForHelpView",
    "ChallengeView",
    "ExportQuestionsView",
    "ImportQuestionsView",
    "OwnCaseView",
    "PictureView",
    "ProposeTestRuleView",
    "ReplyView",
    "ResultView",
    "ReviewView",
    "StartTestRuleView",
    "StartTestView",
    "TestRuleView",
    "TestRulesView",
    "TimeView",
]
