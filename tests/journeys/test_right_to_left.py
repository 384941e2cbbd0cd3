"""The site in Urdu on a narrow phone: mirrored, whole, and the test's English left as it is."""

import pytest

from tests.journeys.driver import NARROW, Driver, Inspector
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]
EDGE = 20  # Pixels between the screen's edge and what begins there.


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings):
    with running_site("web") as running:
        yield running


@pytest.fixture
def driver(browser, site):
    return Driver(browser, site, Inspector(browser))


def choose_urdu(driver):
    """Without a script: the button is part of a form."""
    driver.page.get_by_role("button", name="اردو").click()


def look(driver):
    assert driver.page.locator("html").get_attribute("dir") == "rtl"
    driver.look()


def begins_at_the_right(place):
    box = place.bounding_box()
    return NARROW["width"] - (box["x"] + box["width"]) <= EDGE


def test_pages_for_strangers_are_mirrored_and_whole(driver):
    driver.page.goto("/verify/?from=poster")
    choose_urdu(driver)
    assert driver.page.url.endswith("/verify/?from=poster")
    for address in ("/", "/accounts/login/", "/accounts/signup/", "/verify/", "/privacy/"):
        driver.page.goto(address)
        look(driver)
        assert begins_at_the_right(driver.page.locator(".app-header__link"))
        assert begins_at_the_right(driver.page.locator("h1"))
    driver.page.goto("/accounts/login/")
    driver.page.locator("main form button[type=submit]").click()
    look(driver)
    marked = driver.page.locator(".govuk-form-group--error").first
    widths = "s => [getComputedStyle(s).borderRightWidth, getComputedStyle(s).borderLeftWidth]"
    assert marked.evaluate(widths) == ["5px", "0px"]
    assert driver.inspector.faults == []


def test_pages_of_a_driver_are_mirrored_and_questions_are_not(driver):
    page = driver.page
    driver.sign_in("due.driver@demo.example")
    driver.take_course("/courses/safeguarding-refresher/")
    choose_urdu(driver)
    look(driver)
    page.goto("/courses/safeguarding-refresher/")
    look(driver)
    page.locator(".govuk-task-list__link").first.click()
    look(driver)
    page.goto("/tests/safeguarding-refresher/")
    look(driver)
    page.locator("main form button[type=submit]").click()
    look(driver)
    question = page.locator("fieldset")
    assert (question.get_attribute("lang"), question.get_attribute("dir")) == ("en-gb", "ltr")
    assert page.locator(".govuk-radios__input").first.bounding_box()["x"] <= EDGE
    assert begins_at_the_right(page.locator(".app-progress__bar"))
    page.goto(page.url.split("questions/")[0] + "review/")
    look(driver)
    assert begins_at_the_right(page.locator("h1"))
    assert driver.inspector.faults == []
