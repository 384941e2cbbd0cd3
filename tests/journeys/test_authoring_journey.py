"""A trainer writes a lesson from nothing, another person approves it, and a driver sees it."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import TimeoutError as NotYet

from tests.factories import PASSWORD
from tests.journeys.driver import Driver

pytestmark = [pytest.mark.browser, pytest.mark.processes]
TITLE = "Listening to a child"
OPENINGS = 5
BARRED = "A child has made a lifestyle choice."
FAIR = "A child is being controlled. Listen, and tell someone who can help."

HANDED_OVER = """text => [...document.querySelectorAll(
    'input[type=hidden][name^=screens-]')].some(
    input => input.value.includes(text))"""


class Staff:
    """Somebody in front of the staff site, with scripts, at a desk."""

    def __init__(self, browser, site, email):
        self.context = browser.new_context(
            base_url=site.url, viewport={"width": 1280, "height": 1200}
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def begin_lesson(self):
        page = self.page
        page.get_by_role("link", name="Courses", exact=True).click()
        for title in ("Safeguarding for licensed drivers", "Understand"):
            page.get_by_role("link", name=f"Explore child pages of '{title}'").click()
        page.get_by_role("link", name="Add child page").first.click()
        page.wait_for_load_state("networkidle")  # The editor is drawn by its scripts.
        page.locator("#id_title").fill(TITLE)
        page.locator("#id_summary").fill("How to listen.")
        page.locator("#id_minutes").fill("3")
        page.locator("#id_keeper").select_option(label="trainer@demo.example")
        due = timezone.localdate() + timedelta(days=365)
        page.locator("#id_review_due_on").fill(due.isoformat())

    def add_screen(self, heading, text):
        page = self.page
        page.get_by_title("Insert a block").first.click()
        page.get_by_role("textbox", name="Heading").fill(heading)
        self.open_blocks(1).click()
        self.change_text(text)

    def open_blocks(self, place):
        """The choice "Text" of the menu at that place. While the editor still draws what was put in
        before, a menu that was opened closes again."""
        option = self.page.get_by_role("option", name="Text")
        for _ in range(OPENINGS):
            self.page.get_by_title("Insert a block").nth(place).click()
            with suppress(NotYet):
                option.wait_for(timeout=3_000)
                break
        return option

    def change_text(self, text):
        self.page.locator("[contenteditable=true]").first.click()
        self.page.keyboard.press("Control+A")
        self.type(text)

    def type(self, text):
        """The editor hands the text to its form a moment after the last key."""
        self.page.keyboard.type(text)
        self.page.wait_for_function(HANDED_OVER, arg=text)

    def submit(self):
        self.page.get_by_role("button", name="More actions").click()
        self.page.get_by_role("button", name="Submit to").click()

    def said(self):
        return self.page.locator("main").inner_text()


def lesson_id(page):
    return next(part for part in page.url.split("/") if part.isdecimal())


def try_to_approve(author, pk, site):
    """What the author gets when posting to the address that the reviewer's button posts to."""
    rows = site.query(
        "SELECT ts.id FROM wagtailcore_taskstate ts JOIN wagtailcore_revision r"
        " ON r.id = ts.revision_id WHERE r.object_id = %s",
        [pk],
    )
    author.page.goto(f"/staff/pages/{pk}/edit/")
    token = author.page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    author.page.request.post(
        f"{site.url}/staff/pages/workflow/action/{pk}/approve/{rows[0][0]}/",
        form={"csrfmiddlewaretoken": token},
        headers={"Referer": site.url},
    )


def is_live(site, pk):
    return site.query("SELECT live FROM wagtailcore_page WHERE id = %s", [pk])[0][0]


def test_lesson_goes_live_through_four_eyes(browser, site):
    author = Staff(browser, site, "trainer@demo.example")
    author.begin_lesson()
    author.add_screen("Listen first", BARRED)
    author.submit()
    better = "We do not write “lifestyle choice”. Better: is being controlled"
    author.page.get_by_text(better).first.wait_for()

    author.change_text(FAIR)
    author.submit()
    author.page.wait_for_url("**/staff/pages/*/")
    author.page.get_by_role("link", name=TITLE, exact=True).click()
    pk = lesson_id(author.page)
    assert "waiting for a reviewer" in author.said()
    assert author.page.get_by_role("button", name="Approve and publish").count() == 0
    try_to_approve(author, pk, site)
    assert not is_live(site, pk)

    reviewer = Staff(browser, site, "reviewer@demo.example")
    reviewer.page.get_by_role("link", name=TITLE).first.click()
    reviewer.page.get_by_role("link", name="Review it").click()
    reviewer.page.get_by_label("Comment for the author").fill("Clear and kind.")
    reviewer.page.get_by_role("button", name="Approve and publish").click()
    reviewer.page.wait_for_url("**/staff/")
    assert is_live(site, pk)

    driver = Driver(browser, site)
    driver.sign_in("new.driver@demo.example")
    driver.page.goto("/courses/safeguarding/")
    assert TITLE in driver.page.inner_text("main")
