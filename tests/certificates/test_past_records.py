"""Past records of an authority: all rows or none, two officers, certificates in the background."""

from datetime import date

import pytest
from django.db import connection, transaction

from certificates.actions import (
    RecognitionRefused,
    decide_batch,
    enter_past_records,
    issue_recognised,
)
from certificates.models import Certificate, Evidence, EvidenceBatch, EvidenceFile
from outbox.models import Message
from people.models import Interest, Learner, Licence
from tests.certificates.factories import any_course
from tests.certificates.recognised import enter, in_order, officer
from tests.factories import AuthorityFactory, LicenceFactory, staff

pytestmark = pytest.mark.django_db
HEAD = "licence_number,full_name,passed_on,provider,course_name,reference\n"


@pytest.fixture
def authority(rule):
    return AuthorityFactory()


def licence(authority, number, **fields):
    return LicenceFactory(authority=authority, number=number, **fields)


def row(number, day="2024-04-03", name="Ade Example", provider="The council"):
    return f"{number},{name},{day},{provider},Safeguarding day,{number}-x\n"


def file(*rows):
    return (HEAD + "".join(rows)).encode()


def enter_file(authority, now, *rows, **fields):
    facts = {
        "authority": authority,
        "course": any_course(),
        "name": "old/records.csv",
        "content": file(*rows),
        "by": fields.pop("by", None) or officer(authority, now),
        "now": now,
    }
    return enter_past_records(**{**facts, **fields})


def decide_file(batch, now, *, accept=True, **fields):
    facts = {
        "answers": in_order("past_record"),
        "reason": "" if accept else "They are not ours.",
        "by": fields.pop("by", None) or officer(batch.authority, now),
    }
    return decide_batch(batch=batch, accept=accept, now=now, **{**facts, **fields})


def nothing_written():
    rows = (Evidence, EvidenceBatch, EvidenceFile)
    return not any(model.objects.exists() for model in rows)


def wrong(authority, now, *rows, **fields):
    report = enter_file(authority, now, *rows, **fields)
    assert report.batch is None
    assert nothing_written()
    return [(error.row, error.field) for error in report.errors]


def code_of(call, *args, **fields):
    with pytest.raises(RecognitionRefused) as refused, transaction.atomic():
        call(*args, **fields)
    return refused.value.code


# -- Entering -------------------------------------------------------------------------------
def test_rows_wait_for_one_decision(authority, now):
    for number in ("PH-1", "PH-2"):
        licence(authority, number)
    report = enter_file(authority, now, row("PH-1"), row(" ph-2 "))
    assert (report.rows, report.errors, report.batch.rows) == (2, [], 2)
    entered = Evidence.objects.get(licence_number="PH-2")
    assert (entered.batch, entered.kind, entered.decision) == (report.batch, "past_record", "")
    assert (entered.passed_on, entered.course_name) == (date(2024, 4, 3), "Safeguarding day")
    assert (entered.their_reference, entered.file) == (" ph-2 -x".strip(), None)


def test_file_is_kept_byte_for_byte_under_a_safe_name(authority, now):
    licence(authority, "PH-1")
    kept = enter_file(authority, now, row("PH-1")).batch.file
    kept.refresh_from_db()
    assert bytes(kept.content) == file(row("PH-1"))
    assert (kept.name, kept.content_type) == ("records.csv", "text/csv")


def test_people_without_an_account_are_put_on_record(authority, now):
    free, held = licence(authority, "PH-1"), licence(authority, "PH-2", held=True)
    report = enter_file(authority, now, row("PH-1"), row("PH-2"))
    free.refresh_from_db()
    assert report.without_account == 1
    assert (free.holder.user, free.holder.full_name) == (None, free.full_name)
    assert set(Evidence.objects.values_list("learner", flat=True)) == {
        free.holder_id,
        held.holder_id,
    }


def test_dry_run_writes_nothing_and_says_the_same(authority, now):
    licence(authority, "PH-1")
    by = officer(authority, now)
    rows = (row("PH-1"), row("PH-9"), row("PH-1"))
    dry = enter_file(authority, now, *rows, by=by, dry_run=True)
    real = enter_file(authority, now, *rows, by=by)
    assert dry == real
    assert nothing_written()
    assert not Learner.objects.exists()


def test_dry_run_of_a_good_file_writes_nothing(authority, now):
    licence(authority, "PH-1")
    report = enter_file(authority, now, row("PH-1"), dry_run=True)
    assert (report.rows, report.errors, report.batch) == (1, [], None)
    assert nothing_written()
    assert not Learner.objects.exists()


def test_one_wrong_row_keeps_all_out(authority, now):
    licence(authority, "PH-1")
    assert wrong(authority, now, row("PH-1"), row("PH-9")) == [(3, "licence_number")]
    assert Licence.objects.get().holder is None


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([row("PH-9")], "licence_number"),
        ([row("PH-1", name="Bo Example")], "full_name"),
        ([row("PH-1", day="2026-11-23")], "passed_on"),
        ([row("PH-1", day="2019-06-30")], "passed_on"),
        ([row("PH-1", day="31/02/2024")], "passed_on"),
        ([row("PH-1", provider="")], "provider"),
    ],
)
def test_wrong_row_is_named_with_its_column(authority, now, rows, field):
    licence(authority, "PH-1")
    assert wrong(authority, now, *rows) == [(2, field)]


def test_licence_of_another_authority_is_not_there(authority, now):
    licence(AuthorityFactory(), "PH-1")
    assert wrong(authority, now, row("PH-1")) == [(2, "licence_number")]


def test_same_training_twice_in_the_file_is_wrong(authority, now):
    licence(authority, "PH-1")
    rows = (row("PH-1"), row("PH-1", day="03/04/2024"), row("PH-1", day="2021-04-03"))
    assert wrong(authority, now, *rows) == [(3, "")]


def test_training_that_was_entered_before_is_wrong(authority, now):
    held = licence(authority, "PH-1")
    enter(now=now, licence=held, provider_name="The council", passed_on=date(2024, 4, 3))
    report = enter_file(authority, now, row("PH-1"))
    assert [error.message for error in report.errors] == ["This training has been entered already."]
    assert not EvidenceBatch.objects.exists()


def test_row_about_oneself_or_somebody_one_knows_is_wrong(authority, now):
    by = officer(authority, now)
    own, known = (licence(authority, number, held=True) for number in ("PH-1", "PH-2"))
    Learner.objects.filter(pk=own.holder_id).update(user=by)
    Interest.objects.create(user=by, learner=known.holder, reason="Cousin.", declared_at=now)
    assert wrong(authority, now, row("PH-1"), row("PH-2"), by=by) == [(2, ""), (3, "")]


@pytest.mark.parametrize("dry_run", [True, False])
def test_same_file_twice_is_refused(authority, now, dry_run):
    licence(authority, "PH-1")
    enter_file(authority, now, row("PH-1"))
    assert code_of(enter_file, authority, now, row("PH-1"), dry_run=dry_run) == "same_file"


def test_file_that_was_refused_may_come_again(authority, now):
    licence(authority, "PH-1")
    decide_file(enter_file(authority, now, row("PH-1")).batch, now, accept=False)
    assert enter_file(authority, now, row("PH-1")).batch


def test_another_authority_may_have_the_same_file(authority, now):
    licence(authority, "PH-1")
    enter_file(authority, now, row("PH-1"))
    other = AuthorityFactory()
    licence(other, "PH-1")
    assert enter_file(other, now, row("PH-1")).batch


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
def test_only_an_officer_enters(authority, now, role):
    by = staff(role, authority, now)
    assert code_of(enter_file, authority, now, row("PH-1"), by=by) == "not_allowed"


def test_without_any_rule_nothing_can_be_entered(now, db):
    assert code_of(enter_file, AuthorityFactory(), now, row("PH-1")) == "no_rule"


def test_questions_do_not_grow_with_the_rows(authority, now, django_assert_num_queries):
    for number in range(40):
        licence(authority, f"PH-{number}")
    by, content = officer(authority, now), file(*(row(f"PH-{number}") for number in range(40)))
    any_course()
    with django_assert_num_queries(20):
        enter_file(authority, now, by=by, content=content)


# -- Deciding -------------------------------------------------------------------------------
@pytest.fixture
def batch(authority, now):
    licence(authority, "PH-1"), licence(authority, "PH-2", held=True)
    return enter_file(authority, now, row("PH-1"), row("PH-2")).batch


def test_accepted_rows_get_their_certificates_in_the_background(batch, now):
    decide_file(batch, now)
    assert not Certificate.objects.exists()
    assert issue_recognised(now=now) == 2
    assert set(Certificate.objects.values_list("passed_on", flat=True)) == {date(2024, 4, 3)}


def test_answers_are_kept_with_every_row(batch, now):
    decide_file(batch, now)
    assert {row.checklist["genuine"]["note"] for row in batch.evidence.all()} == {"By the trainer."}


def test_refused_rows_get_none(batch, now):
    decide_file(batch, now, accept=False)
    assert issue_recognised(now=now) == 0
    assert set(batch.evidence.values_list("decision", flat=True)) == {"refused"}
    assert not Message.objects.exists()


def test_holder_with_an_account_is_told(batch, now):
    decide_file(batch, now)
    issue_recognised(now=now)
    assert Message.objects.get().to == Licence.objects.get(number="PH-2").holder.user.email


def test_whoever_entered_it_does_not_decide(batch, now):
    assert code_of(decide_file, batch, now, by=batch.entered_by) == "same_person"


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
def test_only_an_officer_decides(batch, now, role):
    assert code_of(decide_file, batch, now, by=staff(role, batch.authority, now)) == "not_allowed"


def test_nobody_decides_about_themselves(batch, now):
    by = officer(batch.authority, now)
    Learner.objects.filter(licences__number="PH-2").update(user=by)
    assert code_of(decide_file, batch, now, by=by) == "own_record"


def test_checklist_and_reason_are_asked_for(batch, now):
    assert code_of(decide_file, batch, now, answers={}) == "checklist"
    assert code_of(decide_file, batch, now, accept=False, reason=" ") == "no_reason"


def test_first_decision_stands(batch, now):
    decide_file(batch, now, accept=False)
    assert code_of(decide_file, batch, now) == "decided"


def test_renewals_in_one_file_are_issued_in_their_order(authority, now):
    licence(authority, "PH-1")
    rows = (row("PH-1", day="2023-03-01"), row("PH-1", day="2020-04-03"))
    decide_file(enter_file(authority, now, *rows).batch, now)
    issue_recognised(now=now)
    assert set(Certificate.objects.values_list("passed_on", "valid_until")) == {
        (date(2020, 4, 3), date(2023, 4, 3)),
        (date(2023, 3, 1), date(2026, 4, 3)),
    }


def test_sweep_goes_on_where_it_left_off(batch, now):
    decide_file(batch, now)
    assert [issue_recognised(now=now, limit=1) for _ in range(3)] == [1, 1, 0]


def test_name_that_cannot_be_printed_blocks_no_other(batch, now, caplog):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE certificates_evidence SET holder_name = '—' WHERE licence_number = 'PH-1'"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    decide_file(batch, now)
    assert issue_recognised(now=now) == 1
    assert Certificate.objects.get().licence_number == "PH-2"
    assert "not issued" in caplog.text
