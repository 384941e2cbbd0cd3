"""Text messages of a running site, and the stand-in of GOV.UK Notify that they go to."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from celery import Celery

from lms.embedded.notify import KEY, SMS_TEMPLATE
from tests.site import ROOT, Site, free_port, wait_for

QUEUE = """
INSERT INTO outbox_message (key, channel, "to", destination, subject, body, html_body, secret,
    created_at, not_before, tries, last_error)
SELECT 'text:' || n, 'sms', '07700900123', 'sms', '', 'Your training ends soon.', '', false,
    now(), now(), 0, ''
FROM generate_series(1, %s) AS n RETURNING id
"""


class Texts:
    """``control`` makes the stand-in slow or forgetful; ``relay`` rings the relay's alarm clock."""

    def __init__(self, site: Site, directory: Path) -> None:
        self.site, self.store = site, directory / "accepted.jsonl"
        self._control, self._port = directory / "control.json", free_port()
        site.env |= {
            "NOTIFY_API_KEY": KEY,
            "NOTIFY_URL": f"http://127.0.0.1:{self._port}",
            "NOTIFY_SMS_TEMPLATE": SMS_TEMPLATE,
            "TEXTS_PER_MINUTE": "100000",
        }
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "lms.embedded.notify", "--port", str(self._port)),
                *("--store", str(self.store), "--control", str(self._control)),
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        self.control()
        wait_for(self._answers, what="the stand-in of Notify")

    def _answers(self) -> bool:
        try:
            urlopen(f"http://127.0.0.1:{self._port}/v2/notifications", timeout=1)
        except HTTPError:
            return True
        except (URLError, OSError):
            return False
        return False

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def control(self, **values) -> None:
        new = self._control.with_suffix(".new")
        new.write_text(json.dumps({"per_minute": 10**6, **values}))
        new.replace(self._control)

    def queue(self, number: int) -> None:
        self.site.query(QUEUE, [number])

    def relay(self, *, times: int = 1) -> None:
        with self._celery() as celery:
            for _ in range(times):
                celery.send_task("outbox.tasks.relay_messages")

    def wait_for_workers(self, number: int) -> None:
        with self._celery() as celery:
            answered = celery.control.ping
            wait_for(lambda: len(answered(timeout=1, limit=number)) == number, what="workers")

    def _celery(self) -> Celery:
        return Celery(broker=self.site.env["REDIS_URL"], set_as_current=False)

    def accepted(self) -> int:
        return len(self.store.read_bytes().splitlines()) if self.store.exists() else 0

    def sent(self) -> int:
        return self.site.query("SELECT count(*) FROM outbox_message WHERE sent_at IS NOT NULL")[0][
            0
        ]

    def let_time_pass(self) -> None:
        """Claims run out and waits are over. Only for moments when no relay holds any message."""
        self.site.query(
            "UPDATE outbox_message SET not_before = created_at, claimed_until = CASE"
            " WHEN claim IS NULL THEN NULL ELSE created_at END WHERE sent_at IS NULL RETURNING id"
        )

    def assert_each_accepted_once(self, number: int) -> None:
        lines = self.store.read_text(encoding="utf-8").splitlines()
        references = Counter(json.loads(line)["reference"] for line in lines)
        assert (len(references), set(references.values())) == (number, {1})
        assert self.sent() == number
        events = "SELECT count(*) FROM outbox_messageevent WHERE kind = 'accepted'"
        assert self.site.query(events) == [(number,)]
