"""Somebody trained before they had an account signs up: their certificates follow them, once."""

from datetime import timedelta

import pytest
from django.db import transaction

from certificates.actions import (
    RecognitionRefused,
    carry_over,
    decide_evidence,
    issue_recognised,
    reinstate,
    revoke,
)
from certificates.actions.replacing import KEPT
from certificates.models import Certificate, CertificateEvent
from licensing.answers import training_status
from licensing.models import TrainingException
from outbox.models import Message
from people.actions import claim_licence
from people.models import Licence
from tests.certificates.factories import any_course
from tests.certificates.recognised import decide, enter, in_order, officer, recognise
from tests.certificates.together import together
from tests.factories import (
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_requirement,
    make_validity_rule,
)


def claim(licence, now, learner=None):
    learner = learner or LearnerFactory(authority=None)
    claim_licence(
        learner=learner,
        authority=licence.authority,
        number=licence.number,
        date_of_birth=licence.date_of_birth,
        now=now,
    )
    return learner


@pytest.fixture
def licence(db):
    return LicenceFactory()


@pytest.fixture
def old(rule, licence, now):
    """The certificate of a record without an account."""
    return recognise(now=now, licence=licence)


def test_record_that_nobody_took_over_is_left_alone(old, now):
    assert carry_over(now=now) == 0
    assert Certificate.objects.get() == old


def test_certificate_follows_its_holder(old, licence, now):
    learner = claim(licence, now)
    assert carry_over(now=now) == 1
    new = Certificate.objects.get(replaces=old)
    assert (new.learner, new.holder_name) == (learner, old.holder_name)
    assert new.reference != old.reference
    assert [getattr(new, name) for name in KEPT] == [getattr(old, name) for name in KEPT]
    assert new.recognised


def test_both_have_their_event(old, licence, now):
    claim(licence, now)
    carry_over(now=now)
    issued, replaced = old.events.order_by("pk")
    assert (issued.kind, replaced.kind, replaced.reason_class) == (
        "issued",
        "replaced",
        "records_joined",
    )
    assert Certificate.objects.get(replaces=old).events.get().kind == "issued"


def test_carrying_over_again_does_nothing(old, licence, now):
    claim(licence, now)
    carry_over(now=now)
    assert carry_over(now=now) == 0
    assert (Certificate.objects.count(), Message.objects.count()) == (2, 1)


def test_holder_is_told_both_numbers(old, licence, now):
    learner = claim(licence, now)
    carry_over(now=now)
    message = Message.objects.get()
    assert message.to == learner.user.email
    assert old.reference in message.body
    assert Certificate.objects.get(replaces=old).reference in message.body


def test_every_certificate_of_the_record_follows(old, licence, now):
    for year in (2020, 2021, 2022):
        recognise(now=now, licence=licence, passed_on=old.passed_on.replace(year=year))
    claim(licence, now)
    assert carry_over(now=now, limit=3) == 3
    assert carry_over(now=now, limit=3) == 1


@pytest.fixture
def revoked(old, now):
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    day = now.date() - timedelta(days=9)
    return revoke(certificate=old, reason="Fake.", effective_on=day, now=now, **people)


def test_revoked_certificate_never_becomes_valid_by_it(revoked, old, licence, now):
    learner = claim(licence, now)
    later = now + timedelta(minutes=1)
    assert carry_over(now=later) == 1
    new = Certificate.objects.with_standing().get(replaces=old)
    assert (new.learner, new.standing_on(now.date())) == (learner, "revoked")
    again = new.events.get(kind="revoked")
    same = ("by", "seconded_by", "reason", "reason_class", "effective_on")
    assert [getattr(again, name) for name in same] == [getattr(revoked, name) for name in same]
    assert again.recorded_at == later
    assert carry_over(now=later) == 0


def test_old_number_says_revoked_until_the_new_one_is_reinstated(revoked, old, licence, now):
    claim(licence, now)
    carry_over(now=now)
    standing = Certificate.objects.with_standing()
    assert standing.get(pk=old.pk).standing_on(now.date()) == "revoked"
    later = now + timedelta(minutes=1)
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    new = Certificate.objects.get(replaces=old)
    reinstate(certificate=new, reason="It was genuine.", now=later, **people)
    assert standing.get(pk=old.pk).standing_on(now.date()) == "replaced"
    assert standing.get(pk=new.pk).standing_on(now.date()) == "valid"


def test_nobody_is_told_that_a_revoked_one_is_in_their_account(revoked, licence, now):
    claim(licence, now)
    carry_over(now=now)
    assert not Message.objects.exists()


def test_evidence_accepted_after_the_claim_follows_too(rule, licence, now):
    evidence = enter(now=now, licence=licence)
    learner = claim(licence, now)
    decide(evidence, now=now)
    carry_over(now=now)
    assert Certificate.objects.of(learner).get().replaces.evidence == evidence


def test_sweep_looks_no_further_back_than_it_is_told(old, licence, now):
    claim(licence, now)
    later = now.replace(year=2027)
    assert carry_over(now=later, since=later) == 0
    assert carry_over(now=later) == 1


# -- What the licence's training comes to ---------------------------------------------------
@pytest.fixture
def ask(db, now):
    make_requirement(any_course(), code="safeguarding", licence_kinds=Licence.Kind.values)

    def ask(licence, known_at, days_ago=0):
        status = training_status(
            authority=licence.authority,
            number=licence.number,
            as_at=now.date() - timedelta(days=days_ago),
            known_at=known_at,
        )
        return status.training

    return ask


def test_answer_is_never_met_while_certificates_have_not_followed_yet(ask, old, licence, now):
    later = now.replace(hour=13)
    claim(licence, later)
    assert ask(licence, later) == "not_met"
    carry_over(now=now.replace(hour=14))
    assert ask(licence, now.replace(hour=14)) == "met"


def test_answer_about_what_was_known_before_stays_what_it_was(ask, old, licence, now):
    moments = [now.replace(hour=hour) for hour in (11, 12, 13, 14, 15)]
    before = [ask(licence, moment) for moment in moments[:2]]
    claim(licence, moments[2])
    carry_over(now=moments[3])
    assert before == ["not_met", "met"]
    answers = [ask(licence, moment) for moment in moments]
    assert answers == [*before, "not_met", "met", "met"]


def test_claimants_own_training_was_not_known_for_the_licence_before(ask, rule, licence, now):
    enter(now=now.replace(hour=9), licence=licence)
    other = LicenceFactory(held=True, authority=licence.authority)
    recognise(now=now.replace(hour=10), licence=other)
    claim(licence, now, learner=other.holder)
    assert ask(licence, now.replace(hour=11)) == "not_met"
    assert ask(licence, now) == "met"


def test_more_time_never_helps_against_a_revocation_that_followed(
    ask, revoked, licence, now, officer_pair
):
    claim(licence, now)
    carry_over(now=now)
    allow_more_time(licence, officer_pair, now)
    assert ask(licence, now) == "not_met"
    assert ask(licence, now, days_ago=10) == "met"  # It was valid on that day.


@pytest.fixture
def officer_pair(licence, now):
    return [officer(licence, now) for _ in range(2)]


def allow_more_time(licence, officers, now):
    TrainingException.objects.create(
        licence=licence,
        requirement="safeguarding",
        ends_on=now.date() + timedelta(days=30),
        reason="Illness",
        proposed_by=officers[0],
        proposed_at=now,
        decision="granted",
        decided_by=officers[1],
        decided_at=now,
    )


# -- Many at once ---------------------------------------------------------------------------
@pytest.fixture
def alone(own_database):
    return make_validity_rule()


def test_three_sweeps_hand_each_certificate_over_once(alone, now):
    for _ in range(8):
        licence = LicenceFactory()
        recognise(now=now, licence=licence)
        claim(licence, now)
    together(lambda: carry_over(now=now), times=3)
    assert Certificate.objects.filter(replaces__isnull=False).count() == 8
    assert CertificateEvent.objects.filter(kind="replaced").count() == 8
    assert Message.objects.count() == 8


def test_sweep_leaves_alone_what_another_worker_has_in_hand(alone, now):
    licence = LicenceFactory()
    old = recognise(now=now, licence=licence)
    claim(licence, now)
    with transaction.atomic():
        Certificate.objects.select_for_update(of=("self",)).get(pk=old.pk)
        assert together(lambda: carry_over(now=now), times=1) == [0]
    assert carry_over(now=now) == 1


def test_ten_decisions_at_once_give_one_certificate(alone, now):
    evidence = enter(now=now)
    by = officer(evidence, now)

    def accept():
        try:
            return decide_evidence(
                evidence=evidence, accept=True, answers=in_order(), reason="", by=by, now=now
            ).decision
        except RecognitionRefused as refusal:
            return refusal.code

    assert sorted(together(accept, times=6)) == ["accepted", *["decided"] * 5]
    assert Certificate.objects.count() == 1


def test_two_entries_of_one_document_at_once_are_one(alone, now):
    licence = LicenceFactory()
    by = officer(licence, now)
    any_course()

    def write():
        try:
            return enter(now=now, licence=licence, by=by).decision
        except RecognitionRefused as refusal:
            return refusal.code

    assert sorted(together(write, times=4)) == ["", *["entered_already"] * 3]
    assert issue_recognised(now=now) == 0
