"""What to put into the places of an address: identifiers of secrets, and of what is one's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import Collection, Site, Task, Workflow, WorkflowState

from assessments.models import Adjustment, Case, Challenge, ItemStatistic, TestRule, Withdrawal
from certificates.models import (
    Certificate,
    Evidence,
    EvidenceBatch,
    StandingChange,
    ValidityRule,
)
from courses.models import Cohort, Contact, Enrolment, GlossaryWord, SafeguardingReview
from licensing.models import (
    Acceptance,
    CheckerInvitation,
    CheckerMember,
    CheckerOrganisation,
    CommitteePack,
    ComplianceRun,
    DrawnDriver,
    DriverContact,
    FoiPack,
    QuarterlyPack,
    Recheck,
    Requirement,
    SignedTraining,
    TrainingException,
    TrainingSession,
    TrendAlert,
    Webhook,
)
from outbox.models import Message
from people.models import (
    Authority,
    Interest,
    Learner,
    Licence,
    LicenceClaim,
    RecordMerge,
    RegisterDoubt,
    RegisterImport,
    RegisterUpload,
)
from tests.house.sweep import Arguments, Route
from tests.house.two_councils import Council

PAGES_BY_PK = ("staff/api/main/pages/", "staff/pages/", "staff/lessons/", "staff/translate/")
PAGE_NAMES = {"page_id", "parent_page_id", "page_pk", "page_to_move_id", "destination_id"}
QUESTIONS = "staff/snippets/assessments/question/"
# What names nothing, or nothing that could be secret.
ANYTHING: Arguments = {
    **dict.fromkeys(("collection_id", "doc_id", "document_id", "image_id", "redirect_id"), 1),
    **dict.fromkeys(("uploaded_file_id", "page_view_restriction_id", "restriction_id"), 1),
    **dict.fromkeys(("key", "token", "uidb36", "uidb64", "_1"), "x"),
    "colour": "1d4f5c",
    "filter_spec": "original",
    "position": 1,
    "status": "never_passed",
}
# Names that belong together.
MODELS = [("courses", "lessonpage"), ("assessments", "question"), ("courses", "safeguardingreview")]
TOGETHER = {
    ("app_label", "model_name"): MODELS,
    ("content_type_app_name", "content_type_model_name"): [MODELS[0], ("courses", "coursepage")],
    ("app_name", "model_name"): [("taggit", "tag")],
}
NO_SECRETS = ("api/main/documents", "api/main/images", "documents", "images", "settings")


@dataclass(frozen=True)
class Subject:
    """A page or a question, with what hangs on it."""

    pk: int
    revision: int
    task_state: int
    workflow_state: int
    task: int

    def arguments(self) -> Arguments:
        return {
            "pk": self.pk,
            "object_id": self.pk,
            "revision_id": self.revision,
            "revision_id_a": "live",
            "revision_id_b": self.revision,
            "task_state_id": self.task_state,
            "workflow_state_id": self.workflow_state,
            "task_id": self.task,
            "action_name": "approve",
            **dict.fromkeys(PAGE_NAMES, self.pk),
        }


class Examples:
    """The arguments with which somebody of ``own`` tries to reach the secrets of ``target``.

    ``others`` are the values of names that stand for one thing in every address.
    """

    def __init__(self, target: Council, own: Council, **others: list[Any]) -> None:
        lesson, question = target.waiting_lesson, target.waiting_question
        pages, questions = [target.draft_lesson, lesson], [target.draft_question, question]
        self.pages = _subjects([*pages, own.changed_lesson], waiting=lesson)
        self.questions = _subjects([*questions, own.changed_question], waiting=question)
        self.modules = [target.module.pk, own.module.pk]
        self.others = {**others, "session_id": [_somebody_writing(target)]}
        group = Group.objects.get(name=f"author {target.authority.code}")
        self.by_prefix = {
            **{f"staff/{name}/": [1] for name in NO_SECRETS},
            "checks/people/end/": _keys(CheckerMember),
            "checks/people/invitations/": _keys(CheckerInvitation),
            "checks/": _keys(CheckerOrganisation),
            "staff/accepted-elsewhere/": _keys(Acceptance),
            "staff/certificates/changes/": _keys(StandingChange),
            "staff/certificates/": _keys(Certificate),
            "staff/certificate-wording/": [target.authority.pk],
            "staff/challenges/": _keys(Challenge),
            "staff/checkers/invitations/": _keys(CheckerInvitation),
            "staff/checkers/people/": _keys(CheckerMember),
            "staff/checkers/": _keys(CheckerOrganisation),
            "staff/collections/": _keys(Collection),
            "staff/committee-packs/licences/": _keys(Licence),
            "staff/committee-packs/": _keys(CommitteePack),
            "staff/drivers/contacts/": _keys(DriverContact),
            "staff/drivers/": _keys(Licence),
            "staff/foi/": _keys(FoiPack),
            "staff/exceptions/new/": _keys(Licence),
            "staff/exceptions/": _keys(TrainingException),
            "staff/groups/": [group.pk],
            "staff/interests/declare/": _keys(Learner),
            "staff/interests/": _keys(Interest),
            "staff/licence-requests/": _keys(LicenceClaim),
            "staff/merges/new/": _keys(Learner),
            "staff/merges/": _keys(RecordMerge),
            "staff/question-statistics/": _keys(ItemStatistic),
            "staff/rechecks/drivers/": _keys(DrawnDriver),
            "staff/rechecks/": _keys(Recheck),
            "staff/recognised/enter/": _keys(Licence),
            "staff/recognised/past-records/": _keys(EvidenceBatch),
            "staff/recognised/": _keys(Evidence),
            "staff/reminders/letters/": [uuid4()],
            "staff/reminders/people/": _keys(Learner),
            "staff/reminders/texts/": [1],
            "staff/reports/quarterly/": _keys(QuarterlyPack),
            "staff/reports/trends/alerts/": _keys(TrendAlert),
            "staff/register/doubts/": _keys(RegisterDoubt),
            "staff/register/export/": _keys(Authority),
            "staff/register/imports/": _keys(RegisterImport),
            "staff/register/uploads/": _keys(RegisterUpload),
            "staff/reports/compliance/": _keys(ComplianceRun),
            "staff/signed-training/waiting/": _keys(SignedTraining),
            "staff/requirements/": _keys(Requirement),
            "staff/sites/": _keys(Site),
            "staff/snippets/assessments/topic/": [target.topic.pk, own.topic.pk],
            "staff/snippets/choose/courses/contact/": _keys(Contact)[:1],
            "staff/snippets/choose/courses/glossaryword/": _keys(GlossaryWord)[:1],
            "staff/snippets/courses/contact/": _keys(Contact)[:1],
            "staff/snippets/courses/glossaryword/": _keys(GlossaryWord)[:1],
            "staff/test-cases/": _keys(Case),
            "staff/test-rules/": _keys(TestRule),
            "staff/tests/help/": _keys(Adjustment),
            "staff/tests/no-tries-left/": _keys(Enrolment),
            "staff/tests/people/": _keys(Learner),
            "staff/training/cohorts/": _keys(Cohort),
            "staff/training/courses/": [target.course.pk, own.course.pk],
            "staff/unsent-messages/": _keys(Message),
            "staff/users/": [target.people["former"].pk],
            "staff/validity-rules/": _keys(ValidityRule),
            "staff/webhooks/": _keys(Webhook),
            "staff/withdrawals/": _keys(Withdrawal),
            "staff/workflows/tasks/": _keys(Task),
            "staff/workflows/": _keys(Workflow),
            "members/courses/": _keys(Enrolment),
            "members/sessions/": _keys(TrainingSession),
            "tests/cases/": _keys(Case),
        }

    def of(self, route: Route) -> list[Arguments]:
        """Every way to fill in the route; none where something has no example."""
        if not route.names:
            return [{}]
        fillings = [
            arguments for base in self._bases(route) for arguments in self._completed(route, base)
        ]
        return [filling for filling in fillings if set(route.names) <= filling.keys()]

    def _bases(self, route: Route) -> list[Arguments]:
        if route.form.startswith(QUESTIONS):
            return [question.arguments() for question in self.questions]
        for prefix, keys in self.by_prefix.items():
            if route.form.startswith(prefix):
                page = {"page_pk": self.pages[0].pk}
                return [{**page, "pk": key, "workflow_pk": key, "task_id": key} for key in keys]
        if "object_id" in route.names:
            return [subject.arguments() for subject in (*self.pages, *self.questions)]
        if PAGE_NAMES.intersection(route.names) or route.form.startswith(PAGES_BY_PK):
            return self._pages(route)
        return [{"pk": key} for key in self._guesses(route)] if "pk" in route.names else [{}]

    def _pages(self, route: Route) -> list[Arguments]:
        bases = [page.arguments() for page in self.pages]
        secret, own = self.modules
        if "destination_id" in route.names:
            bases += [{"page_to_move_id": page.pk, "destination_id": own} for page in self.pages]
            bases += [{"page_to_move_id": self.pages[-1].pk, "destination_id": secret}]
        elif "parent_page_id" in route.names:
            bases += [{"parent_page_id": module} for module in self.modules]
        return bases

    def _guesses(self, route: Route) -> list[Any]:
        """For a route nobody has thought of: whatever fits the kind of its argument."""
        if route.kinds.get("pk") == "uuid":
            return self.others["sittings"]
        subjects = (*self.pages[:2], *self.questions[:2])
        return [key for subject in subjects for key in (subject.pk, subject.task_state)]

    def _completed(self, route: Route, base: Arguments) -> Iterable[Arguments]:
        choices: list[list[Arguments]] = [[{**ANYTHING, **base}]]
        together = dict(TOGETHER)
        if route.form.startswith("staff/bulk/"):
            together = {("app_label", "model_name", "action"): bulk_actions()}  # type: ignore[dict-item]
        for names, rows in together.items():
            if set(names) <= set(route.names):
                choices.append([dict(zip(names, row, strict=True)) for row in rows])
        choices += [
            [{name: value} for value in self.others[name]]
            for name in route.names
            if name in self.others
        ]
        for parts in product(*choices):
            yield {name: value for part in parts for name, value in part.items()}


def bulk_actions() -> list[tuple[str, str, str]]:
    bulk_action_registry.get_bulk_actions_for_model("wagtailcore", "page")  # It scans at first use.
    return [
        (app, model, action)
        for app, models in bulk_action_registry.actions.items()
        for model, actions in models.items()
        for action in actions
    ]


def _subjects(contents: Iterable[Any], *, waiting: Any) -> list[Subject]:
    """Those that are not in review are asked for with the identifiers of one that is."""
    state = WorkflowState.objects.for_instance(waiting).get()
    task = SafeguardingReview.objects.get()
    return [
        Subject(
            pk=content.pk,
            revision=content.latest_revision_id,
            task_state=state.current_task_state_id,
            workflow_state=state.pk,
            task=task.pk,
        )
        for content in contents
    ]


def _somebody_writing(council: Council) -> int:
    session = EditingSession.objects.create(
        user=council.people["author"],
        content_type=ContentType.objects.get_for_model(council.draft_lesson),
        object_id=council.draft_lesson.pk,
        last_seen_at=timezone.now(),
    )
    return session.pk


def _keys(model: Any) -> list[int]:
    return list(model.objects.values_list("pk", flat=True))
