"""The page for developers: it works in a real browser under the site's strict content policy."""

import os
import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.site import running_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


def test_stranger_may_read_the_page(client):
    assert client.get("/api/v1/docs").status_code == 200


def test_root_of_the_api_leads_to_the_page(client):
    assert client.get("/api/v1/")["Location"] == "/api/v1/docs"


def test_page_carries_the_strict_policy(client):
    policy = client.get("/api/v1/docs")["Content-Security-Policy"]

    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy


def test_page_loads_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs").content.decode()

    assert re.findall(r'(?:src|href)="(?!/)[^"]*"', page) == []


@pytest.fixture
def page():
    """A tab in which a breach of the policy, a script error or a failed request is noted."""
    if not CHROMIUM:
        sentence = "No Chromium was found: install chromium to run the browser tests."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.troubles = []
        tab.on("console", lambda m: tab.troubles.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: tab.troubles.append(str(error)))
        tab.on("requestfailed", lambda request: tab.troubles.append(request.url))
        yield tab
        browser.close()


@pytest.fixture
def site(django_db_modify_db_settings):
    with running_site("web", demo=False) as running:
        yield running


@pytest.mark.browser
@pytest.mark.processes
def test_page_shows_the_call_without_a_breach_of_the_policy(page, site):
    page.goto(f"{site.url}/api/v1/docs")
    page.get_by_text("Training status of one licence").click()

    expect(page.get_by_role("button", name="Try it out")).to_be_visible()
    assert page.troubles == []
