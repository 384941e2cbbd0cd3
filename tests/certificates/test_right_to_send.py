"""Who may still be reminded when the message is about to go (I25, I26)."""

from datetime import date, timedelta

import pytest

from certificates import right_to_send as rule_of
from certificates.actions import reinstate
from certificates.actions.reach import Holder, reach_of
from certificates.actions.rights import key_of, reasons_against
from certificates.right_to_send import Facts, why_not
from people.models import Licence
from people.register import hand_over_licences
from tests.certificates.factories import give_licence, make_certificate
from tests.certificates.reminded import day_before, without_account
from tests.certificates.test_replacing import replace
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory

LAST = date(2029, 11, 22)
DAYS = [90, 60, 30, 14, 7, 1, -1]


def verdict(notice, ahead, **facts):
    held = {"valid_until": LAST, "passed_on": date(2026, 11, 22), "reminder_days": DAYS}
    return why_not(notice, Facts(**{**held, **facts}), today=LAST - timedelta(days=ahead))


@pytest.mark.parametrize(
    ("notice", "ahead"),
    [(90, 90), (90, 61), (30, 30), (30, 15), (14, 14), (1, 1), (1, 0), (-1, -1), (-1, -30)],
)
def test_a_notice_may_go_until_the_next_one_is_due(notice, ahead):
    assert verdict(notice, ahead) == ""


@pytest.mark.parametrize(
    ("notice", "ahead"),
    [
        (90, 60),
        (30, 14),
        (1, -1),
        (-1, -31),  # Thirty days after the end nothing goes any more.
        (30, 31),  # A clock that ran ahead.
        (-1, 0),
        (45, 40),  # The rule has no such notice.
    ],
)
def test_a_notice_whose_time_is_over_does_not_go(notice, ahead):
    assert verdict(notice, ahead) == rule_of.OVERTAKEN


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"revoked": True}, rule_of.REVOKED),
        ({"replaced": True}, rule_of.REPLACED),
        ({"renewed": True}, rule_of.RENEWED),
        ({"closed": True}, rule_of.CLOSED),
        ({"joined": True}, rule_of.JOINED),
        ({"moved": True}, rule_of.MOVED),
        ({"revoked": True, "renewed": True}, rule_of.REVOKED),
        ({"passed_on": LAST - timedelta(days=30)}, rule_of.OVERTAKEN),
    ],
)
def test_whatever_speaks_against_it_is_named(facts, reason):
    assert verdict(30, 30, **facts) == reason


def asked(certificate, ahead=30, notice=30):
    key = key_of(certificate.reference, notice)
    return reasons_against([key], now=day_before(certificate, ahead)).get(key, "")


@pytest.mark.django_db
def test_reminder_that_may_go_is_not_named(certificate):
    assert asked(certificate) == ""


@pytest.mark.django_db
def test_who_has_no_account_may_be_reminded(rule, now):
    assert asked(without_account(now)) == ""


@pytest.mark.django_db
def test_revoked_is_named_and_reinstated_is_not(certificate, now, revoke_it):
    assert asked(certificate) == rule_of.REVOKED
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    reinstate(certificate=certificate, reason="No.", now=now, **people)
    assert asked(certificate) == ""


@pytest.mark.django_db
def test_renewed_is_named(certificate):
    make_certificate(at=day_before(certificate, 31), learner=certificate.learner)
    assert asked(certificate) == rule_of.RENEWED


@pytest.mark.django_db
def test_corrected_is_named_and_its_replacement_is_not(certificate, now):
    replacement, _ = replace(certificate, now)
    assert asked(certificate) == rule_of.REPLACED
    assert asked(replacement) == ""


@pytest.mark.django_db
def test_closed_account_is_named(certificate):
    user = certificate.learner.user
    user.is_active = False
    user.save()
    assert asked(certificate) == rule_of.CLOSED


@pytest.mark.django_db
def test_record_that_was_joined_with_an_account_is_named(rule, now):
    certificate = without_account(now)
    learner = certificate.learner
    learner.succeeded_by, learner.succeeded_at = LearnerFactory(), now
    learner.save()
    assert asked(certificate) == rule_of.JOINED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (None, rule_of.MOVED),
        ("surrendered", rule_of.MOVED),
        ("expired", rule_of.MOVED),
        ("current", ""),  # Licensed by two councils: each may remind.
        ("suspended", ""),
    ],
)
def test_who_has_gone_to_another_council_is_named(certificate, state, reason):
    learner = certificate.learner
    if state:
        give_licence(learner, state=state)
    learner.authority = AuthorityFactory()
    learner.save()
    assert asked(certificate) == reason


@pytest.fixture
def handed_over(certificate, now):
    """The holder's licence went to another council, for which they train from now on."""
    licence = give_licence(certificate.learner, state="current", mobile="07400 000001")
    new = AuthorityFactory()
    hand_over_licences(
        from_authority=licence.authority, to_authority=new, by=None, now=now, today=now.date()
    )
    certificate.learner.refresh_from_db()
    return new


@pytest.mark.django_db
def test_who_was_handed_over_to_another_council_is_reminded(certificate, handed_over):
    assert certificate.learner.authority == handed_over != certificate.authority
    assert asked(certificate) == ""


@pytest.mark.django_db
def test_who_was_handed_over_and_passed_there_since_is_not(certificate, handed_over, now):
    course = certificate.course
    make_certificate(at=now + timedelta(days=1), learner=certificate.learner, course=course)
    assert asked(certificate) == rule_of.MOVED


@pytest.mark.django_db
def test_who_went_to_a_council_to_which_nothing_was_handed_over_is_not(certificate, handed_over):
    certificate.learner.authority = AuthorityFactory()
    certificate.learner.save()
    assert asked(certificate) == rule_of.MOVED


@pytest.mark.django_db
def test_who_was_handed_over_is_reached_as_the_new_register_has_them(certificate, handed_over, now):
    Licence.objects.filter(authority=handed_over).update(mobile="07400 000002")
    holder = Holder(certificate.learner_id, certificate.authority_id, "", None, None)
    assert reach_of([holder], now=now)[holder].contact.mobile == "07400 000002"


@pytest.mark.django_db
def test_reminder_of_no_certificate_is_named(now):
    key = "reminder:0000-0000-0000:30"
    assert reasons_against([key], now=now) == {key: rule_of.UNKNOWN}


@pytest.mark.django_db
def test_what_stands_in_for_another_message_is_judged_alike(certificate, revoke_it):
    key = key_of(certificate.reference, 30, "sms")
    assert reasons_against([key], now=day_before(certificate, 30)) == {key: rule_of.REVOKED}


@pytest.mark.django_db
@pytest.mark.parametrize("held", [1, 20])
def test_a_batch_takes_one_question(rule, now, held, django_assert_num_queries):
    certificates = [make_certificate(at=now) for _ in range(held)]
    keys = [key_of(certificate.reference, 30) for certificate in certificates]
    with django_assert_num_queries(1):
        assert reasons_against(keys, now=day_before(certificates[0], 30)) == {}
