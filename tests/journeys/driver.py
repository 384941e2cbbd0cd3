"""A driver on an old phone: 320 pixels wide, no JavaScript. An inspector looks at each page."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

from lms.demo.courses import CONTENT, read
from tests.factories import PASSWORD
from tests.site import Site

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "journey"
NARROW = {"width": 320, "height": 640}
PHONE = {"width": 390, "height": 844}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
QUESTIONS = {
    question["text"]: question
    for path in CONTENT.glob("*/questions/*.toml")
    for question in read(path)["questions"]
}


# A message that fades in is judged once it can be read.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
  .map((animation) => animation.finished).concat(null)).then(() => null)"""


class Inspector:
    """Opens the same address with scripts on: WCAG rules by axe, nothing wider than the screen."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(viewport=NARROW)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.axe = Axe()
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def look(self, page: Page, *, picture: str = "") -> None:
        self.context.clear_cookies()
        self.context.add_cookies(page.context.cookies())
        if page.url not in self.seen:
            self.seen.add(page.url)
            self.page.goto(page.url)
            self.check(self.page)
        if picture and os.environ.get("UPDATE_PICTURES"):
            self._take(page, picture)

    def check(self, page: Page) -> None:
        page.evaluate(SETTLED)
        found = self.axe.run(page, options={"runOnly": WCAG}).response["violations"]
        self.faults += [f"{page.url}: {rule['id']}: {rule['nodes'][0]['html']}" for rule in found]
        width = page.evaluate("document.scrollingElement.scrollWidth")
        if width > NARROW["width"]:
            self.faults.append(f"{page.url}: {width} pixels wide")

    def _take(self, page: Page, picture: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        self.page.set_viewport_size(PHONE)
        self.page.goto(page.url)
        self.page.screenshot(path=PICTURES / f"{picture}.png")
        self.page.set_viewport_size(NARROW)


class Driver:
    """One person in front of one browser."""

    def __init__(self, browser: Browser, site: Site, inspector: Inspector | None = None) -> None:
        self.site = site
        self.context = browser.new_context(
            java_script_enabled=False, viewport=NARROW, base_url=site.url, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.inspector = inspector
        self.bodies: list[tuple[str, str]] = []
        self.page.on("response", self._keep)

    def _keep(self, response: Response) -> None:
        kind = response.headers.get("content-type", "")
        if response.status < 300 and ("html" in kind or "json" in kind):
            self.bodies.append((response.url, response.text()))

    def look(self, picture: str = "") -> None:
        if self.inspector:
            self.inspector.look(self.page, picture=picture)

    def sign_in(self, email: str) -> None:
        self.page.goto("/accounts/login/")
        self.look("1-sign-in")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def press(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()

    def download_pdf(self) -> bytes:
        """Follow the page's link to the PDF; the file's name is the certificate's number."""
        link = self.page.locator("a[href$='.pdf']").first
        address = self.site.url + (link.get_attribute("href") or "")
        with self.page.expect_download() as download:
            link.click()
        assert download.value.suggested_filename in address
        return self.context.request.get(address).body()

    def take_course(self, address: str) -> None:
        """Every screen of every lesson; each understanding check gets a try."""
        self.page.goto(address)
        self.look("3-course")
        self.press("Start the course")
        pictures = {3: "4-lesson"}
        turns = 0
        while "/courses/" in self.page.url:
            turns += 1
            self.answer_checks()
            self.look(pictures.get(turns, ""))
            self.page.locator("main form:last-of-type button").last.click()
            assert turns < 80, f"no way on from {self.page.url}"

    def answer_checks(self) -> None:
        for place in range(self.page.locator(".app-check").count()):
            check = self.page.locator(".app-check").nth(place)
            check.get_by_role("radio").first.check()
            check.get_by_role("button").click()

    def take_test(self, *, wrong: int = 0) -> None:
        """Start the test, answer all (the first ``wrong`` ones wrongly), and hand it in."""
        self.press("Start the test")
        for number in range(1, 21):
            self.look("5-question" if number == 2 else "")
            self.answer(wrong=number <= wrong)
        self.look("6-review")
        self.press("Hand in the test")

    def answer(self, *, wrong: bool) -> None:
        """Choose by what the lessons taught: the text of the right option, or another one's."""
        legend = self.page.locator("legend").inner_text().strip()
        question = QUESTIONS[legend]
        text = question["wrong"][0] if wrong else question["right"]
        self.page.get_by_label(text, exact=True).check()
        self.press("Save and continue")


class Staff(Driver):
    """Somebody in the staff site, which draws its menu with scripts, so that only what is in
    ``main`` is looked at."""

    def __init__(self, browser: Browser, site: Site) -> None:
        super().__init__(browser, site, Inspector(browser))
        context = browser.new_context(base_url=site.url, accept_downloads=True)
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)

    def look(self, picture: str = "") -> None:
        self.page.wait_for_load_state()
        assert self.inspector
        self.page.evaluate(SETTLED)
        found = self.inspector.axe.run(self.page, context="main").response["violations"]
        self.inspector.faults += [
            f"{self.page.url}: {rule['id']}: {rule['nodes'][0]['html']}" for rule in found
        ]

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    @property
    def words(self) -> str:
        """What is on the page, without its menu."""
        return self.page.inner_text("main")
