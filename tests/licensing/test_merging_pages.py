"""The pages on which two officers make one record of two."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.urls import reverse

from licensing.actions import (
    MergeRefused,
    confirm_merge,
    drop_merge,
    propose_merge,
    propose_undoing,
)
from people.actions import declare_interest, grant_membership
from people.models import Learner, Licence, LicenceClaim, RecordMerge, User
from tests.certificates.factories import any_course, make_certificate, make_sitting
from tests.factories import (
    PASSWORD,
    AuthorityFactory,
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_validity_rule,
    staff,
)

pytestmark = pytest.mark.django_db
MERGES = reverse("merges")
WHY = {"reason": "Both badges were shown.", "evidence": ""}


@pytest.fixture
def council(db):
    return AuthorityFactory()


@pytest.fixture
def officers(council, now):
    return [staff("officer", council, now) for _ in range(2)]


@pytest.fixture
def sign_in(client, officers):
    client.force_login(officers[0])
    return lambda place: client.force_login(officers[place])


def double(council, now, number, email):
    user = UserFactory(email=email, password=PASSWORD)
    learner = LearnerFactory(user=user, authority=council)
    LicenceFactory(authority=council, holder=learner, held_from=now, number=number)
    return learner


@pytest.fixture
def pair(council, now):
    return [
        double(council, now, number, f"{number.lower()}@example.org") for number in ("AE-1", "AE-2")
    ]


@pytest.fixture
def merge(pair, officers, now):
    facts = {"gone": pair[0], "stays": pair[1], "by": officers[0], "now": now}
    return propose_merge(**facts, **WHY)


def words(page):
    return " ".join(page.content.decode().split())


def url(name, *records):
    return reverse(name, args=[record.pk for record in records])


# -- Finding them -----------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [("ae -1", "AE-2"), ("AE-1@example.org", " ae-2@example.org ")])
def test_two_records_are_found_by_number_or_address(client, sign_in, pair, typed):
    answer = client.post(MERGES, {"gone": typed[0], "stays": typed[1]})
    assert answer["Location"] == url("propose_merge", *pair)


def test_record_of_another_council_is_not_there(client, sign_in, pair, now):
    double(AuthorityFactory(), now, "ZZ-1", "zz@example.org")
    for typed in ("ZZ-1", "zz@example.org", "nobody@example.org"):
        page = client.post(MERGES, {"gone": "AE-1", "stays": typed})
        assert "There is no record with this." in words(page)


def test_same_record_twice_is_said(client, sign_in, pair):
    page = client.post(MERGES, {"gone": "AE-1", "stays": "ae-1@example.org"})
    assert "This is the same record." in words(page)


def test_address_that_fits_two_licences_of_one_person_finds_them(client, sign_in, pair, now):
    LicenceFactory(authority=pair[0].authority, holder=pair[0], held_from=now)
    answer = client.post(MERGES, {"gone": "ae-1@example.org", "stays": "AE-2"})
    assert answer["Location"] == url("propose_merge", *pair)


# -- Side by side -----------------------------------------------------------------------------
def test_both_are_shown_side_by_side(client, sign_in, pair, now):
    make_validity_rule()
    certificate = make_certificate(at=now, learner=pair[0])
    page = words(client.get(url("propose_merge", *pair)))
    told = ["AE-1", "AE-2", "ae-1@example.org", "ae-2@example.org", certificate.reference]
    assert [text for text in told if text not in page] == []
    assert page.count("Ade Example, born 31 Mar 1980") + page.count("born 31 March 1980") == 2
    assert "Same date of birth and same name" in page


def test_other_councils_licence_is_not_shown(client, sign_in, pair, now):
    LicenceFactory(holder=pair[1], held_from=now, number="ZZ-9")
    assert "ZZ-9" not in words(client.get(url("propose_merge", *pair)))


def test_other_councils_person_is_not_said_to_train_there(client, sign_in, pair):
    other = AuthorityFactory(name="Elsewhere Council")
    Learner.objects.filter(pk=pair[0].pk).update(authority=other)
    page = words(client.get(url("propose_merge", *pair)))
    assert "Elsewhere Council" not in page
    assert "Your council alone cannot do this with these records." in page
    assert "Propose</button>" not in page


def test_nothing_agrees_by_another_councils_licence(client, sign_in, council):
    """Neither by one that is held there nor by one that was asked for."""
    one, other = (LearnerFactory(authority=council) for _ in range(2))
    elsewhere = AuthorityFactory()
    held, _ = (
        LicenceFactory(authority=elsewhere, holder=each, held_from=each.created_at)
        for each in (one, other)
    )
    asked = {"number": held.number, "date_of_birth": held.date_of_birth}
    LicenceClaim.objects.create(
        learner=other, authority=elsewhere, made_at=other.created_at, **asked
    )
    page = words(client.get(url("propose_merge", one, other)))
    assert "Neither a licence number nor a date of birth with a name." in page
    assert "Same date of birth" not in page
    assert "One has asked for" not in page


def test_what_was_found_elsewhere_is_not_shown_to_the_second_officer(
    client, sign_in, pair, officers, now
):
    """The first one serves both councils, the second only one of them."""
    elsewhere = AuthorityFactory()
    grant = {"authority": elsewhere, "role": "officer", "by": None, "now": now}
    grant_membership(user=officers[0], **grant)
    Licence.objects.filter(holder=pair[0]).update(authority=elsewhere)
    facts = {"gone": pair[0], "stays": pair[1], "by": officers[0], "now": now}
    merge = propose_merge(**facts, reason="Both were shown.", evidence="Passport")
    assert "Same date of birth" in words(client.get(url("merge", merge)))
    sign_in(1)
    page = words(client.get(url("merge", merge)))
    assert "Same date of birth" not in page
    assert "An officer has seen evidence" in page


def test_administrators_own_merge_is_for_administrators(client, sign_in, pair, council, now):
    """It may join what two councils have: an officer of one would read of the other."""
    admin = UserFactory(is_superuser=True)
    stranger = double(AuthorityFactory(), now, "ZZ-1", "zz@example.org")
    facts = {"gone": stranger, "stays": pair[0], "by": admin, "now": now}
    merge = propose_merge(**facts, reason="Both.", evidence="Passport")
    for authority in (stranger.authority, council):
        client.force_login(staff("officer", authority, now))
        assert client.get(url("merge", merge)).status_code == 404
        assert url("merge", merge) not in words(client.get(MERGES))


def test_page_asks_the_same_however_much_there_is(
    client, sign_in, pair, now, django_assert_num_queries
):
    make_validity_rule()
    client.get(url("propose_merge", *pair))
    with django_assert_num_queries(34):
        client.get(url("propose_merge", *pair))
    for number in range(3):
        make_certificate(at=now + timedelta(days=number), learner=pair[0])
        LicenceFactory(authority=pair[0].authority, holder=pair[0], held_from=now)
    with django_assert_num_queries(34):
        client.get(url("propose_merge", *pair))


def test_what_is_in_the_way_is_said_and_no_form_shown(client, sign_in, pair, now):
    make_sitting(at=now, learner=pair[0], outcome="open", course=any_course())
    page = words(client.get(url("propose_merge", *pair)))
    assert "A test is open in the record that goes." in page
    assert "Propose</button>" not in page


def test_evidence_is_asked_for_where_names_alone_agree(client, sign_in, pair, council):
    bare = LearnerFactory(authority=council)
    page = client.post(url("propose_merge", bare, pair[1]), WHY)
    assert "Say which evidence you have seen" in words(page)
    assert not RecordMerge.objects.exists()
    client.post(url("propose_merge", bare, pair[1]), {**WHY, "evidence": "Passport"})
    assert RecordMerge.objects.get().grounds == ["evidence"]


def test_proposed_and_confirmed_by_another(client, sign_in, pair, officers):
    client.post(url("propose_merge", *pair), WHY)
    merge = RecordMerge.objects.get()
    page = words(client.get(url("merge", merge)))
    assert "You proposed this. Another officer has to decide." in page
    assert 'value="confirm"' not in page
    sign_in(1)
    page = client.post(url("merge", merge), {"decision": "confirm"}, follow=True)
    assert "This is confirmed. It counts from now on." in words(page)
    merge.refresh_from_db()
    assert (merge.decision, merge.decided_by) == ("confirmed", officers[1])


def test_own_word_twice_is_refused_on_the_page_too(client, sign_in, merge):
    page = client.post(url("merge", merge), {"decision": "confirm"}, follow=True)
    assert "You proposed this. Another officer has to decide." in words(page)
    merge.refresh_from_db()
    assert merge.decision == ""


@pytest.mark.parametrize(("place", "decision"), [(0, "taken_back"), (1, "declined")])
def test_dropped(client, sign_in, merge, place, decision):
    sign_in(place)
    client.post(url("merge", merge), {"decision": "drop"})
    merge.refresh_from_db()
    assert merge.decision == decision


def test_undone_by_two_on_the_same_pages(client, sign_in, merge, officers, pair, now):
    confirm_merge(merge=merge, by=officers[1], now=now)
    client.post(url("merge", merge), {"reason": "They are sisters."})
    undoing = merge.undone_by.get()
    assert "Undo a merge" in words(client.get(url("merge", undoing)))
    sign_in(1)
    client.post(url("merge", undoing), {"decision": "confirm"})
    pair[0].refresh_from_db()
    assert pair[0].succeeded_by is None


@pytest.mark.parametrize("closed_again", [False, True])
def test_page_of_undoing_says_what_becomes_of_the_account(
    client, sign_in, merge, officers, pair, now, closed_again
):
    confirm_merge(merge=merge, by=officers[1], now=now)
    for is_active in (True, False) * closed_again:
        User.objects.filter(pk=pair[0].user_id).update(is_active=is_active)
    client.post(url("merge", merge), {"reason": "They are sisters."})
    undoing = merge.undone_by.get()
    page = words(client.get(url("merge", undoing)))
    assert ("The account stays closed" in page) == closed_again
    assert ("The account that was closed is open again" in page) != closed_again
    sign_in(1)
    client.post(url("merge", undoing), {"decision": "confirm"})
    page = words(client.get(url("merge", undoing)))
    assert ("ae-1@example.org (closed)" in page) == closed_again


def test_list_shows_what_waits(client, sign_in, merge):
    page = words(client.get(MERGES))
    assert url("merge", merge) in page
    assert "waits for a second officer" in page


# -- For whom -----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["auditor", "author", "reviewer"])
def test_other_staff_have_no_such_page(client, council, now, merge, pair, role):
    client.force_login(staff(role, council, now))
    for address in (MERGES, url("merge", merge), url("propose_merge", *pair)):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, reverse("wagtailadmin_home"))


def test_officer_of_another_council_finds_nothing(client, now, merge, pair):
    client.force_login(staff("officer", AuthorityFactory(), now))
    assert client.get(url("merge", merge)).status_code == 404
    assert client.get(url("propose_merge", *pair)).status_code == 404
    assert "Ade Example" not in words(client.get(MERGES))


@pytest.fixture
def known(pair, council, now):
    """One of both, or a third record of the same person that one of both took over."""

    def known(which):
        if which != "earlier":
            return pair[("gone", "stays").index(which)]
        earlier = LearnerFactory(authority=council, full_name="Earlier Example", user=None)
        Learner.objects.filter(pk=earlier.pk).update(succeeded_by=pair[0], succeeded_at=now)
        return earlier

    return known


@pytest.mark.parametrize("which", ["gone", "stays", "earlier"])
@pytest.mark.parametrize("state", ["waiting", "confirmed", "undoing", "undone"])
def test_whoever_knows_the_person_finds_nothing(
    client, sign_in, merge, pair, officers, council, known, which, state, now
):
    """Not to read, to decide or to undo, and no list or form names them (R47)."""
    if state != "waiting":
        confirm_merge(merge=merge, by=officers[1], now=now)
    shown = [merge]
    if state in {"undoing", "undone"}:
        shown.append(propose_undoing(merge=merge, reason="Sisters.", by=officers[0], now=now))
    if state == "undone":
        confirm_merge(merge=shown[1], by=officers[1], now=now)
    reader = staff("officer", council, now)
    client.force_login(reader)
    assert url("merge", merge) in words(client.get(MERGES))
    declare_interest(user=reader, learner=known(which), reason="A friend", now=now)
    before = list(RecordMerge.objects.order_by("pk").values())
    for each in shown:
        assert client.get(url("merge", each)).status_code == 404
        for sent in ({"decision": "confirm"}, {"decision": "drop"}, {"reason": "Sisters."}):
            assert client.post(url("merge", each), sent).status_code == 404
        for act in (confirm_merge, drop_merge):
            with suppress(MergeRefused):
                act(merge=each, by=reader, now=now)
        with pytest.raises(MergeRefused):
            propose_undoing(merge=each, reason="Sisters.", by=reader, now=now)
    assert list(RecordMerge.objects.order_by("pk").values()) == before
    page = words(client.get(MERGES))
    assert [text for text in (url("merge", merge), "Ade Example") if text in page] == []
    page = words(client.post(MERGES, {"gone": "AE-1", "stays": "AE-2"}))
    assert "There is no record with this." in page


@pytest.mark.parametrize("which", ["gone", "stays", "earlier"])
@pytest.mark.parametrize("other_way", [False, True])
def test_whoever_knows_the_person_proposes_nothing(
    client, sign_in, pair, officers, known, which, other_way, now
):
    ways = pair[::-1] if other_way else pair
    assert client.get(url("propose_merge", *ways)).status_code == 200
    declare_interest(user=officers[0], learner=known(which), reason="A friend", now=now)
    assert client.get(url("propose_merge", *ways)).status_code == 404
    assert client.post(url("propose_merge", *ways), WHY).status_code == 404
    assert not RecordMerge.objects.exists()


# -- The account that was closed ------------------------------------------------------------------
def test_closed_account_is_told_which_one_to_use(client, merge, officers, pair, now):
    client.force_login(pair[0].user)
    assert client.get(reverse("dashboard")).status_code == 200
    confirm_merge(merge=merge, by=officers[1], now=now)
    assert client.get(reverse("dashboard")).status_code == 302  # To sign in again.
    told = {"login": "ae-1@example.org", "password": PASSWORD}
    page = client.post(reverse("account_login"), told)
    assert page.status_code == 403
    assert "a…@example.org" in words(page)
    assert "ae-2@example.org" not in words(page)


def test_account_that_was_closed_for_another_reason_hears_nothing_of_it(client, pair):
    pair[0].user.is_active = False
    pair[0].user.save()
    told = {"login": "ae-1@example.org", "password": PASSWORD}
    page = client.post(reverse("account_login"), told, follow=True)
    assert "Your account is closed" in words(page)
