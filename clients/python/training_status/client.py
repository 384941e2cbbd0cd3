"""The calls of the API, one method each."""

import base64
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID, uuid4

from training_status.answers import (
    Certificate,
    Compliance,
    NewSecret,
    NewWebhook,
    NotFound,
    Page,
    Registered,
    Replayed,
    TrainingStatus,
    Webhook,
)

EVERY_SCOPE = ("status:read", "register:write", "events:read")
WAITED_FOR = (429, 503)
MOST_ASKED = 1_000  # Numbers in one search.
EARLY = 60  # Seconds before its end at which a token is replaced.


class Problem(Exception):
    """The API refused. ``type`` is stable; quote ``request_id`` when you ask for help."""

    def __init__(self, status: int, body: Mapping[str, Any], request_id: str) -> None:
        super().__init__(f"{status} {body.get('title', '')} {body.get('detail', '')}".strip())
        self.status = status
        self.type = str(body.get("type", "about:blank"))
        self.detail = str(body.get("detail", ""))
        self.errors: list[dict[str, Any]] = body.get("errors") or []
        self.request_id = request_id

    @property
    def kind(self) -> str:
        """The last part of the type, such as ``not-found``."""
        return self.type.rpartition(":")[2]


class _NoRedirects(HTTPRedirectHandler):
    """A token is never carried to another address."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass
class Client:
    """One licensing system. ``patience`` is how many seconds in all a call may wait when it is told
    to come back later; the answer to what is asked too often is given then."""

    url: str
    client_id: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...] = EVERY_SCOPE
    timeout: float = 30.0
    patience: float = 300.0
    sleep: Callable[[float], None] = time.sleep
    _token: str = field(default="", repr=False)
    _token_ends: float = 0.0

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        here = urlsplit(self.url).hostname in {"127.0.0.1", "::1", "localhost"}
        if not self.url.startswith("https://") and not here:
            raise ValueError("The address must begin with https://.")
        self._opener = build_opener(_NoRedirects)

    # -- Asking

    def training_status(
        self, number: str, *, as_at: date | None = None, known_at: datetime | None = None
    ) -> TrainingStatus | None:
        """None for a licence that your authority does not have."""
        path = f"/licences/{quote(number, safe='')}/training-status"
        return cast(
            "TrainingStatus | None", self._found("GET", path, query=_as_of(as_at, known_at))
        )

    def search(
        self,
        numbers: Iterable[str],
        *,
        as_at: date | None = None,
        known_at: datetime | None = None,
    ) -> Iterator[TrainingStatus | NotFound]:
        """One answer for each number, in that order, however many there are."""
        asked = list(numbers)
        for start in range(0, len(asked), MOST_ASKED):
            body = {**_as_of(as_at, known_at), "licences": asked[start : start + MOST_ASKED]}
            yield from self._call("POST", "/training-status/search", body=body)["results"]

    def certificate(self, reference: str) -> Certificate | None:
        """None for a certificate that your authority does not have."""
        path = f"/certificates/{quote(reference, safe='')}"
        return cast("Certificate | None", self._found("GET", path))

    def compliance(
        self, *, as_at: date | None = None, known_at: datetime | None = None
    ) -> Compliance:
        return cast("Compliance", self._call("GET", "/compliance", query=_as_of(as_at, known_at)))

    # -- Writing

    def put_licence(
        self, number: str, facts: Mapping[str, str], *, key: str | None = None
    ) -> Registered:
        """Enter a licence or bring it up to date. Under one ``key``, by default one of its own for
        each call, it is carried out once, however often the line breaks. Raises Problem of the kind
        ``waits-for-officer`` where an officer has to decide."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        path = f"/licences/{quote(number, safe='')}"
        return cast("Registered", self._call("PUT", path, body=dict(facts), headers=headers))

    # -- The change feed

    def events(self, after: str | None = None, *, limit: int = 100) -> Page:
        query = {"limit": str(limit), **({"after": after} if after is not None else {})}
        return cast("Page", self._call("GET", "/events", query=query))

    def pages(self, after: str | None = None, *, limit: int = 1_000) -> Iterator[Page]:
        """Each page until there is nothing more now. Take a page in, then keep its ``next``: what
        comes twice after a break has the same id."""
        while (page := self.events(after, limit=limit))["events"]:
            yield page
            after = page["next"]

    # -- Webhooks

    def webhooks(self) -> list[Webhook]:
        return cast("list[Webhook]", self._call("GET", "/webhooks")["webhooks"])

    def add_webhook(self, url: str, *, types: Iterable[str] = ()) -> NewWebhook:
        """Keep the ``secret``: it is not shown again."""
        body = {"url": url, "types": list(types)}
        return cast("NewWebhook", self._call("POST", "/webhooks", body=body))

    def remove_webhook(self, webhook_id: str | UUID) -> None:
        self._call("DELETE", f"/webhooks/{webhook_id}")

    def replay_webhook(self, webhook_id: str | UUID, after: str | None = None) -> Replayed:
        query = {"after": after} if after is not None else {}
        path = f"/webhooks/{webhook_id}/replay"
        return cast("Replayed", self._call("POST", path, query=query))

    def rotate_secret(self, webhook_id: str | UUID) -> NewSecret:
        return cast("NewSecret", self._call("POST", f"/webhooks/{webhook_id}/rotate-secret"))

    # -- How

    def _found(self, method: str, path: str, **options: Any) -> Any:
        try:
            return self._call(method, path, **options)
        except Problem as problem:
            if problem.kind == "not-found":
                return None
            raise

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        address = f"{self.url}/api/v1{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        try:
            return self._sent(method, address, data, sent)
        except Problem as problem:
            if problem.kind != "invalid-token":
                raise
            self._token = ""  # It was withdrawn before its time: one more try with a new one.
            return self._sent(method, address, data, sent)

    def _sent(self, method: str, address: str, data: bytes | None, headers: dict[str, str]) -> Any:
        bearer = {"Authorization": f"Bearer {self._current_token()}"}
        return self._patiently(Request(address, data, {**headers, **bearer}, method=method))

    def _current_token(self) -> str:
        if not self._token or time.time() > self._token_ends - EARLY:
            pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
            form = {"grant_type": "client_credentials", "scope": " ".join(self.scopes)}
            given = self._patiently(
                Request(
                    f"{self.url}/identity/o/api/token",
                    urlencode(form).encode(),
                    {"Authorization": f"Basic {pair}"},
                )
            )
            self._token = str(given["access_token"])
            self._token_ends = time.time() + float(given["expires_in"])
        return self._token

    def _patiently(self, request: Request) -> Any:
        """The answer, once the server has time for it: Retry-After is obeyed."""
        left = self.patience
        while True:
            try:
                with self._opener.open(request, timeout=self.timeout) as response:
                    body = response.read()
                    return json.loads(body) if body else None
            except HTTPError as error:
                wait = float(error.headers.get("Retry-After") or 0)
                if error.code not in WAITED_FOR or not 0 < wait <= left:
                    raise _problem(error) from None
                left -= wait
                self.sleep(wait)


def _problem(error: HTTPError) -> Problem:
    try:
        body = json.loads(error.read())
    except ValueError:
        body = {}
    if "error" in body:  # The token's address words its errors as OAuth 2 does.
        body = {"type": body["error"], "detail": body.get("error_description", "")}
    return Problem(error.code, body, error.headers.get("X-Request-Id") or "")


def _as_of(as_at: date | None, known_at: datetime | None) -> dict[str, str]:
    """An instant without an offset could mean two moments, so it is refused by the API."""
    asked = {}
    if as_at is not None:
        asked["as_at"] = as_at.isoformat()
    if known_at is not None:
        asked["known_at"] = known_at.isoformat()
    return asked
