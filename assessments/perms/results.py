"""Who reads what a sitting held, voids it, and rules on what drivers say of a question."""

from typing import Any

from django.db.models import QuerySet

from assessments.models import Challenge, Question, Sitting, Withdrawal
from assessments.models.changes import ChallengeQuerySet
from assessments.perms.bank import trainer_questions
from courses.models import Approval
from people import perms as people
from people.models import Authority, Membership

Role = Membership.Role


def may_read_sittings(user: Any) -> bool:
    """Licensing officers and auditors, and platform administrators."""
    return bool(user.is_superuser) or people.has_role(user, Role.OFFICER, Role.AUDITOR)


def readable_sittings(user: Any) -> QuerySet[Sitting]:
    """Closed sittings of the authorities where the person is an officer or auditor now; all of them
    for platform administrators. Never one's own: a script is not its candidate's to read. Nor that
    of somebody in whom the person declared an interest (R47)."""
    sittings = Sitting.objects.filter(closed_at__isnull=False).exclude(people.kept_from(user))
    if user.is_superuser:
        return sittings
    return sittings.filter(authority__in=people.authorities_of(user, Role.OFFICER, Role.AUDITOR))


def voidable_sittings(user: Any) -> QuerySet[Sitting]:
    """Open and closed sittings of the authorities where the person is an officer now; all of them
    for platform administrators. Which of them can be voided, the action says."""
    if user.is_superuser:
        return Sitting.objects.all()
    return Sitting.objects.filter(authority__in=people.authorities_of(user, Role.OFFICER))


def named_authorities(user: Any) -> QuerySet[Authority]:
    """Whose people an impact report names: those of the authorities where the person is an officer;
    of all for platform administrators."""
    return people.served_authorities(user, Role.OFFICER)


def is_reviewer(user: Any) -> bool:
    return bool(user.is_superuser) or people.has_role(user, Role.REVIEWER)


def rulable_challenges(user: Any) -> ChallengeQuerySet:
    """Those of questions that the person reviews."""
    return Challenge.objects.filter(question__in=trainer_questions(user, Role.REVIEWER))


def rulable_withdrawals(user: Any) -> QuerySet[Withdrawal]:
    """Those of questions that the person reviews."""
    withdrawals: QuerySet[Withdrawal] = Withdrawal.objects.filter(
        question__in=trainer_questions(user, Role.REVIEWER)
    )
    return withdrawals


def may_rule_on(user: Any, question: Question) -> bool:
    """Reviewers of the question's authority, and platform administrators."""
    return trainer_questions(user, Role.REVIEWER).filter(pk=question.pk).exists()


def wrote(user: Any, question: Question, revision_id: int | None) -> bool:
    """Whether the person had a hand in the version since the one that was approved before it. Of a
    question that has no version nobody is known to have written it."""
    if revision_id is None:
        return False
    versions: Any = question.revisions
    approved = Approval.objects.filter(
        revision__in=versions.filter(pk__lt=revision_id).values("pk")
    )
    before = approved.order_by("-revision").values_list("revision", flat=True).first() or 0
    return bool(versions.filter(pk__gt=before, pk__lte=revision_id, user=user.pk).exists())


def sat_with(user: Any, withdrawal: Withdrawal) -> str:
    """Whose paper the version stood on makes it their own matter (R47): "own_record", or "interest"
    for somebody they know; empty where neither is so."""
    draws = withdrawal.draws().filter(people.kept_from(user, place="sitting__learner"))
    first = draws.select_related("sitting__learner__succeeded_by").first()
    return people.conflict(user, first.sitting.learner) if first else ""
