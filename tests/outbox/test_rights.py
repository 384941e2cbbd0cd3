"""Nothing goes out that a judge forbids when it is about to go (I25)."""

from datetime import timedelta

import pytest

from outbox import rights
from outbox.actions import relay_messages
from outbox.actions.claiming import LEASE
from tests.outbox.messages import kinds, queue, queue_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def judge():
    """Forbids what ``reasons`` holds, and keeps what it was asked."""
    asked, reasons = [], {}

    def decide(keys, *, now):
        asked.append(sorted(keys))
        return {key: reasons[key] for key in keys if key in reasons}

    rights.register("trial:", decide)
    yield asked, reasons
    rights.unregister("trial:")


@pytest.fixture
def broken_judge():
    def decide(keys, *, now):
        raise RuntimeError("no judge today")

    rights.register("trial:", decide)
    yield
    rights.unregister("trial:")


def test_forbidden_message_is_withdrawn_with_the_judges_reason(now, judge, mailoutbox):
    judge[1]["trial:1"] = "Renewed."
    message = queue(now, key="trial:1")
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert (message.last_error, kinds(message)) == ("Renewed.", ["withdrawn"])
    assert mailoutbox == []


def test_allowed_message_goes(now, judge, mailoutbox):
    queue(now, key="trial:1")
    assert relay_messages(now=now) == 1


def test_judge_is_asked_once_for_a_batch_and_only_about_its_own(now, judge, mailoutbox):
    for key in ("trial:1", "trial:2", "notice:1"):
        queue(now, key=key)
    assert relay_messages(now=now) == 3
    assert judge[0] == [["trial:1", "trial:2"]]


def test_judge_is_asked_again_before_a_second_try(now, judge, mail_is_down):
    message = queue(now, key="trial:1")
    relay_messages(now=now)
    judge[1]["trial:1"] = "Renewed."
    relay_messages(now=now + timedelta(minutes=2))
    assert kinds(message) == ["refused", "withdrawn"]


def test_accepted_message_is_sent_even_if_it_may_no_longer_go(now, judge, notify):
    message = queue_text(now, key="trial:1", to="07700900499")
    relay_messages(now=now)
    judge[1]["trial:1"] = "Renewed."
    assert relay_messages(now=now + timedelta(minutes=2)) == 1
    assert kinds(message) == ["unknown", "accepted"]


def test_judge_that_fails_lets_nothing_go(now, broken_judge, mailoutbox):
    message = queue(now, key="trial:1")
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert (message.tries, message.claim, kinds(message)) == (1, None, ["refused"])
    assert message.not_before > now


def test_judge_that_fails_holds_up_nothing_else(now, broken_judge, mailoutbox):
    queue(now, key="trial:1")
    queue(now, key="notice:1")
    assert relay_messages(now=now) == 1


def test_judgement_is_not_used_once_it_is_old(now, judge, mailoutbox, monkeypatch):
    monkeypatch.setattr("outbox.actions.relaying.FRESH", timedelta(0))
    queue(now, key="trial:1")
    assert relay_messages(now=now, limit=1) == 0
    assert relay_messages(now=now + LEASE / 2, limit=1) == 0
    assert mailoutbox == []
