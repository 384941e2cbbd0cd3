from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from assessments.models import Sitting
from certificates import reference
from certificates.actions import NoValidityRule, issue_certificate, issue_missing
from certificates.models import Certificate, CertificateEvent
from outbox.models import Message
from tests.certificates.factories import (
    any_course,
    give_licence,
    make_certificate,
    make_sitting,
    noon,
)
from tests.factories import (
    AuthorityFactory,
    LearnerFactory,
    make_course,
    make_validity_rule,
)

pytestmark = pytest.mark.django_db


def issue(sitting, now):
    return issue_certificate(sitting_id=sitting.pk, now=now)


def test_pass_gives_a_certificate_under_a_wellformed_reference(rule, now):
    certificate = issue(make_sitting(at=now), now)
    assert reference.is_wellformed(certificate.reference)


def test_fail_gives_none(rule, now):
    assert issue(make_sitting(at=now, outcome="failed"), now) is None
    assert not Certificate.objects.exists()


def test_unknown_sitting_is_an_error(rule, now):
    with pytest.raises(Sitting.DoesNotExist):
        issue_certificate(sitting_id=uuid4(), now=now)


def test_issuing_again_returns_the_same_and_writes_nothing(rule, now):
    sitting = make_sitting(at=now)
    first = issue(sitting, now)
    assert issue(sitting, now + timedelta(days=1)) == first
    assert (CertificateEvent.objects.count(), Message.objects.count()) == (1, 1)


def test_issue_is_an_event_of_its_own(certificate, now):
    event = certificate.events.get()
    assert (event.kind, event.recorded_at, event.effective_on) == ("issued", now, now.date())


def test_without_a_rule_nothing_is_written_and_the_error_names_the_authority(now):
    sitting = make_sitting(at=now)
    with pytest.raises(NoValidityRule, match=sitting.authority.code):
        issue(sitting, now)
    assert not Certificate.objects.exists()
    assert not CertificateEvent.objects.exists()


def test_rule_of_the_day_of_the_pass_decides_however_late_it_is_issued(now):
    make_validity_rule(months=36)
    make_validity_rule(months=12, effective_from=now.date() + timedelta(days=1))
    certificate = issue(make_sitting(at=now), now + timedelta(days=400))
    assert certificate.valid_until == date(2029, 11, 22)


def test_rule_of_the_authority_goes_before_the_national_one(rule, now):
    learner = LearnerFactory()
    own = make_validity_rule(months=12, authority=learner.authority)
    certificate = issue(make_sitting(at=now, learner=learner), now)
    assert (certificate.rule, certificate.valid_until) == (own, date(2027, 11, 22))


def test_day_of_the_pass_is_the_day_in_london(rule):
    certificate = make_certificate(at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert certificate.passed_on == date(2026, 7, 1)
    assert certificate.passed_at == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


def test_window_longer_than_the_term_opens_on_the_day_of_the_pass(now):
    make_validity_rule(months=1, renewal_window_days=90)
    certificate = make_certificate(at=now)
    assert certificate.renew_from == certificate.passed_on


# -- What is copied -------------------------------------------------------------------------
def test_holder_is_named_as_on_the_licence(rule, now):
    learner = LearnerFactory(full_name="Ade E")
    give_licence(learner, full_name="Adebayo Example", number="PH-7")
    certificate = make_certificate(at=now, learner=learner)
    assert (certificate.holder_name, certificate.licence_number) == ("Adebayo Example", "PH-7")


def test_current_licence_goes_before_an_expired_one(rule, now):
    learner = LearnerFactory()
    give_licence(learner, number="PH-1", state="expired")
    give_licence(learner, number="PH-2", state="current")
    give_licence(learner, number="PH-3", state="surrendered")
    assert make_certificate(at=now, learner=learner).licence_number == "PH-2"


def test_without_a_licence_the_learner_is_named_as_at_sign_up(rule, now):
    certificate = make_certificate(at=now, learner=LearnerFactory(full_name="Ade Example"))
    assert (certificate.holder_name, certificate.licence_number) == ("Ade Example", "")


def test_licence_of_another_authority_is_not_used(rule, now):
    sitting = make_sitting(at=now, authority=AuthorityFactory())
    give_licence(sitting.learner, number="PH-7")
    assert issue(sitting, now).licence_number == ""


def test_person_without_an_authority_gets_one_too(rule, now):
    certificate = make_certificate(at=now, learner=LearnerFactory(authority=None))
    assert (certificate.authority, certificate.authority_name) == (None, "")


def test_refresher_counts_for_the_course_it_refreshes(rule, now):
    full = make_course(slug="full", lessons=0)
    refresher = make_course(slug="short", lessons=0, kind="refresher", refreshes=full)
    certificate = make_certificate(at=now, course=refresher)
    assert (certificate.course, certificate.counts_for) == (refresher, full)


def test_later_changes_of_name_course_authority_and_rule_change_nothing(rule, now):
    certificate = make_certificate(at=now)
    frozen = Certificate.objects.filter(pk=certificate.pk).values().get()
    certificate.learner.full_name = "Somebody Else"
    certificate.learner.save()
    certificate.authority.name = "Renamed Council"
    certificate.authority.save()
    course = certificate.course
    course.title, course.edition = "Another course", "9"
    course.save_revision().publish()
    course.unpublish()
    make_validity_rule(months=1)
    assert issue(certificate.sitting, now).pk == certificate.pk
    assert Certificate.objects.filter(pk=certificate.pk).values().get() == frozen


# -- Renewal --------------------------------------------------------------------------------
def renewal_of(certificate, on, **fields):
    return make_certificate(at=noon(on), learner=certificate.learner, **fields)


def test_renewal_in_the_window_keeps_the_anniversary(certificate):
    renewed = renewal_of(certificate, certificate.renew_from)
    assert renewed.valid_until == date(2032, 11, 22)


def test_renewal_by_the_refresher_keeps_it_too(certificate):
    refresher = make_course(slug="short", lessons=0, kind="refresher", refreshes=any_course())
    renewed = renewal_of(certificate, certificate.valid_until, course=refresher)
    assert renewed.valid_until == date(2032, 11, 22)


def test_pass_before_the_window_counts_from_its_own_day(certificate):
    early = certificate.renew_from - timedelta(days=1)
    assert renewal_of(certificate, early).valid_until == date(2032, 8, 23)


def test_window_printed_on_the_certificate_holds_after_the_rule_changed(certificate):
    make_validity_rule(renewal_window_days=10, effective_from=certificate.passed_on)
    renewed = renewal_of(certificate, certificate.renew_from)
    assert renewed.valid_until == date(2032, 11, 22)


def test_another_course_has_an_anniversary_of_its_own(certificate):
    other = make_course(slug="other", lessons=0)
    renewed = renewal_of(certificate, certificate.valid_until, course=other)
    assert renewed.valid_until == date(2032, 11, 22)
    later = renewal_of(certificate, certificate.renew_from, course=other)
    assert later.valid_until == date(2032, 8, 24)


def test_both_certificates_stay_and_the_newer_one_supersedes(certificate):
    renewed = renewal_of(certificate, certificate.renew_from)
    held = Certificate.objects.of(certificate.learner)
    assert set(held) == {certificate, renewed}
    assert list(held.not_superseded()) == [renewed]


def test_of_two_that_end_together_only_the_newer_one_is_current(certificate):
    first = renewal_of(certificate, certificate.renew_from)
    second = renewal_of(certificate, certificate.valid_until)
    assert first.valid_until == second.valid_until
    assert list(Certificate.objects.not_superseded()) == [second]


def test_certificate_of_another_authority_supersedes_nothing(certificate):
    learner = certificate.learner
    learner.authority = AuthorityFactory()
    renewal_of(certificate, certificate.renew_from)
    assert Certificate.objects.not_superseded().count() == 2


def test_certificate_without_authority_is_superseded_by_one_of_any(rule, now):
    learner = LearnerFactory(authority=None)
    first = make_certificate(at=now, learner=learner)
    learner.authority = AuthorityFactory()
    renewed = renewal_of(first, first.renew_from)
    assert list(Certificate.objects.not_superseded()) == [renewed]


# -- E-mail ---------------------------------------------------------------------------------
def test_holder_is_told_by_one_message_named_after_the_certificate(certificate):
    message = Message.objects.get()
    assert message.key == f"certificate:{certificate.reference}:issued"
    assert (message.to, message.subject) == (
        certificate.learner.user.email,
        "Your certificate is ready",
    )


def test_message_says_until_when_and_where_to_look(certificate, settings):
    body = Message.objects.get().body
    assert "Valid until the end of: 22 November 2029" in body
    assert f"{settings.SITE_URL}/certificates/{certificate.reference}/" in body
    assert "This is not a licence." in body


def test_message_shows_names_as_they_are(rule, now):
    make_certificate(at=now, learner=LearnerFactory(full_name="Siân O'Hara & Co"))
    assert "Hello Siân O'Hara & Co," in Message.objects.get().body


# -- The sweep ------------------------------------------------------------------------------
def test_sweep_issues_for_every_pass_that_has_none(rule, now):
    waiting = [make_sitting(at=now - timedelta(days=days)) for days in range(3)]
    make_certificate(at=now)
    make_sitting(at=now, outcome="failed")
    assert issue_missing(now=now) == 3
    assert Certificate.objects.filter(sitting__in=waiting).count() == 3


def test_sweep_of_a_healthy_system_changes_nothing(certificate, now):
    assert issue_missing(now=now) == 0
    assert Certificate.objects.count() == Message.objects.count() == 1


def test_broken_pass_blocks_no_other_and_is_logged(now, caplog):
    broken = [make_sitting(at=now - timedelta(days=days)) for days in (3, 2)]
    learner = LearnerFactory()
    make_validity_rule(authority=learner.authority)
    good = make_sitting(at=now, learner=learner)
    assert issue_missing(now=now, limit=1) == 1
    assert Certificate.objects.get().sitting == good
    assert all(str(sitting.pk) in caplog.text for sitting in broken)


def test_broken_pass_is_issued_once_its_rule_is_there(now):
    sitting = make_sitting(at=now)
    issue_missing(now=now)
    make_validity_rule()
    assert issue_missing(now=now + timedelta(minutes=2)) == 1
    assert Certificate.objects.get().sitting == sitting


def test_sweep_stops_at_its_limit(rule, now):
    for _ in range(3):
        make_sitting(at=now)
    assert [issue_missing(now=now, limit=2) for _ in range(3)] == [2, 1, 0]


def test_quick_sweep_leaves_old_passes_to_the_full_one(rule, now):
    make_sitting(at=now - timedelta(days=3))
    assert issue_missing(now=now, closed_since=now - timedelta(days=2)) == 0
    assert issue_missing(now=now) == 1


@pytest.mark.parametrize("waiting", [1, 5])
def test_sweep_asks_the_same_number_of_questions_for_each_pass(
    rule, now, waiting, django_assert_num_queries
):
    for _ in range(waiting):
        make_sitting(at=now)
    keys_used_for_the_first_time = 2
    with django_assert_num_queries(2 + keys_used_for_the_first_time + 15 * waiting):
        issue_missing(now=now)
