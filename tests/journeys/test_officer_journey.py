"""A licensing officer: the register's file, two records in doubt, the lapsed, and last year."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, localtime

from tests.journeys.driver import Staff
from tests.people.register_files import csv_file

pytestmark = [pytest.mark.browser, pytest.mark.processes]

NEW = {
    "licence_number": "JR-1",
    "licence_kind": "private_hire",
    "full_name": "Bela Journey",
    "date_of_birth": "1980-03-31",
    "licence_state": "current",
}
COLUMNS = tuple(NEW)
OTHER = NEW | {"licence_number": "JR-2", "full_name": "Carla Journey"}
SOMEBODY = OTHER | {"full_name": "Dora Another", "date_of_birth": "1991-07-07"}


class Officer(Staff):
    def send(self, *rows: dict[str, str]) -> None:
        self.open("/staff/register/")
        file = {"name": "drivers.csv", "mimeType": "text/csv"}
        content = csv_file(*rows, columns=COLUMNS).getvalue()
        self.page.get_by_label("Register file").set_input_files([{**file, "buffer": content}])
        self.press("Check the file")
        self.look()

    def cells(self, caption: str) -> list[list[str]]:
        """The rows of the table whose caption or last column's header says that."""
        table = self.page.locator("main table").filter(has_text=caption)
        rows = table.locator("tbody tr").all()
        return [row.locator("th, td").all_inner_texts() for row in rows]


@pytest.fixture
def officer(browser, site):
    officer = Officer(browser, site)
    officer.sign_in("officer@demo.example")
    return officer


def test_officer_repairs_a_file_imports_it_and_decides_a_doubtful_match(officer, site):
    wrong = OTHER | {"date_of_birth": "31/02/1980", "licence_kind": "rickshaw"}
    officer.send(NEW, wrong)
    faults = officer.cells("What is wrong")
    assert [fault[:2] for fault in faults] == [["3", "licence_kind"], ["3", "date_of_birth"]]
    assert "There is no such day." in faults[1][2]

    officer.send(NEW, OTHER)
    assert ["New licences", "2"] in officer.cells("New licences")
    assert site.query("SELECT count(*) FROM people_licence WHERE number LIKE 'JR-%%'") == [(0,)]
    officer.press("Import this file now")
    officer.look()
    assert ["New licences", "2"] in officer.cells("New licences")

    officer.send(NEW, SOMEBODY)
    officer.press("Import this file now")
    officer.follow("See the doubtful matches")
    officer.follow("JR-2")
    officer.look()
    sides = officer.cells("Both records side by side")
    assert ["Full name", "Carla Journey", "Dora Another", "Different"] in sides
    assert ["Licence number", "JR-2", "JR-2", "The same"] in sides
    officer.page.get_by_label("Another person: the number is theirs now").check()
    officer.page.get_by_label("First day on which").fill(localdate().isoformat())
    officer.page.get_by_label("How do you know?").fill("Both were at the counter.")
    officer.press("Decide")
    officer.look()
    assert "Nothing is waiting." in officer.words
    held = site.query("""
        SELECT l.full_name, t.full_name FROM people_licence l
        JOIN people_tenure t ON t.licence_id = l.id WHERE l.number = 'JR-2'
    """)
    assert held == [("Dora Another", "Carla Journey")]
    assert officer.inspector.faults == []


def test_officer_finds_the_lapsed_revokes_by_two_and_asks_about_last_year(officer, browser, site):
    officer.open("/staff/")
    officer.page.get_by_role("region", name="Licensed and lapsed").first.wait_for()
    officer.follow("Grace Okoro")
    officer.look()
    assert "PH-1004" in officer.words

    digest = ask_about_last_year(officer)
    [(certificate, reference)] = site.query("""
        SELECT c.id, c.reference FROM certificates_certificate c
        JOIN people_licence l ON l.holder_id = c.learner_id
        WHERE l.number = 'PH-1004' ORDER BY c.passed_at DESC LIMIT 1
    """)
    officer.open("/staff/")
    officer.follow("Grace Okoro")
    officer.page.locator(f"main a[href='/staff/certificates/{certificate}/']").first.click()
    officer.look()
    officer.follow("Revoke")
    officer.page.locator("input[value='issued_in_error']").check()
    officer.page.get_by_label("What happened").fill("The wrong person was entered.")
    officer.page.locator("main form button[type=submit]").last.click()
    officer.look()

    second = Officer(browser, site)
    second.sign_in("second.officer@demo.example")
    second.open("/staff/certificates/waiting/")
    second.follow(reference)
    second.look()
    second.press("Confirm")
    second.look()
    assert ["Standing", "Revoked"] in second.cells("What the certificate says")

    assert ask_about_last_year(second, known_at=digest[1]) == digest
    assert second.inspector.faults == officer.inspector.faults == []


def ask_about_last_year(staff: Officer, known_at: str = "") -> tuple[str, str]:
    """The digest of what was counted, and the moment by whose knowledge it was."""
    moment = known_at or localtime().strftime("%Y-%m-%dT%H:%M:%S")
    staff.open("/staff/reports/compliance/")
    last_year = localdate() - timedelta(days=365)
    staff.page.locator("#id_as_at").fill(last_year.isoformat())
    staff.page.get_by_text("More choices").click()
    staff.page.get_by_label("What we knew at").fill(moment)
    staff.press("Show the figures")
    staff.look()
    digest = staff.page.locator("dt", has_text="Digest of what was counted")
    return digest.locator("xpath=following-sibling::dd[1]").inner_text(), moment
