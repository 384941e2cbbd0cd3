"""Licensed and lapsed, and never trained: the statement says what the pure rule says (R45)."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certificates.models import Reminder
from licensing.actions import end_next_action, plan_next_action
from licensing.desk import lapsed
from licensing.eligibility import Status, Terms, assess
from outbox.models import Message
from people.models import Licence
from tests.factories import make_acceptance, make_course, make_requirement, staff
from tests.licensing.factories import make_certificate, make_licence, reinstate, revoke
from tests.licensing.histories import START, make_histories, some_day, some_moment

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HISTORIES, QUESTIONS = 500, 8


def asked(authority, *, as_at=TODAY, known_at=NOW, known=(), **chosen):
    return lapsed.Asked([authority.pk], known, as_at, known_at, **chosen)


def rows(group, question):
    return list(lapsed.every_row(group, question))


def judged(history, terms, as_at, known_at):
    linked = history.held_from is not None and history.held_from <= known_at
    return assess(
        terms,
        licence_kind=history.kind,
        certificates=history.certificates if linked else [],
        as_at=as_at,
        known_at=known_at,
        linked=linked,
    )


def last_day(found):
    """The last day on which the training counted, by the reasons that the pure rule gives."""
    facts = found.reasons[0].facts
    if found.status == Status.REVOKED:
        return min(found.certificate.valid_until, facts["since"] - timedelta(days=1))
    return facts["ended"]


@pytest.mark.parametrize("seed", range(4))
def test_both_lists_are_the_pure_rules_over_random_histories(authority, course, seed):
    chance = random.Random(seed)
    rule = make_requirement(
        course, grace_days=seed * 2, licence_kinds=["private_hire", "dual"], effective_from=START
    )
    made = make_histories(seed, authority=authority, course=course, how_many=HISTORIES)
    terms = Terms(rule.pk, rule.code, rule.effective_from, rule.licence_kinds, rule.grace_days)
    seen = Counter()
    for _ in range(QUESTIONS):
        as_at, known_at = some_day(chance) + timedelta(days=5), some_moment(chance)
        question = asked(authority, as_at=as_at, known_at=known_at)
        pure = {h.number: judged(h, terms, as_at, known_at) for h in made}
        want = {
            number: (found.status, last_day(found))
            for number, found in pure.items()
            if found.status in {Status.EXPIRED, Status.REVOKED}
        }
        listed = rows("lapsed", question)
        assert {row.number: (row.status, row.last_day) for row in listed} == want
        assert [row.last_day for row in listed] == sorted(row.last_day for row in listed)
        never = {number for number, it in pure.items() if it.status == Status.NEVER_PASSED}
        assert {row.number for row in rows("never", question)} == never
        seen.update(found.status for found in pure.values())
    assert {Status.EXPIRED, Status.REVOKED, Status.NEVER_PASSED} <= set(seen)


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority, "PH-1004")


def ended(licence, course, day):
    """A certificate whose last day is ``day``."""
    return make_certificate(licence, course, passed_on=day - timedelta(days=400), valid_until=day)


def test_days_lapsed_begin_the_day_after_the_last_one(authority, licence, course):
    ended(licence, course, TODAY - timedelta(days=20))
    (row,) = rows("lapsed", asked(authority))
    assert (row.status, (TODAY - row.last_day).days) == (Status.EXPIRED, 20)


def test_last_day_is_not_lapsed(authority, licence, course):
    ended(licence, course, TODAY)
    assert rows("lapsed", asked(authority)) == []


def test_grace_that_lasts_is_not_lapsed_and_grace_that_ended_is(authority, licence, course):
    make_requirement(course, authority=authority, grace_days=14)
    ended(licence, course, TODAY - timedelta(days=14))
    assert rows("lapsed", asked(authority)) == []
    (row,) = rows("lapsed", asked(authority, as_at=TODAY + timedelta(days=1)))
    assert row.last_day == TODAY - timedelta(days=14)


@pytest.mark.parametrize(
    ("state", "listed"),
    [("current", True), ("suspended", True), ("applicant", False), ("expired", False),
     ("surrendered", False), ("revoked", False)],
)  # fmt: skip
def test_only_whoever_is_licensed_is_listed(authority, licence, course, state, listed):
    ended(licence, course, TODAY - timedelta(days=20))
    make_licence(authority, "PH-1005", state=state)
    Licence.objects.filter(pk=licence.pk).update(state=state)
    found = lapsed.first_of_each(asked(authority), limit=5)
    assert {group: part.total for group, part in found.items()} == {
        "lapsed": int(listed),
        "never": int(listed),
    }


def test_term_of_the_licence_counts(authority, licence, course):
    ended(licence, course, TODAY - timedelta(days=20))
    Licence.objects.filter(pk=licence.pk).update(expires_on=TODAY - timedelta(days=1))
    assert rows("lapsed", asked(authority)) == []


def test_revoked_counts_from_the_day_before_it_took_effect(authority, licence, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    revoke(certificate, effective_on=TODAY - timedelta(days=3), recorded_at=NOW)
    (row,) = rows("lapsed", asked(authority))
    assert (row.status, row.last_day) == (Status.REVOKED, TODAY - timedelta(days=4))


def test_reinstated_is_not_lapsed(authority, licence, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    earlier = NOW - timedelta(days=2)
    revoke(certificate, effective_on=earlier.date(), recorded_at=earlier)
    reinstate(certificate, effective_on=earlier.date(), recorded_at=NOW)
    assert rows("lapsed", asked(authority)) == []


def test_of_two_requirements_the_one_that_lapsed_first_counts(authority, licence, course):
    other = make_course(slug="first-aid", lessons=0)
    make_requirement(other, code="first-aid")
    ended(licence, course, TODAY - timedelta(days=5))
    ended(licence, other, TODAY - timedelta(days=9))
    (row,) = rows("lapsed", asked(authority))
    assert row.last_day == TODAY - timedelta(days=9)


def test_whoever_is_lapsed_is_not_also_never_trained(authority, licence, course):
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid")
    ended(licence, course, TODAY - timedelta(days=5))
    assert [len(rows(group, asked(authority))) for group in ("lapsed", "never")] == [1, 0]


def test_another_authority_is_not_listed(authority, other_authority, requirement, course):
    ended(make_licence(other_authority), course, TODAY - timedelta(days=5))
    make_licence(other_authority, "PH-9")
    assert [rows(group, asked(authority)) for group in ("lapsed", "never")] == [[], []]


def test_whom_the_reader_knows_is_not_listed(authority, licence, course):
    ended(licence, course, TODAY - timedelta(days=20))
    assert rows("lapsed", asked(authority, known=[licence.holder_id])) == []


# -- Reminders and what is planned ----------------------------------------------------------------
def reminded(certificate, notice, *, sent_at, failed_at=None):
    message = Message.objects.create(
        key=f"reminder:{certificate.reference}:{notice}",
        to="x@example.org",
        subject="x",
        body="x",
        created_at=NOW,
        not_before=NOW,
        sent_at=sent_at,
        failed_at=failed_at,
    )
    due_on = certificate.notice_due_on(notice)
    Reminder.objects.create(
        certificate=certificate, notice=notice, due_on=due_on, queued_at=NOW, message=message
    )
    return message


def test_reminders_sent_are_counted_with_the_last_day(authority, licence, course):
    certificate = ended(licence, course, TODAY - timedelta(days=20))
    last = NOW - timedelta(days=21)
    reminded(certificate, 30, sent_at=NOW - timedelta(days=50))
    reminded(certificate, 1, sent_at=last)
    reminded(certificate, -7, sent_at=None)
    (row,) = rows("lapsed", asked(authority))
    assert (row.sent, row.last_sent_at) == (2, last)


def test_what_stood_in_for_a_reminder_counts_and_not_twice(authority, licence, course):
    certificate = ended(licence, course, TODAY - timedelta(days=20))
    first = reminded(certificate, 30, sent_at=NOW - timedelta(days=50))
    Message.objects.create(
        key=f"{first.key}:letter", channel="letter", to="PH-1004", subject="x", body="x",
        created_at=NOW, not_before=NOW, sent_at=NOW - timedelta(days=48), instead_of=first,
    )  # fmt: skip
    (row,) = rows("lapsed", asked(authority))
    assert (row.sent, row.last_sent_at) == (1, NOW - timedelta(days=48))


def test_reminders_of_the_certificate_that_was_corrected_count(authority, licence, course):
    certificate = ended(licence, course, TODAY - timedelta(days=20))
    reminded(certificate, 30, sent_at=NOW - timedelta(days=50))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    corrected = ended(licence, course, TODAY - timedelta(days=20))
    type(corrected).objects.filter(pk=corrected.pk).update(sitting=None, replaces=certificate)
    certificate.events.create(kind="replaced", effective_on=TODAY, recorded_at=NOW,
        reason_class="records_joined")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
    (row,) = rows("lapsed", asked(authority))
    assert (row.certificate_id, row.sent) == (corrected.pk, 1)


def test_what_another_authority_sent_about_an_accepted_certificate_is_not_told(
    authority, other_authority, licence, course
):
    """By our rule it ended after a year; the notices of the authority it is from are its own."""
    make_acceptance(course, authority=authority, from_authority=other_authority, months=12)
    certificate = make_certificate(
        licence, course, passed_on=date(2025, 4, 3), authority=other_authority
    )
    reminded(certificate, 30, sent_at=NOW - timedelta(days=50))

    (row,) = rows("lapsed", asked(authority))

    assert (row.last_day, row.sent) == (date(2026, 4, 3), 0)


@pytest.fixture
def officer(authority):
    return staff("officer", authority, NOW, first_name="Olive", last_name="Officer")


def plan(licence, officer, **said):
    given = {"what": "call", "owner": officer, "due_on": TODAY, **said}
    (entry,) = plan_next_action(licences=[licence], by=officer, now=NOW, today=TODAY, **given)
    return entry


def test_next_action_and_owner_stand_in_the_list(authority, licence, course, officer):
    ended(licence, course, TODAY - timedelta(days=20))
    plan(licence, officer, what="write")
    plan(licence, officer, what="call")
    (row,) = rows("lapsed", asked(authority))
    assert (row.what_in_words, row.owner, row.due_on) == ("Call the driver", "Olive Officer", TODAY)


def test_what_is_done_is_next_no_more(authority, licence, course, officer):
    ended(licence, course, TODAY - timedelta(days=20))
    end_next_action(action=plan(licence, officer), state="done", by=officer, now=NOW)
    (row,) = rows("lapsed", asked(authority))
    assert (row.next_id, row.owner) == (None, "")


def test_list_is_chosen_by_owner_and_by_status(authority, licence, course, officer):
    ended(licence, course, TODAY - timedelta(days=20))
    other = make_licence(authority, "PH-1005")
    certificate = make_certificate(other, course, passed_on=date(2025, 4, 3))
    revoke(certificate, effective_on=TODAY, recorded_at=NOW)
    plan(licence, officer)

    def numbers(**chosen):
        return [row.number for row in rows("lapsed", asked(authority, **chosen))]

    assert numbers() == ["PH-1004", "PH-1005"]
    assert numbers(owner=officer.pk) == ["PH-1004"]
    assert numbers(owner=lapsed.NOBODY) == ["PH-1005"]
    assert numbers(status="revoked") == ["PH-1005"]


def test_first_rows_come_in_one_statement_with_the_totals(authority, requirement, course):
    for number in range(7):
        ended(make_licence(authority, f"PH-{number}"), course, TODAY - timedelta(days=number + 1))
        make_licence(authority, f"HC-{number}", starts_on=date(2020, 1, 9) - timedelta(days=number))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = lapsed.first_of_each(asked(authority), limit=3)
    assert len(queries) == 1
    assert [part.total for part in found.values()] == [7, 7]
    assert [row.number for row in found["lapsed"].rows] == ["PH-6", "PH-5", "PH-4"]
    assert [row.number for row in found["never"].rows] == ["HC-6", "HC-5", "HC-4"]


def test_pages_of_the_list_follow_each_other(authority, requirement, course):
    for number in range(5):
        ended(make_licence(authority, f"PH-{number}"), course, TODAY - timedelta(days=number + 1))
    pages = [lapsed.page_of("lapsed", asked(authority), limit=2, offset=at) for at in (0, 2, 4)]
    numbers = [[row.number for row in page.rows] for page in pages]
    assert numbers == [["PH-4", "PH-3"], ["PH-2", "PH-1"], ["PH-0"]]
    assert {page.total for page in pages} == {5}
