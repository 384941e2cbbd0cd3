"""Training from elsewhere: who may enter and decide, and what its certificate says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from certificates.actions import RecognitionRefused, queue_due_reminders, revoke
from certificates.models import Certificate, Evidence, EvidenceFile, Reminder
from certificates.recognition import Answer, Checked, Fault
from licensing.answers import training_status
from outbox.models import Message
from people.models import Interest, Learner, Licence
from tests.certificates.factories import any_course, make_certificate, noon
from tests.certificates.recognised import PASSED, decide, enter, in_order, officer, recognise
from tests.factories import (
    AuthorityFactory,
    LicenceFactory,
    UserFactory,
    make_requirement,
    make_validity_rule,
    staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule")]


def code_of(call, **facts) -> str:
    """Why it is refused; whatever is refused writes nothing."""
    before = (Evidence.objects.count(), Certificate.objects.count(), Learner.objects.count())
    with pytest.raises(RecognitionRefused) as refused, transaction.atomic():
        call(**facts)
    assert before == (
        Evidence.objects.count(),
        Certificate.objects.count(),
        Learner.objects.count(),
    )
    return refused.value.code


@pytest.fixture
def held():
    """A licence of somebody with an account."""
    return LicenceFactory(held=True)


# -- Entering -------------------------------------------------------------------------------
def test_entered_evidence_counts_for_nothing_yet(held, now):
    evidence = enter(now=now, licence=held)
    assert (evidence.decision, evidence.learner) == ("", held.holder)
    assert not Certificate.objects.exists()


def test_name_and_number_are_those_of_the_register(now):
    evidence = enter(now=now, licence=LicenceFactory(full_name="Bo Test", number="PH-7"))
    assert (evidence.holder_name, evidence.licence_number) == ("Bo Test", "PH-7")


def test_document_is_kept_as_it_was_handed_in(now):
    kept = enter(now=now).file
    assert (kept.name, kept.content_type) == ("certificate.pdf", "application/pdf")
    assert bytes(EvidenceFile.objects.get().content).startswith(b"%PDF-")


def test_person_without_an_account_is_put_on_record(now):
    licence = LicenceFactory()
    evidence = enter(now=now, licence=licence)
    licence.refresh_from_db()
    assert licence.holder == evidence.learner
    assert (licence.held_from, evidence.learner.user) == (now, None)


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
def test_only_an_officer_enters(held, now, role):
    by = staff(role, held.authority, now)
    assert code_of(enter, now=now, licence=held, by=by) == "not_allowed"


def test_officer_of_another_authority_does_not_enter(held, now):
    by = officer(AuthorityFactory(), now)
    assert code_of(enter, now=now, licence=held, by=by) == "not_allowed"


def test_nobody_enters_their_own_training(held, now):
    by = staff("officer", held.authority, now)
    Learner.objects.filter(pk=held.holder.pk).update(user=by)
    assert code_of(enter, now=now, licence=held, by=by) == "own_record"


def test_nobody_enters_training_of_somebody_they_know(held, now):
    by = officer(held, now)
    Interest.objects.create(user=by, learner=held.holder, reason="Cousin.", declared_at=now)
    assert code_of(enter, now=now, licence=held, by=by) == "interest"


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 11, 23), "future"),
        (date(1999, 12, 31), "too_early"),
        (date(2019, 6, 30), "no_rule"),
    ],
)
def test_day_that_cannot_be(held, now, day, code):
    assert code_of(enter, now=now, licence=held, passed_on=day) == code


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2019, 7, 1)])
def test_first_and_last_day_that_can_be(held, now, day):
    assert enter(now=now, licence=held, passed_on=day).passed_on == day


def test_today_is_the_day_in_london(held):
    summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert enter(now=summer, licence=held, passed_on=date(2026, 7, 1))


@pytest.mark.parametrize("provider", ["Fellbridge Training", " Fellbridge  Training "])
def test_same_training_is_entered_once(held, now, provider):
    enter(now=now, licence=held)
    assert code_of(enter, now=now, licence=held, provider_name=provider) == "entered_already"


def test_refused_training_may_be_entered_again(held, now):
    decide(enter(now=now, licence=held), now=now, accept=False)
    assert enter(now=now, licence=held).decision == ""


# -- Deciding -------------------------------------------------------------------------------
def test_whoever_entered_it_does_not_decide(now):
    evidence = enter(now=now)
    assert code_of(decide, evidence=evidence, now=now, by=evidence.entered_by) == "same_person"


def test_database_refuses_one_person_for_both(now):
    evidence = enter(now=now)
    evidence.decision, evidence.decided_at = "accepted", now
    evidence.decided_by = evidence.entered_by
    with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
        evidence.save()


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
def test_only_an_officer_decides(now, role):
    evidence = enter(now=now)
    by = staff(role, evidence.authority, now)
    assert code_of(decide, evidence=evidence, now=now, by=by) == "not_allowed"


def test_nobody_decides_about_their_own_training(held, now):
    evidence = enter(now=now, licence=held)
    by = officer(held, now)
    Learner.objects.filter(pk=held.holder.pk).update(user=by)
    assert code_of(decide, evidence=evidence, now=now, by=by) == "own_record"


def test_nobody_decides_about_somebody_they_know(held, now):
    evidence, by = enter(now=now, licence=held), officer(held, now)
    Interest.objects.create(user=by, learner=held.holder, reason="Cousin.", declared_at=now)
    assert code_of(decide, evidence=evidence, now=now, by=by) == "interest"


def test_checklist_stands_in_the_way(now):
    answers = {**in_order(), "passed": Checked(Answer.NO)}
    with pytest.raises(RecognitionRefused) as refused:
        decide(enter(now=now), now=now, answers=answers)
    assert [(p.code, p.fault) for p in refused.value.problems] == [("passed", Fault.RULES_IT_OUT)]


def test_answers_are_kept_with_what_was_written(now):
    answers = {**in_order(), "age": Checked(Answer.NO, " It is an exception. ")}
    evidence = decide(enter(now=now), now=now, answers=answers)
    kept = Evidence.objects.get(pk=evidence.pk).checklist
    assert kept["age"] == {"answer": "no", "note": "It is an exception."}
    assert kept["name"]["answer"] == "yes"


@pytest.mark.parametrize("reason", ["", "  "])
def test_refusal_needs_its_reason(now, reason):
    evidence = enter(now=now)
    facts = {"evidence": evidence, "accept": False, "reason": reason}
    assert code_of(decide, **facts, now=now) == "no_reason"


def test_refusal_needs_no_checklist(now):
    evidence = decide(enter(now=now), now=now, accept=False, answers={})
    assert (evidence.decision, Certificate.objects.count()) == ("refused", 0)


@pytest.mark.parametrize("first", [True, False])
def test_first_decision_stands(now, first):
    evidence = decide(enter(now=now), now=now, accept=first)
    assert code_of(decide, evidence=evidence, now=now, accept=not first) == "decided"


# -- The certificate ------------------------------------------------------------------------
def test_certificate_says_what_was_recognised(held, now):
    certificate = recognise(now=now, licence=held)
    assert (certificate.learner, certificate.authority) == (held.holder, held.authority)
    assert (certificate.holder_name, certificate.licence_number) == (held.full_name, held.number)
    assert certificate.course_title == any_course().title
    assert certificate.provider_name == "Fellbridge Training"
    assert certificate.identity_method == "Photo ID seen by the trainer"
    assert certificate.course == certificate.counts_for == any_course()
    assert certificate.recognised


def test_pass_of_a_test_here_is_not_labelled_recognised(now):
    assert not make_certificate(at=now).recognised


@pytest.mark.parametrize(
    ("day", "moment", "until"),
    [
        (date(2025, 1, 31), datetime(2025, 1, 31, 12, tzinfo=UTC), date(2028, 1, 31)),
        (date(2025, 7, 1), datetime(2025, 7, 1, 11, tzinfo=UTC), date(2028, 7, 1)),
        (date(2024, 2, 29), datetime(2024, 2, 29, 12, tzinfo=UTC), date(2027, 2, 28)),
    ],
)
def test_certificate_counts_from_the_noon_of_its_day(now, day, moment, until):
    certificate = recognise(now=now, passed_on=day)
    assert (certificate.passed_at, certificate.valid_until) == (moment, until)


def test_rule_of_the_day_of_the_pass_decides(now):
    make_validity_rule(months=12, effective_from=PASSED + timedelta(days=1))
    assert recognise(now=now).valid_until == date(2028, 4, 3)


def test_renewal_in_the_window_keeps_the_anniversary(held, now):
    recognise(now=now, licence=held, passed_on=date(2021, 4, 3))
    renewed = recognise(now=now, licence=held, passed_on=date(2024, 3, 1))
    assert renewed.valid_until == date(2027, 4, 3)


def test_issue_is_an_event(now):
    event = recognise(now=now).events.get()
    assert (event.kind, event.recorded_at, event.effective_on) == ("issued", now, PASSED)


def test_earlier_training_hides_no_later_certificate(held, now):
    later = make_certificate(at=now, learner=held.holder)
    recognise(now=now, licence=held)
    standings = Certificate.objects.of(held.holder).with_standing()
    worth = {one.pk: one.standing_on(now.date()) for one in standings}
    assert worth[later.pk] == "valid"
    assert len(worth) == 2


def test_training_that_has_ended_is_history_without_a_message(held, now):
    ended = recognise(now=now, licence=held, passed_on=date(2021, 1, 5))
    assert ended.valid_until < now.date()
    assert not Message.objects.exists()


@pytest.mark.parametrize("after", [1, 5])
def test_no_reminder_goes_out_for_what_ended_before_it_was_entered(held, now, after):
    passed_on = date(2023, 11, 22 - after)
    recognise(now=now, licence=held, passed_on=passed_on)
    queue_due_reminders(now=now)
    assert not Reminder.objects.exists()


def test_reminder_goes_out_for_what_ends_soon(held, now):
    certificate = recognise(now=now, licence=held, passed_on=date(2023, 12, 20))
    queue_due_reminders(now=now)
    assert Reminder.objects.get().certificate == certificate


# -- Telling --------------------------------------------------------------------------------
def test_holder_is_told_of_the_certificate(held, now):
    certificate = recognise(now=now, licence=held)
    message = Message.objects.get()
    assert message.to == held.holder.user.email
    assert message.subject == "Your training is recognised"
    for fact in [certificate.reference, "3 April 2028", "Fellbridge Training", "not a licence"]:
        assert fact in message.body


def test_holder_is_told_why_it_was_refused(held, now):
    decide(enter(now=now, licence=held), now=now, accept=False, reason="They do not know you.")
    message = Message.objects.get()
    assert message.to == held.holder.user.email
    assert "They do not know you." in message.body


@pytest.mark.parametrize("accept", [True, False])
def test_somebody_without_an_account_cannot_be_told(now, accept):
    decide(enter(now=now), now=now, accept=accept)
    assert not Message.objects.exists()


# -- What it is worth -----------------------------------------------------------------------
@pytest.fixture
def asked(now):
    """The training of a licence, by the requirement of the course."""
    make_requirement(any_course(), code="safeguarding", licence_kinds=Licence.Kind.values)

    def ask(licence, *, as_at=None, known_at=None):
        return training_status(
            authority=licence.authority,
            number=licence.number,
            as_at=as_at or now.date(),
            known_at=known_at or now,
        )

    return ask


@pytest.mark.parametrize("has_account", [True, False])
def test_recognised_training_meets_the_requirement(asked, now, has_account):
    licence = LicenceFactory(held=has_account)
    recognise(now=now, licence=licence)
    status = asked(licence)
    assert status.training == "met"
    reasons = [reason.code for reason in status.requirements[0].reasons]
    assert reasons == ["certificate_valid", "training_recognised"]


def test_recognised_training_that_has_ended_is_told_of_as_such(asked, held, now):
    recognise(now=now, licence=held, passed_on=date(2021, 1, 5))
    reasons = [reason.code for reason in asked(held).requirements[0].reasons]
    assert reasons == ["certificate_expired", "training_recognised"]


def test_pass_here_is_told_of_without_that_label(asked, held, now):
    make_certificate(at=now, learner=held.holder)
    reasons = [reason.code for reason in asked(held).requirements[0].reasons]
    assert reasons == ["certificate_valid"]


def test_waiting_or_refused_training_meets_nothing(asked, held, now):
    evidence = enter(now=now, licence=held)
    assert asked(held).training == "not_met"
    decide(evidence, now=now, accept=False)
    assert asked(held).training == "not_met"


def test_revoked_recognition_meets_nothing(asked, held, now):
    certificate = recognise(now=now, licence=held)
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    revoke(certificate=certificate, reason="Not genuine.", now=now, **people)
    assert asked(held).training == "not_met"


def test_past_day_is_met_once_it_is_on_record(asked, held, now):
    recognise(now=now, licence=held)
    assert asked(held, as_at=date(2025, 6, 1)).training == "met"
    assert asked(held, as_at=date(2025, 4, 2)).training == "not_met"
    assert asked(held, as_at=date(2025, 6, 1), known_at=noon(date(2025, 6, 1))).training == (
        "not_met"
    )
