"""Two records of one person become one by the word of two officers, and part again the same way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from certificates.actions import carry_over, correct, revoke
from certificates.keys import signing_keys
from certificates.models import Certificate
from courses.models import CohortPlace, Enrolment
from licensing.actions import (
    MergeRefused,
    confirm_merge,
    drop_merge,
    propose_merge,
    propose_undoing,
)
from licensing.answers import training_status
from licensing.compliance import statuses
from licensing.models import Requirement
from lms.records import certificates, merged, recognised
from outbox.models import Message
from people.actions import claim_licence, declare_interest, grant_membership, hold_without_account
from people.models import Learner, Licence, LicenceClaim, RecordMerge, RegisterDoubt, User
from people.perms import conflict, kept_from, known_people
from people.register import decide_doubt
from people.register.merging import part_records
from tests.certificates.factories import any_course, make_certificate, make_sitting
from tests.certificates.recognised import recognise
from tests.courses.training import make_cohort
from tests.factories import (
    AuthorityFactory,
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    make_requirement,
    make_validity_rule,
    staff,
)
from tests.people.register_files import AMINA, taken

pytestmark = pytest.mark.django_db
WHY = "Both badges and one passport were shown at the counter."


@pytest.fixture(autouse=True)
def rules(db):
    make_validity_rule()
    make_requirement(any_course(), code="safeguarding", licence_kinds=Licence.Kind.values)


@pytest.fixture
def council(db):
    return AuthorityFactory()


@pytest.fixture
def officers(council, now):
    return [staff("officer", council, now) for _ in range(2)]


@pytest.fixture
def gone(council, now):
    """Signed up first, trained, and holds a licence."""
    learner = LearnerFactory(authority=council, full_name="Amina Example")
    LicenceFactory(
        authority=council, holder=learner, held_from=now - timedelta(days=40), number="AE-1"
    )
    return learner


@pytest.fixture
def stays(council, now):
    """The same person with another e-mail address and another number."""
    learner = LearnerFactory(authority=council, full_name="Amina Example")
    LicenceFactory(
        authority=council, holder=learner, held_from=now - timedelta(days=40), number="AE-2"
    )
    return learner


@pytest.fixture
def trained(gone, now):
    return make_certificate(at=now - timedelta(days=30), learner=gone)


@pytest.fixture
def propose(gone, stays, officers, now):
    def propose(**facts):
        given = {"gone": gone, "stays": stays, "evidence": "", "reason": WHY, "by": officers[0]}
        return propose_merge(**{**given, "now": now, **facts})

    return propose


@pytest.fixture
def merged_records(propose, officers, trained, now):
    """Confirmed, with the certificates where they belong."""
    return confirm_merge(merge=propose(), by=officers[1], now=now)


def undo(merge, officers, now):
    later = now + timedelta(hours=2)
    undoing = propose_undoing(merge=merge, reason="Sisters.", by=officers[0], now=later)
    confirm_merge(merge=undoing, by=officers[1], now=later)
    return later + timedelta(minutes=2)


def ask(number, council, known_at):
    """What the answer for one licence and that for many say; they are the same."""
    as_at = known_at.date()
    one = training_status(authority=council, number=number, as_at=as_at, known_at=known_at)
    many = statuses(authority_id=council.pk, as_at=as_at, known_at=known_at)
    told = [(number, each.terms.code, each.status) for each in one.requirements]
    assert told == [row[:3] for row in many if row[0] == number]
    return one.training


def refused(call, **facts):
    with pytest.raises(MergeRefused) as refusal:
        call(**facts)
    return refusal.value.code


# -- Proposing ------------------------------------------------------------------------------
def test_nothing_changes_until_somebody_else_confirms(propose, gone, stays):
    propose()
    gone.refresh_from_db()
    assert gone.succeeded_by is None
    assert gone.licences.get().number == "AE-1"
    assert gone.user.is_active


def test_same_birth_and_name_are_found(propose):
    assert propose().grounds == ["birth_and_name"]


def test_name_alone_is_refused(propose, council, now):
    other = LearnerFactory(authority=council, full_name="Amina Example")
    assert refused(propose, gone=other) == "no_grounds"


def test_evidence_that_was_seen_is_enough_and_is_kept(propose, council):
    other = LearnerFactory(authority=council, full_name="Amina Example")
    merge = propose(gone=other, evidence="Passport")
    assert (merge.grounds, merge.evidence) == (["evidence"], "Passport")


def test_having_asked_for_the_others_licence_is_found(propose, stays, council, now):
    other = LearnerFactory(authority=council, full_name="A. E.")
    held = stays.licences.get()
    asked = {"authority": council, "number": held.number, "date_of_birth": held.date_of_birth}
    claim_licence(learner=other, now=now, **asked)
    assert refused(propose, gone=other) == "claim_waits"
    other.claims.update(decision="declined", decided_at=now)
    assert propose(gone=other).grounds == ["number"]


def test_proposing_again_gives_what_waits(propose):
    assert propose() == propose()


def test_another_proposal_about_the_same_record_waits_its_turn(propose, officers):
    propose()
    assert refused(propose, by=officers[1]) == "waiting"


@pytest.mark.parametrize("reason", ["", " "])
def test_reason_is_required(propose, reason):
    assert refused(propose, reason=reason) == "no_reason"


def test_record_cannot_be_merged_into_itself(propose, stays):
    assert refused(propose, gone=stays) == "same_record"


def test_account_does_not_go_into_a_record_without_one(propose, council, now):
    licence = LicenceFactory(authority=council)
    record = hold_without_account(licence=licence, now=now)
    assert refused(propose, stays=record) == "account_stays"


def test_record_without_account_goes_into_an_account(propose, council, stays, officers, now):
    licence = LicenceFactory(authority=council)
    record = hold_without_account(licence=licence, now=now)
    confirm_merge(merge=propose(gone=record), by=officers[1], now=now)
    licence.refresh_from_db()
    assert licence.holder == stays


def test_account_of_staff_does_not_go(propose, gone, council, now):
    user = staff("author", council, now)
    Learner.objects.filter(pk=gone.pk).update(user=user)
    assert refused(propose) == "staff_account"


def test_account_that_was_one_of_staff_does_not_go(propose, gone, council, officers, now):
    """What it proposed, and whom it knows, would bind nobody: the survivor is another account."""
    grant = {"authority": council, "role": "officer", "by": None, "now": now}
    grant_membership(user=gone.user, **grant)
    someone = LearnerFactory(authority=council)
    declare_interest(user=gone.user, learner=someone, reason="A friend", now=now)
    gone.user.memberships.get().end(by=officers[0], now=now)
    assert refused(propose) == "staff_account"
    assert refused(propose, by=UserFactory(is_superuser=True)) == "staff_account"


def test_interest_binds_whoever_survives(propose, gone, stays, council, officers, now):
    """The account with the interest can only be the one that stays."""
    someone = LearnerFactory(authority=council)
    declare_interest(user=gone.user, learner=someone, reason="A friend", now=now)
    assert refused(propose, by=UserFactory(is_superuser=True)) == "staff_account"
    merge = propose(gone=stays, stays=gone)
    confirm_merge(merge=merge, by=officers[1], now=now)
    assert someone.pk in known_people(gone.user)
    assert conflict(gone.user, someone) == "interest"


def test_account_whose_proposal_waits_does_not_go(propose, gone, stays, council, officers, now):
    """Also where no role is left to tell: two of the person's accounts would be two names."""
    others = [LearnerFactory(authority=council) for _ in range(2)]
    User.objects.filter(pk=gone.user_id).update(is_superuser=True)
    gone.user.refresh_from_db()
    propose(gone=others[0], stays=others[1], evidence="Passport", by=gone.user)
    User.objects.filter(pk=gone.user_id).update(is_superuser=False)
    assert refused(propose, by=UserFactory(is_superuser=True)) == "staff_account"


def test_role_that_was_granted_since_is_looked_at_again(propose, gone, council, officers, now):
    merge = propose()
    grant = {"authority": council, "role": "auditor", "by": None, "now": now}
    grant_membership(user=gone.user, **grant)
    assert refused(confirm_merge, merge=merge, by=officers[1], now=now) == "staff_account"


@pytest.mark.parametrize("role", ["officer", "councillor"])
def test_staff_of_another_council_is_not_told(propose, gone, now, role):
    grant = {"authority": AuthorityFactory(), "role": role, "by": None, "now": now}
    grant_membership(user=gone.user, **grant)
    assert refused(propose) == "other_council"


def test_open_test_has_to_be_finished_first(propose, gone, now):
    make_sitting(at=now, learner=gone, outcome="open")
    assert refused(propose) == "open_sitting"


def elsewhere(kind, learner, now):
    """Something of the learner that another council has on record."""
    other = AuthorityFactory()
    if kind == "trains for":
        # What it is merged by is a licence alone.
        LicenceFactory(authority=learner.authority, holder=learner, held_from=now)
        Learner.objects.filter(pk=learner.pk).update(authority=other)
    elif kind == "licence":
        LicenceFactory(authority=other, holder=learner, held_from=now)
    elif kind == "claim":
        asked = {"number": "ZZ-1", "date_of_birth": now.date()}
        LicenceClaim.objects.create(learner=learner, authority=other, made_at=now, **asked)
    elif kind == "certificate":
        make_certificate(at=now - timedelta(days=9), learner=learner, authority=other)
    elif kind == "enrolment":
        round_of = {"course": any_course(), "authority": other, "started_at": now}
        Enrolment.objects.create(learner=learner, **round_of)
    elif kind == "sitting":
        make_sitting(at=now, learner=learner, authority=other, outcome="open")
    elif kind == "earlier record":
        earlier = LearnerFactory(authority=other)
        Learner.objects.filter(pk=earlier.pk).update(succeeded_by=learner, succeeded_at=now)


ELSEWHERE = (
    "trains for",
    "licence",
    "claim",
    "certificate",
    "enrolment",
    "sitting",
    "earlier record",
)


@pytest.mark.parametrize("kind", ELSEWHERE)
@pytest.mark.parametrize("which", ["gone", "stays"])
def test_what_another_council_has_is_left_to_the_administrator(propose, request, kind, which, now):
    """Also on the side that stays: the answers of the other council would change."""
    elsewhere(kind, request.getfixturevalue(which), now)
    assert refused(propose) == "other_council"
    admin = UserFactory(is_superuser=True)
    if (kind, which) not in {("claim", "gone"), ("sitting", "gone")}:
        assert propose(by=admin).proposed_by == admin


def test_who_serves_both_councils_may_merge_what_both_have(propose, gone, officers, now):
    other = AuthorityFactory()
    LicenceFactory(authority=other, holder=gone, held_from=now)
    grant = {"authority": other, "role": "officer", "by": None, "now": now}
    grant_membership(user=officers[0], **grant)
    merge = propose()
    assert refused(confirm_merge, merge=merge, by=officers[1], now=now) == "other_council"


def test_officer_of_another_council_is_refused(propose, now):
    assert refused(propose, by=staff("officer", AuthorityFactory(), now)) == "not_allowed"


@pytest.mark.parametrize("role", ["auditor", "author"])
def test_other_staff_are_refused(propose, council, now, role):
    assert refused(propose, by=staff(role, council, now)) == "not_allowed"


@pytest.mark.parametrize("which", ["gone", "stays"])
def test_whoever_knows_one_of_them_is_refused(propose, request, officers, which, now):
    learner = request.getfixturevalue(which)
    declare_interest(user=officers[0], learner=learner, reason="A friend", now=now)
    assert refused(propose) == "not_allowed"


# -- Deciding -------------------------------------------------------------------------------
def test_whoever_proposed_does_not_confirm(propose, officers, now):
    assert refused(confirm_merge, merge=propose(), by=officers[0], now=now) == "same_person"


def test_second_officer_who_knows_the_person_is_refused(propose, officers, stays, now):
    merge = propose()
    declare_interest(user=officers[1], learner=stays, reason="A friend", now=now)
    assert refused(confirm_merge, merge=merge, by=officers[1], now=now) == "not_allowed"


def test_what_came_up_since_is_looked_at_again(propose, officers, gone, now):
    merge = propose()
    make_sitting(at=now, learner=gone, outcome="open")
    assert refused(confirm_merge, merge=merge, by=officers[1], now=now) == "open_sitting"


def test_declined_and_taken_back_change_nothing(propose, officers, gone, now):
    assert drop_merge(merge=propose(), by=officers[1], now=now).decision == "declined"
    assert drop_merge(merge=propose(), by=officers[0], now=now).decision == "taken_back"
    gone.refresh_from_db()
    assert gone.succeeded_by is None


def test_declined_one_cannot_be_confirmed(propose, officers, now):
    merge = propose()
    drop_merge(merge=merge, by=officers[1], now=now)
    assert refused(confirm_merge, merge=merge, by=officers[1], now=now) == "decided"


def test_confirming_again_changes_nothing(merged_records, officers, now):
    again = confirm_merge(merge=merged_records, by=officers[1], now=now + timedelta(days=1))
    assert again.decided_at == now


def test_licences_and_certificates_are_those_of_the_record_that_stays(merged_records, stays, gone):
    assert sorted(stays.licences.values_list("number", flat=True)) == ["AE-1", "AE-2"]
    new = Certificate.objects.of(stays).get()
    assert new.replaces.learner == gone
    assert new.replaces.events.last().kind == "replaced"


def test_account_is_closed_and_told(merged_records, gone, stays):
    gone.user.refresh_from_db()
    assert not gone.user.is_active
    message = Message.objects.get(key=f"merge:{merged_records.pk}")
    assert message.to == gone.user.email
    assert f"p…@{stays.user.email.partition('@')[2]}" in message.body
    assert stays.user.email not in message.body


def test_both_licences_are_answered_with_the_training(merged_records, council, now):
    later = now + timedelta(hours=1)
    assert [ask(number, council, later) for number in ("AE-1", "AE-2")] == ["met", "met"]


def test_answers_about_earlier_moments_stay_as_they_were(propose, trained, council, officers, now):
    moments = [now - timedelta(days=days) for days in (35, 20, 1)]
    before = [[ask(number, council, at) for at in moments] for number in ("AE-1", "AE-2")]
    confirm_merge(merge=propose(), by=officers[1], now=now)
    assert before == [["not_met", "met", "met"], ["not_met"] * 3]
    assert [[ask(number, council, at) for at in moments] for number in ("AE-1", "AE-2")] == before


def test_answers_from_before_an_account_outlast_a_later_merge(council, stays, officers, now):
    """A record without account, claimed by an account, which goes into another one."""
    licence = LicenceFactory(authority=council, number="AE-3")
    recognise(now=now - timedelta(days=9), licence=licence)
    account = LearnerFactory(authority=council)
    asked = {"authority": council, "number": "AE-3", "date_of_birth": licence.date_of_birth}
    claim_licence(learner=account, now=now - timedelta(days=5), **asked)
    carry_over(now=now - timedelta(days=5))
    facts = {"gone": account, "stays": stays, "evidence": "", "reason": WHY}
    merge = propose_merge(by=officers[0], now=now, **facts)
    confirm_merge(merge=merge, by=officers[1], now=now)
    moments = [now - timedelta(days=days) for days in (10, 8, 4, 0)]
    assert [ask("AE-3", council, at) for at in moments] == ["not_met", "met", "met", "met"]


@pytest.mark.parametrize("joined", ["gone", "record"])
def test_places_in_a_group_follow_there_and_back(request, council, officers, propose, joined, now):
    """The rule is for the group alone; asked about the licence of the record that stays."""
    course = make_course(slug="groups")
    group = make_cohort(council, now - timedelta(days=20), course=course)
    facts = {"applies_to": Requirement.Whom.COHORT, "cohort": group, "authority": council}
    make_requirement(course, code="group", licence_kinds=Licence.Kind.values, **facts)
    gone = request.getfixturevalue("gone")
    member = gone if joined == "gone" else LearnerFactory(authority=council)
    CohortPlace.objects.create(
        cohort=group, learner=member, added_by=officers[0], added_at=now - timedelta(days=9)
    )
    if member != gone:
        Learner.objects.filter(pk=member.pk).update(
            succeeded_by=gone, succeeded_at=now - timedelta(days=5)
        )
    merge = confirm_merge(merge=propose(), by=officers[1], now=now)
    moments = [now - timedelta(days=1), now + timedelta(hours=1)]
    assert [needed("AE-2", council, at) for at in moments] == [False, True]
    assert needed("AE-1", council, moments[0])
    end = undo(merge, officers, now)
    assert [needed("AE-2", council, at) for at in (*moments, end)] == [False, True, False]
    assert [needed("AE-1", council, at) for at in (*moments, end)] == [True] * 3


def needed(number, council, known_at):
    """Whether the rule for the group was in force for the licence; both statements say the same."""
    asked = {"as_at": known_at.date(), "known_at": known_at}
    one = training_status(authority=council, number=number, **asked)
    many = statuses(authority_id=council.pk, **asked)
    codes = {each.terms.code for each in one.requirements if each.terms}
    assert codes == {code for of, code, *_ in many if of == number and code}
    return "group" in codes


def test_who_had_a_number_earlier_keeps_its_answer_through_a_merge(propose, officers, now):
    """The number is another person's today; about its day the answer follows the earlier holder."""
    council = officers[0].memberships.get().authority
    earlier = LearnerFactory(authority=council, full_name="Amina Example")
    LicenceFactory(authority=council, holder=earlier, held_from=now - timedelta(days=50))
    make_certificate(at=now - timedelta(days=30), learner=earlier)
    old_day = hand_over(council, earlier, now)
    ask_then = {"authority": council, "number": "PH1001", "as_at": old_day}
    then = [now - timedelta(hours=1), now + timedelta(hours=1), now + timedelta(hours=4)]
    before = training_status(**ask_then, known_at=then[0]).training
    merge = confirm_merge(merge=propose(gone=earlier), by=officers[1], now=now)
    after = training_status(**ask_then, known_at=then[1]).training
    undo(merge, officers, now)
    parted = [training_status(**ask_then, known_at=moment).training for moment in then]
    assert [before, after, *parted] == ["met"] * 5


def hand_over(council, learner, now):
    """PH1001 was the learner's until two days ago. Returns a day on which it was."""
    number = "PH1001"
    taken(council, now, AMINA | {"licence_number": number})
    licence = Licence.objects.get(number=number)
    licence.hold(learner, now=now - timedelta(days=50))
    taken(council, now, AMINA | {"licence_number": number, "full_name": "Bilal Hussain"})
    day = (now - timedelta(days=2)).date()
    decide_doubt(
        doubt=RegisterDoubt.objects.get(),
        decision="another_person",
        reason="Seen.",
        by=UserFactory(),
        now=now - timedelta(hours=2),
        another_from=day,
    )
    return day - timedelta(days=1)


def test_chain_of_records_stays_short(merged_records, council, stays, gone, officers, now):
    third = LearnerFactory(authority=council, full_name="Amina Example")
    LicenceFactory(authority=council, holder=third, held_from=now)
    facts = {"evidence": "", "reason": WHY, "by": officers[0], "now": now}
    fourth = hold_without_account(licence=LicenceFactory(authority=council), now=now)
    Learner.objects.filter(pk=fourth.pk).update(succeeded_by=gone, succeeded_at=now)
    assert refused(propose_merge, gone=stays, stays=third, **facts) == "too_deep"
    assert propose_merge(gone=third, stays=stays, **facts).grounds == ["birth_and_name"]


def test_record_that_went_is_not_merged_again(merged_records, propose, gone):
    assert refused(propose) == "not_allowed"


def test_interest_in_one_keeps_from_all_of_the_same_person(merged_records, gone, stays, now):
    for known in (gone, stays):
        user = UserFactory()
        declare_interest(user=user, learner=known, reason="A friend", now=now)
        seen = Learner.objects.filter(kept_from(user, place=""))
        assert set(seen) == {gone, stays}
        assert known_people(user) == {gone.pk, stays.pk}


def test_own_record_is_known_through_two_steps(merged_records, gone, stays, council, now):
    record = hold_without_account(licence=LicenceFactory(authority=council), now=now)
    Learner.objects.filter(pk=record.pk).update(succeeded_by=gone, succeeded_at=now)
    record.refresh_from_db()
    assert conflict(stays.user, record) == "own_record"
    assert known_people(stays.user) == {record.pk, gone.pk, stays.pk}


# -- Undoing --------------------------------------------------------------------------------
def test_undone_by_two_as_well(merged_records, officers, now):
    undoing = propose_undoing(merge=merged_records, reason="Sisters.", by=officers[0], now=now)
    assert refused(confirm_merge, merge=undoing, by=officers[0], now=now) == "same_person"


def test_licences_certificates_and_account_go_back(merged_records, officers, gone, stays, now):
    undo(merged_records, officers, now)
    gone.refresh_from_db()
    gone.user.refresh_from_db()
    assert (gone.succeeded_by, gone.user.is_active) == (None, True)
    assert gone.licences.get().number == "AE-1"
    assert stays.licences.get().number == "AE-2"
    assert not Certificate.objects.of(stays).counting().exists()
    assert Certificate.objects.of(gone).counting().count() == 1


def test_every_answer_stays_what_it_was_at_its_moment(merged_records, officers, council, now):
    between = now + timedelta(hours=1)
    end = undo(merged_records, officers, now)
    moments = [now - timedelta(days=1), between, end]
    assert [ask("AE-1", council, at) for at in moments] == ["met", "met", "met"]
    assert [ask("AE-2", council, at) for at in moments] == ["not_met", "met", "not_met"]


def test_sweep_leaves_alone_what_went_back(merged_records, officers, now):
    end = undo(merged_records, officers, now)
    assert carry_over(now=end) == 0


def test_merged_again_after_a_mistake_about_a_mistake(merged_records, propose, officers, now):
    end = undo(merged_records, officers, now)
    merge = confirm_merge(merge=propose(now=end), by=officers[1], now=end)
    assert carry_over(now=end) == 0
    assert Certificate.objects.of(merge.stays).counting().count() == 1


def test_what_was_revoked_in_between_stays_revoked(merged_records, officers, gone, stays, now):
    copy = Certificate.objects.of(stays).get()
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    revoke(certificate=copy, reason="Not genuine.", now=now + timedelta(minutes=5), **people)
    end = undo(merged_records, officers, now)
    back = Certificate.objects.of(gone).get(replaces=copy)
    assert back.events.last().kind == "revoked"
    assert not Certificate.objects.of(gone).counting().exists()
    assert broken(end) == []


def test_more_time_never_helps_who_was_merged_with_a_revoked_record(
    propose, trained, council, officers, now
):
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    day = now.date() - timedelta(days=9)
    earlier = now - timedelta(days=8)
    revoke(certificate=trained, reason="Fake.", effective_on=day, now=earlier, **people)
    course = any_course()
    make_requirement(course, code="later", due_by=now.date(), licence_kinds=Licence.Kind.values)
    before = [ask_of_each_day(number, council, now, day) for number in ("AE-1", "AE-2")]
    merge = confirm_merge(merge=propose(), by=officers[1], now=now)
    after = [ask_of_each_day(number, council, now, day) for number in ("AE-1", "AE-2")]
    assert before == [["valid", "revoked"], ["in_grace", "in_grace"]]
    assert after == [["valid", "revoked"]] * 2
    end = undo(merge, officers, now)
    assert ask_of_each_day("AE-2", council, end, day) == ["in_grace", "in_grace"]
    assert broken(now) == []


def ask_of_each_day(number, council, known_at, day):
    """The status under the rule with a deadline on the day before and on the day itself."""
    found = []
    for as_at in (day - timedelta(days=1), day):
        asked = {"as_at": as_at, "known_at": known_at}
        many = statuses(authority_id=council.pk, **asked)
        one = training_status(authority=council, number=number, **asked)
        told = {each.terms.code: each.status for each in one.requirements}
        assert told == {row[1]: row[2] for row in many if row[0] == number}
        found.append(told["later"])
    return found


@pytest.fixture
def no_keys(settings, tmp_path):
    """From now on nothing can be signed: a folder is no file of keys."""

    def take_away():
        settings.SIGNING_KEY_FILE = str(tmp_path)
        signing_keys.cache_clear()

    yield take_away
    signing_keys.cache_clear()


def test_records_are_not_merged_without_their_certificates(
    propose, trained, council, officers, no_keys, now
):
    merge = propose()
    no_keys()
    assert refused(confirm_merge, merge=merge, by=officers[1], now=now) == "not_carried_over"
    merge.refresh_from_db()
    assert merge.decision == ""
    assert [ask(number, council, now) for number in ("AE-1", "AE-2")] == ["met", "not_met"]


def test_records_are_not_parted_without_their_certificates(
    merged_records, council, officers, no_keys, now
):
    later = now + timedelta(hours=2)
    undoing = propose_undoing(merge=merged_records, reason="Sisters.", by=officers[0], now=later)
    no_keys()
    assert refused(confirm_merge, merge=undoing, by=officers[1], now=later) == "not_carried_over"
    assert [ask(number, council, later) for number in ("AE-1", "AE-2")] == ["met", "met"]


def test_only_the_last_one_is_undone(merged_records, propose, council, officers, now):
    third = LearnerFactory(authority=council, full_name="Amina Example")
    LicenceFactory(authority=council, holder=third, held_from=now)
    later = confirm_merge(merge=propose(gone=third), by=officers[1], now=now)
    facts = {"reason": "Sisters.", "by": officers[0], "now": now}
    assert refused(propose_undoing, merge=merged_records, **facts) == "not_last"
    undo(later, officers, now)
    assert propose_undoing(merge=merged_records, **facts).undoes == merged_records


def test_corrected_certificate_keeps_the_merge(merged_records, officers, stays, now):
    correct(
        certificate=Certificate.objects.of(stays).get(),
        holder_name="Right Example",
        reason="Wrong.",
        by=UserFactory(),
        seconded_by=UserFactory(),
        now=now + timedelta(minutes=5),
    )
    facts = {"reason": "Sisters.", "by": officers[0], "now": now}
    assert refused(propose_undoing, merge=merged_records, **facts) == "corrected"


def test_undone_twice_is_refused(merged_records, officers, now):
    undo(merged_records, officers, now)
    facts = {"reason": "Sisters.", "by": officers[0], "now": now}
    assert refused(propose_undoing, merge=merged_records, **facts) == "undone"


def test_account_that_was_closed_before_stays_closed(propose, gone, officers, now):
    gone.user.is_active = False
    gone.user.save()
    merge = confirm_merge(merge=propose(), by=officers[1], now=now)
    undo(merge, officers, now)
    gone.user.refresh_from_db()
    assert not gone.user.is_active


def test_what_another_council_has_since_is_not_parted_without_the_administrator(
    merged_records, officers, stays, now
):
    elsewhere("licence", stays, now)
    facts = {"merge": merged_records, "reason": "Sisters.", "now": now}
    assert refused(propose_undoing, by=officers[0], **facts) == "other_council"
    assert propose_undoing(by=UserFactory(is_superuser=True), **facts).undoes == merged_records


def switch(user, *, is_open):
    """As the administrator's page does it."""
    user.refresh_from_db()
    user.is_active = is_open
    user.save()


def test_account_that_was_closed_again_since_stays_closed(merged_records, officers, gone, now):
    switch(gone.user, is_open=True)
    switch(gone.user, is_open=False)
    undo(merged_records, officers, now)
    gone.refresh_from_db()
    gone.user.refresh_from_db()
    assert (gone.succeeded_by, gone.user.is_active) == (None, False)
    assert Message.objects.filter(key__startswith="merge:").count() == 1  # Of closing it.


def test_what_else_changed_of_the_account_keeps_nothing_closed(merged_records, officers, gone, now):
    User.objects.filter(pk=gone.user_id).update(language="cy")
    switch(gone.user, is_open=False)
    undo(merged_records, officers, now)
    gone.user.refresh_from_db()
    assert gone.user.is_active
    assert Message.objects.filter(key__startswith="merge:").count() == 2


def test_second_merge_closes_and_opens_on_its_own(merged_records, propose, officers, gone, now):
    end = undo(merged_records, officers, now)
    merge = confirm_merge(merge=propose(now=end), by=officers[1], now=end)
    undo(merge, officers, end)
    gone.user.refresh_from_db()
    assert gone.user.is_active


# -- The database has the last word -----------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"grounds": []},
        {"grounds": ["evidence"]},
        {"evidence": "Passport"},
        {"decision": "confirmed"},
    ],
)
def test_database_refuses_half_a_merge(gone, stays, officers, council, now, wrong):
    facts = {"grounds": ["number"], "reason": WHY, **wrong}
    people = {"authority": council, "gone": gone, "stays": stays, "proposed_by": officers[0]}
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordMerge.objects.create(proposed_at=now, **people, **facts)


def test_database_refuses_one_persons_word(propose, officers, now):
    merge = propose()
    merge.decision, merge.decided_by, merge.decided_at = "confirmed", officers[0], now
    with pytest.raises(IntegrityError), transaction.atomic():
        merge.save()


# -- The self-audit ---------------------------------------------------------------------------
def broken(now):
    standing = [one for one in certificates.INVARIANTS if one.code.startswith("I20")]
    found = [*merged.INVARIANTS, *recognised.INVARIANTS, *standing]
    return [each.code for each in found if each.measure(now + timedelta(days=1)).broken]


def test_self_audit_finds_nothing_after_merge_and_undoing(merged_records, officers, now):
    assert broken(now) == []
    undo(merged_records, officers, now)
    assert broken(now) == []


def test_self_audit_finds_a_licence_left_with_who_went(merged_records, gone, now):
    LicenceFactory(authority=gone.authority, holder=gone, held_from=now)
    assert broken(now) == ["R04-taken-over"]


def test_self_audit_finds_what_did_not_go_back(merged_records, officers, now):
    later = now + timedelta(hours=2)
    undoing = propose_undoing(merge=merged_records, reason="Sisters.", by=officers[0], now=later)
    part_records(merge=undoing, by=officers[1], now=later)
    assert broken(now) == ["R04-parted"]
