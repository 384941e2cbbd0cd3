"""The register's pages, as a licensing officer uses them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from people import register, tasks
from people.headway import note_progress
from people.models import (
    Interest,
    Licence,
    Membership,
    RegisterDoubt,
    RegisterImport,
    RegisterUpload,
    RegisterUploadPart,
    Tenure,
)
from tests.factories import AuthorityFactory, LearnerFactory, staff
from tests.people.register_files import AMINA, PIOTR, TODAY, csv_file, exported, taken, xlsx_file

pytestmark = pytest.mark.django_db
REGISTER = reverse("register")
HANDED_OVER = {
    "decision": "another_person",
    "another_from": "2026-10-01",
    "reason": "Seen at the counter.",
}


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def officer(client, authority, now):
    user = staff(Membership.Role.OFFICER, authority, now)
    client.force_login(user)
    return user


@pytest.fixture
def send(client, officer, authority):
    def send(*rows, name="register.csv", data=None, **options):
        content = data or csv_file(*rows, **options).getvalue()
        file = SimpleUploadedFile(name, content)
        answer = client.post(REGISTER, {"authority": authority.pk, "file": file})
        assert answer.status_code == 302
        return RegisterUpload.objects.first(), client.get(answer["Location"])

    return send


def words(page):
    return " ".join(page.content.decode().split())


@pytest.fixture
def doubt(authority, now):
    taken(authority, now, AMINA)
    changed = AMINA | {"full_name": "Bilal Hussain", "licence_state": "suspended"}
    taken(authority, now, changed)
    return RegisterDoubt.objects.get()


# -- Import -------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [csv_file, xlsx_file])
def test_file_is_checked_confirmed_and_imported(client, send, authority, officer, make):
    upload, page = send(data=make(AMINA, PIOTR).getvalue(), name="register")
    assert "What would happen" in words(page)
    assert not Licence.objects.exists()
    answer = client.post(reverse("register_upload", args=[upload.pk]), follow=True)
    fact = RegisterImport.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("register_import", args=[fact.pk])
    assert "File and register say the same." in words(answer)
    assert (fact.created, fact.imported_by, fact.authority) == (2, officer, authority)
    assert "register" in words(client.get(REGISTER))


def test_errors_are_shown_and_downloaded_and_keep_the_file_out(client, send):
    upload, page = send(AMINA, PIOTR | {"licence_kind": "boat"})
    assert "The file has errors" in words(page)
    assert "licence_kind" in words(page)
    client.post(reverse("register_upload", args=[upload.pk]))
    assert not RegisterImport.objects.exists()
    errors = client.get(reverse("register_upload_errors", args=[upload.pk]))
    lines = b"".join(errors.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "row,field,message"
    assert lines[1].startswith("3,licence_kind,")


def test_confirming_twice_imports_once(client, send):
    upload, _ = send(AMINA)
    for _ in range(2):
        client.post(reverse("register_upload", args=[upload.pk]))
    assert RegisterImport.objects.count() == 1


def test_differences_are_downloaded(client, send, authority, now):
    taken(authority, now, AMINA)
    upload, page = send(AMINA | {"licence_state": "expired", "operator_reference": "=1"})
    assert "Download all differences" in words(page)
    answer = client.get(reverse("register_differences", args=[upload.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "PH-1,2,licence_state,expired,current" in text
    assert "PH-1,2,operator_reference,'=1,OP-9" in text


def test_large_file_waits_for_a_worker_and_the_page_looks_again(client, send, monkeypatch):
    monkeypatch.setattr("people.register.uploading.SMALL", 0)
    woken = []
    monkeypatch.setattr(tasks.work_on_upload, "delay", woken.append)
    upload, page = send(AMINA)
    assert woken == [upload.pk]
    assert page["Refresh"] == "3"
    note_progress(upload.pk, 5_000)
    assert "5000 rows read so far" in words(client.get(page.request["PATH_INFO"]))
    tasks.work_on_upload(upload.pk)
    page = client.get(page.request["PATH_INFO"])
    assert "Refresh" not in page
    assert "What would happen" in words(page)
    client.post(page.request["PATH_INFO"])
    assert not Licence.objects.exists()
    tasks.work_on_upload(upload.pk)
    assert Licence.objects.count() == 1


def test_sweep_takes_up_what_nobody_was_told_about(send, monkeypatch):
    monkeypatch.setattr("people.register.uploading.SMALL", 0)

    def away(pk):
        raise OSError

    monkeypatch.setattr(tasks.work_on_upload, "delay", away)
    upload, _ = send(AMINA)
    monkeypatch.setattr(tasks.work_on_upload, "delay", tasks.work_on_upload)
    tasks.work_on_uploads()
    upload.refresh_from_db()
    assert upload.state == RegisterUpload.State.CHECKED


def test_fault_of_ours_is_told_and_nothing_is_imported(client, send, monkeypatch):
    def fault(**facts):
        raise RuntimeError

    upload, _ = send(AMINA)
    monkeypatch.setattr("people.register.uploading.import_register", fault)
    with pytest.raises(RuntimeError):
        client.post(reverse("register_upload", args=[upload.pk]))
    page = client.get(reverse("register_upload", args=[upload.pk]))
    assert "fault of ours" in words(page)
    assert not Licence.objects.exists()


def test_files_are_forgotten_after_a_week(client, send, now):
    upload, _ = send(AMINA)
    for days, kept in ((6, True), (8, False)):
        moment = upload.uploaded_at + timedelta(days=days)
        register.forget_uploaded_files(now=moment)
        assert RegisterUploadPart.objects.exists() is kept
    page = client.get(reverse("register_upload", args=[upload.pk]))
    assert "not kept any more" in words(page)
    client.post(reverse("register_upload", args=[upload.pk]))
    assert not RegisterImport.objects.exists()
    assert client.get(reverse("register_differences", args=[upload.pk])).status_code == 404


def test_form_without_a_file_says_what_to_do(client, officer, authority):
    page = client.post(REGISTER, {"authority": authority.pk})
    assert "Choose a file" in words(page)


def test_file_cannot_be_sent_for_another_authority(client, officer):
    other = AuthorityFactory()
    file = SimpleUploadedFile("register.csv", csv_file(AMINA).getvalue())
    client.post(REGISTER, {"authority": other.pk, "file": file})
    assert not RegisterUpload.objects.exists()


# -- Undo and export ----------------------------------------------------------------------------


def test_last_import_is_undone_with_a_reason(client, officer, authority, now):
    taken(authority, now, AMINA)
    before = exported(authority)
    fact = taken(authority, now, PIOTR).register_import
    address = reverse("register_import", args=[fact.pk])
    assert "Say why you undo the import" in words(client.post(address, {"reason": ""}))
    page = client.post(address, {"reason": "Wrong file."}, follow=True)
    assert "Wrong file." in words(page)
    assert exported(authority) == before


def test_page_says_why_an_import_cannot_be_undone(client, officer, authority, now):
    fact = taken(authority, now, AMINA).register_import
    Licence.objects.get().hold(LearnerFactory(), now=now)
    address = reverse("register_import", args=[fact.pk])
    assert "Licences have been linked to people since. (PH-1)" in words(client.get(address))
    page = client.post(address, {"reason": "Wrong file."}, follow=True)
    assert "Licences have been linked to people since." in words(page)
    assert Licence.objects.exists()


def test_export_is_what_the_command_prints(client, officer, authority, now):
    taken(authority, now, AMINA, PIOTR)
    answer = client.get(reverse("export_register", args=[authority.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text == exported(authority)
    assert authority.code in answer["Content-Disposition"]


# -- Doubts -------------------------------------------------------------------------------------


def test_both_sides_are_shown_and_what_differs(client, officer, doubt):
    assert "PH-1" in words(client.get(reverse("register_doubts")))
    page = words(client.get(reverse("register_doubt", args=[doubt.pk])))
    for text in ("Amina Khan", "Bilal Hussain", "Different", "The same", "suspended"):
        assert text in page


def test_number_goes_to_another_person(client, officer, doubt):
    address = reverse("register_doubt", args=[doubt.pk])
    assert client.post(address, HANDED_OVER)["Location"] == reverse("register_doubts")
    assert Tenure.objects.get().full_name == "Amina Khan"
    assert Licence.objects.get().full_name == "Bilal Hussain"
    doubt.refresh_from_db()
    assert (doubt.decided_by, doubt.reason) == (officer, "Seen at the counter.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decision": ""}, "Choose what to do"),
        ({"reason": ""}, "Say how you know"),
        ({"another_from": ""}, "Say from which day the number is theirs"),
        ({"another_from": "2126-01-01"}, "The day must not be in the future"),
    ],
)
def test_decision_that_lacks_something_changes_nothing(client, officer, doubt, changes, message):
    page = client.post(reverse("register_doubt", args=[doubt.pk]), {**HANDED_OVER, **changes})
    assert message in words(page)
    assert Licence.objects.get().full_name == "Amina Khan"


def test_decision_that_does_not_fit_is_told(client, officer, authority, doubt, now):
    client.post(reverse("register_doubt", args=[doubt.pk]), HANDED_OVER)
    third = AMINA | {"full_name": "Piotr Nowak"}
    again = register.upsert_licence(authority=authority, given=third, now=now, today=TODAY).doubt
    earlier = HANDED_OVER | {"another_from": "2026-09-30"}
    page = client.post(reverse("register_doubt", args=[again.pk]), earlier)
    assert "does not fit" in words(page)


def test_person_under_another_number_needs_no_day(client, officer, authority, now):
    taken(authority, now, AMINA)
    taken(authority, now, AMINA | {"licence_number": "PH1"})
    address = reverse("register_doubt", args=[RegisterDoubt.objects.get().pk])
    assert "another_from" not in words(client.get(address))
    client.post(address, {"decision": "same_person", "reason": "A slip."})
    assert Licence.objects.filter(number="PH1").exists()


# -- Whose ---------------------------------------------------------------------------------------


def test_doubt_about_oneself_or_somebody_known_is_not_there(client, officer, doubt, now):
    address = reverse("register_doubt", args=[doubt.pk])
    learner = LearnerFactory()
    doubt.licence.hold(learner, now=now)
    Interest.objects.create(user=officer, learner=learner, reason="Cousin", declared_at=now)
    assert client.get(address).status_code == 404
    assert client.post(address, HANDED_OVER).status_code == 404
    assert "PH-1" not in words(client.get(reverse("register_doubts")))
    doubt.licence.hold(LearnerFactory(user=officer), now=now)
    assert client.get(address).status_code == 404


@pytest.fixture
def of_another(now):
    """Keys of another authority's things, by the page that would show them."""
    other = AuthorityFactory()
    fact = taken(other, now, AMINA).register_import
    taken(other, now, AMINA | {"full_name": "Bilal Hussain"})
    by = staff(Membership.Role.OFFICER, other, now)
    upload = register.receive_upload(authority=other, chunks=[b"x"], file_name="x", by=by, now=now)
    return {
        "register_upload": upload.pk,
        "register_upload_errors": upload.pk,
        "register_differences": upload.pk,
        "register_import": fact.pk,
        "register_doubt": RegisterDoubt.objects.get().pk,
        "export_register": other.pk,
    }


def test_what_is_another_authoritys_is_as_if_it_were_not_there(client, officer, of_another):
    for name, pk in of_another.items():
        for method in ("get", "post"):
            if method == "post" and name in {
                "register_upload_errors",
                "register_differences",
                "export_register",
            }:
                continue
            send = getattr(client, method)
            answers = [send(reverse(name, args=[key]), {"reason": "x"}) for key in (pk, 999_999)]
            assert [answer.status_code for answer in answers] == [404, 404], name
    assert not RegisterImport.objects.exclude(undone_at=None).exists()
    assert "PH-1" not in words(client.get(reverse("register_doubts")))


@pytest.mark.parametrize("role", ["author", "auditor"])
def test_only_officers_get_in(client, authority, now, of_another, role):
    client.force_login(staff(role, authority, now))
    names = [("register", []), ("register_doubts", [])]
    names += [(name, [pk]) for name, pk in of_another.items()]
    for name, args in names:
        assert client.get(reverse(name, args=args)).status_code in {302, 404}, name


def test_pages_cost_the_same_however_much_there_is(
    client, officer, authority, now, django_assert_max_num_queries
):
    taken(authority, now, AMINA)
    for number in range(30):
        taken(authority, now, AMINA | {"licence_number": f"X-{number}"})
    for address, most in ((REGISTER, 25), (reverse("register_doubts"), 20)):
        client.get(address)
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
