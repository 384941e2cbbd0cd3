"""An answer about an authority is kept with its proof, and is given again whatever comes later."""

import hashlib
import io
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from licensing.actions import difference, run_again, run_compliance
from licensing.compliance import compliance
from licensing.eligibility import Status
from licensing.measuring import concerns, differing, figures_of, measure, people, written_lines
from licensing.models import Requirement
from people.models import Licence
from people.register import decide_doubt, import_register, undo_import, upsert_licence
from tests.factories import LearnerFactory, UserFactory, make_course, make_requirement
from tests.licensing.factories import (
    date_history,
    make_certificate,
    make_licence,
    reinstate,
    revoke,
)
from tests.licensing.histories import (
    BARE_TRIGGERS,
    START,
    USUAL_TRIGGERS,
    make_histories,
    some_day,
    some_moment,
)

pytestmark = pytest.mark.django_db

PASSED_ON = date(2025, 4, 3)
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run(authority, *, as_at=TODAY, now=NOW, **asked):
    return run_compliance(authority=authority, as_at=as_at, by=None, now=now, **asked)


@pytest.fixture
def drivers(authority, course, requirement):
    """One whose training counts, one whose training lapsed, one who never passed."""
    licences = [make_licence(authority, f"PH-{number}") for number in (1, 2, 3)]
    for licence, passed_on in zip(licences, (PASSED_ON, date(2023, 1, 9)), strict=False):
        make_certificate(licence, course, passed_on=passed_on)
    date_history()
    return licences


def test_figures_are_those_of_the_api(authority, drivers):
    found = run(authority)

    asked = {"authority_id": authority.pk, "as_at": TODAY, "known_at": NOW}
    assert figures_of(found) == compliance(**asked)
    assert (found.numerator, found.denominator) == (1, 3)
    assert found.kinds == {"private_hire": {"numerator": 1, "denominator": 3}}


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_those_of_the_api_over_random_histories(authority, course, seed):
    chance = random.Random(seed)
    kinds = ["private_hire", "dual"]
    make_requirement(course, grace_days=seed, licence_kinds=kinds, effective_from=START)
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid",
                     authority=authority, licence_kinds=["dual"], effective_from=START)  # fmt: skip
    make_histories(seed, authority=authority, course=course, how_many=200)
    for _ in range(4):
        asked = {"as_at": some_day(chance) + 5 * DAY, "known_at": some_moment(chance)}
        found = measure(authority_id=authority.pk, **asked)
        figures = compliance(authority_id=authority.pk, **asked)
        assert found.figures == figures
        everybody = list(people(authority_id=authority.pk, **asked))
        assert len(everybody) == figures.denominator
        assert sum(kind.denominator for kind in found.kinds.values()) == figures.denominator
        assert sum(kind.numerator for kind in found.kinds.values()) == figures.numerator
        for status, count in figures.counts.items():
            assert sum(person.status == status for person in everybody) == count


def test_one_statement_finds_figures_and_digest(authority, drivers, django_assert_num_queries):
    with django_assert_num_queries(1):
        measure(authority_id=authority.pk, as_at=TODAY, known_at=NOW)


def test_digest_is_that_of_the_lines(authority, drivers):
    found = run(authority)
    text = "".join(written_lines(**found.question))

    assert hashlib.sha256(text.encode()).hexdigest() == found.digest


def test_lines_say_what_decided_and_name_nobody(authority, drivers, requirement):
    found = run(authority)
    lines = [line.rstrip("\n").split("\t") for line in written_lines(**found.question)]

    head, rule, *licences = lines
    asked = [str(authority.pk), "2026-11-22", "2026-11-22T12:00:00.000000Z"]
    assert head == ["compliance 1", *asked]
    every_kind = ",".join(requirement.licence_kinds)
    terms = [str(requirement.pk), "safeguarding", str(requirement.course_id)]
    assert rule == ["rule", *terms, "2019-07-01", "0", every_kind, "-", "everybody"]
    reference = drivers[0].holder.certificates.get().reference
    holder = hashlib.sha256(f"holder {drivers[0].holder_id}".encode()).hexdigest()[:16]
    judged = ["safeguarding", str(requirement.pk), "valid", reference, "2028-04-03", "-"]
    assert licences[0] == ["licence", "PH-1", "private_hire", "current", holder, *judged]
    assert [line[-4:] for line in licences[2:]] == [["never_passed", "-", "-", "-"]]
    assert drivers[0].full_name not in str(lines)


def test_rules_of_one_requirement_are_written_by_their_key(authority, drivers, course):
    """For new drivers and for those who were there before, both with the same code."""
    own = {"authority": authority, "effective_from": date(2020, 1, 1), "due_by": date(2027, 1, 31)}
    rules = [make_requirement(course, applies_to=whom, **own) for whom in ("new", "existing")]
    make_licence(authority, "PH-9", created_at=datetime(2021, 3, 1, tzinfo=UTC))
    date_history()
    lines = [line.rstrip("\n").split("\t") for line in written_lines(**run(authority).question)]

    written = [line for line in lines if line[0] == "rule"]
    assert [line[1] for line in written] == [str(rule.pk) for rule in rules]
    assert [line[-2:] for line in written] == [["2027-01-31", "new"], ["2027-01-31", "existing"]]


def test_same_question_has_the_same_digest(authority, drivers):
    first = run(authority)
    again = run_again(run=first, by=None, now=NOW + DAY)

    assert (again.as_at, again.known_at) == (first.as_at, first.known_at)
    assert (again.digest, again.answer_digest) == (first.digest, first.answer_digest)
    assert again.pk != first.pk
    assert difference(again) is None


def test_what_was_known_by_then_is_in_the_digest(authority, drivers):
    first = run(authority)
    later = run(authority, now=NOW + HOUR)

    assert later.digest != first.digest
    assert later.answer_digest == first.answer_digest


# What happens later, each as its own room records it.


def later_revocation(authority, drivers, course):
    certificate = drivers[0].holder.certificates.get()
    revoke(certificate, effective_on=PASSED_ON, recorded_at=NOW + HOUR)


def later_reinstatement(authority, drivers, course):
    later_revocation(authority, drivers, course)
    certificate = drivers[0].holder.certificates.get()
    reinstate(certificate, effective_on=PASSED_ON, recorded_at=NOW + 2 * HOUR)


def later_certificate(authority, drivers, course):
    make_certificate(drivers[2], course, passed_on=PASSED_ON, issued_at=NOW + HOUR)


def later_licence(authority, drivers, course):
    make_licence(authority, "NEW-4", created_at=NOW + HOUR)


def later_register(authority, drivers, course):
    """Everything in the register is another thing now, of everybody who is a real person here."""
    Licence.objects.filter(authority=authority, holder__created_at__isnull=False).update(
        kind="dual", state="surrendered", full_name="New Name", expires_on=date(2020, 1, 1)
    )


def later_names(authority, drivers, course):
    authority.code, authority.name = "NEW", "New Council"
    authority.save()
    course.title = "Another title"
    course.save()
    drivers[0].holder.full_name = "New Name"
    drivers[0].holder.save()


def later_rule(authority, drivers, course):
    rule = Requirement.objects.create(
        authority=authority, course=course, effective_from=date(2020, 1, 1), grace_days=900,
        reason="Test", proposed_by=UserFactory(), proposed_at=NOW - HOUR,
    )  # fmt: skip
    rule.approve(by=UserFactory(), now=NOW + HOUR)


def later_holder(authority, drivers, course):
    """A record without account is taken over by whoever it was of."""
    licence = drivers[1]
    record = licence.holder
    type(record).objects.filter(pk=record.pk).update(user=None)
    licence.hold(LearnerFactory(authority=authority), now=NOW + HOUR)
    record.refresh_from_db()
    record.succeeded_by, record.succeeded_at = licence.holder, NOW + HOUR
    record.save()


LATER = [
    later_revocation,
    later_reinstatement,
    later_certificate,
    later_licence,
    later_register,
    later_names,
    later_rule,
    later_holder,
]


@pytest.mark.parametrize("happens", LATER)
def test_what_is_recorded_later_changes_no_answer(authority, drivers, course, happens):
    first = run(authority)
    happens(authority, drivers, course)
    date_history(at=NOW + HOUR)
    again = run_again(run=first, by=None, now=NOW + DAY)

    assert again.digest == first.digest
    assert list(people(**again.question)) == list(people(**first.question))


@pytest.mark.parametrize("seed", range(6))
def test_nothing_that_comes_later_changes_any_answer_over_random_histories(authority, course, seed):
    """Later facts of every kind, in any order, on top of histories that have no order either."""
    chance = random.Random(seed)
    make_requirement(course, effective_from=START)
    make_histories(seed, authority=authority, course=course, how_many=150)
    drivers = [make_licence(authority, f"X-{n}") for n in (1, 2, 3)]
    for licence, passed_on in zip(drivers, (PASSED_ON, date(2023, 1, 9)), strict=False):
        make_certificate(licence, course, passed_on=passed_on)
    date_history()
    asked = [(some_day(chance) + 5 * DAY, some_moment(chance)) for _ in range(3)] + [(TODAY, NOW)]
    firsts = [run(authority, as_at=as_at, known_at=known_at) for as_at, known_at in asked]
    for happens in chance.sample(LATER, k=4):
        happens(authority, drivers, course)
    date_history(at=NOW + HOUR)
    again = [run_again(run=first, by=None, now=NOW + DAY) for first in firsts]

    assert [one.digest for one in again] == [one.digest for one in firsts]


def test_import_that_was_undone_since_is_in_the_answers_about_then(authority, requirement):
    rows = "licence_number,licence_kind,full_name,date_of_birth,licence_state\n" + "".join(
        f"PH-{n},private_hire,Driver {n},1980-01-0{n},current\n" for n in (1, 2)
    )
    done = import_register(
        authority=authority, source=io.BytesIO(rows.encode()), file_name="register.csv",
        by=None, now=NOW - HOUR, today=TODAY,
    )  # fmt: skip
    date_history(at=NOW - HOUR)
    first = run(authority)
    assert first.denominator == 2
    undo_import(
        register_import=done.register_import, by=UserFactory(), reason="Wrong file.", now=NOW + HOUR
    )
    date_history(at=NOW + HOUR)
    assert not Licence.objects.exists()

    again = run_again(run=first, by=None, now=NOW + DAY)
    found = list(people(**first.question))

    assert again.digest == first.digest
    assert [(one.number, one.gone) for one in found] == [("PH-1", True), ("PH-2", True)]
    assert run(authority, now=NOW + DAY).denominator == 0


def test_history_that_was_tampered_with_shows(authority, drivers):
    """No door does this; somebody with the keys of the database might."""
    first = run(authority)
    with connection.cursor() as cursor:
        cursor.execute(BARE_TRIGGERS)
        cursor.execute(
            "UPDATE certificates_certificate SET valid_until = valid_until + 3000 WHERE id = %s",
            [drivers[1].holder.certificates.get().pk],
        )
        cursor.execute(USUAL_TRIGGERS)
    again = run_again(run=first, by=None, now=NOW + DAY)

    assert difference(first) is None
    found = difference(again)
    assert (found.before, found.lines, found.reworded) == (first, 1, False)


def test_difference_goes_by_the_first_answer(authority, drivers):
    first = run(authority)
    make_licence(authority, "PH-4")
    date_history()
    for _ in range(2):
        again = run_again(run=first, by=None, now=NOW + DAY)

    assert (difference(again).before, difference(again).lines) == (first, 1)


def test_other_councils_answers_are_none_to_compare_with(authority, other_authority, drivers):
    run(authority)
    assert difference(run(other_authority)) is None


@pytest.mark.parametrize(
    ("first", "second", "lines"),
    [("", "", 0), ("a", "a", 0), ("ab", "ac", 1), ("ab", "a", 1), ("a", "ab", 1), ("abc", "d", 3)],
)
def test_lines_that_differ_are_counted(first, second, lines):
    marks = [b"".join(letter.encode() * 8 for letter in letters) for letters in (first, second)]
    assert differing(*marks) == lines


def test_instant_to_come_counts_as_now(authority, drivers):
    assert run(authority, known_at=NOW + HOUR).known_at == NOW


def test_purpose_and_asker_are_kept(authority, drivers):
    officer = UserFactory()
    found = run_compliance(
        authority=authority, as_at=TODAY, by=officer, now=NOW, purpose=" For the committee "
    )

    found.refresh_from_db()
    assert (found.run_by, found.run_at, found.purpose) == (officer, NOW, "For the committee")


def test_licence_that_was_someone_elses_is_theirs_then(authority, course, requirement):
    """The register says their name then, and their training answers."""
    licence = make_licence(authority, full_name="Ade Example")
    make_certificate(licence, course, passed_on=PASSED_ON)
    date_history()
    first = run(authority, as_at=date(2026, 9, 30), known_at=NOW - DAY)
    hand_over(licence, now=NOW - HOUR)
    date_history(at=NOW - HOUR)
    third = run(authority, as_at=date(2026, 9, 30))

    again = run_again(run=first, by=None, now=NOW)
    names = [
        [one.full_name for one in people(**r.question)] for r in (again, third, run(authority))
    ]
    assert again.digest == first.digest
    assert (third.numerator, run(authority).numerator) == (1, 0)
    assert names == [["Ade Example"], ["Ade Example"], ["Bilal Hussain"]]


def hand_over(licence, *, now):
    given = {
        "licence_number": licence.number,
        "licence_kind": "private_hire",
        "full_name": "Bilal Hussain",
        "date_of_birth": "1990-01-02",
        "licence_state": "current",
    }
    put = upsert_licence(authority=licence.authority, given=given, now=now, today=TODAY)
    decide_doubt(
        doubt=put.doubt, decision="another_person", another_from=date(2026, 10, 1),
        reason="Seen at the counter.", by=UserFactory(), now=now,
    )  # fmt: skip


@pytest.fixture
def listed(authority, requirement):
    """Five who never passed."""
    return [make_licence(authority, f"HC-{number}") for number in range(5)]


def test_people_come_in_pages_that_neither_skip_nor_repeat(authority, drivers, listed):
    asked = {"authority_id": authority.pk, "as_at": TODAY, "known_at": NOW}
    seen, after = [], None
    while page := list(people(**asked, after=after, limit=3)):
        seen += [one.number for one in page]
        after = page[-1].licence_id

    assert seen == sorted([licence.number for licence in (*drivers, *listed)])


def test_whom_an_answer_concerns(authority, other_authority, listed):
    asked = {"authority_id": authority.pk, "as_at": TODAY, "known_at": NOW}
    elsewhere = make_licence(other_authority, "WV-1")

    assert concerns(**asked, hidden={listed[2].holder_id})
    assert not concerns(**asked, hidden={elsewhere.holder_id})


def test_person_who_is_known_under_another_record_by_now_is_concerned(authority, drivers, course):
    later_holder(authority, drivers, course)
    asked = {"authority_id": authority.pk, "as_at": TODAY, "known_at": NOW}

    assert concerns(**asked, hidden={drivers[1].holder_id})


def test_days_lapsed_are_counted_from_the_last_day(authority, drivers):
    asked = {"authority_id": authority.pk, "as_at": TODAY, "known_at": NOW}
    found = {one.number: (one.status, one.days_lapsed) for one in people(**asked)}

    lapsed = (TODAY - date(2026, 1, 9)).days
    assert found == {
        "PH-1": (Status.VALID, None),
        "PH-2": (Status.EXPIRED, lapsed),
        "PH-3": (Status.NEVER_PASSED, None),
    }


def test_what_is_still_being_written_is_not_known_yet(authority):
    """The register's history dates what a long import writes by the moment it began."""
    other = connection.copy()
    try:
        other.set_autocommit(autocommit=False)
        with other.cursor() as cursor:
            cursor.execute("SELECT now()")
            (begun,) = cursor.fetchone()
        found = run(authority, now=datetime.now(tz=UTC) + HOUR)
        again = run_again(run=run(authority, known_at=NOW), by=None, now=NOW + HOUR)
    finally:
        other.close()

    assert found.known_at < begun
    assert again.known_at == NOW
