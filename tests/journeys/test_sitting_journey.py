"""A test under the hardest conditions: magnified to 400 %, by keyboard, without scripts, near its
end; and one that was cut off in the middle of an answer and goes on elsewhere."""

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from tests.factories import PASSWORD
from tests.journeys.driver import Driver, Inspector
from tests.journeys.small_test import KINDS
from tests.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.processes]
MAGNIFIED = {"width": 320, "height": 256}  # A screen of 1280 by 1024 pixels at 400 %.
MOST_TABS = 60
WARNING_AFTER = 41  # Seconds: of one minute the last twenty are near the end.


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings):
    with running_site("web") as running:
        yield running


def prepare(site, email, slug, **fields):
    call = f"prepare({email!r}, {slug!r}, **{fields!r})"
    site.manage("shell", "-c", f"from tests.journeys.small_test import prepare; {call}")


class Keyboard(Driver):
    """Somebody who sees a part of the page at a time and has no mouse."""

    def __init__(self, browser, site):
        super().__init__(browser, site, Inspector(browser))
        for page in (self.page, self.inspector.page):
            page.set_viewport_size(MAGNIFIED)

    def look(self, picture=""):
        super().look(picture)
        assert self.page.locator("html").evaluate("html => html.scrollWidth") <= MAGNIFIED["width"]

    def tab_to(self, target):
        """Press the tab key until the focus is there."""
        for _ in range(MOST_TABS):
            if target.and_(self.page.locator(":focus")).count():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {target}")

    def write(self, label, text):
        self.tab_to(self.main.get_by_label(label, exact=True))
        self.page.keyboard.type(text)

    def press(self, name):
        self.tab_to(self.main.get_by_role("button", name=name, exact=True))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name):
        self.tab_to(self.main.get_by_role("link", name=name).first)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    @property
    def main(self):
        return self.page.get_by_role("main")

    def sign_in(self, email):
        self.page.goto("/accounts/login/")
        self.write("Email", email)
        self.write("Password", PASSWORD)
        self.press("Sign in")

    def choose(self):
        """The right answers of the question on the page."""
        question = KINDS[self.page.locator("legend").inner_text().strip()]
        if "kind" in question:
            for text in question["right"]:
                self.tab_to(self.page.get_by_label(text, exact=True))
                self.page.keyboard.press("Space")
            return
        radios = self.page.get_by_role("radio")
        self.tab_to(radios.first)
        self.page.keyboard.press("Space")
        right = self.page.get_by_label(question["right"][0], exact=True)
        for _ in range(radios.count()):
            if right.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError("the right answer cannot be reached")


@pytest.fixture
def keyboard(browser, site):
    return Keyboard(browser, site)


def test_magnified_by_keyboard_without_scripts_through_the_warning_to_a_pass(site, keyboard):
    email = "new.driver@demo.example"
    prepare(site, email, "safeguarding", time_limit_minutes=1, extension_minutes=30)
    page = keyboard.page
    keyboard.sign_in(email)
    keyboard.follow("Go to the test")
    keyboard.look()
    keyboard.follow("Ask for help with the test")
    keyboard.look()
    page.goto("/tests/safeguarding/")

    keyboard.press("Start the test")
    started = time.monotonic()
    assert "Your time ends at" in page.inner_text("main")
    keyboard.choose()
    keyboard.press("Save and continue")
    keyboard.choose()
    page.wait_for_timeout(1000 * max(0, started + WARNING_AFTER - time.monotonic()))
    keyboard.press("Save and continue")
    assert "You have less than a minute left." in page.inner_text("h1")
    keyboard.press("I need 30 more minutes")
    assert "Your time now ends at" in page.inner_text("main")
    assert "You have 30 minutes left." in page.inner_text("main")

    see_every_page(keyboard)
    keyboard.choose()
    keyboard.press("Save and continue")
    assert "You have answered every question." in page.inner_text("main")
    keyboard.look()
    keyboard.press("Hand in the test")
    assert "You passed" in page.inner_text("h1")
    keyboard.look()
    assert keyboard.inspector.faults == []


def see_every_page(keyboard):
    """Each question, the warning, and saying that a question is wrong; then back to the last."""
    page = keyboard.page
    last = page.url
    widths = []
    for position in (1, 2, 3):
        page.goto(last.replace("/questions/3/", f"/questions/{position}/"))
        keyboard.look()
        pictures = page.locator("main img")
        widths += [image.evaluate("image => image.naturalWidth") for image in pictures.all()]
    assert widths == [720]
    page.goto(last.replace("/questions/3/", "/time/"))
    keyboard.look()
    page.goto(last)
    keyboard.follow("Something is wrong with this question")
    keyboard.look()
    keyboard.write("What is wrong with it?", "Two answers mean the same.")
    keyboard.press("Send")
    assert page.url == last
    assert "A person will look at question 3." in page.inner_text("main")


# -- cut off ------------------------------------------------------------------------------------
def choose(page):
    for text in KINDS[page.locator("legend").inner_text().strip()]["right"]:
        page.get_by_label(text, exact=True).check()


def save(page):
    page.get_by_role("button", name="Save and continue").click()


def lose_the_response(route):
    """What was sent arrives; what comes back does not."""
    if route.request.method == "POST":
        route.fetch()
        route.abort()
    else:
        route.continue_()


def test_test_that_was_cut_off_goes_on_on_another_device(browser, site):
    email = "due.driver@demo.example"
    prepare(site, email, "safeguarding-refresher", time_limit_minutes=60)
    first = Driver(browser, site)
    first.page.remove_listener("response", first._keep)  # Some will never arrive in full.
    first.sign_in(email)
    first.page.goto("/tests/safeguarding-refresher/")
    first.press("Start the test")
    choose(first.page)
    save(first.page)
    first.page.wait_for_url("**/questions/2/")
    third = first.page.url.replace("/questions/2/", "/questions/3/")
    choose(first.page)
    first.page.route("**/questions/2/", lose_the_response)
    with suppress(Error):
        save(first.page)
        first.page.wait_for_timeout(2000)
    first.page.goto(third)
    choose(first.page)
    first.context.set_offline(True)
    with suppress(Error):
        save(first.page)
    first.context.close()

    second = Driver(browser, site)
    page = second.page
    second.sign_in(email)
    second.follow("Continue the test")
    second.press("Continue the test")
    assert page.url == third
    assert page.locator("input:checked").count() == 0
    for position in (1, 2):
        page.goto(third.replace("/questions/3/", f"/questions/{position}/"))
        right = KINDS[page.locator("legend").inner_text().strip()]["right"]
        assert all(page.get_by_label(text, exact=True).is_checked() for text in right)
    page.goto(third)
    choose(page)
    save(page)
    assert "You have answered every question." in page.inner_text("main")
    second.press("Hand in the test")
    assert "You passed" in page.inner_text("h1")


# -- with scripts -------------------------------------------------------------------------------
def test_time_counts_down_and_is_said_aloud_near_the_end(browser, site):
    email = "due.driver@demo.example"
    prepare(site, email, "safeguarding-operators", time_limit_minutes=60)
    driver = Driver(browser, site)
    driver.sign_in(email)
    driver.page.goto("/tests/safeguarding-operators/")
    driver.press("Start the test")
    context = browser.new_context(viewport=MAGNIFIED)
    context.add_cookies(driver.context.cookies())
    page = context.new_page()
    page.clock.install()
    page.goto(driver.page.url)
    words, said = page.locator("[data-words]"), page.locator(".app-timer [role=status]")
    assert words.inner_text() == "You have 59 minutes left."
    page.clock.fast_forward("52:30")
    expect(words).to_have_text("You have 7 minutes left.")
    expect(said).to_have_text("")
    for later, told in [
        ("01:30", "You have 5 minutes left."),
        ("04:00", "You have 1 minute left."),
        ("02:30", "Your time is up."),
    ]:
        page.clock.fast_forward(later)
        expect(words).to_have_text(told)
        expect(said).to_have_text(told)
