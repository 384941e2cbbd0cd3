"""The pages on which trainers keep their cohorts: start, change, add people, take one out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import BaseColumn, Column, Table
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import HeaderButton

from courses import actions, perms
from courses.actions import Added
from courses.forms import AddPeopleForm, CohortForm, CouncilForm
from courses.models import Cohort, CohortPlace
from courses.models.reports import tallies
from courses.views import tables
from courses.views.figures import ON_A_PAGE, CohortMixin, TrainingMixin
from people import perms as people
from people.asked import key_in
from people.models import Authority

ANSWERS = {
    Added.ADDED: gettext_lazy("Added"),
    Added.ALREADY_IN: gettext_lazy("In the group already"),
    Added.NOBODY: gettext_lazy("We found nobody of this council with that"),
}


class GroupPaginator(WagtailPaginator):
    verbose_name = gettext_lazy("group")
    verbose_name_plural = gettext_lazy("groups")


class CohortListView(TrainingMixin, BaseListingView):
    """The cohorts of one's own authorities, the latest deadline first."""

    model = Cohort
    page_title = gettext_lazy("Training")
    index_url_name = "training"
    index_results_url_name = "training_results"
    default_ordering = "-deadline_on"
    is_searchable = True
    search_fields = ("name",)
    paginate_by = ON_A_PAGE
    paginator_class = GroupPaginator
    results_template_name = "courses/admin/listing_results.html"
    no_results_message = gettext_lazy("There is no group here yet.")

    def way_here(self) -> list[dict[str, str | Promise]]:
        return []

    def get_base_queryset(self) -> QuerySet[Cohort]:
        return perms.readable_cohorts(self.person)

    def order_queryset(self, queryset: QuerySet[Cohort]) -> QuerySet[Cohort]:
        return queryset.order_by(self.ordering, "-pk")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = [HeaderButton(_("Courses"), reverse("training_courses"), icon_name="doc-full")]
        if perms.cohort_authorities(self.person).exists():
            new = HeaderButton(_("New group"), reverse("start_cohort"), icon_name="plus")
            buttons.append(new)
        return buttons

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [
            tables.NameColumn(
                "name", label=_("Group"), url_name="training_cohort", sort_key="name"
            ),
            Column("authority", label=_("Council")),
            Column("course", label=_("Course")),
            Column("trainer", label=_("Trainer"), accessor=lambda c: tables.full_name(c.trainer)),
            Column(
                "deadline_on",
                label=_("Finish by"),
                accessor=lambda cohort: date_format(cohort.deadline_on, tables.DAY),
                sort_key="deadline_on",
            ),
            Column("finished", label=_("Finished"), accessor=self._finished),
        ]

    def get_table(self, object_list: Any) -> Table:
        self.tallies = tallies(list(object_list))
        return super().get_table(object_list)

    def _finished(self, cohort: Cohort) -> str:
        tally = self.tallies[cohort.pk]
        return tables.share(tally.finished, tally.people)


class ChooseCouncilView(TrainingMixin, FormView):
    """Only for whoever keeps cohorts at several councils."""

    form_class = CouncilForm
    page_title = gettext_lazy("New group")
    template_name = "courses/admin/form.html"
    extra_context = {"submit_label": gettext_lazy("Continue")}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.person}

    def form_valid(self, form: CouncilForm) -> HttpResponse:
        chosen = urlencode({"authority": form.cleaned_data["authority"].pk})
        return redirect(f"{reverse('start_cohort')}?{chosen}")


class StartCohortView(TrainingMixin, FormView):
    """A new group at one council, where the person is a trainer."""

    form_class = CohortForm
    page_title = gettext_lazy("New group")
    template_name = "courses/admin/form.html"
    authority: Authority

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        councils = perms.cohort_authorities(request.user)
        chosen = request.GET.get("authority", "")
        some = list(councils[:2])
        if not some:
            raise PermissionDenied
        if not chosen and len(some) > 1:
            return redirect("choose_council")
        asked = chosen and get_object_or_404(councils, pk=key_in(chosen))
        self.authority = asked or some[0]
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.authority.name

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "authority": self.authority,
            "choose_course": True,
            "initial": {"trainer": self.person},
        }

    def form_valid(self, form: CohortForm) -> HttpResponse:
        try:
            cohort = actions.start_cohort(
                authority=self.authority, by=self.person, now=self.now, **form.cleaned_data
            )
        except ValidationError as refused:
            form.add_error(None, refused)
            return self.form_invalid(form)
        messages.success(self.request, _("The group is ready. Add its people."))
        return redirect("add_people", cohort.pk)


class ChangingMixin(CohortMixin):
    """A change to one cohort: for trainers of its authority; its other staff are refused."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        readable = perms.may_read_figures(request.user)
        if readable and not perms.may_change_cohort(request.user, self.cohort):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.cohort.name

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [*super().way_here(), {"url": self.cohort_url, "label": self.cohort.name}]

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        *way, here = super().get_breadcrumbs_items()
        return [*way, {**here, "sublabel": ""}]

    @property
    def cohort_url(self) -> str:
        return reverse("training_cohort", args=[self.cohort.pk])


class ChangeCohortView(ChangingMixin, FormView):
    form_class = CohortForm
    page_title = gettext_lazy("Change the group")
    template_name = "courses/admin/form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        cohort = self.cohort
        return {
            **super().get_form_kwargs(),
            "authority": cohort.authority,
            "choose_course": False,
            "initial": {
                "name": cohort.name,
                "trainer": cohort.trainer,
                "deadline_on": cohort.deadline_on,
            },
        }

    def form_valid(self, form: CohortForm) -> HttpResponse:
        try:
            actions.change_cohort(
                cohort=self.cohort, by=self.person, now=self.now, **form.cleaned_data
            )
        except ValidationError as refused:
            form.add_error(None, refused)
            return self.form_invalid(form)
        messages.success(self.request, _("The group is changed."))
        return redirect(self.cohort_url)


class AddPeopleView(ChangingMixin, FormView):
    """A list of people goes in; each line comes back with what became of it."""

    form_class = AddPeopleForm
    page_title = gettext_lazy("Add people")
    template_name = "courses/admin/add_people.html"
    extra_context = {"submit_label": gettext_lazy("Add these people")}

    def form_valid(self, form: AddPeopleForm) -> HttpResponse:
        lines = form.cleaned_data["people"]
        answers = actions.add_people(cohort=self.cohort, lines=lines, by=self.person, now=self.now)
        added = sum(answer is Added.ADDED for _line, answer in answers)
        context = self.get_context_data(
            form=AddPeopleForm(),
            added=ngettext("%(n)s person was added.", "%(n)s people were added.", added)
            % {"n": added},
            answers=Table(
                [
                    Column("line", label=_("What you wrote"), accessor=lambda pair: pair[0]),
                    Column("answer", label=_("Answer"), accessor=lambda pair: ANSWERS[pair[1]]),
                ],
                answers,
                caption=_("Answers"),
            ),
            cohort_url=self.cohort_url,
        )
        return self.render_to_response(context)


class TakeOutView(ChangingMixin, TemplateView):
    """Asks first, then ends one person's place. A repeat finds the place ended and is content."""

    page_title = gettext_lazy("Take out of the group")
    template_name = "courses/admin/take_out.html"

    @cached_property
    def place(self) -> CohortPlace:
        own = self.cohort.places.filter(learner__authority=self.cohort.authority_id)
        own = own.exclude(people.kept_from(self.person))
        return get_object_or_404(own.select_related("learner"), pk=self.kwargs["place_pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(place=self.place, cohort_url=self.cohort_url, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actions.take_out(place=self.place, by=self.person, now=self.now)
        name = self.place.learner.full_name
        messages.success(request, _("%(name)s is no longer in the group.") % {"name": name})
        return redirect(self.cohort_url)
