"""Training of councillors and officers: entered, signed by the member, countersigned by another."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.models import TestRule
from certificates.models import ValidityRule
from certificates.renewal import add_months, london_day
from courses.models import CoursePage, Enrolment
from licensing import perms
from licensing.models import SignedTraining, TrainingSession
from licensing.models.signed import LONGEST
from people.models import Audience, Authority, Learner, Membership, User
from people.perms import may_deal_with
from people.refusals import Refused

Decision = SignedTraining.Decision
DEFAULT_MONTHS = 36  # Of a course here, where no validity rule is in force.


class SigningRefused(Refused):
    """``code``: ``not_allowed``, ``own_training``, ``interest``, ``in_the_future``,
    ``not_finished``, ``not_complete``, ``no_reason``, ``decided``."""


@transaction.atomic
def enter_session(
    *,
    authority: Authority,
    title: str,
    held_on: date,
    provider: str,
    months: int,
    course: CoursePage | None,
    by: User,
    now: datetime,
) -> TrainingSession:
    """Put on record that a session was held. A repeat finds the session there is.

    Raises SigningRefused for who is no officer of the authority, a day still to come, a session
    without a title or provider, or with a time that is none.
    """
    if not perms.pack_authorities(by).filter(pk=authority.pk).exists():
        raise SigningRefused("not_allowed")
    if held_on > london_day(now):
        raise SigningRefused("in_the_future")
    if not title.strip() or not provider.strip() or not 1 <= months <= LONGEST:
        raise SigningRefused("not_complete")
    session, _ = TrainingSession.objects.get_or_create(
        authority=authority,
        title=" ".join(title.split()),
        held_on=held_on,
        defaults={
            "provider": " ".join(provider.split()),
            "months": months,
            "course": course,
            "entered_by": by,
            "entered_at": now,
        },
    )
    return session


@transaction.atomic
def sign_session(*, session: TrainingSession, by: User, now: datetime) -> SignedTraining:
    """The member says that they took part. A repeat finds what they signed, unless it was
    declined: then they sign anew.

    Raises SigningRefused for who is neither councillor nor officer of the authority now.
    """
    member = _member(by, session.authority_id)
    return _signed_once(
        SignedTraining(
            authority=session.authority,
            member=member,
            session=session,
            title=session.title,
            trained_on=session.held_on,
            valid_until=add_months(session.held_on, session.months),
            signed_by=by,
            signed_at=now,
        )
    )


@transaction.atomic
def sign_course(
    *, enrolment: Enrolment, authority: Authority, by: User, now: datetime
) -> SignedTraining:
    """The member says that they took a course of this service themself. It counts for as long as
    the authority's validity rule gives a pass. A repeat finds what they signed.

    Raises SigningRefused for who is neither councillor nor officer of the authority now, for a
    round of somebody else, and for one that is not finished.
    """
    member = _member(by, authority.pk)
    if not finished_rounds(by).filter(pk=enrolment.pk).exists():
        raise SigningRefused("not_finished")
    trained_on = london_day(enrolment.completed_at or now)
    rules = ValidityRule.objects.in_force(authority=authority, on=trained_on)
    rule = rules.first()
    return _signed_once(
        SignedTraining(
            authority=authority,
            member=member,
            enrolment=enrolment,
            title=enrolment.course.title,
            trained_on=trained_on,
            valid_until=add_months(trained_on, rule.months if rule else DEFAULT_MONTHS),
            signed_by=by,
            signed_at=now,
        )
    )


@transaction.atomic
def countersign(*, signed: SignedTraining, by: User, now: datetime) -> SignedTraining:
    """An officer, who is somebody else, says that the member took the training. A repeat changes
    nothing. Raises SigningRefused for who may not, and for what was declined."""
    return _decide(signed, Decision.CONFIRMED, reason="", by=by, now=now)


@transaction.atomic
def decline_signature(
    *, signed: SignedTraining, reason: str, by: User, now: datetime
) -> SignedTraining:
    """An officer, who is somebody else, says that it was not so, and why. A repeat changes nothing.
    Raises SigningRefused for who may not, without a reason, and for what was countersigned."""
    if not reason.strip():
        raise SigningRefused("no_reason")
    return _decide(signed, Decision.DECLINED, reason=reason.strip(), by=by, now=now)


def finished_rounds(user: User) -> QuerySet[Enrolment]:
    """The person's finished rounds of courses for councillors and officers: passed where the course
    has a test, with all lessons done where it has none."""
    tested = TestRule.objects.approved().filter(course=OuterRef("course"))
    served = Q(closed_at__isnull=False) | Q(~Exists(tested))
    rounds = Enrolment.objects.filter(
        served,
        learner__user=user.pk,
        completed_at__isnull=False,
        course__audience__in=[Audience.COUNCILLOR, Audience.LICENSING_OFFICER],
    )
    return rounds.select_related("course")


def _member(user: User, authority_id: int) -> Membership:
    held = perms.own_memberships(user).filter(authority=authority_id)
    member = held.order_by("pk").first()
    if member is None:
        raise SigningRefused("not_allowed")
    return member


def _signed_once(new: SignedTraining) -> SignedTraining:
    """The member's row is held, so that two tabs sign one after the other."""
    Membership.objects.select_for_update(of=("self",)).get(pk=new.member_id)
    same = SignedTraining.objects.standing().filter(
        signed_by=new.signed_by, session=new.session, enrolment=new.enrolment
    )
    before = same.first()
    if before is None:
        new.save()
    return before or new


def _decide(
    signed: SignedTraining, decision: Decision, *, reason: str, by: User, now: datetime
) -> SignedTraining:
    signed = SignedTraining.objects.select_for_update(of=("self",)).get(pk=signed.pk)
    if not perms.pack_authorities(by).filter(pk=signed.authority_id).exists():
        raise SigningRefused("not_allowed")
    if signed.signed_by_id == by.pk:
        raise SigningRefused("own_training")
    learner = Learner.objects.filter(user=signed.signed_by_id).first()
    if learner is not None and not may_deal_with(by, learner):
        raise SigningRefused("interest")
    if signed.decision:
        if signed.decision != decision:
            raise SigningRefused("decided")
        return signed
    signed.decision, signed.decline_reason = decision, reason
    signed.decided_by, signed.decided_at = by, now
    signed.save(update_fields=["decision", "decline_reason", "decided_by", "decided_at"])
    return signed
