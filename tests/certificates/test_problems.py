"""A pass whose certificate cannot be made: noted, told once, tried again, and shown to staff."""

from datetime import timedelta

import pytest
from django.urls import reverse

from certificates.actions import NoValidityRule, issue_certificate, issue_missing
from certificates.actions.problems import note_problem, wait_after
from certificates.lint import LintFailed
from certificates.models import Certificate, CertificateDocument, IssuingProblem
from outbox.models import Message
from tests.certificates.factories import make_sitting
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
LIST = reverse("staff_issuing_problems")
UNPRINTABLE = "Ade \ufffd Example"
QUERIES = 16
MINUTE = timedelta(minutes=1)


def unprintable(now, **fields):
    return make_sitting(at=now, learner=LearnerFactory(full_name=UNPRINTABLE, **fields))


def repair(sitting):
    sitting.learner.full_name = "Ade Example"
    sitting.learner.save()


def test_name_that_cannot_be_printed_issues_nothing(rule, now):
    sitting = unprintable(now)
    with pytest.raises(LintFailed):
        issue_certificate(sitting_id=sitting.pk, now=now)
    assert not Certificate.objects.exists()
    assert not CertificateDocument.objects.exists()
    problem = IssuingProblem.objects.get()
    assert (problem.sitting, problem.problem, problem.tries) == (sitting, "name_damaged", 1)
    assert (problem.first_seen_at, problem.solved_at) == (now, None)


def test_missing_rule_is_a_problem_too(now, caplog):
    sitting = make_sitting(at=now)
    with pytest.raises(NoValidityRule):
        issue_certificate(sitting_id=sitting.pk, now=now)
    assert IssuingProblem.objects.get().problem == "no_rule"
    assert str(sitting.pk) in caplog.text


def test_after_the_repair_the_sweep_issues_it_and_the_problem_is_solved(rule, now):
    sitting = unprintable(now)
    assert issue_missing(now=now) == 0
    repair(sitting)
    later = now + 2 * MINUTE
    assert issue_missing(now=later) == 1
    assert Certificate.objects.get().sitting == sitting
    assert IssuingProblem.objects.get().solved_at == later


def test_sweeps_wait_longer_after_each_try(rule, now):
    unprintable(now)
    issue_missing(now=now)
    moments = [1, 59, 60, 100, 180, 240, 419, 420, 421]  # Seconds: due at 60, 180 and 420.
    for seconds in moments:
        issue_missing(now=now + timedelta(seconds=seconds))
    assert IssuingProblem.objects.get().tries == 4


@pytest.mark.parametrize(("tries", "minutes"), [(1, 1), (2, 2), (6, 32), (7, 60), (500, 60)])
def test_wait_doubles_to_an_hour(tries, minutes):
    assert wait_after(tries) == minutes * MINUTE


@pytest.mark.parametrize("tries", [1, 3, 6, 7, 40])
def test_sweep_asks_for_the_very_wait(rule, now, tries):
    sitting = unprintable(now)
    note_problem(sitting_id=sitting.pk, problem="x", now=now)
    IssuingProblem.objects.update(tries=tries)
    issue_missing(now=now + wait_after(tries) - timedelta(seconds=1))
    assert IssuingProblem.objects.get().tries == tries
    issue_missing(now=now + wait_after(tries))
    assert IssuingProblem.objects.get().tries == tries + 1


def test_others_are_issued_meanwhile(rule, now):
    unprintable(now)
    good = make_sitting(at=now)
    assert issue_missing(now=now) == 1
    assert Certificate.objects.get().sitting == good


def test_problem_noted_too_late_leaves_a_finished_certificate_alone(certificate, now):
    note_problem(sitting_id=certificate.sitting_id, problem="name_damaged", now=now)
    assert not IssuingProblem.objects.exists()


# -- Telling staff --------------------------------------------------------------------------
def test_officers_of_the_authority_are_told_once_a_day(rule, now):
    sitting = unprintable(now)
    officer = staff("officer", sitting.authority, now)
    staff("officer", AuthorityFactory(), now)
    staff("auditor", sitting.authority, now)
    for tries in range(4):
        issue_missing(now=now + tries * timedelta(hours=1))
    issue_missing(now=now)
    unprintable(now, authority=sitting.authority)
    issue_missing(now=now + timedelta(hours=5))
    message = Message.objects.get()
    assert message.to == officer.email
    assert LIST in message.body
    assert UNPRINTABLE not in message.body


def test_administrators_are_told_where_an_authority_has_no_officer(rule, now):
    administrator = UserFactory(is_superuser=True, is_staff=True)
    UserFactory(is_superuser=True, is_staff=True, is_active=False)
    unprintable(now)
    issue_missing(now=now)
    assert Message.objects.get().to == administrator.email


# -- The page -------------------------------------------------------------------------------
def shown(response):
    return [problem.sitting for problem in response.context["object_list"]]


def test_officer_sees_the_open_problems_of_the_own_authority(client, rule, now):
    sitting = unprintable(now)
    solved = unprintable(now, authority=sitting.authority)
    unprintable(now)
    issue_missing(now=now)
    repair(solved)
    issue_missing(now=now + 2 * MINUTE)
    client.force_login(staff("officer", sitting.authority, now))
    response = client.get(LIST)
    assert shown(response) == [sitting]
    assert "characters that cannot be printed" in response.content.decode()
    assert "Correct the name in the register" in response.content.decode()


def test_administrator_sees_all(client, now):
    for _ in range(2):
        make_sitting(at=now)
    issue_missing(now=now)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    response = client.get(LIST)
    assert len(shown(response)) == 2
    assert "No rule says how long" in response.content.decode()


def test_problem_that_staff_cannot_repair_names_whom_to_tell(client, now):
    sitting = make_sitting(at=now)
    note_problem(sitting_id=sitting.pk, problem="pdf_says_else:course", now=now)
    client.force_login(staff("officer", sitting.authority, now))
    page = client.get(LIST).content.decode()
    assert "Tell whoever runs this service" in page
    assert "pdf_says_else:course" in page


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor"])
@pytest.mark.parametrize("name", ["staff_issuing_problems", "staff_issuing_problems_results"])
def test_other_staff_are_refused(client, now, role, name):
    client.force_login(staff(role, AuthorityFactory(), now))
    assert client.get(reverse(name)).status_code in (302, 403)


def test_list_asks_no_more_for_more_rows(client, now, django_assert_num_queries):
    sitting = make_sitting(at=now)
    note_problem(sitting_id=sitting.pk, problem="no_rule", now=now)
    client.force_login(staff("officer", sitting.authority, now))
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        client.get(LIST)
    for _ in range(5):
        other = make_sitting(at=now, learner=LearnerFactory(authority=sitting.authority))
        note_problem(sitting_id=other.pk, problem="no_rule", now=now)
    with django_assert_num_queries(QUERIES):
        client.get(LIST)
