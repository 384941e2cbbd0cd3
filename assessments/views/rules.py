"""The test rules as staff see, propose and approve them."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, FormView, ListView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from assessments import actions, perms
from assessments.forms import RuleStartForm, TestRuleForm, like_preset, like_rule
from assessments.models import TestRule, TestRuleTopic
from assessments.models.reach import Reach, term
from assessments.presets import PRESETS
from assessments.views import rule_words
from courses.models import CoursePage
from people import perms as people
from people.asked import key_in
from people.models import User

ON_A_PAGE = 50


class StaffRulesMixin(WagtailAdminTemplateMixin):
    """For people who may read rules; nobody else finds the pages."""

    page_title: str | Promise = gettext_lazy("Test rules")
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
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[TestRule]:
        return super().get_queryset().order_by("-effective_from", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_propose = people.rule_authorities(self.request.user).exists()
        return super().get_context_data(may_propose=may_propose, **kwargs)


class TestRuleView(StaffRulesMixin, DetailView):
    """One rule in words; before it is approved also whom it would touch, and the button with which
    a second person approves it."""

    __test__ = False
    template_name = "assessments/admin/rule.html"
    context_object_name = "rule"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule, now = self.object, timezone.now()
        places = list(rule.blueprint.select_related("topic"))
        draws = rule.draws({place.topic: place.questions for place in places})
        may_decide = people.may_decide_rules(self.request.user, authority=rule.authority)
        context = super().get_context_data(
            places=list(zip(places, draws, strict=True)),
            unfair=any(not draw.is_fair for draw in draws),
            terms=rule_words.terms_in_words(rule, places),
            term=term(rule, now=now),
            may_decide=may_decide,
            may_approve=may_decide and rule.proposed_by != self.request.user,
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

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            actions.approve_rule(rule=self.get_object(), by=self.person, now=timezone.now())
        except actions.RuleRefused as refusal:
            messages.error(request, rule_words.refusal_in_words(refusal))
        else:
            messages.success(request, _("The rule is approved and can no longer be changed."))
        return redirect("test_rule", pk)


class ProposingMixin(StaffRulesMixin):
    """For people who decide the rules of an authority."""

    page_title = gettext_lazy("Propose a rule")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not people.rule_authorities(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]


class StartTestRuleView(ProposingMixin, FormView):
    """The course comes first: its topics are what the form of the rule asks about."""

    template_name = "courses/admin/form.html"
    extra_context = {"submit_label": gettext_lazy("Continue")}
    form_class = RuleStartForm

    def form_valid(self, form: RuleStartForm) -> HttpResponse:
        chosen = QueryDict(mutable=True)
        chosen["course"] = form.cleaned_data["course"].pk
        if form.cleaned_data["start"]:
            chosen["start"] = form.cleaned_data["start"]
        return redirect(f"{reverse('propose_test_rule')}?{chosen.urlencode()}")


class ProposeTestRuleView(ProposingMixin, FormView):
    """A new rule for the course of the address; it judges nobody until somebody else approves it.

    ``start`` names a preset, ``like`` an earlier rule to fill the form in with.
    """

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

    @cached_property
    def earlier(self) -> TestRule | None:
        like = key_in(self.request.GET.get("like"))
        if like is None:
            return None
        return get_object_or_404(self.get_queryset().filter(course=self.course), pk=like)

    def get_initial(self) -> dict[str, Any]:
        initial = {"authority": people.rule_authorities(self.request.user).first()}
        if self.request.user.is_superuser:
            initial = {}
        if self.earlier is not None:
            return {**like_rule(self.earlier), **initial}
        preset = PRESETS.get(self.request.GET.get("start", ""))
        if preset is None:
            return initial
        topics = perms.rule_topics(self.course)
        draws = TestRule().draws(dict.fromkeys(topics, 0))
        return {**initial, **like_preset(preset, {draw.topic_id: draw.available for draw in draws})}

    def get_form_kwargs(self) -> dict[str, Any]:
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        own = {"course": self.course, "today": today, "for_user": self.request.user}
        return {**super().get_form_kwargs(), **own}

    def form_valid(self, form: TestRuleForm) -> HttpResponse:
        try:
            rule = actions.propose_rule(
                rule=form.instance,
                blueprint=form.blueprint(form.cleaned_data),
                by=self.person,
                now=timezone.now(),
            )
        except actions.RuleRefused as refusal:
            form.add_error(None, rule_words.refusal_in_words(refusal))
            for draw in refusal.shortages:
                form.add_error(f"questions_{draw.topic_id}", rule_words.shortage_in_words(draw))
            return self.form_invalid(form)
        messages.success(self.request, _("The rule is proposed. Somebody else can approve it."))
        return redirect("test_rule", rule.pk)
