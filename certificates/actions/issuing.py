"""One certificate for each pass, whatever runs twice or at the same time."""

import logging
import secrets
from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.models import IdentityCheck, Sitting
from certificates import reference, renewal
from certificates.actions.letters import tell_holder
from certificates.actions.problems import has_to_wait, note_problem, solve_problem
from certificates.actions.sealing import seal
from certificates.data_integrity import NotSignable
from certificates.lint import LintFailed
from certificates.models import (
    Certificate,
    CertificateEvent,
    ValidityRule,
)
from certificates.signing import SignatureBroken
from courses.models import CoursePage
from people.models import Authority, Learner, Licence

logger = logging.getLogger(__name__)
Kind = CertificateEvent.Kind
# A sweep takes many transactions. What each writes is dated by a moment of its own, taken under its
# lock: dated by the sweep's first, it would change answers given since that one (I22).
Clock = Callable[[], datetime]
BATCH = 1000  # Rows in memory and in one transaction of a sweep.
WITHOUT_CERTIFICATE = ~Exists(Certificate.objects.filter(sitting=OuterRef("pk")))
# As printed, whatever language the request is in.
IDENTITY_METHODS: dict[str, str] = {
    IdentityCheck.NONE: "Identity was not checked at the test",
    IdentityCheck.COUNTER: "Photo ID seen at a counter",
    IdentityCheck.TRAINER: "Photo ID seen by a trainer",
    IdentityCheck.CAMERA: "Photo ID seen over a live camera",
}


class NoValidityRule(Exception):
    """Nothing says how long it would last. Once a rule is approved the sweep issues it."""

    def __init__(self, what: str, authority: Authority | None, passed_on: date) -> None:
        whose = authority.code if authority else "no authority"
        super().__init__(
            f"No approved validity rule is in force on {passed_on} for {whose}:"
            f" {what} waits for one."
        )


# Known reasons for which nothing is issued: noted for staff, and tried again later.
NOT_ISSUED = (NoValidityRule, LintFailed, SignatureBroken, NotSignable)


def _code(error: Exception) -> str:
    return "no_rule" if isinstance(error, NoValidityRule) else str(error)


def issue_certificate(*, sitting_id: UUID, now: datetime) -> Certificate | None:
    """Issue the certificate of a pass and queue the e-mail about it; None if it is not passed.

    A repeat, also at the same moment, returns the certificate there is and writes nothing. Raises
    one of NOT_ISSUED, such as NoValidityRule or LintFailed, with nothing written but the problem:
    staff are told, and the sweep tries again.
    """
    try:
        with transaction.atomic():
            sitting = _sittings().select_for_update(of=("self",)).get(pk=sitting_id)
            return _issued(sitting) or _issue(sitting, now=now)
    except NOT_ISSUED as error:
        note_problem(sitting_id=sitting_id, problem=_code(error), now=now)
        raise


def issue_missing(
    *,
    now: datetime,
    limit: int = BATCH,
    closed_since: datetime | None = None,
    clock: Clock | None = None,
) -> int:
    """Issue up to ``limit`` certificates that passed sittings still lack; returns how many. Each is
    dated by ``clock``, which stands at ``now`` if left out.

    Any number of sweeps may run at once: each leaves alone what another has in hand. A sitting that
    fails is written down, blocks no other and is tried again after a wait that grows.
    """
    due = Sitting.objects.passed().filter(WITHOUT_CERTIFICATE, ~has_to_wait(now))
    missing = due.order_by("closed_at", "pk")
    if closed_since is not None:
        missing = missing.filter(closed_at__gte=closed_since)
    issued = 0
    page = missing
    while places := list(page.values_list("closed_at", "pk")[:BATCH]):
        for _, sitting_id in places:
            if issued >= limit:
                return issued
            issued += _issue_or_log(sitting_id, clock or (lambda: now))
        closed_at, pk = places[-1]
        page = missing.filter(Q(closed_at__gt=closed_at) | Q(closed_at=closed_at, pk__gt=pk))
    return issued


def _issue_or_log(sitting_id: UUID, clock: Clock) -> int:
    try:
        with transaction.atomic():
            free = _sittings().filter(WITHOUT_CERTIFICATE, pk=sitting_id)
            sitting = free.select_for_update(of=("self",), skip_locked=True).first()
            if sitting is None or _issued(sitting) is not None:  # Another was faster.
                return 0
            return int(_issue(sitting, now=clock()) is not None)
    except NOT_ISSUED as error:
        note_problem(sitting_id=sitting_id, problem=_code(error), now=clock())
    except Exception:
        logger.exception("certificate not issued: sitting %s", sitting_id)
    return 0


def _sittings() -> QuerySet[Sitting]:
    related = Sitting.objects.select_related("learner__user", "course__refreshes", "authority")
    return related.defer("paper")


def _issued(sitting: Sitting) -> Certificate | None:
    """Asked under the lock: what was committed while this one waited for it is seen."""
    return Certificate.objects.filter(sitting=sitting).first()


def _issue(sitting: Sitting, *, now: datetime) -> Certificate | None:
    """For a sitting that is locked: what is looked up here cannot change until the commit."""
    if sitting.result != Sitting.Outcome.PASSED:
        return None
    course = sitting.course.counts_for
    held = held_before(sitting.learner, course, sitting.authority, sitting.closed_at)
    certificate = _snapshot(sitting, held, now=now)
    put_on_record(certificate, now=now)
    solve_problem(sitting=sitting, now=now)
    tell_holder(certificate, "issued", key="issued", now=now)
    return certificate


def held_before(
    learner: Learner, counts_for: CoursePage, authority: Authority | None, moment: datetime | None
) -> list[Certificate]:
    """Earlier certificates for the same purpose, locked against sweeps and revocation."""
    earlier = (
        Certificate.objects.of(learner)
        .filter(counts_for=counts_for, passed_at__lt=moment)
        .filter(Q(authority=authority) | Q(authority=None))
        .with_counting()
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return list(earlier)


def _snapshot(sitting: Sitting, held: list[Certificate], *, now: datetime) -> Certificate:
    """The facts of the pass as they are now, under a new reference."""
    assert sitting.closed_at is not None
    passed_on = renewal.london_day(sitting.closed_at)
    rule = rule_for(sitting.authority, passed_on, what=f"sitting {sitting.pk}")
    licence = licence_of(sitting.learner, sitting.authority)
    term = term_of(passed_on, rule, held, licence)
    return Certificate(
        reference=new_reference(),
        sitting=sitting,
        learner=sitting.learner,
        authority=sitting.authority,
        course=sitting.course,
        counts_for=sitting.course.counts_for,
        rule=rule,
        holder_name=licence.full_name if licence else sitting.learner.full_name,
        licence_number=licence.number if licence else "",
        authority_name=sitting.authority.name if sitting.authority else "",
        course_title=sitting.course.title,
        course_edition=sitting.course.edition,
        identity_method=IDENTITY_METHODS[sitting.identity_check],
        passed_at=sitting.closed_at,
        passed_on=passed_on,
        valid_until=term.valid_until,
        renew_from=term.renew_from,
        licence_ends_on=term.licence_ends_on,
        issued_at=now,
    )


def put_on_record(certificate: Certificate, *, now: datetime) -> None:
    """Write a new certificate, wherever it comes from, with the event of its issue and its signed
    files."""
    certificate.save(force_insert=True)
    CertificateEvent.objects.create(
        certificate=certificate,
        kind=Kind.ISSUED,
        recorded_at=now,
        effective_on=certificate.passed_on,
    )
    seal(certificate=certificate, now=now)


def new_reference() -> str:
    """Two in a lifetime may meet by chance; the database refuses the second, and the sweep draws
    another one."""
    return reference.make(secrets.token_bytes(reference.RANDOM_LENGTH))


def rule_for(authority: Authority | None, passed_on: date, *, what: str) -> ValidityRule:
    """The rule that says how long a pass of that day counts. Raises NoValidityRule."""
    rule = ValidityRule.objects.in_force(authority=authority, on=passed_on).first()
    if rule is None:
        raise NoValidityRule(what, authority, passed_on)
    return rule  # type: ignore[no-any-return]


def term_of(
    passed_on: date, rule: ValidityRule, held: list[Certificate], licence: Licence | None
) -> renewal.Term:
    """Of the certificates held whose window has the pass, the one that lasts longest is renewed."""
    renewed = [
        (old.renew_from, old.valid_until)
        for old in held
        if old.counting and old.renew_from <= passed_on <= old.valid_until
    ]
    return renewal.term(
        passed_on,
        months=rule.months,
        window_days=rule.renewal_window_days,
        renewed=max(renewed, key=lambda window: window[1], default=None),
        licence_ends_on=licence.expires_on if licence and rule.ends_with_licence else None,
    )


def licence_of(learner: Learner, authority: Authority | None) -> Licence | None:
    """The licence the person holds from the authority; a current one before others."""
    held = Licence.objects.held_by(learner).filter(authority=authority)
    return max(held, key=lambda licence: licence.state == Licence.State.CURRENT, default=None)
