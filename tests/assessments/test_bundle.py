"""The hearing bundle: what it says, that page and file say the same, and who may open it."""

import re
from datetime import timedelta
from html import unescape

import pypdfium2
import pytest
from django.urls import reverse
from PIL import Image
from wagtail.models import ModelLogEntry

from assessments import actions
from assessments.bundle import BROKEN, DIFFERENT, SAME, SEALED, bundle_of
from assessments.models import PaperPicture, Question, Sitting, TimeGiven
from assessments.pdf import render_bundle
from people.actions import grant_membership
from people.models import Membership
from tests.assessments.conftest import answer, rule_of
from tests.assessments.ruled import (
    again,
    council_of,
    officer_of,
    sit_wrong_at,
    tamper_with,
    withdrawn,
)
from tests.factories import AuthorityFactory, LicenceFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def failed(course, learner, now):
    """Ten minutes were allowed; question 2 was changed from right to wrong."""
    rule_of(course, time_limit_minutes=10, tries=3)
    council_of(course)
    return sit_wrong_at(learner, course, now, 2)


@pytest.fixture
def officer(failed, now):
    return officer_of(failed, now)


@pytest.fixture
def as_officer(client, officer, clock):
    client.force_login(officer)
    return client


def page_of(client, sitting):
    response = client.get(reverse("sitting_bundle", args=[sitting.pk]))
    assert response.status_code == 200
    return words(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def pdf_of(client, sitting):
    response = client.get(reverse("sitting_bundle_pdf", args=[sitting.pk]))
    assert response["Content-Type"] == "application/pdf"
    return text_of(response.content)


def text_of(file):
    document = pypdfium2.PdfDocument(file)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return words(" ".join(texts))


def words(text):
    return " ".join(text.split())


def rows(bundle, title):
    return dict(next(section.rows for section in bundle.sections if section.title == title))


def lines(bundle, title):
    return next(listing.lines for listing in bundle.listings if listing.title == title)


def made(sitting, now):
    return bundle_of(again(sitting), by=UserFactory(), now=now)


# -- What it says --------------------------------------------------------------------------------
@pytest.mark.parametrize("read", [page_of, pdf_of], ids=["page", "file"])
def test_page_and_file_hold_the_facts(as_officer, failed, officer, learner, read):
    LicenceFactory(
        authority=failed.authority, holder=learner, held_from=failed.started_at, number="PH-77"
    )
    text = read(as_officer, failed)
    question = failed.questions[1]
    for fact in (
        learner.full_name,
        "PH-77",
        failed.authority.name,
        failed.course.title,
        "100%: 4 of 4 right",
        "10 minutes",
        failed.rule.proposed_by.email,
        failed.rule.approved_by.email,
        "12:00:00 on 22 November 2026",
        "not checked",
        question["text"],
        SEALED,
        SAME,
        f"for {officer.email}",
    ):
        assert words(fact) in text


@pytest.mark.parametrize("read", [page_of, pdf_of], ids=["page", "file"])
def test_chosen_and_right_answer_are_marked_in_words(as_officer, failed, read):
    text = read(as_officer, failed)
    assert text.count("(chosen, right answer)") == 3
    assert text.count("(right answer)") == 1
    assert text.count("(chosen)") == 1


def test_paper_stands_in_the_order_in_which_it_was_shown(failed, now):
    shown = made(failed, now).questions
    assert [question.text for question in shown] == [q["text"] for q in failed.questions]
    assert [[option.text for option in question.options] for question in shown] == [
        [option["text"] for option in question["options"]] for question in failed.questions
    ]


def test_every_answer_is_there_with_its_time_also_a_changed_one(failed, now):
    answers = lines(made(failed, now), "Every answer as it was given")
    assert [(line[1], line[3]) for line in answers] == [
        ("1", "First answer"),
        ("2", "First answer"),
        ("3", "First answer"),
        ("4", "First answer"),
        ("2", "Changed answer"),
    ]
    assert {line[0] for line in answers} == {"12:00:00 on 22 November 2026"}


def test_times_are_londons(course, learner, now):
    rule_of(course)
    summer = now.replace(month=7)
    sitting = sit_wrong_at(learner, course, summer, 1)
    assert rows(made(sitting, now), "The time")["Started"] == "13:00:00 on 22 July 2026"


def test_time_given_later_stands_with_its_reason(course, learner, now):
    rule_of(course, time_limit_minutes=10)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    giver = UserFactory(first_name="Olu", last_name="Officer")
    TimeGiven.objects.create(
        sitting=sitting, seconds=90, why="fault", reason="Fire alarm.", given_by=giver, given_at=now
    )
    sitting.deadline_at += timedelta(seconds=90)
    sitting.save(update_fields=["deadline_at"])
    bundle = made(actions.submit(sitting=sitting, now=now), now)
    time = rows(bundle, "The time")
    assert (time["Time allowed"], time["Time given later"]) == ("10 minutes", "1.5 minutes")
    (line,) = lines(bundle, "Time given later")
    assert line[1:] == (
        "1.5 minutes",
        "a fault where the test was taken: Fire alarm.",
        "Olu Officer",
    )


def test_of_help_it_says_only_whether_there_was_some(failed, now):
    assert rows(made(failed, now), "The person")["Adjustments were granted"] == "no"


def test_change_of_the_result_names_both_people_and_the_reason(failed, now):
    withdrawal = withdrawn(failed, 2, now + timedelta(days=1))
    actions.rescore_withdrawn(now=now + timedelta(days=1))
    bundle = made(failed, now + timedelta(days=2))
    (line,) = lines(bundle, "Changes of the result")
    assert line == (
        "12:00:00 on 23 November 2026",
        "not passed to passed",
        "3 to 4",
        "a question was withdrawn: Two options are right.",
        f"{withdrawal.proposed_by.email} and {withdrawal.confirmed_by.email}",
    )
    result = rows(bundle, "The result")
    assert (result["First result"], result["Result that counts now"]) == ("not passed", "passed")
    assert result["Marking again"] == SAME
    assert "was withdrawn at 12:00:00 on 23 November 2026" in bundle.questions[1].verdict


def test_voided_sitting_is_re_shown_too(sitting, now):
    answer(sitting, now, right=1)
    actions.void(
        sitting=sitting,
        reason_class="technical",
        reason="The tablet broke.",
        by=officer_of(sitting, now),
        now=now,
    )
    bundle = made(sitting, now)
    assert "technical fault: The tablet broke." in lines(bundle, "Changes of the result")[0]
    assert "Marking again" not in rows(bundle, "The result")


def test_question_without_an_answer_says_so(sitting, now):
    bundle = made(actions.submit(sitting=sitting, now=now), now)
    assert {question.verdict for question in bundle.questions} == {"Not answered."}


def test_it_is_in_english_whatever_the_language_of_the_reader(as_officer, failed, officer):
    officer.language = "cy"
    officer.save()
    assert "First result not passed" in page_of(as_officer, failed)


# -- The seal ------------------------------------------------------------------------------------
@pytest.mark.parametrize("read", [page_of, pdf_of], ids=["page", "file"])
def test_broken_seal_is_a_loud_warning(as_officer, failed, read):
    tamper_with(failed)
    text = read(as_officer, failed)
    assert BROKEN in text
    assert SEALED not in text


def test_result_that_marking_does_not_give_is_a_warning(failed, now):
    failed.correct_count = 2  # As no trigger would let it be stored.
    assert rows(bundle_of(failed, by=UserFactory(), now=now), "The result")["Marking again"] == (
        DIFFERENT
    )


# -- Pictures ------------------------------------------------------------------------------------
@pytest.fixture
def pictured(course, learner, now, tmp_path):
    """Every question shows a red picture."""
    rule_of(course)
    file = tmp_path / "red.webp"
    Image.new("RGB", (40, 30), (200, 10, 10)).save(file)
    picture = PaperPicture.objects.keep(file.read_bytes(), width=40, height=30)
    Question.objects.update(picture=picture, image_alt="A red card.")
    return sit_wrong_at(learner, course, now, 1)


def test_picture_appears_with_its_check(pictured, client, now, clock):
    client.force_login(officer_of(pictured, now))
    page = client.get(reverse("sitting_bundle", args=[pictured.pk])).content.decode()
    assert page.count('src="data:image/webp;base64,') == 4
    assert "The picture is as it was sealed." in page
    file = client.get(reverse("sitting_bundle_pdf", args=[pictured.pk])).content
    assert "A red card." in text_of(file)
    document = pypdfium2.PdfDocument(file)
    kinds = [item.type for page in document for item in page.get_objects()]
    document.close()
    assert kinds.count(3) == 4  # Images.


def test_picture_that_is_missing_is_a_warning(pictured, now):
    pictured.paper["questions"][0]["picture"]["digest"] = "0" * 64
    shown = bundle_of(pictured, by=UserFactory(), now=now).questions[0].picture
    assert shown.check == "WARNING. The picture is missing."
    assert shown.content == b""


def test_file_of_a_paper_whose_picture_is_missing_is_made_all_the_same(pictured, now):
    pictured.paper["questions"][0]["picture"]["digest"] = "0" * 64
    file = render_bundle(bundle_of(pictured, by=UserFactory(), now=now), at=now)
    assert "The picture is missing." in text_of(file)


# -- The file ------------------------------------------------------------------------------------
def test_file_declares_both_standards(failed, now):
    file = render_bundle(made(failed, now), at=now)
    assert re.search(rb"pdfuaid:part>\s*1", file)
    assert re.search(rb"pdfaid:part>\s*2", file)
    assert re.search(rb"pdfaid:conformance>\s*A", file)


def test_same_bundle_gives_the_same_bytes(failed, now):
    bundle = made(failed, now)
    assert render_bundle(bundle, at=now) == render_bundle(bundle, at=now)


@pytest.mark.parametrize(
    ("name", "printed"),
    [("محمد عبد الله", "م"), ("राज कुमार", "र"), ("王小明", "WangXiaoMing")],
    ids=["Arabic", "Devanagari", "no font"],
)
def test_names_keep_their_script_or_are_written_in_latin_letters(failed, now, name, printed):
    failed.learner.full_name = name
    file = render_bundle(bundle_of(failed, by=UserFactory(), now=now), at=now)
    assert printed in text_of(file)


# -- Who may open it -----------------------------------------------------------------------------
def status(client, sitting, door="sitting_bundle"):
    return client.get(reverse(door, args=[sitting.pk])).status_code


@pytest.mark.parametrize("door", ["sitting_bundle", "sitting_bundle_pdf"])
@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.OFFICER, 200), (Role.AUDITOR, 200), (Role.AUTHOR, 404), (Role.REVIEWER, 404)],
)
def test_officers_and_auditors_of_the_authority_open_it(client, failed, now, role, code, door):
    client.force_login(staff(role, failed.authority, now))
    assert status(client, failed, door) == code


@pytest.mark.parametrize("door", ["sitting_bundle", "sitting_bundle_pdf", "void_sitting"])
def test_officer_of_another_authority_finds_none(client, failed, now, door):
    client.force_login(staff(Role.OFFICER, AuthorityFactory(), now))
    assert status(client, failed, door) == 404


def test_platform_administrator_opens_it(client, failed):
    client.force_login(UserFactory(is_superuser=True))
    assert status(client, failed) == 200


def test_candidate_does_not_open_their_own_not_even_as_an_officer(client, failed, now):
    learner = failed.learner.user
    grant_membership(user=learner, authority=failed.authority, role=Role.OFFICER, by=None, now=now)
    client.force_login(learner)
    assert [status(client, failed, d) for d in ("sitting_bundle", "void_sitting")] == [404, 404]


@pytest.mark.parametrize("door", ["sitting_bundle", "sitting_bundle_pdf"])
def test_key_of_an_open_sitting_is_shown_to_nobody(client, sitting, door):
    client.force_login(UserFactory(is_superuser=True))
    assert status(client, sitting, door) == 404


def test_whoever_opens_it_stands_in_the_log(as_officer, failed, officer, now):
    page_of(as_officer, failed)
    pdf_of(as_officer, failed)
    entries = ModelLogEntry.objects.filter(action="assessments.bundle_opened").order_by("pk")
    assert [(e.user, e.object_id, e.data["format"], e.timestamp) for e in entries] == [
        (officer, str(failed.pk), "page", now),
        (officer, str(failed.pk), "pdf", now),
    ]
    assert failed.learner.full_name not in {entry.label for entry in entries}


def test_page_costs_as_many_questions_however_long_the_paper(
    as_officer, failed, django_assert_max_num_queries
):
    page_of(as_officer, failed)
    with django_assert_max_num_queries(40):
        page_of(as_officer, failed)


# -- The list, and voiding from the page ---------------------------------------------------------
def test_list_leads_to_the_bundles_of_ones_own_authority(as_officer, failed, course, now):
    url = reverse("sitting_bundle", args=[failed.pk])
    assert url in as_officer.get(reverse("test_results")).content.decode()
    as_officer.force_login(staff(Role.OFFICER, AuthorityFactory(), now))
    assert url not in as_officer.get(reverse("test_results")).content.decode()


@pytest.mark.parametrize(("sought", "found"), [("Ade", True), ("PH-77", True), ("Bo", False)])
def test_list_is_searched_by_name_and_licence_number(as_officer, failed, learner, sought, found):
    for number in ("PH-77", "PH-78"):
        LicenceFactory(
            authority=failed.authority,
            holder=learner,
            held_from=failed.started_at,
            number=number,
        )
    page = as_officer.get(reverse("test_results"), {"q": sought}).content.decode()
    assert (page.count(reverse("sitting_bundle", args=[failed.pk])) > 0) is found


def test_trainers_find_no_list(client, failed, now):
    client.force_login(staff(Role.AUTHOR, failed.authority, now))
    assert client.get(reverse("test_results")).status_code in {302, 403}


def test_officer_voids_from_the_page(as_officer, failed, officer):
    url = reverse("void_sitting", args=[failed.pk])
    assert url in as_officer.get(reverse("sitting_bundle", args=[failed.pk])).content.decode()
    as_officer.post(url, {"reason_class": "place", "reason": "Fire alarm."})
    change = again(failed).changes.get()
    assert (change.reason_class, change.reason, change.changed_by) == (
        "place",
        "Fire alarm.",
        officer,
    )


def test_conduct_is_no_reason_that_the_page_offers(as_officer, failed):
    url = reverse("void_sitting", args=[failed.pk])
    as_officer.post(url, {"reason_class": "conduct", "reason": "I think so."})
    assert not again(failed).changes.exists()


def test_auditor_does_not_void(client, failed, now):
    client.force_login(staff(Role.AUDITOR, failed.authority, now))
    assert status(client, failed, "void_sitting") == 404


def test_pass_is_not_voided_from_the_page(client, rule, learner, course, now):
    passed = sit_wrong_at(learner, course, now)
    client.force_login(officer_of(passed, now))
    url = reverse("void_sitting", args=[passed.pk])
    page = client.post(url, {"reason_class": "technical", "reason": "A fault."}).content.decode()
    assert "A passed test stays." in page
    assert Sitting.objects.get().result == "passed"
