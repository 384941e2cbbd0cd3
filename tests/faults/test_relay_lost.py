"""Whatever dies while messages are relayed, the provider accepts each of them once (I24, I27)."""

import signal
import time

import pytest

from tests.faults.own_servers import site_on_own_servers
from tests.faults.texts import Texts
from tests.site import running_site, wait_for

pytestmark = pytest.mark.processes
MANY = 240


@pytest.fixture
def site():
    with running_site(demo=False) as site:
        yield site


@pytest.fixture
def texts(site, tmp_path):
    texts = Texts(site, tmp_path)
    yield texts
    texts.stop()


def relay_the_rest(texts, number):
    """Ring until everything is sent, as the clock does every few seconds."""

    def all_sent():
        if texts.sent() == number:
            return True
        texts.relay()
        time.sleep(0.3)
        return texts.sent() == number

    wait_for(all_sent, what="all texts to be sent")


def test_workers_killed_before_within_and_after_the_call_send_each_text_once(site, texts):
    texts.queue(MANY)
    texts.control(before=0.05)
    names = ["worker", "another worker", "third worker"]
    for name in names:
        site.start(name)
    texts.wait_for_workers(3)
    texts.relay(times=3)
    for name, slow, enough in zip(names, ({"after": 0.05}, {}, {}), (30, 60, 70), strict=True):
        wait_for(lambda enough=enough: texts.accepted() >= enough, what="some texts")
        site.end(name, signal.SIGKILL)
        texts.control(**slow)
    assert texts.accepted() < MANY
    texts.let_time_pass()
    site.start("worker")
    relay_the_rest(texts, MANY)
    texts.assert_each_accepted_once(MANY)
    site.manage("check_records")


def test_lost_answers_and_doubled_tasks_at_two_workers_send_each_text_once(site, texts):
    texts.control(lose_every=9)
    texts.queue(MANY)
    site.start("worker")
    site.start("another worker")
    texts.relay(times=8)
    wait_for(lambda: texts.accepted() == MANY, what="all texts to be accepted")
    lost = MANY // 9
    wait_for(lambda: texts.sent() >= MANY - lost, what="all answers")
    texts.control()
    site.query(
        "UPDATE outbox_message SET not_before = created_at WHERE sent_at IS NULL RETURNING id"
    )
    texts.relay(times=4)
    relay_the_rest(texts, MANY)
    texts.assert_each_accepted_once(MANY)


def test_redis_killed_and_emptied_and_postgresql_crashing_send_each_text_once(tmp_path):
    with site_on_own_servers(tmp_path) as site:
        texts = Texts(site, tmp_path)
        try:
            texts.queue(MANY)
            texts.control(after=0.01)
            site.start("worker")
            texts.relay(times=3)
            wait_for(lambda: texts.accepted() >= 40, what="some texts")
            site.crash_postgres()
            wait_for(lambda: texts.accepted() >= 41, what="the text in hand")
            site.kill_redis()
            site.start_redis()
            site.end("worker", signal.SIGKILL)
            texts.let_time_pass()
            site.start("worker")
            relay_the_rest(texts, MANY)
            texts.assert_each_accepted_once(MANY)
        finally:
            texts.stop()
