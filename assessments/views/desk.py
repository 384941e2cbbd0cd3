"""The desk of officers, trainers and invigilators: find a person, see their tests, give codes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView

from assessments import actions, perms
from assessments.forms import ArrangeForm, FindPersonForm
from assessments.models import Adjustment, Sitting
from assessments.views.desk_words import help_in_words, refusal_in_words
from assessments.views.words import reason_in_words
from courses.models import Enrolment
from people import perms as people
from people.models import Authority, Learner
from people.staff_page import PlacedPageMixin

ON_A_PAGE = 50


class DeskMixin(PlacedPageMixin):
    """A page for whoever holds one of ``opened_by`` somewhere; anybody else is refused."""

    opened_by: tuple[str, ...] = perms.DESK
    header_icon = "clipboard-list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not people.holds(request, *self.opened_by):
            raise PermissionDenied
        self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def serves(self, *roles: str, authority: Authority | None) -> bool:
        return perms.serves(self.person, *roles, authority=authority)


class ActingView(DeskMixin, FormView):
    """Something is done about one person: for ``acted_by`` at the authority it is a matter of. To
    others who find it there it is refused; elsewhere it is not there."""

    acted_by: tuple[str, ...] = perms.HOLDERS
    template_name = "assessments/admin/desk/form.html"
    submit_label: str | Promise = ""

    @property
    def authority(self) -> Authority | None:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        opened = people.holds(request, *self.opened_by)
        if opened and not self.serves(*self.acted_by, authority=self.authority):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            return self.act(form)
        except actions.ArrangementRefused as refusal:
            if refusal.code == "not_allowed":
                raise PermissionDenied from None
            form.add_error(None, refusal_in_words(refusal.code))
        except actions.StartRefused as refusal:
            for reason in refusal.reasons:
                told = _("They are told: %(reason)s") % {"reason": reason_in_words(reason)}
                form.add_error(None, told)
        return self.form_invalid(form)

    def act(self, form: Form) -> HttpResponse:
        """Do it, and say where to go on. Raises ArrangementRefused and StartRefused."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(submit_label=self.submit_label, **kwargs)


class PersonMixin(DeskMixin):
    """About one person; for the staff of other authorities there is none at this address."""

    @cached_property
    def learner(self) -> Learner:
        return get_object_or_404(perms.desk_people(self.person, *perms.DESK), pk=self.kwargs["pk"])

    @property
    def authority(self) -> Authority | None:
        return self.learner.authority

    def get_page_subtitle(self) -> str:
        return self.learner.full_name

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("find_test_person"), "label": _("Find a person")}]

    @property
    def person_url(self) -> str:
        return reverse("test_person", args=[self.learner.pk])

    def open_rounds(self) -> QuerySet[Enrolment]:
        rounds = Enrolment.objects.open().of(self.learner).select_related("course")
        return rounds.order_by("course__title")

    def course_ids(self) -> list[int]:
        return [enrolment.course_id for enrolment in self.open_rounds()]


class FindPersonView(DeskMixin, FormView):
    """Whoever is not there and whoever is another authority's get the same answer. What was typed
    stands in no address."""

    form_class = FindPersonForm
    page_title = gettext_lazy("Find a person")
    template_name = "assessments/admin/desk/find.html"
    extra_context = {"submit_label": gettext_lazy("Find")}

    def form_valid(self, form: FindPersonForm) -> HttpResponse:
        found = list(perms.find_people(self.person, form.cleaned_data["named"])[:ON_A_PAGE])
        if len(found) == 1:
            return redirect("test_person", found[0].pk)
        if not found:
            form.add_error("named", _("We found nobody of your council with that."))
        return self.render_to_response(self.get_context_data(form=form, found=found))


class PersonView(PersonMixin, ListView):
    """What is arranged for one person, and for officers and auditors their sittings, the latest
    first. Nothing is changed here."""

    page_title = gettext_lazy("Tests of a person")
    template_name = "assessments/admin/desk/person.html"
    paginate_by = 20

    def get_queryset(self) -> QuerySet[Sitting]:
        own = perms.desk_sittings(self.person, *perms.READERS).filter(learner=self.learner)
        related = own.select_related(
            "rule", "adjustment", "identity_checked_by", "started_by"
        ).prefetch_related("time_given", "changes")
        return related.defer("paper").order_by("-started_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        help_now = Adjustment.objects.granted_to(self.learner, now=self.now).first()
        return {
            **context,
            "learner": self.learner,
            "rounds": self.open_rounds(),
            "help": help_now,
            "help_words": help_in_words(help_now) if help_now else [],
            "request_waiting": Adjustment.objects.waiting().filter(learner=self.learner).first(),
            "rows": [(sitting, *_told(sitting)) for sitting in context["object_list"]],
            "may_read": self.serves(*perms.READERS, authority=self.authority),
            "may_hold": self.serves(*perms.HOLDERS, authority=self.authority),
            "may_decide": self.serves(*perms.DECIDERS, authority=self.authority),
        }


def _told(sitting: Sitting) -> tuple[str, list[str], int]:
    """The result that counts now, the help it was taken with, and the minutes given on top."""
    result = str(Sitting.Outcome(sitting.result).label) if sitting.result else _("open")
    words = help_in_words(sitting.adjustment) if sitting.adjustment else []
    seconds = sum(gift.seconds for gift in sitting.time_given.all())
    return result, words, -(-seconds // 60)


class StartCodeView(PersonMixin, ActingView):
    """The code is shown in the answer to this one request, and never again."""

    form_class = ArrangeForm
    page_title = gettext_lazy("Start code")
    submit_label = gettext_lazy("Make a start code")
    extra_context = {
        "intro": gettext_lazy("Check who the person is first. A new code replaces the one before.")
    }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "courses": self.course_ids()}

    def act(self, form: Form) -> HttpResponse:
        row, code = actions.issue_start_code(
            learner=self.learner, by=self.person, now=self.now, **form.cleaned_data
        )
        messages.success(self.request, _("The start code is ready."))
        context = self.get_context_data(
            form=form, code=code, row=row, minutes=int(actions.CODE_LASTS.total_seconds() // 60)
        )
        return self.response_class(
            request=self.request,
            template=["assessments/admin/desk/code.html"],
            context=context,
            using=self.template_engine,
        )
