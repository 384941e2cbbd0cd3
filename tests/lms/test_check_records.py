"""The self-audit finds nothing wrong with real records, and every kind of wrong that is put in."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

import certificates.models.certificates
from assessments.actions import (
    confirm_answers,
    enter_answers,
    give_answer,
    give_time,
    hold_sitting,
    issue_start_code,
    rescore_withdrawn,
    start_sitting,
    submit,
)
from assessments.actions.sittings import open_sitting, stand
from assessments.models import Answer, Sitting
from certificates.actions import (
    carry_over,
    correct,
    issue_missing,
    issue_recognised,
    queue_due_reminders,
    reinstate,
    revoke,
    send_instead,
)
from certificates.models import Certificate
from courses.actions import ask_again, enrol
from courses.models import Approval
from licensing.actions import (
    advance_feed,
    call_off_recheck,
    confirm_merge,
    countersign,
    draw_recheck,
    end_next_action,
    enter_session,
    hand_over_licences,
    log_contact,
    make_foi_pack,
    plan_next_action,
    propose_merge,
    propose_undoing,
    record_outcome,
    run_again,
    run_compliance,
    sign_session,
)
from licensing.actions.checks import check, show_drivers
from licensing.financial_year import FinancialYear
from lms import records
from lms.demo.history import pass_on, take_lesson
from outbox.actions import record_bounce, relay_messages
from people.actions import claim_licence
from people.models import Learner, Membership, RegisterDoubt
from people.register import decide_doubt
from tests.assessments.ruled import withdrawn
from tests.certificates.recognised import decide, enter
from tests.certificates.test_past_records import decide_file, enter_file, row
from tests.databases import ROOT, clone, connect, drop, ensure_template, url_of
from tests.factories import (
    AuthorityFactory,
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    make_test_rule,
    make_validity_rule,
    staff,
)
from tests.licensing.checkers import checker_of, operator
from tests.licensing.rechecks import plan as plan_recheck
from tests.people.register_files import AMINA, PIOTR, taken

Role = Membership.Role
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST_DAY, RENEWAL_DAY = date(2020, 2, 29), date(2023, 1, 10)
REVOKED_DAY = date(2023, 9, 1)
CORRECTED_DAY = date(2023, 8, 1)


def broken() -> dict[str, int]:
    return {f.invariant: f.broken for f in records.findings(now=NOW) if f.broken}


def checked() -> dict[str, int]:
    return {f.invariant: f.checked for f in records.findings(now=NOW)}


def execute(statements: str, **values) -> None:
    """Do what no trigger would allow, inside the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statements, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def fail_and_try_again(course):
    """A fail, its lessons read again, and the next day a sitting that is still open."""
    learner, began = LearnerFactory(), NOW - timedelta(days=2)
    enrolment = enrol(learner=learner, course=course, now=began)
    for lesson in course.lessons():
        take_lesson(enrolment, lesson, now=began)
    sitting = start_sitting(learner=learner, course=course, now=began)
    question = sitting.paper["questions"][0]
    wrong = next(o["token"] for o in question["options"] if o["token"] != question["key"])
    give_answer(
        sitting=sitting, position=1, option_tokens=[wrong], now=began + timedelta(minutes=1)
    )
    failed = submit(sitting=sitting, now=began + timedelta(minutes=5))
    ask_again(enrolment=enrolment, lessons=course.lessons(), now=began + timedelta(minutes=5))
    for lesson in course.lessons():
        take_lesson(enrolment, lesson, now=began + timedelta(hours=1))
    again = start_sitting(learner=learner, course=course, now=began + timedelta(hours=25))
    return failed, again


def hold(course):
    """A test on paper that staff held, one of whom entered it and another confirmed it."""
    learner, began = LearnerFactory(), NOW - timedelta(days=2)
    finish(course, learner, now=began)
    first, second = (staff(Role.OFFICER, learner.authority, began) for _ in range(2))
    held = hold_sitting(
        learner=learner, course=course, mode="paper", identity_check="counter", by=first, now=began
    )
    enter_answers(sitting=held, answers={}, by=first, now=began)
    return confirm_answers(sitting=held, seen=0, by=second, now=began)


def start_by_code(course):
    """A test that began with a start code and got time back for a fault."""
    learner = LearnerFactory()
    finish(course, learner, now=NOW)
    by = staff(Role.AUTHOR, learner.authority, NOW)
    code, _ = issue_start_code(
        learner=learner, course=course, identity_check="trainer", by=by, now=NOW
    )
    learner, place = stand(learner, course, NOW)
    sitting = open_sitting(place, Sitting(learner=learner, course=course, started_at=NOW))
    code.sitting = sitting
    code.save(update_fields=["sitting"])
    give_time(sitting=sitting, minutes=5, reason="The tablet went off", by=by, now=NOW)
    return sitting


def finish(course, learner, *, now):
    enrolment = enrol(learner=learner, course=course, now=now)
    for lesson in course.lessons():
        take_lesson(enrolment, lesson, now=now)


def renew_early(course):
    """A pass on 29 February, a reminder that was sent in vain, and a renewal in the window."""
    learner = LearnerFactory()
    LicenceFactory(authority=learner.authority, holder=learner, held_from=NOW)
    first = certify(learner, course, day=FIRST_DAY)
    remind(first, days=90)
    relay_messages(now=noon_before(first, days=90), limit=1000)
    message = first.reminders.get().message
    record_bounce(message=message, detail="No such user", now=noon_before(first, days=89))
    return first, certify(learner, course, day=RENEWAL_DAY)


def remind_in_vain(course):
    """A reminder by e-mail that came back, and the text message in its place."""
    learner = LearnerFactory()
    LicenceFactory(
        authority=learner.authority, holder=learner, held_from=NOW, mobile="07400 123456"
    )
    certificate = certify(learner, course, day=RENEWAL_DAY)
    remind(certificate, days=60)
    relay_messages(now=noon_before(certificate, days=60), limit=1000)
    message = certificate.reminders.get().message
    came_back = noon_before(certificate, days=59)
    record_bounce(message=message, detail="No such user", now=came_back)
    send_instead(now=came_back)
    return certificate


def remind_and_revoke(course):
    """Reminded twice, the first notice sent; then revoked, put right again, and revoked."""
    certificate = certify(LearnerFactory(), course, day=REVOKED_DAY)
    remind(certificate, days=60)
    relay_messages(now=noon_before(certificate, days=60), limit=1000)
    remind(certificate, days=30)
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    later = noon_before(certificate, days=29)
    revoke(certificate=certificate, reason="A mistake", now=later, **people)
    reinstate(certificate=certificate, reason="It was none", now=later, **people)
    revoke(certificate=certificate, reason="It was one", now=later, **people)
    return certificate


def score_again():
    """A fail that is passed, with its certificate, once both questions are withdrawn."""
    course = make_course(slug="scored", lessons=1)
    make_test_rule(course)
    learner, later = LearnerFactory(), NOW - timedelta(minutes=10)
    enrolment = enrol(learner=learner, course=course, now=later)
    for lesson in course.lessons():
        take_lesson(enrolment, lesson, now=later)
    failed = start_sitting(learner=learner, course=course, now=later)
    submit(sitting=failed, now=later)
    for position in (1, 2):
        withdrawn(failed, position, later)
    rescore_withdrawn(now=later)
    issue_missing(now=later)


def recognise_elsewhere(course):
    """A piece of evidence that was refused; a record that somebody took over, with two passes of a
    file, of which one was revoked; and training of somebody with an account."""
    then, council = NOW - timedelta(days=30), AuthorityFactory()
    free = LicenceFactory(authority=council, number="PH-1")
    decide(enter(now=then, licence=free, course=course), now=then, accept=False)
    lines = [row("PH-1"), row("PH-1", day="2020-05-04")]
    batch = enter_file(council, then, *lines, course=course).batch
    decide_file(batch, then)
    issue_recognised(now=then)
    record = Learner.objects.get(licences=free)
    kept = Certificate.objects.of(record).earliest("passed_on")
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    revoke(certificate=kept, reason="Not genuine", now=then, **people)
    claimed = {"authority": council, "number": "PH-1", "date_of_birth": free.date_of_birth}
    claim_licence(learner=LearnerFactory(authority=None), now=then, **claimed)
    carry_over(now=then)
    alone = decide(enter(now=then, course=course), now=then)
    entered = enter(now=then, licence=LicenceFactory(held=True), course=course)
    return {
        "recognised": decide(entered, now=then).certificate.pk,
        "evidence": entered.pk,
        "batch": batch.pk,
        "record": alone.learner_id,
    }


def merge(course):
    """Two people with two records each: one pair was made one, the other one parted again."""
    then, council = NOW - timedelta(days=20), AuthorityFactory()
    officers = [staff(Role.OFFICER, council, then) for _ in range(2)]
    merges = []
    for _ in range(2):
        gone, stays = LearnerFactory(authority=council), LearnerFactory(authority=council)
        licence = LicenceFactory(authority=council, holder=gone, held_from=then)
        certify(gone, course, day=then.date() - timedelta(days=3))
        facts = {"gone": gone, "stays": stays, "evidence": "Passport", "reason": "One person"}
        proposed = propose_merge(by=officers[0], now=then, **facts)
        merges.append(confirm_merge(merge=proposed, by=officers[1], now=then))
    carry_over(now=then)
    wrong = propose_undoing(merge=merges[0], reason="Sisters", by=officers[0], now=then)
    confirm_merge(merge=wrong, by=officers[1], now=then)
    carry_over(now=then)
    return {"merge": merges[1].pk, "gone": gone.pk, "moved": licence.pk}


def correct_name(course):
    """Reminded once under a wrong name, then corrected; reminded again under the right one."""
    certificate = certify(LearnerFactory(), course, day=CORRECTED_DAY)
    remind(certificate, days=60)
    relay_messages(now=noon_before(certificate, days=60), limit=1000)
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    later = noon_before(certificate, days=59)
    correct(
        certificate=certificate, holder_name="Right Example", reason="Wrong.", now=later, **people
    )
    remind(certificate, days=30)
    return certificate.replacement


def certify(learner, course, *, day):
    pass_on(learner, course, day=day)
    return Certificate.objects.of(learner).latest("pk")


def remind(certificate, *, days):
    queue_due_reminders(now=noon_before(certificate, days=days))


def noon_before(certificate, *, days):
    return datetime.combine(certificate.valid_until, NOW.timetz()) - timedelta(days=days)


def import_and_decide():
    """Two files, a number that goes through three hands, and a match that still waits."""
    authority, officer = AuthorityFactory(), UserFactory()
    taken(authority, NOW, AMINA, PIOTR)
    taken(authority, NOW, AMINA | {"licence_state": "suspended"}, PIOTR)
    for name, day in (("Bilal Hussain", date(2026, 9, 1)), ("Carol Jones", date(2026, 10, 1))):
        taken(authority, NOW, AMINA | {"full_name": name})
        decide_doubt(
            doubt=RegisterDoubt.objects.waiting().get(),
            decision="another_person",
            another_from=day,
            reason="Seen the papers.",
            by=officer,
            now=NOW,
        )
    taken(authority, NOW, PIOTR | {"licence_number": "HC2"})


def let_check(authority):
    """An operator looks at a driver who has passed nothing, in its list and by the number."""
    organisation = operator(authority)
    licence = LicenceFactory(
        held=True, authority=authority, number="PH-777", operator_reference="OP-1"
    )
    user = checker_of(organisation)
    today = NOW.date()
    show_drivers(organisation=organisation, licences=[licence], by=user, today=today, now=NOW)
    return check(
        organisation=organisation,
        number=licence.number,
        as_at=today,
        purpose="giving_work",
        purpose_words="",
        key=uuid4(),
        by=user,
        now=NOW,
    )


def write_down():
    """What was to be done about a driver and is done, and a contact that was corrected."""
    licence = LicenceFactory(number="PH-888")
    by = staff(Role.OFFICER, licence.authority, NOW)
    (planned,) = plan_next_action(
        licences=[licence],
        what="call",
        owner=by,
        due_on=NOW.date(),
        by=by,
        now=NOW,
        today=NOW.date(),
    )
    end_next_action(action=planned, state="done", by=by, now=NOW)
    told = {
        "licence": licence,
        "source": "police",
        "way": "phone",
        "contacted_at": NOW,
        "asks_for_decision": False,
        "by": by,
        "now": NOW,
    }
    log_contact(said="Right.", corrects=log_contact(said="Wrong.", **told), **told)


def check_unannounced():
    """A check with two drivers, one of whom was put right, and one that was called off."""
    authority = AuthorityFactory()
    for number in ("PH-1", "PH-2", "PH-3"):
        LicenceFactory(authority=authority, number=number)
    by = staff(Role.OFFICER, authority, NOW)
    drawn = draw_recheck(recheck=plan_recheck(authority, by, starts_at=NOW, now=NOW), now=NOW)
    first, second = drawn.drivers.all()
    said = {"by": by, "now": NOW}
    wrong = record_outcome(driver=first, outcome="not_reached", **said)
    record_outcome(driver=first, outcome="in_order", corrects=wrong, **said)
    record_outcome(driver=second, outcome="in_order", **said)
    later = plan_recheck(authority, by, starts_at=NOW + timedelta(days=1), now=NOW)
    call_off_recheck(recheck=later, reason="No staff.", by=by, now=NOW)
    return drawn


def prepare_meeting():
    """Training that a councillor signed for and an officer countersigned, and figures."""
    authority = AuthorityFactory()
    officer = staff(Role.OFFICER, authority, NOW)
    session = enter_session(
        authority=authority,
        title="For the committee",
        held_on=NOW.date(),
        provider="A provider",
        months=12,
        course=None,
        by=officer,
        now=NOW,
    )
    councillor = staff(Role.COUNCILLOR, authority, NOW)
    signed = sign_session(session=session, by=councillor, now=NOW)
    countersign(signed=signed, by=officer, now=NOW)
    year, today = FinancialYear.of(NOW.date()), NOW.date()
    make_foi_pack(authority=authority, year=year, cost=None, by=officer, today=today, now=NOW)
    return signed


@pytest.fixture(scope="module")
def small_data_set(django_db_setup, django_db_blocker):
    """Everything in it came about by the product's own actions. Made once, never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_records()
        transaction.set_rollback(True)


@pytest.fixture
def kept(small_data_set, db):
    """The keys of the rows that tests break; ``db`` takes back what a test has done."""
    return small_data_set


def make_records() -> dict:
    course = make_course(lessons=1)
    make_test_rule(course, time_limit_minutes=60, tries=3)
    make_validity_rule()
    failed, again = fail_and_try_again(course)
    coded = make_course(slug="coded", lessons=1)
    make_test_rule(coded, time_limit_minutes=60, start_code_required=True)
    first, renewed = renew_early(course)
    reminded = remind_and_revoke(course)
    came_back = remind_in_vain(course)
    corrected = correct_name(course)
    score_again()
    import_and_decide()
    stranger = LearnerFactory()
    own_rule = make_validity_rule(authority=stranger.authority, months=12)
    plain = certify(stranger, course, day=date(2026, 10, 1))
    advance_feed(authority_id=stranger.authority_id, now=NOW)
    asked = ask_twice()
    write_down()
    hand_over()
    lesson = course.lessons().first()
    course.refresh_from_db()
    approval = Approval.objects.create(
        revision=lesson.live_revision, lesson=lesson, approved_by=UserFactory(), approved_at=NOW
    )
    return {
        "approval": approval.pk,
        "another_page": course.live_revision_id,
        "failed": failed.pk,
        "open": again.pk,
        "held": hold(course).pk,
        "coded": start_by_code(coded).pk,
        "first": first.pk,
        "renewed": renewed.pk,
        "reminded": reminded.pk,
        "came_back": came_back.reference,
        "plain": plain.pk,
        "corrected": corrected.pk,
        "wrong": corrected.replaces_id,
        "own_rule": own_rule.pk,
        "passed": plain.sitting_id,
        "receipt": let_check(stranger.authority).pk,
        "asked": asked,
        "signed": prepare_meeting().pk,
        "drawn": check_unannounced().pk,
        **recognise_elsewhere(course),
        **merge(course),
    }


def ask_twice():
    """About an authority to which nothing else happens."""
    licence = LicenceFactory()
    run = run_compliance(authority=licence.authority, as_at=NOW.date(), by=None, now=NOW)
    run_again(run=run, by=None, now=NOW)
    return licence.pk


def hand_over():
    """There and back again: two hand-overs of one licence."""
    there, back = LicenceFactory(held=True).authority, AuthorityFactory()
    for sides in ((there, back), (back, there)):
        hand_over_licences(
            from_authority=sides[0], to_authority=sides[1], by=None, now=NOW, today=NOW.date()
        )


def test_real_records_are_whole(kept):
    assert broken() == {}


def test_real_records_put_every_invariant_to_the_test(kept):
    assert [code for code, count in checked().items() if not count] == [
        "I11-waiting",
        "I13-before",
        "I11-accepted-waiting",
        "I28-settings",
    ]


BREAKS = {
    "R35": "UPDATE licensing_checkreceipt SET words = words || ' ' WHERE id = %(receipt)s",
    "R35 found nothing": """
        UPDATE licensing_checkreceipt SET licence_id = NULL, learner_id = NULL
        WHERE id = %(receipt)s
    """,
    "R35-asked": "UPDATE licensing_checkreceipt SET by_id = (SELECT min(id) FROM people_user)",
    "R35-asked by whoever was not let in": """
        UPDATE licensing_operatorlook SET at = at - interval '1 year'
    """,
    "I22-receipts": """
        UPDATE licensing_checkreceipt SET answer = answer || '{"status": "valid"}'
        WHERE id = %(receipt)s
    """,
    "I22": """
        UPDATE people_licenceevent SET kind = 'dual' WHERE pgh_obj_id = %(asked)s
    """,
    "I22 taken away": "DELETE FROM people_licence WHERE id = %(asked)s",
    "I22 first answer": """
        UPDATE licensing_compliancerun SET digest = repeat('0', 64)
        WHERE id = (SELECT min(id) FROM licensing_compliancerun)
    """,
    "I34": "UPDATE licensing_feedevent SET position = position + 1",
    "I34 beyond its head": "UPDATE licensing_feedhead SET position = 0",
    "I34-told": """
        DELETE FROM licensing_waitingevent
        WHERE certificate_event_id = (
            SELECT min(id) FROM certificates_certificateevent WHERE certificate_id = %(first)s)
    """,
    "I34-told as what it was": """
        UPDATE licensing_feedevent
        SET type = 'certificate.revoked'
        WHERE certificate_id = %(plain)s AND type = 'certificate.issued'
    """,
    "R46": """
        UPDATE licensing_nextaction SET ends_id = 0 WHERE ends_id IS NOT NULL
    """,
    "R46 of a contact": """
        UPDATE licensing_drivercontact SET corrects_id = 0 WHERE corrects_id IS NOT NULL
    """,
    "R49": """
        UPDATE licensing_drivercontact SET written_by_id = (SELECT min(id) FROM people_user)
        WHERE corrects_id IS NOT NULL
    """,
    "I34-elsewhere": """
        UPDATE licensing_feedevent SET valid_until = '2027-01-01', renew_from = '2026-12-01'
        WHERE certificate_id = %(plain)s AND type = 'certificate.issued'
    """,
    "I01": "UPDATE assessments_sitting SET paper_digest = repeat('0', 64) WHERE id = %(failed)s",
    "I01-drawn": "DELETE FROM assessments_drawnquestion WHERE sitting_id = %(open)s",
    "I02": """
        DROP INDEX one_open_sitting_per_course;
        UPDATE assessments_sitting
        SET closed_at = NULL, closed_by = '', outcome = '',
            correct_count = NULL, next_try_at = NULL
        WHERE id = %(failed)s
    """,
    "I03": "UPDATE assessments_testrule SET tries = 1",
    "I04": """
        UPDATE assessments_sitting
        SET started_at = started_at - interval '1 hour 1 second',
            deadline_at = deadline_at - interval '1 hour 1 second'
        WHERE id = %(open)s
    """,
    "I06": """
        UPDATE assessments_answer a
        SET answered_at = s.deadline_at
        FROM assessments_sitting s
        WHERE s.id = a.sitting_id AND s.id = %(failed)s
    """,
    "I06-time": """
        UPDATE assessments_sitting
        SET deadline_at = deadline_at + interval '1 second'
        WHERE id = %(coded)s
    """,
    "I06-time of what was given": "DELETE FROM assessments_timegiven WHERE sitting_id = %(coded)s",
    "I07": "UPDATE assessments_sitting SET correct_count = 1 WHERE id = %(failed)s",
    "I07-again": """
        UPDATE assessments_resultchange SET correct_count = correct_count + 1
    """,
    "I09": "UPDATE assessments_answer SET chosen = 'x' WHERE sitting_id = %(failed)s",
    "R14": """
        UPDATE courses_enrolment e
        SET completed_at = s.started_at + interval '2 minutes'
        FROM assessments_sitting s
        WHERE s.enrolment_id = e.id AND s.id = %(passed)s
    """,
    "R14-round": """
        UPDATE courses_enrolment e
        SET closed_at = NULL
        FROM assessments_sitting s
        WHERE s.enrolment_id = e.id AND s.id = %(passed)s
    """,
    "R25": "UPDATE assessments_startcode SET sitting_id = NULL WHERE sitting_id = %(coded)s",
    "R25 over": """
        UPDATE assessments_startcode
        SET issued_at = issued_at - interval '1 hour', expires_at = expires_at - interval '1 hour'
        WHERE sitting_id = %(coded)s
    """,
    "R29": "DELETE FROM assessments_answersheet WHERE sitting_id = %(held)s",
    "R29 by the learner": """
        UPDATE assessments_answersheet a
        SET confirmed_by_id = l.user_id
        FROM assessments_sitting s JOIN people_learner l ON l.id = s.learner_id
        WHERE s.id = a.sitting_id AND s.id = %(held)s
    """,
    "I11": "DELETE FROM certificates_certificate WHERE id = %(plain)s",
    "I11-earned": """
        UPDATE certificates_certificate
        SET passed_at = passed_at + interval '1 second'
        WHERE id = %(plain)s
    """,
    "I11-accepted": "DELETE FROM certificates_certificate WHERE id = %(recognised)s",
    "I11-recognised": """
        UPDATE certificates_certificate
        SET provider_name = 'Another College'
        WHERE id = %(recognised)s
    """,
    "I11-recognised at another hour": """
        UPDATE certificates_certificate
        SET passed_at = passed_at + interval '1 hour'
        WHERE id = %(recognised)s
    """,
    "I11-handed-over": """
        UPDATE people_learner
        SET succeeded_at = '2026-11-01', succeeded_by_id = (
            SELECT learner_id FROM certificates_certificate WHERE id = %(plain)s)
        WHERE id = %(record)s;
        UPDATE people_licence SET holder_id = (
            SELECT learner_id FROM certificates_certificate WHERE id = %(plain)s)
        WHERE holder_id = %(record)s
    """,
    "R04-two-people": """
        ALTER TABLE people_recordmerge DROP CONSTRAINT merge_decided_by_another;
        UPDATE people_recordmerge SET decided_by_id = proposed_by_id WHERE id = %(merge)s
    """,
    "R04-taken-over": "UPDATE people_licence SET holder_id = %(gone)s WHERE id = %(moved)s",
    "R04-taken-over but open": """
        UPDATE people_user SET is_active = true
        WHERE id = (SELECT user_id FROM people_learner WHERE id = %(gone)s)
    """,
    "R04-parted": """
        UPDATE people_learner SET succeeded_by_id = NULL, succeeded_at = NULL WHERE id = %(gone)s;
        INSERT INTO people_recordmerge (authority_id, gone_id, stays_id, undoes_id, grounds,
            evidence, reason, proposed_by_id, proposed_at, decision, decided_by_id, decided_at,
            licences, closed_account)
        SELECT authority_id, gone_id, stays_id, id, '{}', '', 'Sisters', proposed_by_id,
            proposed_at, 'confirmed', decided_by_id, decided_at, '{}', false
        FROM people_recordmerge WHERE id = %(merge)s
    """,
    "R37": """
        ALTER TABLE certificates_evidence DROP CONSTRAINT evidence_decided_by_another;
        UPDATE certificates_evidence SET decided_by_id = entered_by_id WHERE id = %(evidence)s
    """,
    "R37-batch": "UPDATE certificates_evidencebatch SET rows = 3 WHERE id = %(batch)s",
    "I12": """
        UPDATE certificates_certificate
        SET reference = '0000-0000-0001'
        WHERE id = %(plain)s
    """,
    "I13": """
        UPDATE certificates_certificatedocument
        SET pdf = set_byte(pdf, 1000, (get_byte(pdf, 1000) + 1) %% 256)
        WHERE certificate_id = %(plain)s
    """,
    "I13 files gone": """
        DELETE FROM certificates_certificatedocument WHERE certificate_id = %(plain)s
    """,
    "I13 signed by the wrong key": """
        UPDATE certificates_certificatedocument
        SET pdf_key_id = credential_key_id
        WHERE certificate_id = %(plain)s
    """,
    "I14": """
        UPDATE certificates_certificate
        SET valid_until = valid_until + 1, renew_from = renew_from + 1
        WHERE id = %(plain)s
    """,
    "I14 first renewal day": """
        UPDATE certificates_certificate
        SET renew_from = renew_from + 1
        WHERE id = %(plain)s
    """,
    "I14 anniversary": """
        UPDATE certificates_certificate
        SET valid_until = passed_on + interval '36 months',
            renew_from = passed_on + interval '36 months' - interval '90 days'
        WHERE id = %(renewed)s
    """,
    "I20": """
        ALTER TABLE certificates_certificateevent
        DROP CONSTRAINT standing_changed_by_two_with_reason;
        UPDATE certificates_certificateevent
        SET seconded_by_id = by_id
        WHERE id = (
            SELECT max(id) FROM certificates_certificateevent WHERE certificate_id = %(reminded)s)
    """,
    "I20 nothing to reinstate": """
        DELETE FROM certificates_certificateevent
        WHERE id = (
            SELECT min(id) FROM certificates_certificateevent
            WHERE certificate_id = %(reminded)s AND kind = 'revoked')
    """,
    "I20 revoked once replaced": """
        WITH revoked AS (
            INSERT INTO certificates_certificateevent (certificate_id, kind, recorded_at,
                effective_on, by_id, seconded_by_id, reason_class, reason)
            SELECT certificate_id, 'revoked', recorded_at, effective_on, by_id, seconded_by_id,
                'other', reason
            FROM certificates_certificateevent
            WHERE certificate_id = %(wrong)s AND kind = 'replaced'
            RETURNING id, certificate_id)
        INSERT INTO licensing_waitingevent (certificate_event_id, authority_id)
        SELECT r.id, c.authority_id
        FROM revoked r JOIN certificates_certificate c ON c.id = r.certificate_id
    """,
    "I20-replaced without its event": """
        DELETE FROM outbox_messageevent WHERE message_id IN (
            SELECT message_id FROM certificates_reminder WHERE certificate_id = %(wrong)s);
        WITH gone AS (
            DELETE FROM certificates_reminder WHERE certificate_id = %(wrong)s RETURNING message_id)
        DELETE FROM outbox_message WHERE id IN (SELECT message_id FROM gone);
        DELETE FROM certificates_certificateevent
        WHERE certificate_id = %(wrong)s AND kind = 'replaced'
    """,
    "I20-replaced with other days": """
        UPDATE certificates_certificate
        SET renew_from = renew_from + 1
        WHERE id = %(corrected)s
    """,
    "I29": """
        DELETE FROM certificates_certificateevent
        WHERE certificate_id = %(plain)s AND kind = 'issued'
    """,
    "I39": """
        UPDATE certificates_certificate
        SET passed_on = passed_on + 1
        WHERE id = %(renewed)s;
        UPDATE certificates_certificateevent
        SET effective_on = effective_on + 1
        WHERE certificate_id = %(renewed)s AND kind = 'issued'
    """,
    "I24": """
        UPDATE certificates_reminder
        SET due_on = due_on + 1
        WHERE certificate_id = %(reminded)s AND notice = 60
    """,
    "I24 key": """
        UPDATE outbox_message m
        SET key = key || '0'
        FROM certificates_reminder r
        WHERE m.id = r.message_id AND r.certificate_id = %(reminded)s AND r.notice = 60
    """,
    "I24-instead twice by one channel": """
        UPDATE outbox_message
        SET channel = 'email', key = replace(key, ':sms', ':email')
        WHERE key LIKE 'reminder:' || %(came_back)s || ':60:%%'
    """,
    "I24-instead of what did not fail": """
        UPDATE outbox_messageevent SET at = at + interval '2 minutes'
        WHERE kind = 'bounced'
    """,
    "I24-instead of nothing": """
        UPDATE outbox_message SET instead_of_id = NULL
        WHERE key LIKE 'reminder:' || %(came_back)s || ':60:%%'
    """,
    "I25 corrected": """
        UPDATE outbox_message m
        SET sent_at = sent_at + interval '2 days'
        FROM certificates_reminder r
        WHERE m.id = r.message_id AND m.sent_at IS NOT NULL AND r.certificate_id = %(wrong)s;
        UPDATE outbox_messageevent e
        SET at = at + interval '2 days'
        FROM certificates_reminder r
        WHERE e.message_id = r.message_id AND r.certificate_id = %(wrong)s
    """,
    "I25 revoked": """
        UPDATE outbox_message m
        SET sent_at = sent_at + interval '60 days'
        FROM certificates_reminder r
        WHERE m.id = r.message_id AND m.sent_at IS NOT NULL AND r.certificate_id = %(reminded)s;
        UPDATE outbox_messageevent e
        SET at = at + interval '60 days'
        FROM certificates_reminder r
        WHERE e.message_id = r.message_id AND r.certificate_id = %(reminded)s
    """,
    "I25 replaced": """
        UPDATE outbox_message m
        SET sent_at = sent_at + interval '60 days'
        FROM certificates_reminder r
        WHERE m.id = r.message_id AND r.certificate_id = %(first)s;
        UPDATE outbox_messageevent e
        SET at = at + interval '60 days'
        FROM certificates_reminder r
        WHERE e.message_id = r.message_id AND r.certificate_id = %(first)s
    """,
    "I26": """
        UPDATE certificates_reminder
        SET id = id + 1000
        WHERE certificate_id = %(reminded)s AND notice = 60
    """,
    "I27": """
        UPDATE outbox_message m
        SET tries = 0
        FROM certificates_reminder r
        WHERE m.id = r.message_id AND r.certificate_id = %(first)s
    """,
    "I27 sent and not accepted": """
        DELETE FROM outbox_messageevent e
        USING certificates_reminder r
        WHERE e.message_id = r.message_id AND r.certificate_id = %(first)s AND e.kind = 'accepted'
    """,
    "I27 accepted and not sent": """
        INSERT INTO outbox_messageevent (message_id, kind, at, detail)
        SELECT message_id, 'accepted', at, '' FROM outbox_messageevent WHERE kind = 'withdrawn'
    """,
    "I27 accepted at another moment": """
        UPDATE outbox_messageevent e
        SET at = at - interval '1 hour'
        FROM certificates_reminder r
        WHERE e.message_id = r.message_id AND r.certificate_id = %(first)s AND e.kind = 'accepted'
    """,
    "I27-over": """
        DELETE FROM outbox_messageevent WHERE kind = 'withdrawn'
    """,
    "I27-over put back": """
        INSERT INTO outbox_messageevent (message_id, kind, at, detail)
        SELECT message_id, 'retried', at, '' FROM outbox_messageevent WHERE kind = 'withdrawn'
    """,
    "I27-after": """
        UPDATE outbox_messageevent SET at = at - interval '2 days'
        WHERE id = (SELECT min(id) FROM outbox_messageevent WHERE kind = 'bounced')
    """,
    "R10": """
        ALTER TABLE certificates_validityrule DROP CONSTRAINT validityrule_approved_by_another;
        UPDATE certificates_validityrule
        SET approved_by_id = proposed_by_id
        WHERE id = %(own_rule)s
    """,
    "R20": """
        UPDATE wagtailcore_revision r
        SET user_id = a.approved_by_id
        FROM courses_approval a
        WHERE r.id = a.revision_id AND a.id = %(approval)s
    """,
    "R19": """
        UPDATE courses_lessoncompletion
        SET revision_id = %(another_page)s
        WHERE id = (SELECT max(id) FROM courses_lessoncompletion)
    """,
    "R07-again asked before it was done": """
        UPDATE courses_lessonagain SET asked_at = asked_at - interval '7 minutes'
    """,
    "R07-again done before it was asked for": """
        UPDATE courses_lessoncompletion
        SET completed_at = completed_at - interval '57 minutes'
        WHERE repeat = 1
    """,
    "R07-again done oftener than asked for": """
        UPDATE courses_checkanswer SET repeat = 2 WHERE repeat = 1
    """,
    "R07-again visited oftener than asked for": """
        UPDATE courses_screenvisit
        SET repeat = 2
        WHERE id = (SELECT max(id) FROM courses_screenvisit WHERE repeat = 1)
    """,
    "I37": """
        UPDATE people_registerimport SET updated = updated + 1, unchanged = unchanged - 1
        WHERE updated = 1
    """,
    "R13": """
        UPDATE people_handover SET licences = licences + 1
        WHERE id = (SELECT max(id) FROM people_handover)
    """,
    "R13 still there": """
        UPDATE people_licenceevent e SET state = 'current'
        FROM people_handover h WHERE h.context = e.pgh_context_id AND e.state = 'expired'
            AND h.id = (SELECT max(id) FROM people_handover)
    """,
    "R01": """
        UPDATE people_tenure SET ended_on = '2020-01-01'
        WHERE id = (SELECT max(id) FROM people_tenure)
    """,
    "R04 taken before the decision": """
        UPDATE people_registerdoubt SET number = 'HC-2' WHERE decided_at IS NULL
    """,
    "R04 without the one before": """
        DELETE FROM people_tenure WHERE id = (SELECT max(id) FROM people_tenure)
    """,
    "I28-settings": """
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I SET session_replication_role = replica',
            current_database()); END $$
    """,
    "R48": """
        UPDATE licensing_signedtraining
        SET signed_by_id = (SELECT max(id) FROM people_user)
        WHERE id = %(signed)s
    """,
    "R48 countersigned by no officer": """
        DELETE FROM people_membership
        WHERE user_id = (SELECT decided_by_id FROM licensing_signedtraining WHERE id = %(signed)s)
    """,
    "R52": "UPDATE licensing_foipack SET content = content || ' '",
    "R55 of another seed": """
        UPDATE licensing_rechecklist SET seed = repeat('0', 64) WHERE id = %(drawn)s
    """,
    "R55 before the start": """
        UPDATE licensing_rechecklist SET drawn_at = drawn_at - interval '1 second'
        WHERE id = %(drawn)s
    """,
    "R55 without a driver": """
        UPDATE licensing_drawndriver SET place = 3 WHERE drawn_id = %(drawn)s AND place = 1
    """,
    "R55 of another authority": """
        UPDATE licensing_drawndriver
        SET licence_id = (SELECT id FROM people_licence WHERE number = 'PH-888')
        WHERE drawn_id = %(drawn)s AND place = 1
    """,
    "R55-recorded by no officer": """
        UPDATE licensing_recheckoutcome SET written_by_id = (SELECT min(id) FROM people_user)
        WHERE outcome = 'not_reached'
    """,
    "R55-recorded about another driver": """
        UPDATE licensing_recheckoutcome SET driver_id = (
            SELECT id FROM licensing_drawndriver WHERE drawn_id = %(drawn)s AND place = 2)
        WHERE corrects_id IS NOT NULL
    """,
    "R55-recorded called off too late": """
        UPDATE licensing_recheckcalloff SET called_off_at = called_off_at + interval '2 days'
    """,
    "R10-used": """
        UPDATE certificates_validityrule
        SET effective_from = '2026-10-02'
        WHERE id = %(own_rule)s
    """,
}


@pytest.mark.parametrize("case", BREAKS)
def test_one_broken_row_is_counted_under_its_invariant_alone(kept, case):
    execute(BREAKS[case], **kept)
    assert broken() == {case.split()[0]: 1}


def test_pass_without_certificate_waits_for_five_minutes_and_then_is_broken(kept):
    execute(
        """
        DELETE FROM certificates_certificate WHERE id = %(plain)s;
        UPDATE assessments_sitting SET closed_at = %(recent)s WHERE id = %(passed)s
        """,
        recent=NOW - timedelta(minutes=4),
        **kept,
    )
    assert checked()["I11-waiting"] == 1
    assert "I11" not in broken()


def test_certificates_from_before_files_were_kept_are_counted_apart(kept):
    execute(
        """
        DELETE FROM certificates_certificatedocument WHERE certificate_id = %(plain)s;
        UPDATE certificates_certificate SET identity_method = '' WHERE id = %(plain)s
        """,
        **kept,
    )
    assert checked()["I13-before"] == 1
    assert broken() == {}


def test_accepted_evidence_without_certificate_waits_for_five_minutes_and_then_is_broken(kept):
    execute(
        """
        DELETE FROM certificates_certificate WHERE id = %(recognised)s;
        UPDATE certificates_evidence SET decided_at = %(recent)s WHERE id = %(evidence)s
        """,
        recent=NOW - timedelta(minutes=4),
        **kept,
    )
    assert checked()["I11-accepted-waiting"] == 1
    assert "I11-accepted" not in broken()


def test_two_current_certificates_of_one_person_are_counted(kept, monkeypatch):
    """Only a fault in the words of the query itself can make two of them current."""
    nothing_is_later = Certificate.objects.none
    monkeypatch.setattr(certificates.models.certificates, "_later_certificates", nothing_is_later)
    assert broken() == {"I16": 1}


@pytest.mark.parametrize(
    "harm",
    [
        "ALTER TABLE assessments_answer DISABLE TRIGGER {name}",
        "ALTER TABLE assessments_answer ENABLE REPLICA TRIGGER {name}",
        "DROP TRIGGER {name} ON assessments_answer",
        "COMMENT ON TRIGGER {name} ON assessments_answer IS 'another'",
        (
            "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'"
        ),
    ],
)
def test_a_trigger_that_protects_no_more_is_counted(kept, harm):
    trigger = next(t for t in Answer._meta.triggers if t.name == "fact_kept")
    execute(harm.format(name=trigger.get_pgid(Answer)))
    assert broken() == {"I28": 1}


@pytest.fixture
def database(worker_id):
    """The name of an empty database of the test's own, for a process of its own."""
    name = f"records_{worker_id}"
    clone(ensure_template(), name)
    yield name
    drop(name)


def run_command(database, *options):
    return subprocess.run(
        [sys.executable, "manage.py", "check_records", *options],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url_of(database)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_lists_each_invariant_and_ends_with_0_when_a_new_database_is_whole(database):
    done = run_command(database, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [set(row) for row in found] == [{"invariant", "sentence", "checked", "broken"}] * len(
        records.INVARIANTS
    )


def test_command_names_what_is_broken_and_ends_with_1(database):
    with connect(database) as harm:
        harm.execute("ALTER TABLE assessments_answer DISABLE TRIGGER USER")
    done = run_command(database)
    assert done.returncode == 1
    assert "I28" in done.stderr
