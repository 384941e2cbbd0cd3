"""Journeys run against real processes in a real Chromium; nothing of ours is faked."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site import Site, running_site

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each module: while it is open, Django takes this thread for an async one."""
    if not CHROMIUM:
        sentence = "No Chromium was found: install chromium to run the browser tests."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings: None) -> Iterator[Site]:
    """The whole demo site: web, worker and beat, as in production."""
    with running_site("web", "worker", "beat") as running:
        yield running
