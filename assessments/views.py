"""The test as a driver meets it, and the test rules as staff do."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import DetailView, FormView, ListView
from django.views.generic.base import ContextMixin, TemplateResponseMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from assessments import actions, perms
from assessments.eligibility import Code, Reason
from assessments.forms import AnswerForm, TestRuleForm
from assessments.marking import Revisit
from assessments.models import Sitting, TestRule
from courses.models import CoursePage, LessonPage
from people import perms as people
from people.models import Learner, User

REASONS: dict[Code, str | Promise] = {
    Code.COURSE_NOT_COMPLETE: gettext_lazy(
        "Finish every lesson of the course first. Then you can take the test."
    ),
    Code.SITTING_OPEN: gettext_lazy("You have started this test. Your answers so far are saved."),
    Code.NO_RULE: gettext_lazy("The test is not ready yet. Your council has to set it up first."),
    Code.BANK_TOO_SMALL: gettext_lazy("The test is not ready yet. We need to add more questions."),
    Code.NO_TRIES_LEFT: gettext_lazy(
        "You have used all your tries. Ask your council's licensing team what to do next."
    ),
}
RULE_REFUSALS: dict[str, str | Promise] = {
    "own_proposal": gettext_lazy("Somebody else has to approve a rule that you proposed."),
    "approved_already": gettext_lazy("This rule is approved already."),
    "empty_blueprint": gettext_lazy("This rule draws no questions, so it cannot be approved."),
    "not_allowed": gettext_lazy("You may not decide the rules of this council."),
}
HOURS_IN_DAY = 24


class StartTestView(View):
    """What the test is like, and the button that starts it, or why it cannot start yet."""

    course: CoursePage
    learner: Learner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.course = get_object_or_404(CoursePage.objects.original().live(), slug=kwargs["slug"])
        learner = people.learner_of(request)
        if learner is None:
            messages.info(request, _("This page is for drivers and others in training."))
            return redirect("dashboard")
        self.learner = learner
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        now = timezone.now()
        standing = perms.standing(learner=self.learner, course=self.course, now=now)
        if standing.open_sitting is not None and standing.open_sitting.time_is_up(now):
            return redirect("sitting_review", standing.open_sitting.pk)  # Which marks it.
        passes = Sitting.objects.of(self.learner).filter(course=self.course).passed()
        context = {
            "course": self.course,
            "standing": standing,
            "rule": standing.rule,
            "minimums": [place for place in standing.blueprint if place.minimum],
            "wait": wait_in_words(standing.rule.wait_hours) if standing.rule else "",
            "reasons": [reason_in_words(reason) for reason in standing.reasons],
            "last_pass": None if standing.enrolment else passes.order_by("closed_at").last(),
        }
        return render(request, "assessments/start.html", context)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Start, or go on with what is open. After a refusal the page says why."""
        try:
            sitting = actions.start_sitting(
                learner=self.learner, course=self.course, now=timezone.now()
            )
        except actions.StartRefused:
            return redirect("test_start", slug)
        return redirect(next_page(sitting))


class SittingView(View):
    """One's own sitting; anybody else's is not there."""

    sitting: Sitting

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        learner = people.learner_of(request)
        sitting = perms.own_sitting(learner, kwargs["pk"]) if learner else None
        if sitting is None:
            raise Http404
        self.sitting = sitting
        return self.on_sitting(request, *args, **kwargs)

    def on_sitting(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)


class OpenSittingView(SittingView):
    """A page of a sitting that takes answers; once it is over, the way leads to its result."""

    too_late: str | Promise = ""  # What to tell somebody whose step came after the deadline.

    def on_sitting(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = timezone.now()
        if self.sitting.closed_at is None and self.sitting.time_is_up(now):
            self.sitting = actions.submit(sitting=self.sitting, now=now)
        if self.sitting.closed_at is None:
            return super().on_sitting(request, *args, **kwargs)
        if request.method == "POST" and self.sitting.closed_by == Sitting.ClosedBy.SUBMIT:
            messages.info(request, _("You had handed in this test already. Nothing has changed."))
        elif request.method == "POST" and self.too_late:
            messages.info(request, str(self.too_late))
        return redirect("sitting_result", self.sitting.pk)


class AnswerQuestionView(OpenSittingView):
    """One question; saving goes on to the next, or back to the review for whoever came from it."""

    too_late = gettext_lazy("Your time was up. Your last answer came too late to count.")

    def get(self, request: HttpRequest, pk: UUID, position: int) -> HttpResponse:
        given = self.sitting.given_answers().get(position)
        form = AnswerForm(question=self.question(position), initial={"answer": given})
        return self.render(request, form, position)

    def post(self, request: HttpRequest, pk: UUID, position: int) -> HttpResponse:
        form = AnswerForm(request.POST, question=self.question(position))
        if not form.is_valid():
            return self.render(request, form, position)
        try:
            actions.give_answer(
                sitting=self.sitting,
                position=position,
                option_token=form.cleaned_data["answer"],
                now=timezone.now(),
            )
        except actions.AnswerRefused:
            return redirect("sitting_question", pk, position)  # Which says what has happened.
        if position < self.sitting.question_count and "review" not in request.GET:
            return redirect("sitting_question", pk, position + 1)
        return redirect("sitting_review", pk)

    def question(self, position: int) -> Any:
        if not 1 <= position <= self.sitting.question_count:
            raise Http404
        return self.sitting.questions[position - 1]

    def render(self, request: HttpRequest, form: AnswerForm, position: int) -> HttpResponse:
        context = {
            "sitting": self.sitting,
            "form": form,
            "position": position,
            "previous": position - 1,
            "from_review": "review" in request.GET,
        }
        return render(request, "assessments/question.html", context)


class ReviewView(OpenSittingView):
    """Which questions are answered, and the button that hands the test in."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        given = self.sitting.given_answers()
        rows = [
            (position, question["text"], position in given)
            for position, question in enumerate(self.sitting.questions, start=1)
        ]
        context = {
            "sitting": self.sitting,
            "rows": rows,
            "unanswered": self.sitting.question_count - len(given),
        }
        return render(request, "assessments/review.html", context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        actions.submit(sitting=self.sitting, now=timezone.now())
        return redirect("sitting_result", pk)


class ResultView(TemplateResponseMixin, ContextMixin, SittingView):
    """The result: after a fail what to read again and when to try again, never which were wrong.

    ``certificates`` extends view and template to show the certificate of a passed sitting.
    """

    template_name = "assessments/result.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if self.sitting.closed_at is None:
            return redirect("sitting_review", pk)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """``sitting``, ``passed``; after a fail also ``marking``, ``revisit`` and ``next_try``."""
        passed = self.sitting.outcome == Sitting.Outcome.PASSED
        context = super().get_context_data(sitting=self.sitting, passed=passed, **kwargs)
        if not passed:
            marking = self.sitting.mark()
            enough = marking.correct_count >= marking.required_count
            context |= {
                "marking": marking,
                "right_but_not_enough": enough,
                "revisit": topics_with_lessons(marking.revisit),
                **self._next_try(),
            }
        return context

    def _next_try(self) -> dict[str, Any]:
        """When the next try opens; nothing once a later one was passed and the round is over."""
        now, sitting = timezone.now(), self.sitting
        standing = perms.standing(learner=sitting.learner, course=sitting.course, now=now)
        if standing.enrolment is None or standing.enrolment.pk != sitting.enrolment_id:
            return {"next_try": "", "may_start": False}
        if not standing.reasons:
            return {"next_try": _("You can try again now."), "may_start": True}
        return {"next_try": reason_in_words(standing.reasons[0]), "may_start": False}


class StaffRulesMixin(WagtailAdminTemplateMixin):
    """For people who may decide rules; nobody else finds the pages."""

    page_title = gettext_lazy("Test rules")
    header_icon = "list-ol"
    breadcrumbs_items: ClassVar[list[Any]] = []
    request: HttpRequest

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_queryset(self) -> QuerySet[TestRule]:
        return perms.readable_rules(self.request.user)


class TestRulesView(StaffRulesMixin, ListView):
    """Every test rule, the latest first; nothing is changed here."""

    __test__ = False
    template_name = "assessments/admin/rules.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[TestRule]:
        return super().get_queryset().order_by("-effective_from", "-pk")


class TestRuleView(StaffRulesMixin, DetailView):
    """One rule with its blueprint, and the button with which a second person approves it."""

    __test__ = False
    template_name = "assessments/admin/rule.html"
    context_object_name = "rule"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_decide = perms.may_decide_rules(self.request.user, authority=self.object.authority)
        return super().get_context_data(
            blueprint=self.object.blueprint.with_available().select_related("topic"),
            may_approve=may_decide and self.object.proposed_by != self.request.user,
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            actions.approve_rule(rule=self.get_object(), by=self.person, now=timezone.now())
        except actions.RuleRefused as refusal:
            messages.error(request, str(RULE_REFUSALS[refusal.code]))
        else:
            messages.success(request, _("The rule is approved and can no longer be changed."))
        return redirect("test_rule", pk)


class ProposeTestRuleView(StaffRulesMixin, FormView):
    """A new rule; it judges nobody until somebody else approves it."""

    template_name = "courses/admin/form.html"
    extra_context = {"submit_label": gettext_lazy("Propose this rule")}
    form_class = TestRuleForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.rule_authorities(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "for_user": self.request.user}

    def form_valid(self, form: TestRuleForm) -> HttpResponse:
        rule = actions.propose_rule(
            rule=form.instance,
            blueprint=form.blueprint(form.cleaned_data),
            by=self.person,
            now=timezone.now(),
        )
        messages.success(self.request, _("The rule is proposed. Somebody else can approve it."))
        return redirect("test_rule", rule.pk)


def next_page(sitting: Sitting) -> str:
    """The address to go on at: the first question without an answer, else the review."""
    given = sitting.given_answers()
    for position in range(1, sitting.question_count + 1):
        if position not in given:
            return reverse("sitting_question", args=[sitting.pk, position])
    return reverse("sitting_review", args=[sitting.pk])


def reason_in_words(reason: Reason) -> str:
    if reason.code is Code.WAIT and reason.until is not None:
        return _("You can try again from %(moment)s.") % {"moment": moment_in_words(reason.until)}
    return str(REASONS[reason.code])


def moment_in_words(moment: datetime) -> str:
    """For example, "9:30am on Tuesday 24 November 2026", London time."""
    local = timezone.localtime(moment)
    return _("%(time)s on %(weekday)s %(day)s") % {
        "time": time_format(local).lower(),
        "weekday": date_format(local, "l"),
        "day": date_format(local),
    }


def wait_in_words(hours: int) -> str:
    if hours == 0:
        return ""
    days, rest = divmod(hours, HOURS_IN_DAY)
    if rest or days == 1:
        return ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def topics_with_lessons(revisit: tuple[Revisit, ...]) -> list[tuple[str, list[LessonPage]]]:
    """Each topic's title with the lessons that can still be read."""
    wanted = {lesson_id for topic in revisit for lesson_id in topic.lesson_ids}
    lessons = LessonPage.objects.live().defer("screens").in_bulk(wanted)
    return [
        (topic.title, [lessons[pk] for pk in topic.lesson_ids if pk in lessons])
        for topic in revisit
    ]
