"""What one officer proposes and another decides."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from certificates import actions
from certificates.models import Certificate, CertificateEvent, StandingChange
from outbox.models import Message
from people.actions import end_membership
from people.models import Interest
from tests.certificates.factories import make_certificate
from tests.certificates.together import together
from tests.factories import LearnerFactory, UserFactory, make_validity_rule, staff

TODAY = date(2026, 11, 22)
Kind = CertificateEvent.Kind
REVOKE = {"kind": "revoked", "reason_class": "conduct", "reason": "A phone was used."}
REINSTATE = {"kind": "reinstated", "reason_class": "revoked_in_error", "reason": "It was not."}
CORRECT = {
    "kind": "replaced",
    "reason_class": "name_corrected",
    "reason": "The passport says so.",
    "holder_name": "Adé Example",
}


@pytest.fixture
def officer(certificate, now):
    return staff("officer", certificate.authority, now, email="first@example.org")


@pytest.fixture
def second(certificate, now):
    return staff("officer", certificate.authority, now, email="second@example.org")


@pytest.fixture
def propose(certificate, officer, now):
    def one(facts=REVOKE, **fields):
        given = {"certificate": certificate, "by": officer, "now": now, **facts, **fields}
        return actions.propose_change(**given)

    return one


def refused(action, **arguments):
    with pytest.raises(actions.StandingRefused) as caught, transaction.atomic():
        action(**arguments)
    return caught.value.code


def standing(certificate):
    return Certificate.objects.with_standing().get(pk=certificate.pk).standing_on(TODAY)


def revoke_before(certificate, now, **fields):
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    return actions.revoke(certificate=certificate, reason="One.", now=now, **people, **fields)


def interest(user, learner, now):
    return Interest.objects.create(user=user, learner=learner, reason="Cousin.", declared_at=now)


# -- Proposing ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_proposal_changes_nothing_yet(certificate, propose):
    change = propose(reason=" A phone was used. ")
    assert (change.reason, change.effective_on, change.decision) == (
        "A phone was used.",
        TODAY,
        "",
    )
    assert standing(certificate) == "valid"
    assert certificate.events.count() == 1


@pytest.mark.django_db
def test_proposing_the_same_again_gives_what_waits(propose):
    assert propose() == propose()


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"reason": "Another."}, {"reason_class": "other"}])
def test_something_else_waits_for_its_turn(propose, other, certificate):
    propose()
    with pytest.raises(actions.StandingRefused, match="waiting"):
        propose(**other)


@pytest.mark.django_db
def test_somebody_else_proposing_the_same_is_told_that_it_waits(propose, second):
    propose()
    assert refused(propose, by=second) == "waiting"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "changed", "code"),
    [
        (REVOKE, {"reason": "  "}, "no_reason"),
        (REVOKE, {"reason_class": "name_corrected"}, "wrong_reason"),
        (REVOKE, {"reason_class": ""}, "wrong_reason"),
        (REVOKE, {"effective_on": date(2026, 11, 21)}, "wrong_day"),
        (REVOKE, {"effective_on": date(2026, 11, 23)}, "wrong_day"),
        (REINSTATE, {}, "not_revoked"),
        (CORRECT, {"holder_name": " "}, "no_name"),
        (CORRECT, {"holder_name": " Ade  Example "}, "same_name"),
        (CORRECT, {"reason_class": "records_joined"}, "wrong_reason"),
    ],
)
def test_proposal_is_refused(propose, facts, changed, code):
    assert refused(propose, facts=facts, **changed) == code
    assert not StandingChange.objects.exists()


@pytest.mark.django_db
def test_revocation_may_count_from_any_day_since_the_pass(rule, propose, now):
    old = make_certificate(at=now - timedelta(days=100))
    by = staff("officer", old.authority, now)
    for day in (old.passed_on, TODAY):
        change = propose(certificate=old, by=by, effective_on=day)
        assert change.effective_on == day
        actions.take_back_change(change=change, by=by, now=now)


@pytest.mark.django_db
@pytest.mark.parametrize(("facts", "code"), [(REVOKE, "revoked"), (CORRECT, "revoked")])
def test_revoked_certificate_is_only_reinstated(propose, certificate, now, facts, code):
    revoke_before(certificate, now)
    assert refused(propose, facts=facts) == code
    assert propose(REINSTATE).kind == "reinstated"


@pytest.mark.django_db
def test_reinstatement_counts_at_the_earliest_from_the_revocation(rule, propose, now):
    old = make_certificate(at=now - timedelta(days=100))
    by = staff("officer", old.authority, now)
    revoked_on = date(2026, 10, 1)
    revoke_before(old, now, effective_on=revoked_on)
    before = revoked_on - timedelta(days=1)
    own = {"certificate": old, "by": by, "facts": REINSTATE}
    assert refused(propose, **own, effective_on=before) == "wrong_day"
    assert propose(**own, effective_on=revoked_on).effective_on == revoked_on


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["auditor", "author", "reviewer", "councillor"])
def test_others_of_the_authority_propose_nothing(propose, certificate, now, role):
    assert refused(propose, by=staff(role, certificate.authority, now)) == "not_allowed"


@pytest.mark.django_db
def test_officer_of_another_authority_proposes_nothing(propose, now):
    stranger = staff("officer", LearnerFactory().authority, now)
    assert refused(propose, by=stranger) == "not_allowed"


@pytest.mark.django_db
def test_administrator_may_propose(propose):
    assert propose(by=UserFactory(is_superuser=True)).pk


# -- The second person ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_other_officers_are_told_once(propose, second, certificate, now):
    staff("auditor", certificate.authority, now, email="auditor@example.org")
    known = staff("officer", certificate.authority, now, email="cousin@example.org")
    interest(known, certificate.learner, now)
    propose()
    propose()
    (message,) = Message.objects.filter(key__startswith="standing:")
    assert message.to == second.email
    assert certificate.reference in message.subject
    assert "first@example.org proposes to revoke" in message.body
    assert certificate.holder_name not in message.subject + message.body


@pytest.mark.django_db
def test_confirmed_revocation_is_one_event_with_both_names(propose, second, certificate, now):
    change = propose()
    event = actions.confirm_change(change=change, by=second, now=now)
    assert (event.kind, event.by, event.seconded_by) == ("revoked", change.proposed_by, second)
    assert (event.reason_class, event.reason, event.effective_on, event.recorded_at) == (
        "conduct",
        "A phone was used.",
        TODAY,
        now,
    )
    assert standing(certificate) == "revoked"
    change.refresh_from_db()
    assert (change.decision, change.event, change.decided_by) == ("confirmed", event, second)


@pytest.mark.django_db
def test_confirming_again_gives_the_first_event(propose, second, certificate, now):
    change = propose()
    first = actions.confirm_change(change=change, by=second, now=now)
    later = now + timedelta(days=1)
    assert actions.confirm_change(change=change, by=second, now=later) == first
    assert certificate.events.count() == 2


@pytest.mark.django_db
def test_who_proposed_cannot_decide(propose, officer, now):
    change = propose()
    assert refused(actions.confirm_change, change=change, by=officer, now=now) == "same_person"
    decline = {"change": change, "reason": "No.", "by": officer, "now": now}
    assert refused(actions.decline_change, **decline) == "same_person"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["auditor", "author"])
def test_who_is_no_officer_cannot_decide(propose, certificate, now, role):
    other = staff(role, certificate.authority, now)
    assert refused(actions.confirm_change, change=propose(), by=other, now=now) == "not_allowed"


@pytest.mark.django_db
def test_officer_whose_role_ended_cannot_decide(propose, second, now):
    change = propose()
    end_membership(membership=second.memberships.get(), by=UserFactory(), now=now)
    assert refused(actions.confirm_change, change=change, by=second, now=now) == "not_allowed"


@pytest.mark.django_db
def test_declined_change_does_nothing_and_can_be_proposed_again(propose, second, certificate, now):
    change = propose()
    decline = {"change": change, "by": second, "now": now}
    assert refused(actions.decline_change, reason=" ", **decline) == "no_reason"
    declined = actions.decline_change(reason="Not proven.", **decline)
    assert (declined.decision, declined.decision_reason) == ("declined", "Not proven.")
    assert actions.decline_change(reason="Again.", **decline) == declined
    assert refused(actions.confirm_change, **decline) == "decided"
    assert standing(certificate) == "valid"
    assert propose().pk != change.pk


@pytest.mark.django_db
def test_only_who_proposed_takes_it_back(propose, officer, second, now):
    change = propose()
    back = {"change": change, "now": now}
    assert refused(actions.take_back_change, by=second, **back) == "not_allowed"
    taken = actions.take_back_change(by=officer, **back)
    assert actions.take_back_change(by=officer, **back) == taken
    assert refused(actions.confirm_change, by=second, **back) == "decided"


@pytest.mark.django_db
def test_confirmed_change_is_not_taken_back(propose, officer, second, now):
    change = propose()
    actions.confirm_change(change=change, by=second, now=now)
    assert refused(actions.take_back_change, change=change, by=officer, now=now) == "decided"


@pytest.mark.django_db
def test_change_that_came_to_nothing_meanwhile_is_refused(propose, second, certificate, now):
    change = propose()
    revoke_before(certificate, now)
    assert refused(actions.confirm_change, change=change, by=second, now=now) == "revoked"


@pytest.mark.django_db
def test_confirmed_reinstatement_lets_it_count_again(propose, second, certificate, now):
    revoke_before(certificate, now)
    actions.confirm_change(change=propose(REINSTATE), by=second, now=now)
    assert standing(certificate) == "valid"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "subject", "says"),
    [
        (REVOKE, "Your certificate was revoked", "the rules of the test were broken"),
        (REINSTATE, "Your certificate counts again", "it was revoked by mistake"),
        (CORRECT, "Your certificate has a new number", "with the right name"),
    ],
)
def test_holder_is_told_why_and_never_the_words_for_the_file(
    propose, second, certificate, now, facts, subject, says
):
    if facts is REINSTATE:
        revoke_before(certificate, now)
    actions.confirm_change(change=propose(facts), by=second, now=now)
    message = Message.objects.get(subject=subject)
    assert message.to == certificate.learner.user.email
    assert says in message.body
    assert facts["reason"] not in message.body


@pytest.mark.django_db
def test_holder_is_told_how_to_complain(propose, second, now):
    actions.confirm_change(change=propose(), by=second, now=now)
    assert "how to make a complaint" in Message.objects.get(key__contains=":revoked:").body


# -- Nobody about themselves, nor about somebody they know ----------------------------------------
@pytest.mark.django_db
def test_nobody_proposes_about_themselves(propose, certificate, now):
    own = certificate.learner.user
    staff_again = staff("officer", certificate.authority, now)
    certificate.learner.user.memberships.create(
        authority=certificate.authority, role="officer", granted_at=now
    )
    assert refused(propose, by=own) == "own_record"
    change = propose(by=staff_again)
    assert refused(actions.confirm_change, change=change, by=own, now=now) == "own_record"


@pytest.mark.django_db
def test_administrator_does_not_decide_about_themselves(propose, certificate, now):
    own = certificate.learner.user
    own.is_superuser = True
    own.save()
    assert refused(actions.confirm_change, change=propose(), by=own, now=now) == "own_record"


@pytest.mark.django_db
def test_declared_interest_keeps_from_proposing_and_deciding(propose, second, certificate, now):
    change = propose()
    interest(second, certificate.learner, now)
    assert refused(actions.confirm_change, change=change, by=second, now=now) == "interest"
    decline = {"change": change, "reason": "No.", "by": second, "now": now}
    assert refused(actions.decline_change, **decline) == "interest"
    actions.take_back_change(change=change, by=change.proposed_by, now=now)
    assert refused(propose, by=second) == "interest"


@pytest.mark.django_db
def test_interest_declared_by_the_proposer_meanwhile_stops_it(
    propose, officer, second, certificate, now
):
    change = propose()
    interest(officer, certificate.learner, now)
    confirm = {"change": change, "by": second, "now": now}
    assert refused(actions.confirm_change, **confirm) == "proposers_interest"


@pytest.mark.django_db
def test_inner_steps_know_interests_too(certificate, officer, second, now):
    interest(second, certificate.learner, now)
    facts = {"certificate": certificate, "by": officer, "seconded_by": second, "now": now}
    assert refused(actions.revoke, reason="One.", **facts) == "interest"


# -- Corrections ----------------------------------------------------------------------------------
@pytest.fixture
def corrected(propose, second, now):
    event = actions.confirm_change(change=propose(CORRECT), by=second, now=now)
    return event.certificate.replacement


@pytest.mark.django_db
def test_correction_issues_a_linked_certificate_with_the_right_name(
    certificate, corrected, officer, second, now
):
    assert (corrected.replaces, corrected.holder_name) == (certificate, "Adé Example")
    assert corrected.reference != certificate.reference
    event = certificate.events.last()
    assert (event.kind, event.reason_class, event.by, event.seconded_by) == (
        "replaced",
        "name_corrected",
        officer,
        second,
    )
    assert [one.kind for one in corrected.events.all()] == ["issued"]


@pytest.mark.django_db
def test_replaced_certificate_is_neither_revoked_nor_reinstated(certificate, corrected, propose):
    for facts in (REVOKE, REINSTATE, CORRECT):
        assert refused(propose, facts=facts, certificate=certificate) == "replaced"
    two = {"by": UserFactory(), "seconded_by": UserFactory(), "reason": "One."}
    for step in (actions.revoke, actions.reinstate):
        again = {"certificate": certificate, "now": corrected.issued_at, **two}
        assert refused(step, **again) == "replaced"


@pytest.mark.django_db
def test_replacement_is_revoked_like_any_other(certificate, corrected, propose, second, now):
    change = propose(certificate=corrected)
    actions.confirm_change(change=change, by=second, now=now)
    assert (standing(certificate), standing(corrected)) == ("replaced", "revoked")


@pytest.mark.django_db
def test_correcting_again_gives_the_first_correction(certificate, corrected, now):
    two = {"by": UserFactory(), "seconded_by": UserFactory(), "reason": "One.", "now": now}
    event = actions.correct(certificate=certificate, holder_name="Somebody", **two)
    assert event.certificate.replacement == corrected


@pytest.mark.django_db
def test_replacement_is_corrected_in_its_turn(certificate, corrected, propose, second, now):
    change = propose(CORRECT, certificate=corrected, holder_name="Ade B. Example")
    actions.confirm_change(change=change, by=second, now=now)
    last = Certificate.objects.get(replaces=corrected)
    first = Certificate.objects.get(pk=certificate.pk)
    assert (first.in_its_place, last.holder_name) == (last, "Ade B. Example")
    assert list(Certificate.objects.counting()) == [last]
    assert list(Certificate.objects.counting().not_superseded()) == [last]


@pytest.mark.django_db
def test_corrected_certificate_is_superseded_by_nothing_revoked(
    certificate, corrected, propose, second, now
):
    actions.confirm_change(change=propose(certificate=corrected), by=second, now=now)
    assert not Certificate.objects.counting().exists()


@pytest.mark.django_db
def test_database_refuses_a_replacement_with_other_facts(certificate, corrected, now):
    facts = {
        field.attname: getattr(corrected, field.attname)
        for field in Certificate._meta.fields
        if field.name not in ("id", "reference", "valid_until", "replaces")
    }
    with pytest.raises(Exception, match="says what the certificate it corrects said"):
        Certificate.objects.create(
            reference="7K3M-9QX2-HT4D",
            replaces=corrected,
            valid_until=corrected.valid_until + timedelta(days=1),
            **facts,
        )


@pytest.mark.django_db
def test_one_change_waits_at_a_time_says_the_database(propose, certificate, officer, now):
    change = propose()
    change.pk = None
    with pytest.raises(IntegrityError, match="one_waiting_change_of_standing"):
        change.save(force_insert=True)


# -- At the same moment ---------------------------------------------------------------------------
def test_many_confirmations_at_once_give_one_event(own_database, now):
    make_validity_rule()
    certificate = make_certificate(at=now)
    officers = [staff("officer", certificate.authority, now) for _ in range(5)]
    change = actions.propose_change(certificate=certificate, by=officers[0], now=now, **REVOKE)
    confirming = iter(officers[1:])
    events = together(
        lambda: actions.confirm_change(change=change, by=next(confirming), now=now), times=4
    )
    assert len({event.pk for event in events}) == 1
    assert certificate.events.count() == 2
    assert Message.objects.filter(key__contains=":revoked:").count() == 1


def test_many_corrections_at_once_give_one_replacement(own_database, now):
    make_validity_rule()
    certificate = make_certificate(at=now)
    officers = [staff("officer", certificate.authority, now) for _ in range(5)]
    change = actions.propose_change(certificate=certificate, by=officers[0], now=now, **CORRECT)
    confirming = iter(officers[1:])
    together(lambda: actions.confirm_change(change=change, by=next(confirming), now=now), times=4)
    assert Certificate.objects.count() == 2


def test_confirming_and_declining_at_once_gives_one_decision(own_database, now):
    make_validity_rule()
    certificate = make_certificate(at=now)
    first, second, third = (staff("officer", certificate.authority, now) for _ in range(3))
    change = actions.propose_change(certificate=certificate, by=first, now=now, **REVOKE)
    steps = iter(
        [
            lambda: actions.confirm_change(change=change, by=second, now=now),
            lambda: actions.decline_change(change=change, by=third, reason="No.", now=now),
        ]
    )

    def step():
        try:
            next(steps)()
        except actions.StandingRefused as refusal:
            return refusal.code
        return "done"

    assert sorted(together(step, times=2)) == ["decided", "done"]
    change.refresh_from_db()
    assert (change.decision == "confirmed") is (standing(certificate) == "revoked")
