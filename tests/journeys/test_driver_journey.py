"""The whole main job: learn, fail once, pass, hold a certificate, and be shown as trained."""

import json
from base64 import b64encode
from urllib.request import Request, urlopen

import pypdfium2
import pytest
import zxingcpp

from tests.journeys.driver import QUESTIONS, Driver, Inspector
from tests.site import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def token(site, client="demo-licensing"):
    secret = b64encode(f"{client}:{client}-secret".encode()).decode()
    request = Request(
        f"{site.url}/identity/o/api/token",
        data=b"grant_type=client_credentials&scope=status:read",
        headers={"Authorization": f"Basic {secret}"},
    )
    return json.load(urlopen(request))["access_token"]


def training_status(site, number):
    request = Request(
        f"{site.url}/api/v1/licences/{number}/training-status",
        headers={"Authorization": f"Bearer {token(site)}"},
    )
    return json.load(urlopen(request))


def qr_target(pdf):
    """What a phone reads from the printed page."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    return zxingcpp.read_barcodes(page)[0].text


def test_new_driver_goes_from_nothing_to_trained(browser, site):
    inspector = Inspector(browser)
    driver = Driver(browser, site, inspector)
    page = driver.page
    assert training_status(site, "PH-1001")["training"] == "not_met"

    driver.sign_in("new.driver@demo.example")
    assert "start the course" in page.inner_text("main")
    driver.look("2-dashboard")
    driver.take_course("/courses/safeguarding/")
    assert page.url.endswith("/dashboard/")
    assert "take the test" in page.inner_text("main")

    driver.look()
    driver.follow("Go to the test")
    driver.look()
    driver.take_test(wrong=1)
    failed = page.inner_text("main")
    driver.look("7-not-passed")
    assert "19 of 20" in failed
    assert "Why safeguarding matters" in failed or page.locator("main a[href*='/courses/']").count()
    assert not any(question in failed for question in QUESTIONS)
    assert "try again now" in failed

    before_pass = list(driver.bodies)
    page.goto("/tests/safeguarding/")
    driver.take_test()
    assert "You passed" in page.inner_text("main")
    wait_for(
        lambda: page.wait_for_timeout(250) or page.get_by_role("link", name="PDF").count(),
        what="the certificate on the result page, which refreshes itself",
    )
    driver.look("8-passed")
    assert_no_answers(before_pass)

    pdf = driver.download_pdf()
    driver.follow("View certificate")
    driver.look("9-certificate")

    stranger = Driver(browser, site, inspector)
    stranger.page.goto(qr_target(pdf))
    assert "valid" in stranger.page.inner_text("main").lower()
    assert "Amina" not in stranger.page.content()
    stranger.look("10-check")

    status = training_status(site, "PH-1001")
    assert status["training"] == "met"
    assert status["requirements"][0]["status"] == "valid"
    assert inspector.faults == []


def assert_no_answers(bodies):
    """Neither a key nor a flag nor an explanation stood in any page before the test was closed."""
    explanations = [question["explanation"] for question in QUESTIONS.values()]
    for address, body in bodies:
        if "/courses/" in address:
            continue  # Lessons explain their own unscored checks; that is what they are for.
        found = [text for text in explanations if text in body]
        assert found == [], address
        for mark in ('"key"', '"correct"', "correct=", "data-right", "is_correct"):
            assert mark not in body, address


def test_pdf_bytes_are_a_pdf_with_a_page(browser, site):
    driver = Driver(browser, site)
    driver.sign_in("passed.driver@demo.example")
    driver.page.goto("/certificates/")
    driver.page.get_by_role("main").get_by_role("link").first.click()
    assert len(pypdfium2.PdfDocument(driver.download_pdf())) == 1
