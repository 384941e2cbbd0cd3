"""The door of councillors, and of officers for their own training. Nothing about any person but
oneself is behind it: figures, what one has signed, and what one may sign (R48)."""

from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from courses.models import Enrolment
from licensing import perms
from licensing.actions import SigningRefused, finished_rounds, sign_course, sign_session
from licensing.compliance import Compliance, compliance
from licensing.foi import STATES
from licensing.forms.signed import SignForm
from licensing.hiding import Hidden, hide, per_cent
from licensing.models import SignedTraining, TrainingSession
from people.models import Authority, Membership, User

LABELS = {
    "Trained": gettext_lazy("Trained"),
    "In the time allowed": gettext_lazy("In the time allowed"),
    "Training expired": gettext_lazy("Training expired"),
    "Certificate revoked": gettext_lazy("Certificate revoked"),
    "Never trained": gettext_lazy("Never trained"),
    "Training not required": gettext_lazy("Training not required"),
}
SIGNS = {Hidden.FEW: gettext_lazy("fewer than 5"), Hidden.MORE: gettext_lazy("hidden")}
REFUSALS = {
    "not_allowed": gettext_lazy("Only councillors and officers of this council sign here."),
    "not_finished": gettext_lazy("Finish the course first. You can sign for it then."),
}


class MembersMixin:
    """For whoever is a councillor or officer now."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.memberships:
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        response["Cache-Control"] = "no-store"
        return response

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    @cached_property
    def memberships(self) -> list[Membership]:
        return list(perms.own_memberships(self.request.user).order_by("authority__name", "pk"))

    @cached_property
    def authorities(self) -> list[Authority]:
        return list({one.authority_id: one.authority for one in self.memberships}.values())

    @cached_property
    def sessions(self) -> QuerySet[TrainingSession]:
        """Of one's own councils, without those that one has signed for."""
        signed = SignedTraining.objects.standing().filter(
            signed_by=self.person, session=OuterRef("pk")
        )
        own = TrainingSession.objects.filter(authority__in=self.authorities)
        return own.filter(~Exists(signed)).select_related("authority")

    @cached_property
    def rounds(self) -> QuerySet[Enrolment]:
        """Finished courses that one has not signed for."""
        signed = SignedTraining.objects.standing().filter(enrolment=OuterRef("pk"))
        return finished_rounds(self.person).filter(~Exists(signed)).order_by("-completed_at", "-pk")


class MemberView(MembersMixin, TemplateView):
    """One's own signed training, what there is to sign, and for councillors the figures."""

    template_name = "licensing/members/member.html"
    most: ClassVar[int] = 50

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        today = timezone.localdate(now)
        signed = list(
            SignedTraining.objects.of(self.person).select_related("authority")[: self.most]
        )
        councils = [one.authority for one in self.memberships if one.role == perms.Role.COUNCILLOR]
        found = [
            (one, compliance(authority_id=one.pk, as_at=today, known_at=now)) for one in councils
        ]
        return super().get_context_data(
            authority=self.authorities[0],
            today=today,
            signed=[(one, _standing(one, today)) for one in signed],
            sessions=self.sessions[: self.most],
            rounds=self.rounds[: self.most],
            figures=[(one, *shown(figures)) for one, figures in found],
            **kwargs,
        )


class SignView(MembersMixin, FormView):
    """One statement, one box to tick."""

    template_name = "licensing/members/sign.html"
    form_class = SignForm
    kwargs: dict[str, Any]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            authority=self.authorities[0], training=self.training, **kwargs
        )

    @property
    def training(self) -> dict[str, Any]:
        """What is signed for: title, day, and who held it if it was a session."""
        raise NotImplementedError

    def sign(self) -> None:
        raise NotImplementedError

    def form_valid(self, form: SignForm) -> HttpResponse:
        try:
            self.sign()
        except SigningRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("Signed. A licensing officer will countersign it."))
        return redirect("member_training")


class SignSessionView(SignView):
    @cached_property
    def session(self) -> TrainingSession:
        return get_object_or_404(self.sessions, pk=self.kwargs["pk"])

    @property
    def training(self) -> dict[str, Any]:
        session = self.session
        return {"title": session.title, "day": session.held_on, "provider": session.provider}

    def sign(self) -> None:
        sign_session(session=self.session, by=self.person, now=timezone.now())


class SignCourseView(SignView):
    @cached_property
    def round(self) -> Enrolment:
        return get_object_or_404(self.rounds, pk=self.kwargs["pk"])

    @property
    def training(self) -> dict[str, Any]:
        day = timezone.localdate(self.round.completed_at)
        return {"title": self.round.course.title, "day": day, "provider": ""}

    def sign(self) -> None:
        own = {one.pk: one for one in self.authorities}
        authority = own.get(self.round.authority_id or 0, self.authorities[0])
        sign_course(enrolment=self.round, authority=authority, by=self.person, now=timezone.now())


def shown(figures: Compliance) -> tuple[list[tuple[Any, Any]], int | None]:
    """How many licensed drivers are in which state, with small numbers hidden, and how many of a
    hundred are trained, if that gives none away. Where there are no drivers, nothing."""
    counts = {
        label: sum(figures.counts[status] for status in statuses)
        for label, statuses in STATES.items()
    }
    if not any(counts.values()):
        return [], None
    numbers = hide([list(counts.values())])[0]
    words = [SIGNS[one] if isinstance(one, Hidden) else one for one in numbers]
    labels = [*(LABELS[label] for label in counts), _("All licensed drivers")]
    trained = numbers[list(counts).index("Trained")]
    return list(zip(labels, words, strict=True)), per_cent(trained, numbers[-1])


def _standing(signed: SignedTraining, today: Any) -> str:
    """What it is worth, in the words of the page."""
    if signed.decision == SignedTraining.Decision.DECLINED:
        return _("An officer declined it")
    if not signed.decision:
        return _("Waits for an officer to countersign")
    return _("Valid") if signed.covers(today) else _("Ended")
