"""Who was shown a certificate checks it: on a narrow phone, without a script or an account."""

import re

import pytest

from tests.journeys.driver import Driver, Inspector
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings):
    with running_site("web") as running:
        yield running


@pytest.fixture
def inspector(browser):
    return Inspector(browser)


def visitor(browser, site, inspector):
    driver = Driver(browser, site, inspector)
    driver.page.remove_listener("response", driver._keep)  # Nothing is looked for in the bodies.
    return driver


@pytest.fixture
def shown(browser, site, inspector, tmp_path):
    """The number and the file that a driver hands over."""
    driver = visitor(browser, site, inspector)
    driver.sign_in("passed.driver@demo.example")
    driver.page.goto("/certificates/")
    driver.follow("View certificate")
    driver.look()
    path = tmp_path / "certificate.pdf"
    path.write_bytes(driver.download_pdf())
    return re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", driver.page.url)[0], path


@pytest.fixture
def stranger(browser, site, inspector):
    return visitor(browser, site, inspector)


def heading(page):
    return page.locator("h1").inner_text()


def test_stranger_checks_the_number_and_the_file(stranger, shown, inspector, tmp_path):
    number, path = shown
    page = stranger.page
    page.goto("/verify/")
    stranger.look()
    page.get_by_label("Certificate number").fill(number.replace("-", " ").lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/verify/{number}/")
    assert heading(page) == "This certificate is valid today"
    stranger.look()
    stranger.follow("Compare a PDF")
    stranger.look()
    page.get_by_label("The PDF file").set_input_files(path)
    stranger.press("Compare")
    assert "This is the file that we issued" in heading(page)
    stranger.follow("How to check the signature")
    stranger.look()
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(path.read_bytes()[:-1] + b" ")
    page.goto(f"/verify/{number}/document/")
    page.get_by_label("The PDF file").set_input_files(changed)
    stranger.press("Compare")
    assert "This is not the file that we issued" in heading(page)
    assert inspector.faults == []


def test_answers_are_whole_with_scripts_too(site, shown, inspector):
    number, path = shown
    page = inspector.page
    for file in (path, path.with_name("no-such.pdf")):
        file.touch()
        page.goto(f"{site.url}/verify/{number}/document/")
        page.get_by_label("The PDF file").set_input_files(file)
        page.get_by_role("main").get_by_role("button", name="Compare").click()
        assert "file that we issued" in heading(page)
        inspector.check(page)
    page.goto(f"{site.url}/verify/{number}/document/")
    page.get_by_role("main").get_by_role("button", name="Compare").click()
    assert page.locator(".govuk-error-summary").is_visible()
    inspector.check(page)
    assert inspector.faults == []


def test_stranger_reads_it_in_welsh(stranger, shown):
    page = stranger.page
    page.goto(f"/verify/{shown[0]}/")
    page.get_by_role("button", name="Cymraeg").click()
    assert page.url.endswith(f"/verify/{shown[0]}/")
    assert page.locator("html").get_attribute("lang") == "cy"
    assert heading(page) != "This certificate is valid today"
