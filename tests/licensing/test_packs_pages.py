"""The staff pages of packs and signed training, and the door of councillors."""

import io
from datetime import date, timedelta
from urllib.parse import parse_qs

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse

from licensing.actions import countersign, enter_session, make_committee_pack, sign_session
from licensing.models import CommitteePack, FoiPack, SignedTraining, TrainingSession
from people.actions import declare_interest
from people.models import Audience, Membership
from tests.factories import LearnerFactory, UserFactory, make_course
from tests.factories import staff as member_of
from tests.licensing.factories import make_certificate, make_licence
from tests.licensing.packs import NOON, licensed, opened
from tests.licensing.test_packs_signed import finished

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TODAY = date(2026, 11, 22)
FOI, MAKE_FOI = reverse("foi_packs"), reverse("make_foi_pack")
MEETING, SESSIONS = reverse("signed_training"), reverse("training_sessions")
WAITING, ENTER = reverse("waiting_signatures"), reverse("enter_training_session")
OWN = reverse("member_training")


@pytest.fixture
def officer(authority):
    return opened("officer", authority)


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


@pytest.fixture
def session(authority, officer):
    return enter(authority, officer)


def enter(authority, officer, title="For the committee"):
    return enter_session(
        authority=authority,
        title=title,
        held_on=date(2026, 11, 2),
        provider="Invented Training",
        months=12,
        course=None,
        by=officer,
        now=NOON,
    )


@pytest.fixture
def councillor(authority):
    return member_of("councillor", authority, NOON, first_name="Cora", last_name="Councillor")


def text(response):
    assert response.status_code == 200
    streaming = response.streaming
    return (b"".join(response.streaming_content) if streaming else response.content).decode()


def words_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document)


def make_foi(client, authority, **changed):
    typed = {"authority": authority.pk, "year": "2025", "amount": "", "source": "", **changed}
    return client.post(MAKE_FOI, typed)


# -- FOI figures -----------------------------------------------------------------------------
def test_officer_makes_figures_and_finds_them_again(
    as_officer, authority, course, requirement, officer
):
    for licence in licensed(authority, 8):
        make_certificate(licence, course, passed_on=date(2025, 4, 3))
    answer = make_foi(as_officer, authority, amount="1234.5", source="Accounts")
    pack = FoiPack.objects.get()
    assert answer["Location"] == reverse("foi_pack", args=[pack.pk])
    shown = text(as_officer.get(answer["Location"]))
    assert "£1,234.50" in shown
    assert pack.digest in shown
    assert "2025/26" in text(as_officer.get(FOI))


def test_cost_needs_its_source_and_the_source_its_cost(as_officer, authority):
    for half in ({"amount": "1"}, {"source": "Accounts"}):
        assert "or neither" in text(make_foi(as_officer, authority, **half))
    assert not FoiPack.objects.exists()


def test_figures_come_as_three_kinds_of_file(as_officer, authority, course, requirement):
    authority.name = "=1+1 Council"
    authority.save()
    for licence in licensed(authority, 8):
        make_certificate(licence, course, passed_on=date(2025, 4, 3))
    make_foi(as_officer, authority)
    pack = FoiPack.objects.get()
    files = {
        kind: as_officer.get(reverse("foi_pack_file", args=[pack.pk, kind]))
        for kind in ("pdf", "csv", "xlsx")
    }
    assert "Private hire" in " ".join(words_of(files["pdf"].content).split())
    assert pack.digest in words_of(files["pdf"].content).replace("\r\n", "")
    table = text(files["csv"])
    assert "Private hire,All,8" in table
    assert "'=1+1 Council" in table
    book = openpyxl.load_workbook(io.BytesIO(b"".join(files["xlsx"].streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert ("Private hire", "All", 8) in [row[2:] for row in rows]
    assert as_officer.get(reverse("foi_pack_file", args=[pack.pk, "odt"])).status_code == 404


@pytest.mark.parametrize("many", [1, 5])
def test_pages_of_figures_cost_the_same(as_officer, authority, django_assert_max_num_queries, many):
    for _ in range(many):
        make_foi(as_officer, authority)
    as_officer.get(FOI)
    with django_assert_max_num_queries(16):
        as_officer.get(FOI)
    with django_assert_max_num_queries(15):
        as_officer.get(reverse("foi_pack", args=[FoiPack.objects.first().pk]))


def test_auditor_reads_figures_and_makes_none(client, as_officer, authority):
    make_foi(as_officer, authority)
    client.force_login(opened("auditor", authority))
    pack = FoiPack.objects.get()
    assert "2025/26" in text(client.get(FOI))
    text(client.get(reverse("foi_pack", args=[pack.pk])))
    assert client.get(MAKE_FOI).status_code == 302
    make_foi(client, authority)
    assert FoiPack.objects.count() == 1


def test_officer_of_another_authority_finds_no_figures(
    client, as_officer, authority, other_authority
):
    make_foi(as_officer, authority)
    pack = FoiPack.objects.get()
    client.force_login(opened("officer", other_authority))
    assert "2025/26" not in text(client.get(FOI))
    for name, args in (("foi_pack", [pack.pk]), ("foi_pack_file", [pack.pk, "csv"])):
        assert client.get(reverse(name, args=args)).status_code == 404
    make_foi(client, authority)
    assert FoiPack.objects.count() == 1


# -- Committee pack --------------------------------------------------------------------------
def make_committee(client, licence, **changed):
    typed = {"reason": "Hearing 12", "as_at": "2026-11-20", "known_on": "", **changed}
    return client.post(reverse("make_committee_pack", args=[licence.pk]), typed)


def test_officer_makes_a_committee_pack_for_a_reason(as_officer, licence, course, officer):
    make_certificate(licence, course, passed_on=date(2025, 4, 3))
    answer = make_committee(as_officer, licence)
    pack = CommitteePack.objects.get()
    assert answer["Location"] == reverse("committee_pack", args=[pack.pk])
    shown = text(as_officer.get(answer["Location"]))
    assert "This is not a licensing decision." in shown
    assert "Hearing 12" in shown
    file = as_officer.get(reverse("committee_pack_file", args=[pack.pk]))
    assert "Ade Example" in words_of(file.content)
    assert "Ade" not in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]
    earlier = text(as_officer.get(reverse("make_committee_pack", args=[licence.pk])))
    assert "Hearing 12" in earlier


def test_making_a_pack_shows_in_the_drivers_history(as_officer, licence, officer):
    pack = pack_of(licence, officer)
    history = text(as_officer.get(reverse("staff_driver", args=[licence.pk])))
    assert "A pack for a committee was made" in history
    assert "Hearing 12" in history
    assert f'href="{addresses(pack)[0]}"' in history
    assert f'href="{reverse("make_committee_pack", args=[licence.pk])}"' in history


@pytest.mark.parametrize(
    ("known_on", "known_at"),
    [("", NOON), ("2026-11-22", NOON), ("2026-11-19", NOON - timedelta(days=2, hours=12))],
)
def test_moment_is_now_or_the_end_of_the_chosen_day(as_officer, licence, known_on, known_at):
    make_committee(as_officer, licence, known_on=known_on)
    assert CommitteePack.objects.get().known_at == known_at


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"as_at": "2026-11-23"}, {"known_on": "2026-11-23"}, {"as_at": ""}]
)
def test_committee_pack_without_sense_is_not_made(as_officer, licence, wrong):
    text(make_committee(as_officer, licence, **wrong))
    assert not CommitteePack.objects.exists()


def pack_of(licence, officer):
    return make_committee_pack(
        licence=licence,
        as_at=TODAY,
        known_at=NOON,
        reason="Hearing 12",
        by=officer,
        today=TODAY,
        now=NOON,
    )


def addresses(pack):
    return [
        reverse("committee_pack", args=[pack.pk]),
        reverse("committee_pack_file", args=[pack.pk]),
    ]


def test_who_declared_an_interest_finds_no_pack(client, authority, licence, officer):
    pack, other = pack_of(licence, officer), opened("officer", authority)
    declare_interest(user=other, learner=licence.holder, reason="A cousin.", now=NOON)
    client.force_login(other)
    make = reverse("make_committee_pack", args=[licence.pk])
    assert [client.get(a).status_code for a in [*addresses(pack), make]] == [404] * 3
    assert make_committee(client, licence).status_code == 404
    assert CommitteePack.objects.count() == 1


def test_officer_of_another_authority_finds_no_pack(client, other_authority, licence, officer):
    pack = pack_of(licence, officer)
    client.force_login(opened("officer", other_authority))
    make = reverse("make_committee_pack", args=[licence.pk])
    assert [client.get(a).status_code for a in [*addresses(pack), make]] == [404] * 3


def test_auditor_reads_a_pack_and_makes_none(client, authority, licence, officer):
    pack = pack_of(licence, officer)
    client.force_login(opened("auditor", authority))
    assert [client.get(address).status_code for address in addresses(pack)] == [200, 200]
    assert make_committee(client, licence).status_code == 404


def test_pages_of_packs_cost_the_same_however_many(
    as_officer, licence, officer, django_assert_max_num_queries
):
    make = reverse("make_committee_pack", args=[licence.pk])
    pack = pack_of(licence, officer)
    as_officer.get(make)
    for _ in range(2):
        with django_assert_max_num_queries(15):
            as_officer.get(make)
        with django_assert_max_num_queries(14):
            as_officer.get(addresses(pack)[0])
        pack_of(licence, officer)


# -- Signed training: officers -----------------------------------------------------------------
def test_officer_enters_a_session_and_countersigns(as_officer, authority, councillor, officer):
    typed = {
        "authority": authority.pk,
        "title": "For the committee",
        "held_on": "2026-11-02",
        "provider": "Invented Training",
        "months": "12",
        "course": "",
    }
    assert as_officer.post(ENTER, typed)["Location"] == SESSIONS
    assert "For the committee" in text(as_officer.get(SESSIONS))
    signed = sign_session(session=TrainingSession.objects.get(), by=councillor, now=NOON)
    assert "Cora Councillor" in text(as_officer.get(WAITING))
    decide = reverse("decide_signature", args=[signed.pk])
    assert "Invented Training" in text(as_officer.get(decide))
    assert as_officer.post(decide, {"decision": "confirmed"})["Location"] == WAITING
    signed.refresh_from_db()
    assert (signed.decision, signed.decided_by) == ("confirmed", officer)


def test_declining_needs_a_reason(as_officer, session, councillor):
    signed = sign_session(session=session, by=councillor, now=NOON)
    decide = reverse("decide_signature", args=[signed.pk])
    assert "Say why you decline" in text(as_officer.post(decide, {"decision": "declined"}))
    as_officer.post(decide, {"decision": "declined", "reason": "Not on the list."})
    signed.refresh_from_db()
    assert (signed.decision, signed.decline_reason) == ("declined", "Not on the list.")


def test_own_signature_does_not_wait_for_oneself(as_officer, session, officer):
    signed = sign_session(session=session, by=officer, now=NOON)
    assert "Nothing waits for you." in text(as_officer.get(WAITING))
    decide = reverse("decide_signature", args=[signed.pk])
    assert as_officer.post(decide, {"decision": "confirmed"}).status_code == 404


def test_list_for_a_meeting_and_its_files_say_the_same(
    as_officer, authority, session, councillor, officer
):
    signed = sign_session(session=session, by=councillor, now=NOON)
    countersign(signed=signed, by=officer, now=NOON)
    shown = as_officer.get(MEETING, {"authority": authority.pk, "day": "2026-11-25"})
    page = text(shown)
    assert "Not trained: 1 person" in page
    assert "Trained: 1 person" in page
    assert f'href="{OWN}"' in page
    question = shown.context["question"]
    assert parse_qs(question)["known_at"] == ["2026-11-22T12:00:00+00:00"]
    table = text(as_officer.get(f"{reverse('signed_training_file', args=['csv'])}?{question}"))
    assert "Cora Councillor,Councillor,yes,For the committee,2026-11-02,2027-11-02" in table
    assert f"{officer.email},Licensing officer,no,,," in table
    file = as_officer.get(f"{reverse('signed_training_file', args=['pdf'])}?{question}")
    assert "Cora Councillor" in words_of(file.content)


def test_list_of_an_earlier_moment_is_the_same_again(
    as_officer, authority, session, councillor, officer, time_machine_at
):
    sign = sign_session(session=session, by=councillor, now=NOON)
    question = as_officer.get(MEETING).context["question"]
    address = reverse("signed_training_file", args=["csv"])
    before = text(as_officer.get(f"{address}?{question}"))
    time_machine_at(NOON + timedelta(days=1))
    countersign(signed=sign, by=officer, now=NOON + timedelta(days=1))
    as_officer.force_login(officer)
    assert text(as_officer.get(f"{address}?{question}")) == before
    assert text(as_officer.get(address)) != before


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "x"},
        {"day": "9999-12-31"},
        {"day": "2026-11-25", "known_at": "2026-11-23T00:00:00Z"},
        {"authority": "0"},
    ],
)
def test_list_without_sense_is_not_made(as_officer, authority, officer, wrong):
    asked = {"authority": authority.pk, "day": "2026-11-25", **wrong}
    assert "Not trained" not in text(as_officer.get(MEETING, asked))
    assert as_officer.get(reverse("signed_training_file", args=["csv"]), asked).status_code == 404


def test_list_of_another_authority_is_not_shown(as_officer, other_authority):
    theirs = member_of("councillor", other_authority, NOON, first_name="Theirs")
    asked = {"authority": other_authority.pk, "day": "2026-11-25"}
    shown = text(as_officer.get(MEETING, asked))
    assert theirs.email not in shown
    assert "Theirs" not in shown
    assert as_officer.get(reverse("signed_training_file", args=["pdf"]), asked).status_code == 404


def test_signature_at_another_authority_is_not_there(client, session, councillor, other_authority):
    signed = sign_session(session=session, by=councillor, now=NOON)
    client.force_login(opened("officer", other_authority))
    assert "Cora" not in text(client.get(WAITING))
    assert "For the committee" not in text(client.get(SESSIONS))
    decide = reverse("decide_signature", args=[signed.pk])
    assert [client.get(decide).status_code, client.post(decide).status_code] == [404, 404]


def test_auditor_reads_the_list_alone(client, authority, session, councillor):
    signed = sign_session(session=session, by=councillor, now=NOON)
    client.force_login(opened("auditor", authority))
    assert "Cora Councillor" in text(client.get(MEETING))
    decide = reverse("decide_signature", args=[signed.pk])
    for address in (SESSIONS, ENTER, WAITING, decide):
        assert client.get(address).status_code == 302  # Wagtail sends them back to its home.
    client.post(decide, {"decision": "confirmed"})
    assert SignedTraining.objects.get().decision == ""


@pytest.mark.parametrize("role", ["author", "reviewer", "councillor"])
def test_others_are_refused(client, authority, licence, officer, role):
    pack = pack_of(licence, officer)
    client.force_login(opened(role, authority))
    made = reverse("make_committee_pack", args=[licence.pk])
    for address in (FOI, MAKE_FOI, MEETING, SESSIONS, WAITING, made, *addresses(pack)):
        assert client.get(address).status_code in {302, 403}


@pytest.mark.parametrize("many", [1, 4])
def test_lists_cost_the_same_however_long(
    as_officer, authority, officer, django_assert_max_num_queries, many
):
    for number in range(many):
        session = enter(authority, officer, title=f"Session {number}")
        sign_session(session=session, by=member_of("councillor", authority, NOON), now=NOON)
    for address in (MEETING, WAITING, SESSIONS):
        as_officer.get(address)
    with django_assert_max_num_queries(21):
        as_officer.get(MEETING)
    with django_assert_max_num_queries(16):
        as_officer.get(WAITING)
    with django_assert_max_num_queries(16):
        as_officer.get(SESSIONS)


# -- The door of councillors -------------------------------------------------------------------
def test_councillor_signs_for_a_session(client, session, councillor):
    client.force_login(councillor)
    assert "For the committee" in text(client.get(OWN))
    sign = reverse("sign_session", args=[session.pk])
    assert "I took part in this training" in text(client.get(sign))
    assert "Tick the box to sign" in text(client.post(sign))
    assert not SignedTraining.objects.exists()
    assert client.post(sign, {"agreed": "on"})["Location"] == OWN
    assert SignedTraining.objects.get().signed_by == councillor
    assert "Waits for an officer to countersign" in text(client.get(OWN))
    assert client.get(sign).status_code == 404


def test_councillor_signs_for_a_course_they_finished(client, authority, councillor):
    course = make_course(slug="councillors", lessons=1, audience=Audience.COUNCILLOR)
    done = finished(course, councillor, authority)
    client.force_login(councillor)
    assert course.title in text(client.get(OWN))
    client.post(reverse("sign_course", args=[done.pk]), {"agreed": "on"})
    assert SignedTraining.objects.get().enrolment == done


def test_councillor_does_not_sign_for_others(client, authority, councillor, other_authority):
    course = make_course(slug="councillors", lessons=1, audience=Audience.COUNCILLOR)
    others = finished(course, UserFactory(), authority)
    elsewhere = enter(other_authority, member_of("officer", other_authority, NOON))
    client.force_login(councillor)
    for name, pk in (("sign_course", others.pk), ("sign_session", elsewhere.pk)):
        address = reverse(name, args=[pk])
        assert client.get(address).status_code == 404
        assert client.post(address, {"agreed": "on"}).status_code == 404
    assert not SignedTraining.objects.exists()


def test_councillor_sees_figures_with_small_numbers_hidden(
    client, authority, course, requirement, councillor
):
    for licence in licensed(authority, 30):
        make_certificate(licence, course, passed_on=date(2025, 4, 3))
    licensed(authority, 2, full_name="Zebedee Quokka")
    client.force_login(councillor)
    shown = client.get(OWN)
    ((_, rows, share),) = shown.context["figures"]
    assert [str(word) for _, word in rows] == ["30", *["fewer than 5"] * 5, "32"]
    assert share == 94
    assert "Zebedee" not in text(shown)


def test_share_is_told_where_it_gives_nothing_away(
    client, authority, course, requirement, councillor
):
    for licence in licensed(authority, 18):
        make_certificate(licence, course, passed_on=date(2025, 4, 3))
    licensed(authority, 6)
    client.force_login(councillor)
    assert "Of 100 licensed drivers, 75 are trained." in text(client.get(OWN))


def test_officer_signs_there_and_sees_no_figures(client, authority, session, officer):
    client.force_login(officer)
    shown = client.get(OWN)
    assert shown.context["figures"] == []
    assert "For the committee" in text(shown)


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "former councillor"])
def test_door_is_shut_to_others(client, authority, session, role):
    user = member_of(role.removeprefix("former "), authority, NOON)
    if role == "former councillor":
        Membership.objects.get(user=user).end(by=UserFactory(), now=NOON)
    client.force_login(user)
    for address in (OWN, reverse("sign_session", args=[session.pk])):
        assert client.get(address).status_code == 403


def test_door_costs_the_same_however_much_was_signed(
    client, authority, officer, councillor, requirement, django_assert_num_queries
):
    client.force_login(councillor)
    for number in range(3):
        session = enter(authority, officer, title=f"Session {number}")
        sign_session(session=session, by=councillor, now=NOON)
        enter(authority, officer, title=f"Open {number}")
        with django_assert_num_queries(10):
            client.get(OWN)


def test_dashboard_shows_councillors_the_way(client, authority):
    learner = LearnerFactory(audience=Audience.COUNCILLOR, authority=authority)
    client.force_login(learner.user)
    assert f'href="{OWN}"' in text(client.get(reverse("dashboard")))
    client.force_login(member_of("councillor", authority, NOON))
    assert f'href="{OWN}"' in text(client.get(reverse("dashboard")))
    client.force_login(LearnerFactory(authority=authority).user)
    assert f'href="{OWN}"' not in text(client.get(reverse("dashboard")))
