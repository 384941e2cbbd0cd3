"""What a phone on a poor line has to carry (R15), counted on the wire."""

import contextlib
import gzip
import socket
import socketserver
import threading
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.factories import PASSWORD
from tests.journeys.conftest import browser
from tests.site import running_site

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.processes]
FIRST, NEXT = 100_000, 20_000  # Bytes on the wire, with headers. R15 asks for less than 200 KB.
ALL_COPIES_KEPT = """async () => {
  const { lesson, screens } = document.querySelector("[data-lesson]").dataset;
  return await caches.match(`${lesson}?screen=${screens}`);
}"""


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings):
    with running_site("web") as running:
        yield running


@pytest.fixture(scope="module")
def session(browser, site):
    """The cookies of a driver who has just started the course."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("new.driver@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto("/courses/safeguarding/")
    page.get_by_role("main").get_by_role("button", name="Start the course").click()
    yield context.cookies(), urlsplit(page.url).path
    context.close()


class Scales(socketserver.ThreadingTCPServer):
    """Stands between a browser and the site, and counts what the site sends: pages, files, headers,
    and what a service worker fetches, which the page's own figures leave out."""

    daemon_threads = True

    def __init__(self, site):
        super().__init__(("127.0.0.1", 0), Relay)
        self.site = site
        self.bytes = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Relay(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.create_connection(("127.0.0.1", self.server.site.port)) as site:
            threading.Thread(target=self.forward, args=(site,), daemon=True).start()
            while answer := site.recv(65_536):
                self.server.bytes += len(answer)
                self.request.sendall(answer)

    def forward(self, site):
        with contextlib.suppress(OSError):
            while asked := self.request.recv(65_536):
                site.sendall(asked)
            site.shutdown(socket.SHUT_WR)


@pytest.fixture
def scales(site):
    with Scales(site) as scales:
        yield scales
        scales.shutdown()


def weigh(page, scales, address):
    """The bytes of one visit, until the page asks for nothing more."""
    before = scales.bytes
    page.goto(scales.url + address)
    page.wait_for_load_state("networkidle")
    return scales.bytes - before


def test_lesson_is_light_on_the_first_visit_and_lighter_on_the_next(browser, scales, session):
    cookies, lesson = session
    context = browser.new_context()
    context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(15_000)
    first = weigh(page, scales, lesson)
    page.wait_for_function(ALL_COPIES_KEPT)
    with_copies, following = scales.bytes, weigh(page, scales, lesson)
    told = f"{first:,} bytes at first, {with_copies:,} with every screen kept, then {following:,}"
    assert 0 < with_copies < FIRST, told
    assert 0 < following < NEXT, told
    context.close()


def test_lesson_without_scripts_is_light_too(browser, scales, session):
    cookies, lesson = session
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    size = weigh(context.new_page(), scales, lesson)
    assert 0 < size < FIRST / 2, f"{size:,} bytes"
    context.close()


def fetch(address, **headers):
    return urlopen(Request(address, headers=headers))


@pytest.mark.parametrize("name", ["build/site.css", "build/govuk-frontend.min.js"])
def test_large_file_is_packed_beforehand(site, name):
    response = fetch(f"{site.url}/static/{name}", **{"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    packed = response.read()
    assert int(response.headers["Content-Length"]) == len(packed)
    assert gzip.decompress(packed) == fetch(f"{site.url}/static/{name}").read()


def test_file_that_has_not_changed_is_not_sent_again(site):
    address = f"{site.url}/static/build/site.css"
    tag = fetch(address).headers["ETag"]
    with pytest.raises(Exception, match="304"):
        fetch(address, **{"If-None-Match": tag})


def test_page_is_packed_on_its_way(site):
    response = fetch(f"{site.url}/accounts/login/", **{"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert b"<title>" in gzip.decompress(response.read())
