"""Every address of the project, filled in and asked in every way a browser can."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile, is_zipfile

from django.contrib.messages import get_messages
from django.db import connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from tests.databases import clone, drop, ensure_template

Arguments = dict[str, Any]


@contextmanager
def database_of_its_own(blocker: Any) -> Iterator[None]:
    """For all the tests of a module, which sweep what was built once; none of them marks it."""
    default = connections["default"]
    usual, own = default.settings_dict["NAME"], f"sweep_{os.getpid()}"
    with blocker.unblock():
        _leave(default)
        clone(ensure_template(), own)
        default.settings_dict["NAME"] = own
        try:
            yield
        finally:
            _leave(default)
            default.settings_dict["NAME"] = usual
            drop(own)


def _leave(connection: Any) -> None:
    connection.close()
    connection.close_pool()


@dataclass(frozen=True)
class Route:
    """One address with places for its arguments. ``kinds``: the converter of each."""

    form: str
    names: tuple[str, ...]
    kinds: dict[str, str] = field(hash=False, compare=False)

    def fill(self, arguments: Arguments) -> str:
        return "/" + self.form % {name: arguments[name] for name in self.names}


def routes() -> list[Route]:
    return sorted(set(_routes(get_resolver(), "", {})), key=lambda route: route.form)


def _routes(resolver: Any, prefix: str, kinds: dict[str, str]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        here = prefix + pattern.pattern.regex.pattern.removeprefix("^")
        converters = {
            name: type(converter).__name__.removesuffix("Converter").lower()
            for name, converter in getattr(pattern.pattern, "converters", {}).items()
        }
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, here, kinds | converters)
        elif isinstance(pattern, URLPattern):
            for form, names in normalize(here):
                yield Route(form, tuple(names), kinds | converters)


class Browser(Client):
    """Keeps no copies of template contexts, unlike Django's own test client: twice as fast."""

    def request(self, **request: Any) -> Any:
        response = self.handler(self._base_environ(**request))
        self.cookies.update(response.cookies)
        return response


@dataclass(frozen=True)
class Answer:
    """Everything that came back, in lower case: headers, body, messages, cells of a spreadsheet."""

    status: int
    shown: str


@dataclass
class Visitor:
    """A browser that leaves no trace: whatever an answer changed is undone."""

    client: Browser
    faults: list[str] = field(default_factory=list)
    answers: int = 0

    def ask(self, method: str, address: str, data: Any = None) -> Answer:
        cookies = self.client.cookies.copy()
        self.answers += 1
        with transaction.atomic():
            response = getattr(self.client, method)(address, data)
            answer = Answer(response.status_code, _everything(response))
            transaction.set_rollback(True)
        self.client.cookies = cookies
        if answer.status == 500:
            self.faults.append(f"{method} {address}")
        return answer


def _everything(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    told = get_messages(response.wsgi_request)
    parts = [repr(response.headers), *(str(message) for message in told)]
    if is_zipfile(BytesIO(body)):
        with ZipFile(BytesIO(body)) as archive:
            parts += [archive.read(name).decode(errors="replace") for name in archive.namelist()]
    shown = "\n".join([*parts, body.decode(errors="replace")]).lower()
    # An address that was asked for is often repeated, to come back to after signing in.
    asked = response.wsgi_request.path.lower()
    return shown.replace(asked, "").replace(quote(asked, safe=""), "").replace(quote(asked), "")
