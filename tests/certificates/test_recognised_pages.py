"""The staff pages of training elsewhere."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.actions import issue_recognised
from certificates.models import Certificate, Evidence, EvidenceBatch
from certificates.recognition import points_for
from people.models import Interest, Learner
from tests.certificates.factories import any_course, make_certificate
from tests.certificates.recognised import PDF, decide, enter, officer
from tests.certificates.test_past_records import decide_file, enter_file, file, row
from tests.factories import AuthorityFactory, LicenceFactory, UserFactory, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule", "today_is")]
LIST, FIND, FILES = (reverse(name) for name in ("recognised", "find_licence", "past_records"))


@pytest.fixture
def licence():
    return LicenceFactory(number="PH-7", full_name="Bo Example")


@pytest.fixture
def entered(licence, now):
    return enter(now=now, licence=licence)


@pytest.fixture
def visit(client, licence, now):
    """A browser in which somebody with the role at the licence's authority is signed in."""

    def visit(role="officer", authority=None):
        client.force_login(staff(role, authority or licence.authority, now))
        return client

    return visit


def page_of(evidence):
    return reverse("evidence", args=[evidence.pk])


def typed(**fields):
    facts = {
        "kind": "elsewhere",
        "course": any_course().pk,
        "provider_name": "Fellbridge Training",
        "course_name": "Safeguarding for drivers",
        "their_reference": "FT-77",
        "passed_on": "3/4/2025",
        "identity_method": "Photo ID seen by the trainer",
        "document": SimpleUploadedFile("scan.pdf", PDF),
    }
    return {**facts, **fields}


def checklist(kind="elsewhere", **fields):
    answers = {f"answer_{point.code}": "yes" for point in points_for(kind)}
    notes = {f"note_{point.code}": "By the trainer." for point in points_for(kind)}
    return {**answers, **notes, "decision": "accept", "reason": "", **fields}


def errors_of(response):
    return set(response.context["form"].errors)


# -- Who gets in ----------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["author", "reviewer", "councillor"])
@pytest.mark.parametrize("address", [LIST, FIND, FILES])
def test_other_staff_are_refused(visit, role, address):
    assert visit(role).get(address).status_code in (302, 403)


@pytest.mark.parametrize("address", [FIND, FILES])
def test_auditor_only_reads(visit, entered, address):
    browser = visit("auditor")
    assert browser.get(LIST).status_code == 200
    assert "Decide" not in browser.get(page_of(entered)).content.decode()
    assert browser.get(address).status_code in (302, 403)


@pytest.mark.parametrize("name", ["evidence", "evidence_file"])
def test_evidence_of_another_authority_is_not_there(visit, entered, name):
    address = reverse(name, args=[entered.pk])
    assert visit(authority=AuthorityFactory()).get(address).status_code == 404


def test_licence_of_another_authority_is_not_there(visit, licence):
    address = reverse("enter_evidence", args=[licence.pk])
    assert visit(authority=AuthorityFactory()).get(address).status_code == 404


@pytest.mark.parametrize("name", ["evidence", "evidence_file"])
def test_officer_who_knows_the_person_finds_nothing(client, entered, now, name):
    by = officer(entered, now)
    Interest.objects.create(user=by, learner=entered.learner, reason="Cousin.", declared_at=now)
    client.force_login(by)
    assert client.get(reverse(name, args=[entered.pk])).status_code == 404
    assert entered.holder_name not in client.get(LIST).content.decode()


def test_officer_does_not_find_what_is_about_them(client, entered, now):
    by = officer(entered, now)
    Learner.objects.filter(pk=entered.learner_id).update(user=by)
    client.force_login(by)
    assert client.get(page_of(entered)).status_code == 404


# -- Entering -------------------------------------------------------------------------------
@pytest.mark.parametrize("number", ["PH-7", " ph- 7 "])
def test_number_leads_to_the_register_s_record(visit, licence, number):
    response = visit().post(FIND, {"number": number}, follow=True)
    page = response.content.decode()
    assert licence.full_name in page
    assert "31 March 1980" in page


def test_unknown_number_is_told(visit, licence):
    LicenceFactory(number="PH-8")
    for number in ("PH-8", "PH-9"):
        assert errors_of(visit().post(FIND, {"number": number})) == {"number"}


def test_training_is_entered(visit, licence):
    address = reverse("enter_evidence", args=[licence.pk])
    response = visit().post(address, typed(), follow=True)
    evidence = Evidence.objects.get()
    assert response.request["PATH_INFO"] == page_of(evidence)
    assert (evidence.passed_on, evidence.holder_name) == (date(2025, 4, 3), "Bo Example")
    assert "Another officer has to check it now." in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", ""),
        ("kind", "other"),
        ("provider_name", " "),
        ("course_name", ""),
        ("passed_on", "4/13/2025"),
        ("passed_on", "31/2/2025"),
        ("passed_on", "23/11/2026"),
        ("passed_on", "31/12/1999"),
        ("passed_on", "30/6/2019"),
        ("document", ""),
        ("document", SimpleUploadedFile("a.pdf", b"<html>")),
        ("document", SimpleUploadedFile("a.pdf", b"")),
    ],
)
def test_error_is_beside_its_field_and_nothing_typed_is_lost(visit, licence, field, value):
    address = reverse("enter_evidence", args=[licence.pk])
    response = visit().post(address, typed(**{field: value, "their_reference": "KEEP-ME"}))
    assert errors_of(response) == {field}
    assert "KEEP-ME" in response.content.decode()
    assert not Evidence.objects.exists()


def test_day_comes_before_the_month(visit, licence):
    address = reverse("enter_evidence", args=[licence.pk])
    visit().post(address, typed(passed_on="1/2/2025"))
    assert Evidence.objects.get().passed_on == date(2025, 2, 1)


def test_same_training_again_is_told_clearly(visit, licence, entered):
    address = reverse("enter_evidence", args=[licence.pk])
    response = visit().post(address, typed())
    assert "This training has been entered already" in response.content.decode()
    assert Evidence.objects.count() == 1


# -- The document ---------------------------------------------------------------------------
def test_document_is_only_ever_saved(visit, entered):
    response = visit("auditor").get(reverse("evidence_file", args=[entered.pk]))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="certificate.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"


# -- Deciding -------------------------------------------------------------------------------
def test_page_shows_what_was_entered_beside_the_register(visit, entered):
    page = visit().get(page_of(entered)).content.decode()
    for fact in ["Bo Example", "Fellbridge Training", "3 April 2025", "FT-77", "certificate.pdf"]:
        assert fact in page


def test_page_names_the_other_certificates_of_the_person(visit, entered, now):
    other = make_certificate(at=now, learner=entered.learner)
    assert other.reference in visit().get(page_of(entered)).content.decode()


def test_accepting_issues_the_certificate(visit, entered):
    response = visit().post(page_of(entered), checklist(), follow=True)
    certificate = Certificate.objects.get()
    assert certificate.reference in response.content.decode()
    assert certificate.evidence == entered


def test_refusing_needs_a_reason_and_no_checklist(visit, entered):
    browser = visit()
    refused = browser.post(page_of(entered), {"decision": "refuse", "reason": ""})
    assert errors_of(refused) == {"reason"}
    browser.post(page_of(entered), {"decision": "refuse", "reason": "They do not know it."})
    entered.refresh_from_db()
    assert entered.decision == "refused"


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"answer_passed": "no"}, "answer_passed"),
        ({"answer_passed": ""}, "answer_passed"),
        ({"answer_age": "no", "note_age": ""}, "note_age"),
    ],
)
def test_checklist_says_beside_the_answer_what_stands_in_the_way(visit, entered, answer, field):
    response = visit().post(page_of(entered), checklist(**answer))
    assert errors_of(response) == {"__all__", field}
    assert not Certificate.objects.exists()


def test_decision_itself_has_to_be_chosen(visit, entered):
    assert "decision" in errors_of(visit().post(page_of(entered), checklist(decision="")))


def test_whoever_entered_it_is_shown_no_form_and_refused(client, entered):
    client.force_login(entered.entered_by)
    page = client.get(page_of(entered)).content.decode()
    assert "This waits for another officer" in page
    response = client.post(page_of(entered), checklist())
    assert "You entered this." in str(response.context["form"].errors)
    assert not Certificate.objects.exists()


def test_auditor_cannot_decide(visit, entered):
    assert visit("auditor").post(page_of(entered), checklist()).status_code in (302, 403)
    assert not Certificate.objects.exists()


def test_second_click_changes_nothing(visit, entered):
    browser = visit()
    browser.post(page_of(entered), checklist())
    again = browser.post(page_of(entered), checklist(decision="refuse", reason="No."))
    assert "decided already" in str(again.context["form"].errors)


def test_decided_page_keeps_the_checklist(visit, entered, now):
    decide(entered, now=now)
    page = visit("auditor").get(page_of(entered)).content.decode()
    assert "Yes: By the trainer." in page


# -- The list -------------------------------------------------------------------------------
def test_list_begins_with_what_waits_longest(visit, licence, now):
    decided = enter(now=now, licence=licence)
    decide(decided, now=now)
    later = enter(now=now.replace(hour=14), licence=licence, passed_on=date(2022, 4, 3))
    sooner = enter(now=now.replace(hour=13), licence=licence, passed_on=date(2021, 4, 3))
    assert list(visit().get(LIST).context["object_list"]) == [sooner, later, decided]


@pytest.mark.parametrize("rows", [1, 6])
def test_list_asks_the_same_number_of_questions_however_long(
    visit, licence, now, rows, django_assert_max_num_queries
):
    for number in range(rows):
        enter(now=now, licence=licence, passed_on=date(2020 + number, 4, 3))
        enter_file(licence.authority, now, row("PH-7", name="Bo Example", provider=f"P{number}"))
    browser = visit()
    browser.get(LIST)
    with django_assert_max_num_queries(30):
        assert len(browser.get(LIST).context["object_list"]) == rows


def test_administrator_reads_and_does_not_decide(client, entered):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert entered.holder_name in client.get(LIST).content.decode()
    assert client.post(page_of(entered), checklist()).status_code in (302, 403)


# -- Past records ---------------------------------------------------------------------------
def send(browser, *rows, **fields):
    upload = SimpleUploadedFile("records.csv", file(*rows))
    return browser.post(FILES, {"course": any_course().pk, "file": upload, **fields}, follow=True)


def own_row(**fields):
    return row("PH-7", name="bo EXAMPLE", **fields)


def test_file_is_only_looked_at_first(visit, licence):
    page = send(visit(), own_row(), dry_run="on").content.decode()
    assert "What would happen" in page
    assert not EvidenceBatch.objects.exists()


def test_wrong_rows_are_listed_with_their_numbers(visit, licence):
    response = send(visit(), own_row(), row("PH-99"))
    assert [(error.row, error.field) for error in response.context["errors"]] == [
        (3, "licence_number")
    ]
    assert not EvidenceBatch.objects.exists()


def test_file_is_entered(visit, licence):
    response = send(visit(), own_row())
    batch = EvidenceBatch.objects.get()
    assert response.request["PATH_INFO"] == reverse("evidence_batch", args=[batch.pk])


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04"])
def test_file_that_is_no_such_table_is_refused(visit, licence, content):
    upload = SimpleUploadedFile("records.csv", content)
    response = visit().post(FILES, {"course": any_course().pk, "file": upload})
    assert errors_of(response) == {"file"}


def test_same_file_is_refused_with_a_clear_sentence(visit, licence):
    browser = visit()
    send(browser, own_row())
    assert "This file has been entered already." in send(browser, own_row()).content.decode()


@pytest.fixture
def batch(licence, now):
    return enter_file(licence.authority, now, own_row(), own_row(day="2021-04-10")).batch


def batch_page(batch, name="evidence_batch"):
    return reverse(name, args=[batch.pk])


def test_batch_is_shown_in_figures_and_by_a_sample(visit, batch):
    response = visit().get(batch_page(batch))
    figures = response.context["figures"]
    assert (figures["rows"], figures["people"], figures["without_account"]) == (2, 1, 1)
    assert len(response.context["sample"]) == 2
    page = response.content.decode()
    assert "10 April 2021" in page
    assert "3 April 2024" in page


def test_accepted_batch_shows_how_far_it_is(visit, batch):
    response = visit().post(batch_page(batch), checklist("past_record"), follow=True)
    assert "0 of 2 certificates are issued." in response.content.decode()
    assert response["Refresh"] == "5"


def test_page_rests_once_all_are_issued(visit, batch, now):
    decide_file(batch, now)
    issue_recognised(now=now)
    response = visit("auditor").get(batch_page(batch))
    assert "2 of 2 certificates are issued." in response.content.decode()
    assert "Refresh" not in response


def test_batch_of_another_authority_is_not_there(visit, batch):
    browser = visit(authority=AuthorityFactory())
    for name in ("evidence_batch", "evidence_batch_file"):
        assert browser.get(batch_page(batch, name)).status_code == 404


def test_file_of_a_batch_is_only_ever_saved(visit, batch):
    response = visit().get(batch_page(batch, "evidence_batch_file"))
    assert b"".join(response.streaming_content) == bytes(batch.file.content)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_whoever_entered_the_file_is_refused(client, batch):
    client.force_login(batch.entered_by)
    response = client.post(batch_page(batch), checklist("past_record"))
    assert "You entered this." in str(response.context["form"].errors)


@pytest.mark.parametrize("rows", [1, 12])
def test_batch_page_asks_the_same_number_of_questions_however_long(
    visit, licence, now, rows, django_assert_max_num_queries
):
    lines = [own_row(provider=f"P{number}") for number in range(rows)]
    batch = enter_file(licence.authority, now, *lines).batch
    browser = visit()
    browser.get(batch_page(batch))
    with django_assert_max_num_queries(30):
        browser.get(batch_page(batch))


# -- Where the label shows ------------------------------------------------------------------
@pytest.fixture
def recognised(now):
    licence = LicenceFactory(held=True)
    return decide(enter(now=now, licence=licence), now=now).certificate


def test_holder_s_pages_say_that_it_is_recognised(client, recognised):
    client.force_login(recognised.learner.user)
    for address in (reverse("certificates"), recognised.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "Recognised training" in page
        assert "Fellbridge Training" in page


def test_staff_list_says_that_it_is_recognised(visit, recognised, now):
    make_certificate(at=now, authority=recognised.authority)
    browser = visit(authority=recognised.authority)
    page = browser.get(reverse("staff_certificates_results")).content.decode()
    assert page.count("Recognised") == 1


def test_public_check_can_tell(client, recognised):
    response = client.get(reverse("verify_reference", args=[recognised.reference]))
    assert response.context["certificate"].recognised
