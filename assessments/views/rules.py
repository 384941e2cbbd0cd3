"""The test rules as staff see, propose and approve them."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from assessments import actions, perms
from assessments.actions import RuleRefused
from assessments.forms import RuleStartForm, TestRuleForm, like_preset, like_rule
from assessments.models import TestRule, TestRuleTopic
from assessments.models.reach import Reach, term
from assessments.presets import PRESETS
from assessments.views import rule_words
from courses.models import CoursePage
from people import perms as people
from people.asked import key_in
from people.rule_views import (
    ON_A_PAGE,
    ProposeRuleView,
    ProposingMixin,
    RuleListView,
    RulesMixin,
    RuleView,
)

PROPOSE = gettext_lazy("Propose a rule")


class TestRulesMixin(RulesMixin):
    __test__ = False
    page_title = gettext_lazy("Test rules")
    header_icon = "list-ol"
    rule_url_name = "test_rule"
    propose_url_name = "start_test_rule"

    def readable(self) -> QuerySet[TestRule]:
        return perms.readable_rules(self.request.user)

    def in_words(self, refusal: RuleRefused) -> str:
        return rule_words.refusal_in_words(refusal)


class TestRulesView(TestRulesMixin, RuleListView):
    template_name = "assessments/admin/rules.html"


class TestRuleView(TestRulesMixin, RuleView):
    """Before it is approved also with whom it would touch."""

    template_name = "assessments/admin/rule.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule, now = self.object, timezone.now()
        places = list(rule.blueprint.select_related("topic"))
        draws = rule.draws({place.topic: place.questions for place in places})
        context = super().get_context_data(
            places=list(zip(places, draws, strict=True)),
            unfair=any(not draw.is_fair for draw in draws),
            terms=rule_words.terms_in_words(rule, places),
            term=term(rule, now=now),
            **kwargs,
        )
        return (
            context if rule.approved_at else {**context, **self._preview(Reach(rule, now), places)}
        )

    def _preview(self, reach: Reach, places: list[TestRuleTopic]) -> dict[str, Any]:
        rule, before, names = reach.rule, reach.before, None
        old = list(before.blueprint.select_related("topic")) if before else []
        if perms.may_name_affected(self.request.user, rule):
            losing = reach.losing().exclude(people.kept_from(self.request.user))
            rounds = Paginator(losing, ON_A_PAGE)
            rounds.count = reach.counts.losing
            names = rounds.get_page(self.request.GET.get("p"))
        return {
            "reach": reach,
            "names": names,
            "changes": (
                rule_words.changes_in_words((before, old), (rule, places)) if before else []
            ),
        }

    def approve(self, rule: TestRule) -> None:
        actions.approve_rule(rule=rule, by=self.person, now=timezone.now())


class StartTestRuleView(TestRulesMixin, ProposingMixin, FormView):
    """The course comes first: its topics are what the form of the rule asks about."""

    page_title = PROPOSE
    template_name = "courses/admin/form.html"
    extra_context = {"submit_label": gettext_lazy("Continue")}
    form_class = RuleStartForm

    def form_valid(self, form: RuleStartForm) -> HttpResponse:
        chosen = QueryDict(mutable=True)
        chosen["course"] = form.cleaned_data["course"].pk
        if form.cleaned_data["start"]:
            chosen["start"] = form.cleaned_data["start"]
        return redirect(f"{reverse('propose_test_rule')}?{chosen.urlencode()}")


class ProposeTestRuleView(TestRulesMixin, ProposeRuleView):
    """For the course of the address. ``start`` names a preset to fill the form in with."""

    page_title = PROPOSE
    template_name = "assessments/admin/rule_form.html"
    form_class = TestRuleForm
    course: CoursePage

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        chosen = key_in(request.GET.get("course"))
        if chosen is None:
            return redirect("start_test_rule")
        self.course = get_object_or_404(perms.rule_courses(), pk=chosen)
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.course.title)

    def readable(self) -> QuerySet[TestRule]:
        return super().readable().filter(course=self.course)

    def filled_in(self) -> dict[str, Any]:
        if self.earlier is not None:
            return like_rule(self.earlier)
        preset = PRESETS.get(self.request.GET.get("start", ""))
        if preset is None:
            return {}
        topics = perms.rule_topics(self.course)
        draws = TestRule().draws(dict.fromkeys(topics, 0))
        return like_preset(preset, {draw.topic_id: draw.available for draw in draws})

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "course": self.course}

    def propose(self, form: TestRuleForm) -> TestRule:
        return actions.propose_rule(
            rule=form.instance,
            blueprint=form.blueprint(form.cleaned_data),
            by=self.person,
            now=timezone.now(),
        )

    def refuse(self, form: TestRuleForm, refusal: RuleRefused) -> None:
        super().refuse(form, refusal)
        for draw in refusal.shortages:
            form.add_error(f"questions_{draw.topic_id}", rule_words.shortage_in_words(draw))
