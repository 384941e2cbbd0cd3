"""A lesson that was opened once goes on without a line, and nothing done there is lost (R14)."""

import pytest

from tests.databases import connect
from tests.factories import PASSWORD
from tests.site import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]
COURSE = "/courses/safeguarding/"
KEPT = """async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("lesson "));
  const lesson = document.querySelector("[data-lesson]")?.dataset;
  const own = names.find((name) => name.split(" ")[2] === lesson?.lesson);
  return own ? (await (await caches.open(own)).keys()).map((kept) => kept.url) : [];
}"""

ALL_KEPT = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const kept = await Promise.all(caches_.map((cache) => cache.keys()));
  return kept.flat().map((request) => new URL(request.url).pathname);
}"""
LESSONS_KEPT = """async () =>
  (await caches.keys()).filter((name) => name.startsWith("lesson ")).length"""
UNSENT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("lessons", 1);
  opening.onsuccess = () => {
    const rows = opening.result.transaction("unsent").objectStore("unsent").getAll();
    rows.onsuccess = () => { opening.result.close(); resolve(rows.result); };
  };
})"""
SETTLED = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  const place = document.querySelector("[data-reader]");
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = resolve; });
  const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
  active.postMessage({ reader: place.dataset.reader, token }, [port2]);
  await answer;
}"""
MOVED_ON = "heading => document.querySelector('h1')?.innerText !== heading"


class Phone:
    """A phone with scripts on; one after the other, several people may use it."""

    def __init__(self, browser, site, **options):
        self.site = site
        size = {"width": 390, "height": 800}
        self.context = browser.new_context(base_url=site.url, viewport=size, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)

    def sign_in(self, email):
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/dashboard/")

    def sign_out(self):
        self.page.goto("/accounts/logout/")
        self.page.get_by_role("main").get_by_role("button", name="Sign out").click()
        self.page.wait_for_url(self.site.url + "/")

    def open_course(self, button):
        """Start it or go on with it, and wait until a lesson is on the phone."""
        self.page.goto(COURSE)
        start = self.page.get_by_role("main").get_by_role("button", name=button, exact=True)
        (start if start.count() else self.page.locator("main .govuk-button").first).click()
        self.wait_until_kept()

    def wait_until_kept(self):
        screens = int(self.page.locator("[data-lesson]").get_attribute("data-screens"))
        wait_for(
            lambda: sum("?screen=" in url for url in self.page.evaluate(KEPT)) == screens,
            what="the copies of the lesson",
        )

    def wait_until_answered(self):
        """Until the worker has told this page what came of what was kept."""
        self.page.evaluate(SETTLED)

    def unsent(self):
        return self.page.evaluate(UNSENT)

    def go_on(self):
        self.page.locator("form[data-go-on] button").click()

    def try_checks(self, option=0):
        for place in range(self.page.locator("[data-check]").count()):
            check = self.page.locator("[data-check]").nth(place)
            check.get_by_role("radio").nth(option).check()
            check.get_by_role("button").click()
            self.page.locator("[data-check][data-answered]").nth(place).wait_for()

    def go_to_a_check(self):
        while not self.page.locator("[data-check]").count():
            self.take_screen()

    def take_screen(self):
        self.try_checks()
        heading = self.page.locator("h1").inner_text()
        self.go_on()
        self.page.wait_for_function(MOVED_ON, arg=heading)

    def take_lesson(self):
        """Through every screen of the lesson that is open, whether there is a line or not."""
        screens = int(self.page.locator("[data-lesson]").get_attribute("data-screens"))
        for _ in range(screens):
            self.take_screen()


@pytest.fixture
def phone(browser, site):
    phone = Phone(browser, site)
    yield phone
    phone.context.close()


SAVED = "Saved on this phone. We will send it when you are online."
SENT = "What you did while you were offline has now been sent."
REFUSED = "because the lesson has changed"
LEAVING = "Some of what you did is only on this phone"


def rows(site, sql, *values):
    with connect(site.database) as database:
        return database.execute(sql, values).fetchall()


def progress(site, email):
    """The seconds of each screen gone through in the open round, and the lessons done."""
    own = """FROM courses_{} fact JOIN courses_enrolment r ON r.id = fact.enrolment_id
        JOIN people_learner l ON l.id = r.learner_id JOIN people_user u ON u.id = l.user_id
        WHERE u.email = %s AND r.closed_at IS NULL"""
    visited = own.format("screenvisit") + " ORDER BY fact.id"
    seconds = rows(site, "SELECT seconds " + visited, email)
    done = rows(site, "SELECT lesson_id " + own.format("lessoncompletion"), email)
    return [row[0] for row in seconds], len(done)


def test_lesson_is_read_and_done_without_a_line_and_counts_once_there_is_one(phone, site):
    email = "new.driver@demo.example"
    phone.sign_in(email)
    phone.open_course("Start the course")
    screens = int(phone.page.locator("[data-lesson]").get_attribute("data-screens"))

    phone.context.set_offline(True)
    phone.take_lesson()
    assert progress(site, email) == ([], 0)
    assert phone.page.url.endswith("/offline/")
    phone.page.get_by_role("link", name="Why safeguarding matters").click()
    phone.page.get_by_text(SAVED).wait_for()

    phone.context.set_offline(False)
    phone.page.get_by_text(SENT).wait_for()
    assert progress(site, email) == ([None] * screens, 1)
    assert phone.unsent() == []


def test_try_at_a_check_shows_its_feedback_without_a_line(phone):
    phone.sign_in("passed.driver@demo.example")
    phone.open_course("Take the course again")
    phone.context.set_offline(True)
    phone.go_to_a_check()
    first = phone.page.locator("[data-answer-first]").first
    assert not first.is_visible()
    phone.go_on()
    first.wait_for()
    phone.try_checks(option=0)
    assert phone.page.locator("[data-feedback='0']").first.is_visible()
    assert not phone.page.locator("[data-feedback='1']").first.is_visible()
    assert not any("csrfmiddlewaretoken" in row["fields"] for row in phone.unsent())


@pytest.mark.parametrize(
    "address", ["/tests/safeguarding/", "/dashboard/", "/certificates/", "/accounts/login/", "/"]
)
def test_page_that_needs_a_line_is_not_kept(phone, address):
    phone.sign_in("due.driver@demo.example")
    phone.open_course("Take the course again")
    phone.page.goto(address)
    phone.context.set_offline(True)
    phone.page.goto(address)
    assert phone.page.locator("h1").inner_text() == "You are offline"


def test_phone_keeps_lessons_and_what_they_are_shown_with_and_nothing_else(phone):
    phone.sign_in("due.driver@demo.example")
    phone.page.goto("/certificates/")
    phone.open_course("Take the course again")
    paths = phone.page.evaluate(ALL_KEPT)
    lesson = phone.page.locator("[data-lesson]").get_attribute("data-lesson")
    allowed = ("/static/", "/theme/", "/offline/", lesson)
    assert [path for path in paths if not path.startswith(allowed)] == []


def test_what_one_person_did_is_never_sent_by_the_next_on_the_same_phone(phone, site):
    first, second = "lapsed.driver@demo.example", "due.driver@demo.example"
    phone.sign_in(first)
    phone.open_course("Take the course again")
    phone.context.set_offline(True)
    phone.take_screen()
    phone.page.get_by_text(SAVED).wait_for()
    reader = phone.page.locator("[data-reader]").get_attribute("data-reader")
    waiting = phone.unsent()
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    before = progress(site, first), progress(site, second)
    (seconds, done), _ = before

    phone.sign_in(second)
    phone.page.goto(COURSE)
    phone.wait_until_answered()
    assert phone.unsent() == waiting
    assert {row["reader"] for row in waiting} == {reader}
    assert (progress(site, first), progress(site, second)) == before
    assert phone.page.evaluate(LESSONS_KEPT) == 0
    phone.sign_out()

    phone.sign_in(first)
    phone.page.get_by_text(SENT).wait_for()
    assert phone.unsent() == []
    screens = {row["fields"]["at"] for row in waiting}
    assert progress(site, first) == (seconds + [None] * len(screens), done)


def test_signing_out_takes_the_lessons_off_the_phone(phone):
    phone.sign_in("due.driver@demo.example")
    phone.open_course("Take the course again")
    phone.sign_out()
    assert phone.page.evaluate(LESSONS_KEPT) == 0


def test_whoever_signs_out_is_told_of_what_is_not_sent_yet(phone):
    phone.sign_in("due.driver@demo.example")
    phone.open_course("Take the course again")
    leaving = phone.context.new_page()
    leaving.goto("/accounts/logout/")
    phone.context.set_offline(True)
    phone.take_screen()
    phone.page.get_by_text(SAVED).wait_for()
    phone.context.clear_cookies(name="csrf")  # So that the server does not take it yet.
    phone.context.set_offline(False)
    leaving.get_by_text(LEAVING).wait_for()


def test_what_no_longer_counts_is_dropped_with_a_plain_message(phone, site):
    email = "passed.driver@demo.example"
    phone.sign_in(email)
    phone.open_course("Take the course again")
    slug = phone.page.locator("[data-lesson]").get_attribute("data-lesson").split("/")[-2]
    before = progress(site, email)
    phone.context.set_offline(True)
    phone.take_screen()
    phone.page.get_by_text(SAVED).wait_for()
    lesson = f"LessonPage.objects.get(slug='{slug}', locale__language_code='en-gb')"
    start = f"from courses.models import LessonPage; lesson = {lesson}; "
    site.manage("shell", "-c", start + "lesson.unpublish()")
    try:
        phone.context.set_offline(False)
        phone.page.get_by_text(REFUSED).wait_for()
        assert phone.unsent() == []
        assert progress(site, email) == before
    finally:
        site.manage("shell", "-c", start + "lesson.save_revision().publish()")


def test_form_from_before_the_last_sign_in_is_kept_and_goes_with_the_next_page(phone, site):
    email = "lapsed.driver@demo.example"
    phone.sign_in(email)
    phone.open_course("Take the course again")
    phone.try_checks()
    before = len(progress(site, email)[0])
    phone.context.clear_cookies(name="csrf")
    phone.go_on()
    phone.page.get_by_text(SENT).wait_for()
    assert len(progress(site, email)[0]) == before + 1


def test_new_version_of_the_site_drops_what_an_older_one_kept(phone):
    phone.page.goto("/accounts/login/")
    phone.page.evaluate(
        """async () => {
          for (const name of ["site older", "lesson reader /courses/a/b/c/ 1 older"]) {
            await (await caches.open(name)).put("/static/old.css", new Response(""));
          }
        }"""
    )
    phone.sign_in("due.driver@demo.example")
    phone.open_course("Take the course again")
    names = phone.page.evaluate("caches.keys()")
    assert [name for name in names if "older" in name] == []


def test_phone_keeps_twenty_lessons_at_most_and_the_last_opened_among_them(phone):
    phone.sign_in("due.driver@demo.example")
    phone.page.evaluate(
        """async () => {
          await navigator.serviceWorker.ready;
          const { reader, version } = document.querySelector("[data-reader]").dataset;
          for (let number = 0; number < 25; number += 1) {
            await caches.open(`lesson ${reader} /courses/a/b/c${number}/ 1 ${version}`);
          }
        }"""
    )
    phone.open_course("Take the course again")
    wait_for(lambda: phone.page.evaluate(LESSONS_KEPT) == 20, what="older lessons to be dropped")
    assert phone.page.evaluate(KEPT)
