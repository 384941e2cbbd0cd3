"""A stand-in of GOV.UK Notify for development and tests: nothing leaves the machine.

    python -m lms.embedded.notify --port 8100 --store .local/run/notify.jsonl

It answers as the service does where a client can tell: tokens, limits, errors, receipts. What it
accepted is a line of the store, so that a restarted one knows it too. It prints each text message
it "sent", without the number.

Receipts follow the service's own test addresses: 07700900003 and temp-fail@simulator.notify end as
temporary-failure, 07700900002 and perm-fail@simulator.notify as permanent-failure, all others as
delivered. These are ours: 07700900xxx (a range that belongs to nobody) and xxx@status.notify are
answered with the HTTP status xxx of 400, 403, 429, 500 or 503 and not accepted; 07700900499 and
499@status.notify are accepted, and then the line is cut.

The file named by --control holds a JSON object and may change at any time: ``per_minute`` and
``per_day`` (limits), ``lose_every`` (of so many answers one is lost), ``before`` and ``after``
(seconds to wait before and after a message is accepted), ``down`` (every answer is 503).
"""

import argparse
import json
import re
import sys
import threading
import time
from bisect import bisect_left
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt

# Of nobody's service; the form is that of a real key: a name, the service and the secret.
KEY = "demo-6c1d9b0e-2f4b-4c55-9d3a-0d7f0a9be1c2-f0a4c2b8-93d1-4d3e-8a56-7b1e2c3d4f50"
SMS_TEMPLATE = "0d1f6a35-6d0b-4b52-8c0f-51f4a3c09d7e"
CLOCK_SKEW = 30  # Seconds a token may be old or early.
PER_MINUTE, PER_DAY = 3000, 250_000  # The service's own limits for a live key.
PAGE = 250
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MOBILE = re.compile(r"(\+44|0)7\d{9}")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
STATUS_OF = re.compile(r"(?:07700900(\d{3})|(\d{3})@status\.notify)")
ENDS = {
    "07700900002": "permanent-failure",
    "07700900003": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
}
CUT = 499
ERRORS = {
    400: ("ValidationError", "phone_number Not a UK mobile number"),
    403: ("AuthError", "Invalid token: API key not found"),
    429: (
        "RateLimitError",
        "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds",
    ),
    500: ("Exception", "Internal server error"),
    503: ("Exception", "Service unavailable"),
}


class Answer(Exception):
    """The request ends with this status and body, or with a cut line and no answer at all."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def failure(status: int, kind: str = "", message: str = "") -> Answer:
    known = ERRORS.get(status, ("BadRequestError", "Bad request"))
    error = {"error": kind or known[0], "message": message or known[1]}
    return Answer(status, {"status_code": status, "errors": [error]})


class Post:
    """What was accepted, in memory and in the store."""

    def __init__(self, store: Path) -> None:
        self.store, self.lock = store, threading.Lock()
        self.accepted: list[dict[str, Any]] = []
        self.answers: Counter[str] = Counter()
        store.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            lines = store.read_text(encoding="utf-8").splitlines()
            self.accepted = [json.loads(line) for line in lines]

    def accept(self, message: dict[str, Any], control: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self._refuse_over_limit(control)
            kept = {"id": str(uuid4()), **message, "created_at": datetime.now(UTC).isoformat()}
            with self.store.open("a", encoding="utf-8") as file:
                file.write(json.dumps(kept) + "\n")
            self.accepted.append(kept)
            return kept

    def _refuse_over_limit(self, control: dict[str, Any]) -> None:
        now, per_minute = datetime.now(UTC), control.get("per_minute", PER_MINUTE)
        per_day = control.get("per_day", PER_DAY)
        if self._since(now - MINUTE) >= per_minute:
            said = f"Exceeded rate limit for key type LIVE of {per_minute} requests per 60 seconds"
            raise failure(429, "RateLimitError", said)
        if self._since(now - DAY) >= per_day:
            said = f"Exceeded send limits ({per_day}) for today"
            raise failure(429, "TooManyRequestsError", said)

    def _since(self, moment: datetime) -> int:
        """How many were accepted since then. They stand in order of time."""
        first = bisect_left(self.accepted, moment.isoformat(), key=itemgetter("created_at"))
        return len(self.accepted) - first

    def loses(self, control: dict[str, Any]) -> bool:
        with self.lock:
            self.answers["given"] += 1
            every = control.get("lose_every", 0)
            return bool(every) and self.answers["given"] % every == 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "StandIn"

    def do_POST(self) -> None:
        self._reply(self._send)

    def do_GET(self) -> None:
        self._reply(self._find)

    def _reply(self, work: Any) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        try:
            control = self.server.control()
            if control.get("down"):
                raise failure(503)
            self._check_token()
            status, body = work(sent, control)
        except Answer as answer:
            status, body = answer.status, answer.body
        if status == CUT:
            self.close_connection = True
            return
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _check_token(self) -> None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise failure(401, "AuthError", "Unauthorized: authentication token must be provided")
        try:
            claims = jwt.decode(
                token, self.server.secret, algorithms=["HS256"], options={"verify_iat": False}
            )
        except jwt.InvalidTokenError as error:
            raise failure(403) from error
        if claims.get("iss") != self.server.service:
            raise failure(403, "AuthError", "Invalid token: service not found")
        if abs(time.time() - int(claims.get("iat", 0))) > CLOCK_SKEW:
            said = "Error: Your system clock must be accurate to within 30 seconds"
            raise failure(403, "AuthError", said)

    def _send(self, sent: bytes, control: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        message = read_message(urlsplit(self.path).path, sent)
        asked = asked_status(message["to"])
        if asked and asked != CUT:
            raise failure(asked)
        time.sleep(control.get("before", 0))
        kept = self.server.post.accept(message, control)
        self.server.tell(kept)
        time.sleep(control.get("after", 0))
        if asked == CUT or self.server.post.loses(control):
            return CUT, {}
        content = {"body": message["body"], "subject": message["subject"]}
        return HTTPStatus.CREATED, {
            "id": kept["id"],
            "reference": kept["reference"],
            "content": content,
            "uri": f"/v2/notifications/{kept['id']}",
            "template": {"id": kept["template"], "version": 1},
        }

    def _find(self, _sent: bytes, _control: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        address = urlsplit(self.path)
        accepted = list(self.server.post.accepted)
        if address.path == "/v2/notifications":
            wanted = parse_qs(address.query).get("reference", [None])[0]
            found = [kept for kept in reversed(accepted) if wanted in (None, kept["reference"])]
            shown = [self.server.described(kept) for kept in found[:PAGE]]
            return HTTPStatus.OK, {"notifications": shown, "links": {"current": self.path}}
        number = address.path.removeprefix("/v2/notifications/")
        for kept in accepted:
            if kept["id"] == number:
                return HTTPStatus.OK, self.server.described(kept)
        raise failure(404, "NoResultFound", "No result found")

    def log_message(self, *_: Any) -> None:
        """Not a line for each request."""


def read_message(path: str, sent: bytes) -> dict[str, Any]:
    """The message of a request, or what the service says of one it cannot take."""
    kind = path.removeprefix("/v2/notifications/")
    fields = {"sms": ("phone_number", MOBILE), "email": ("email_address", ADDRESS)}
    if kind not in fields:
        raise failure(404, "NoResultFound", "Not found")
    name, form = fields[kind]
    try:
        facts = json.loads(sent)
        to, template = str(facts.get(name) or ""), facts.get("template_id")
        parts = facts.get("personalisation") or {}
    except (ValueError, AttributeError) as error:
        raise failure(400, "BadRequestError", "Invalid JSON supplied in POST data") from error
    if not form.fullmatch(to.replace(" ", "")):
        raise failure(400, "ValidationError", f"{name} is not valid")
    if not template:
        raise failure(400, "ValidationError", "template_id is a required property")
    if not parts.get("body"):
        raise failure(400, "BadRequestError", "Missing personalisation: body")
    return {
        "type": kind,
        "to": to,
        "reference": facts.get("reference"),
        "template": template,
        "subject": parts.get("subject", ""),
        "body": parts["body"],
    }


def national(to: str) -> str:
    return to.replace(" ", "").replace("+44", "0", 1)


def asked_status(to: str) -> int:
    """The status that this address asks to be answered with; 0 for an ordinary one."""
    if match := STATUS_OF.fullmatch(national(to)):
        status = int(match[1] or match[2])
        return status if status in (*ERRORS, CUT) else 0
    return 0


class StandIn(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        port: int,
        store: Path,
        *,
        key: str = KEY,
        control: Path | None = None,
        settle: float = 3,
        aloud: bool = False,
    ) -> None:
        self.post, self.aloud = Post(store), aloud
        self.service, self.secret = key[-73:-37], key[-36:]
        self.settle, self._control = timedelta(seconds=settle), control
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def control(self) -> dict[str, Any]:
        if self._control is None:
            return {}
        try:
            return dict(json.loads(self._control.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return {}

    def described(self, kept: dict[str, Any]) -> dict[str, Any]:
        """As the service describes a message: under way at first, then with its end."""
        age = datetime.now(UTC) - datetime.fromisoformat(kept["created_at"])
        over = ENDS.get(national(kept["to"]), "delivered")
        return {
            "id": kept["id"],
            "reference": kept["reference"],
            "type": kept["type"],
            "status": over if age >= self.settle else "sending",
            "created_at": kept["created_at"],
            "template": {"id": kept["template"], "version": 1},
        }

    def tell(self, kept: dict[str, Any]) -> None:
        if self.aloud:
            text = " ".join(str(kept["body"]).split())
            sys.stdout.write(f"{kept['type']} sent: {text}\n")
            sys.stdout.flush()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m lms.embedded.notify")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--control", type=Path)
    parser.add_argument("--settle", type=float, default=3, help="seconds until a receipt")
    options = parser.parse_args(arguments)
    with suppress(KeyboardInterrupt):
        StandIn(
            options.port,
            options.store,
            control=options.control,
            settle=options.settle,
            aloud=True,
        ).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
