"""Help on a lesson's screen: hard words on a tap, and the page read aloud (R16)."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.driver import WCAG
from tests.journeys.test_offline import COURSE, Phone

pytestmark = [pytest.mark.browser, pytest.mark.processes]
# A phone's voices. Chromium has none here; what the page does with them is ours.
VOICES = """(() => {
  const speech = new EventTarget();
  const heard = [];
  speech.getVoices = () => window.voices ?? [{ lang: "%s", name: "A voice" }];
  speech.speak = (words) => { heard.push(words.text); speech.latest = words; };
  speech.cancel = () => { speech.cancelled = true; };
  speech.pause = () => { speech.paused = true; };
  speech.resume = () => { speech.paused = false; };
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  window.heard = heard;
  window.finish = () => speech.latest.onend();
})()"""
READ_ON = "() => { for (let piece = 0; piece < 200; piece += 1) window.finish(); }"


def at_a_lesson(browser, site, *, voice="", **options):
    phone = Phone(browser, site, **options)
    if voice:
        phone.context.add_init_script(VOICES % voice)
    phone.sign_in("new.driver@demo.example")
    phone.page.goto(COURSE)
    phone.page.locator("main .govuk-button").first.click()
    if phone.page.url.endswith(COURSE):
        phone.page.locator("main .govuk-button").first.click()
    phone.page.locator("[data-lesson]").wait_for()
    return phone


@pytest.fixture
def listener(browser, site):
    phone = at_a_lesson(browser, site, voice="en-GB")
    yield phone.page
    phone.context.close()


def listen(page):
    page.get_by_role("button", name="Listen to this page").click()


def test_page_is_read_from_its_heading_in_order_with_questions_and_answers(listener):
    listen(listener)
    listener.evaluate(READ_ON)
    heard = listener.evaluate("window.heard")
    assert heard[0] == listener.locator("h1").inner_text()
    assert len(heard) == len(set(heard))
    question = listener.locator("legend").first.inner_text().strip()
    options = [text.strip() for text in listener.locator("form[action] label").all_inner_texts()]
    places = [heard.index(text) for text in [question, *options]]
    assert places == sorted(places)
    assert "Continue" not in heard
    assert listener.get_by_text("That is the end of this page.").count() == 1


def test_reader_can_stop_and_is_told(listener):
    listen(listener)
    button = listener.get_by_role("button", name="Listen to this page")
    assert button.get_attribute("aria-pressed") == "true"
    listener.get_by_role("button", name="Stop").click()
    assert button.get_attribute("aria-pressed") == "false"
    assert not listener.get_by_role("button", name="Stop").is_visible()
    listener.evaluate("window.finish()")
    assert len(listener.evaluate("window.heard")) == 1
    assert listener.get_by_text("Stopped.").count() == 1


def test_reading_pauses_while_the_page_is_out_of_sight(listener):
    listen(listener)
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
      return speechSynthesis.paused;
    }"""
    assert listener.evaluate(hide, True) is True
    assert listener.evaluate(hide, False) is False


def test_reading_ends_with_the_page(listener):
    listen(listener)
    listener.evaluate(
        "() => { speechSynthesis.cancelled = false; dispatchEvent(new Event('pagehide')); }"
    )
    assert listener.evaluate("speechSynthesis.cancelled") is True


@pytest.mark.parametrize("voice", ["pl-PL", ""], ids=["other language", "no voices"])
def test_phone_without_a_voice_for_the_language_offers_no_reading(browser, site, voice):
    phone = at_a_lesson(browser, site, voice=voice)
    phone.page.wait_for_load_state("networkidle")
    assert not phone.page.get_by_role("button", name="Listen to this page").is_visible()
    phone.context.close()


def test_voice_that_comes_late_is_offered(browser, site):
    phone = at_a_lesson(browser, site, voice="pl-PL")
    phone.page.wait_for_load_state("networkidle")
    phone.page.evaluate(
        """() => {
          window.voices = [{ lang: "en_US" }];
          speechSynthesis.dispatchEvent(new Event("voiceschanged"));
        }"""
    )
    phone.page.get_by_role("button", name="Listen to this page").wait_for()
    phone.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_hard_word_shows_its_meaning_on_a_tap(browser, site, scripts):
    phone = at_a_lesson(browser, site, java_script_enabled=scripts)
    word = phone.page.locator(".app-word").first
    meaning = phone.page.locator(f"#{word.get_attribute('popovertarget')}")
    assert not meaning.is_visible()
    word.click()
    assert meaning.is_visible()
    meaning.get_by_role("button", name="Close").click()
    assert not meaning.is_visible()
    phone.context.close()


def test_help_that_is_open_keeps_the_rules_of_accessibility(listener):
    listen(listener)
    listener.locator(".app-word").first.click()
    found = Axe().run(listener, options={"runOnly": WCAG}).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
