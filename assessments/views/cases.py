"""A case as the driver it is about reads it: what is looked into, their side, what was decided."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from django.views.generic.base import ContextMixin, View

from assessments import actions, perms
from assessments.forms import WordsForm
from assessments.models import Case, CaseEntry
from assessments.views.words import moment_in_words
from people import perms as people
from people.models import Learner

Kind = CaseEntry.Kind


class OwnCaseMixin(ContextMixin, View):
    """One's own case from the notice on; anybody else's is not there."""

    case: Case
    learner: Learner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        learner = people.learner_of(request)
        case = perms.own_case(learner, kwargs["pk"]) if learner else None
        if learner is None or case is None:
            raise Http404
        self.learner, self.case = learner, case
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_reply(self) -> bool:
        return self.case.decided_at is None

    @property
    def may_appeal(self) -> bool:
        harmless = self.case.decision in ("", Case.Decision.NO_ACTION)
        return not harmless and self.case.appealed_at is None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            case=self.case,
            sitting=self.case.sitting,
            authority=self.case.sitting.authority,
            may_reply=self.may_reply,
            may_appeal=self.may_appeal,
            **kwargs,
        )


class OwnCaseView(OwnCaseMixin, TemplateView):
    """What the council wrote and what the driver wrote; who wrote for the council is not told."""

    template_name = "assessments/case.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = list(self.case.entries.filter(kind__in=CaseEntry.SHOWN_TO_DRIVER))
        notice = next(entry for entry in shown if entry.kind == Kind.NOTICE)
        until = self.case.no_test_before
        lifted = self.case.appeal_decision == Case.AppealDecision.OVERTURNED
        return super().get_context_data(
            entries=shown,
            reply_by=moment_in_words(actions.reply_by(notice.written_at)),
            no_test_before=moment_in_words(until) if until and not lifted else "",
            **kwargs,
        )


class OwnCaseFormView(OwnCaseMixin, FormView):
    """One thing the driver writes, while there is time for it."""

    form_class = WordsForm
    template_name = "assessments/case_form.html"
    page_title: str | Promise = ""
    lead: str | Promise = ""
    label: str | Promise = ""
    done: str | Promise = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_time_for_it:
            return redirect("own_case", self.case.pk)
        return super().get(request, *args, **kwargs)

    @property
    def is_time_for_it(self) -> bool:
        raise NotImplementedError

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "label": self.label}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title=self.page_title, lead=self.lead, **kwargs)

    def write(self, text: str) -> object:
        """Raises CaseRefused when it has become too late."""
        raise NotImplementedError

    def form_valid(self, form: WordsForm) -> HttpResponse:
        try:
            self.write(form.cleaned_data["text"])
        except actions.CaseRefused:
            messages.info(self.request, _("It is too late for this. Your council has decided."))
        else:
            messages.success(self.request, str(self.done))
        return redirect("own_case", self.case.pk)


class ReplyView(OwnCaseFormView):
    page_title = gettext_lazy("Tell us your side")
    lead = gettext_lazy("Write what happened in your own words. A person reads it.")
    label = gettext_lazy("Your reply")
    done = gettext_lazy("Your council has your reply.")

    @property
    def is_time_for_it(self) -> bool:
        return self.may_reply

    def write(self, text: str) -> object:
        return actions.reply_to_notice(
            case=self.case, text=text, learner=self.learner, now=timezone.now()
        )


class AppealView(OwnCaseFormView):
    page_title = gettext_lazy("Appeal against the decision")
    lead = gettext_lazy("Somebody who had no part in the decision will look at it again.")
    label = gettext_lazy("Why do you think the decision is wrong?")
    done = gettext_lazy("Your council has your appeal.")

    @property
    def is_time_for_it(self) -> bool:
        return self.may_appeal

    def write(self, text: str) -> object:
        return actions.appeal(case=self.case, text=text, learner=self.learner, now=timezone.now())
