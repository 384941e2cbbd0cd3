"""Four eyes: what an author wrote is published only after somebody else approved it (R20)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.locks import WorkflowLock
from wagtail.models import Revision, Task, TaskState

from courses.models.facts import Fact
from courses.wording import BARRED, barred_terms
from outbox.actions import queue_email
from people import perms as people
from people.models import Authority, Membership, User


class Fault(NamedTuple):
    """Why content cannot be published: the form field it stands by, and a sentence."""

    field: str
    message: str


class Reviewed:
    """Content that goes live through a review by another person, never by its author alone.

    Mixed into pages and question-bank entries. ``wording_field`` is where a form shows the faults
    of its words.
    """

    wording_field = "title"

    def home_authority(self) -> Authority | None:
        """The authority whose trainers look after this; None: the platform's administrators."""
        raise NotImplementedError

    def words(self) -> Iterable[str]:
        """Every text that a person will read."""
        raise NotImplementedError

    def allowed_terms(self) -> Iterable[str]:
        """Barred terms that a reviewer has allowed here, with a reason."""
        return ()

    def publication_faults(self, *, on: date) -> list[Fault]:
        """What stops publishing on the London day ``on``: barred words, a missing owner or day."""
        return [*self.wording_faults(), *self._upkeep_faults(on)]

    def wording_faults(self) -> list[Fault]:
        found = barred_terms(self.words(), allowed=self.allowed_terms())
        return [
            Fault(
                self.wording_field,
                gettext("We do not write “%(term)s”. Better: %(instead)s.")
                % {"term": barred.term, "instead": barred.instead},
            )
            for barred in found
        ]

    def _upkeep_faults(self, on: date) -> Iterator[Fault]:
        if getattr(self, "keeper_id", "") is None:
            yield Fault("keeper", gettext("Say who answers for this."))
        due = getattr(self, "review_due_on", on)
        if due is None or due < on:
            yield Fault("review_due_on", gettext("Set the day of the next review, from today on."))

    def contributors(self, revision: Revision) -> set[int]:
        """Whoever changed something since the version that is live, up to ``revision``."""
        revisions: Any = self.revisions.filter(pk__lte=revision.pk)  # type: ignore[attr-defined]
        live = self.live_revision_id  # type: ignore[attr-defined]
        if live:
            revisions = revisions.filter(pk__gt=live)
        return set(revisions.exclude(user=None).values_list("user_id", flat=True))

    def publish(self, revision: Revision, user: Any = None, **kwargs: Any) -> Any:
        """The last gate, whatever door was used. Without ``user`` the machine publishes: what is
        installed with the system, and what a review has scheduled.

        Raises PermissionDenied when a person publishes what no other person has approved, and
        ValidationError, naming the better wording, for a barred term.
        """
        if user is not None and not Approval.objects.filter(revision=revision).exists():
            raise PermissionDenied
        faults = revision.as_object().wording_faults()
        if faults:
            raise ValidationError([fault.message for fault in faults])
        return super().publish(  # type: ignore[misc]
            revision, user=user, **{**kwargs, "skip_permission_checks": True}
        )


class Approval(Fact):
    """A reviewer's signature under one revision.

    A *material* one changes what people must know: whoever has not passed yet goes through the
    lesson again. ``change_note`` tells them, and people on a refresher, what is new.
    """

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="approval")
    lesson = models.ForeignKey(
        "courses.LessonPage",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals",
    )
    material = models.BooleanField(default=False)
    change_note = models.CharField(max_length=250, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(
                name="material_approval_says_what_changed",
                condition=Q(material=False) | (Q(lesson__isnull=False) & ~Q(change_note="")),
                violation_error_message=_("Say in a sentence what has changed."),
            )
        ]
        indexes = [
            models.Index(
                fields=["lesson", "revision"],
                name="material_changes",
                condition=Q(material=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.approved_by}"


class AllowedTerm(Fact):
    """A barred term that one lesson may use, such as a lesson about language; and why."""

    lesson = models.ForeignKey(
        "courses.LessonPage", on_delete=models.PROTECT, related_name="terms_allowed"
    )
    term = models.CharField(
        max_length=60, choices=[(barred.term, barred.term) for barred in BARRED]
    )
    reason = models.TextField()
    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    allowed_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "term"],
                name="term_allowed_once_per_lesson",
                violation_error_message=_("This lesson may use the term already."),
            ),
            models.CheckConstraint(
                name="allowed_term_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Give the reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}: {self.term}"


class ApproveForm(forms.Form):
    """What a reviewer says when approving."""

    comment = forms.CharField(
        label=_("Comment for the author"), required=False, widget=forms.Textarea({"rows": 2})
    )
    material = forms.BooleanField(
        label=_("This changes what people must know"),
        help_text=_("Whoever has not passed the test yet will go through the lesson again."),
        required=False,
    )
    change_note = forms.CharField(
        label=_("What has changed"),
        help_text=_("One sentence. People see it. Needed for such a change."),
        max_length=250,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("material") and not cleaned.get("change_note"):
            self.add_error("change_note", _("Say in a sentence what has changed."))
        return cleaned


class UnderReviewLock(WorkflowLock):
    """Nobody edits what is being reviewed: what was approved is what goes live."""

    def get_message(self, user: Any) -> Any:
        if self.task.may_approve(self.object, user):
            state = self.object.current_workflow_task_state
            return format_html(
                '{} <a href="{}">{}</a>',
                gettext("This is waiting for you."),
                reverse("review", args=[state.pk]),
                gettext("Review it"),
            )
        return gettext(
            "This is waiting for a reviewer, so it cannot be changed now. "
            "Cancel the review to go on writing."
        )


class SafeguardingReview(Task):
    """A reviewer of the content's own authority approves; never anybody who worked on it."""

    lock_class = UnderReviewLock

    @transaction.atomic
    def start(self, workflow_state: Any, user: Any = None) -> TaskState:
        """Put the content before its reviewers and write to each who may approve it."""
        state: TaskState = super().start(workflow_state, user=user)
        content = state.revision.content_object
        authors = content.contributors(state.revision) | {workflow_state.requested_by_id}
        now = timezone.now()
        for reviewer in reviewers_of(content).exclude(pk__in=authors):
            with translation.override(reviewer.message_language):
                subject, body = _notice_of(state)
            queue_email(
                key=f"review:{state.pk}:{reviewer.pk}",
                to=reviewer.email,
                subject=subject,
                body=body,
                now=now,
            )
        return state

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        return may_review(user, getattr(obj, "specific", obj))

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        return True

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        content = getattr(obj, "specific", obj)  # Wagtail asks with the bare page at times.
        state = content.current_workflow_task_state
        if state is None or not may_review(user, content):
            return []
        actions = [("reject", _("Ask for changes"), True)]
        workflow_state = state.workflow_state
        own_work = content.contributors(state.revision) | {workflow_state.requested_by_id}
        if user.pk not in own_work:
            actions.append(("approve", _("Approve and publish"), True))
        return actions

    def may_approve(self, obj: Any, user: Any) -> bool:
        return any(name == "approve" for name, *_rest in self.get_actions(obj, user))

    def get_form_for_action(self, action: str) -> Any:
        return ApproveForm if action == "approve" else super().get_form_for_action(action)

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> Any:
        """Approve or send back. Raises PermissionDenied for whoever may not, whatever the door."""
        content = task_state.revision.content_object
        if action_name not in {action[0] for action in self.get_actions(content, user)}:
            raise PermissionDenied
        comment = str(kwargs.get("comment", ""))
        if action_name == "approve":
            self._sign(task_state.revision, content, user, kwargs)
        return super().on_action(task_state, user, action_name, comment=comment)

    def _sign(self, revision: Revision, content: Any, user: Any, said: dict[str, Any]) -> None:
        is_lesson = hasattr(content, "approvals")
        Approval.objects.create(
            revision=revision,
            lesson=content if is_lesson else None,
            material=is_lesson and said.get("material") is True,
            change_note=str(said.get("change_note", "")),
            approved_by=user,
            approved_at=timezone.now(),
        )

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        """What the person may approve: the states whose content they are offered "approve" for."""
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        if not user.is_superuser and not people.has_role(user, Membership.Role.REVIEWER):
            return waiting.none()
        offered = [
            state.pk
            for state in waiting.select_related("revision", "workflow_state")
            if self.get_actions(state.revision.content_object, user)
        ]
        return waiting.filter(pk__in=offered)

    @classmethod
    def get_description(cls) -> Any:
        return _("A safeguarding reviewer who did not write it approves it")

    class Meta:
        verbose_name = _("safeguarding review")


def _notice_of(state: TaskState) -> tuple[str, str]:
    """Subject and body of what a reviewer is told."""
    subject = gettext("A text waits for your review: %(title)s")
    body = gettext("Please read it and approve it, or say what should change:")
    address = settings.SITE_URL + reverse("review", args=[state.pk])
    return subject % {"title": state.revision.object_str}, f"{body}\n\n{address}\n"


def reviewers_of(content: Any) -> models.QuerySet[User]:
    """The safeguarding reviewers of the content's authority who can sign in."""
    held = Membership.objects.current().filter(
        role=Membership.Role.REVIEWER, authority=content.home_authority()
    )
    return User.objects.filter(is_active=True, pk__in=held.values("user"))


def may_review(user: Any, content: Any) -> bool:
    """Safeguarding reviewers of the authority that looks after the content; for the platform's own
    content, platform administrators."""
    authority = content.home_authority()
    if authority is None:
        return bool(user.is_active and user.is_superuser)
    return people.has_role(user, Membership.Role.REVIEWER, authority=authority)
