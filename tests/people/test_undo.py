"""The last import taken back: what was before, to the letter, or a reason why not."""

from datetime import timedelta

import pytest

from people.models import Licence, LicenceClaim, RegisterDoubt, RegisterImport
from people.register import UndoRefused, WhyNot, decide_doubt, undo_import, upsert_licence, why_not
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory
from tests.people.register_files import AMINA, PIOTR, TODAY, exported, taken

pytestmark = pytest.mark.django_db
CHANGED = AMINA | {"licence_state": "suspended", "email": "", "licence_expiry": ""}


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def undo(now):
    def undo(register_import=None):
        fact = register_import or RegisterImport.objects.first()
        return undo_import(register_import=fact, by=UserFactory(), reason="Wrong file.", now=now)

    return undo


def whole(authority):
    """All that is on record of the licences, whoever holds them."""
    return list(Licence.objects.filter(authority=authority).order_by("number").values())


def refused(undo, register_import=None):
    with pytest.raises(UndoRefused) as refusal:
        undo(register_import)
    return refusal.value.why


def test_register_is_as_it_was_before_the_last_import(authority, now, undo):
    taken(authority, now, AMINA)
    before, text = whole(authority), exported(authority)
    taken(authority, now, CHANGED, PIOTR)
    assert exported(authority) != text
    undo()
    assert (whole(authority), exported(authority)) == (before, text)


def test_imports_are_taken_back_one_after_the_other(authority, now, undo):
    texts = []
    for rows in ([AMINA], [CHANGED, PIOTR], [AMINA, PIOTR | {"licence_state": "expired"}]):
        texts.append(exported(authority))
        taken(authority, now, *rows)
    for text in reversed(texts):
        undo(RegisterImport.objects.standing().first())
        assert exported(authority) == text


def test_undoing_is_on_record_and_a_repeat_changes_nothing(authority, now, undo):
    taken(authority, now, AMINA)
    fact = undo()
    again = undo_import(
        register_import=fact, by=UserFactory(), reason="Again", now=now + timedelta(hours=1)
    )
    assert (again.undone_at, again.undone_by, again.undo_reason) == (
        now,
        fact.undone_by,
        "Wrong file.",
    )


def test_undoing_needs_a_reason(authority, now):
    fact = taken(authority, now, AMINA).register_import
    with pytest.raises(ValueError, match="Say why"):
        undo_import(register_import=fact, by=UserFactory(), reason=" ", now=now)


def test_file_can_be_imported_again_after_it_was_undone(authority, now, undo):
    taken(authority, now, AMINA, PIOTR)
    text = exported(authority)
    undo()
    assert taken(authority, now, AMINA, PIOTR).created == 2
    assert exported(authority) == text


def test_only_the_last_import_is_undone(authority, now, undo):
    first = taken(authority, now, AMINA).register_import
    taken(authority, now, PIOTR)
    assert refused(undo, first) is WhyNot.LATER_IMPORT


def test_imports_of_another_authority_are_in_nobodys_way(authority, now, undo):
    first = taken(authority, now, AMINA).register_import
    taken(AuthorityFactory(), now, PIOTR)
    undo(first)
    assert exported(authority).count("\n") == 1


def test_licence_that_a_person_holds_by_now_keeps_the_import(authority, now, undo):
    taken(authority, now, AMINA)
    Licence.objects.get().hold(LearnerFactory(), now=now)
    assert why_not(RegisterImport.objects.get()).numbers == ("PH-1",)
    assert refused(undo) is WhyNot.LINKED


def test_licence_changed_since_keeps_the_import(authority, now, undo):
    taken(authority, now, AMINA)
    upsert_licence(authority=authority, given=CHANGED, now=now, today=TODAY)
    assert refused(undo) is WhyNot.CHANGED


def test_licence_changed_and_changed_back_does_not(authority, now, undo):
    taken(authority, now, AMINA)
    for given in (CHANGED, AMINA):
        upsert_licence(authority=authority, given=given, now=now, today=TODAY)
    undo()
    assert not Licence.objects.exists()


def test_licence_that_a_claim_names_keeps_the_import(authority, now, undo):
    taken(authority, now, AMINA, PIOTR)
    before = exported(authority)
    LicenceClaim.objects.create(
        learner=LearnerFactory(),
        authority=authority,
        number="PH-1",
        date_of_birth=TODAY,
        made_at=now,
        decision="linked",
        decided_at=now,
        licence=Licence.objects.get(number="PH-1"),
    )
    assert refused(undo) is WhyNot.REFERRED_TO
    assert exported(authority) == before


def test_doubts_of_the_import_go_with_it(authority, now, undo):
    taken(authority, now, AMINA)
    taken(authority, now, AMINA | {"full_name": "Bilal Hussain"})
    undo()
    assert RegisterDoubt.objects.get().decision == RegisterDoubt.Decision.UNDONE


def test_doubts_that_the_import_settled_wait_again(authority, now, undo):
    taken(authority, now, AMINA)
    taken(authority, now, AMINA | {"full_name": "Bilal Hussain"})
    taken(authority, now, AMINA)
    assert not RegisterDoubt.objects.waiting().exists()
    undo()
    assert RegisterDoubt.objects.waiting().get().given["full_name"] == "Bilal Hussain"


def test_decision_about_a_row_keeps_the_import(authority, now, undo):
    taken(authority, now, AMINA)
    taken(authority, now, AMINA | {"full_name": "Amina Begum"})
    decide_doubt(
        doubt=RegisterDoubt.objects.get(),
        decision="same_person",
        reason="She married.",
        by=UserFactory(),
        now=now,
    )
    assert refused(undo) is WhyNot.DECIDED
