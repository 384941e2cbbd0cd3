"""Calls to addresses that somebody else chose: they reach the public internet and nothing inside.

The name is looked up once and the connection goes to the very address that was judged, so that a
name that answers differently the second time gains nothing (DNS rebinding). No redirect is
followed, no proxy of the environment is used, and a call has one limit of time for all of it.
"""

import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

SECONDS = 10.0
BYTES = 64 * 1024  # Of an answer that are read; the rest is left.
HTTPS, HTTP = "https", "http"
PORTS = {HTTPS: 443, HTTP: 80}
LONGEST_ADDRESS = 2000
# Behind the scheme: a host, perhaps a port, then a path or query without fragment or backslash.
NAME = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
PORT = r"6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}"
REST = rf"(:({PORT}))?([/?][!\"$-\[\]-~]*)?"
SHAPE = re.compile(rf"https?://({NAME}|\[[0-9A-Fa-f:.]+\]){REST}")
# What wraps an IPv4 address: NAT64 and 6to4 would lead inside by a detour.
WRAPPED = ("64:ff9b::", "64:ff9b:1::", "2002:")
# What Python's own list says differs between its versions; these are never the public internet.
NEVER = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10", "2001::/23")))


class Refused(Exception):
    """The address is not one we call. ``reason`` says why, in words for whoever chose it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Failed(Exception):
    """The call came to nothing: no connection, no answer in time, or none that makes sense."""


@dataclass(frozen=True)
class Target:
    """An address that may be called: where its name led when it was looked up."""

    parts: SplitResult
    host: str
    port: int
    address: str

    @property
    def path(self) -> str:
        query = f"?{self.parts.query}" if self.parts.query else ""
        return (self.parts.path or "/") + query

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.parts.scheme] else f"{host}:{self.port}"


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool, seconds: float = SECONDS
) -> int:
    """Send the body; the status that was answered, whatever it is.

    ``loopback`` lets the call reach this machine, and then also without TLS. Raises Refused before
    anything is sent to a forbidden address, and Failed.
    """
    deadline = time.monotonic() + seconds
    target = resolve(url, loopback=loopback)
    try:
        with _connected(target, deadline) as connection:
            return _exchange(connection, target, body, headers, deadline)
    except (OSError, HTTPException, ValueError) as error:
        raise Failed(f"{type(error).__name__}: {error}"[:300]) from error


def resolve(url: str, *, loopback: bool) -> Target:
    """Where the call would go. Raises Refused for what must not be called, Failed without a name.

    All addresses of the name are judged: one that leads inside spoils the others.
    """
    parts, host, port = check(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed("The host has no address.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    local = loopback and all(_leads_here(address) for address in addresses)
    if not local:
        if parts.scheme != HTTPS:
            raise Refused("The address must begin with https://.")
        if not all(is_public(address) for address in addresses):
            raise Refused("The address does not lead to the public internet.")
    return Target(parts, host, port, addresses[0])


def ensure_allowed(url: str, *, loopback: bool) -> None:
    """Refuses what can be seen to be wrong without looking up any name. Raises Refused."""
    parts, host, _ = check(url)
    try:
        address = str(ip_address(host))
    except ValueError:
        address = "127.0.0.1" if host == "localhost" else ""
    local = loopback and address != "" and _leads_here(address)
    if parts.scheme != HTTPS and not local:
        raise Refused("The address must begin with https://.")
    if address and not local and not is_public(address):
        raise Refused("The address does not lead to the public internet.")


def check(url: str) -> tuple[SplitResult, str, int]:
    """Its parts, host and port, without looking up any name. Raises Refused."""
    parts, host, port = SplitResult("", "", "", "", ""), None, None
    if len(url) <= LONGEST_ADDRESS and SHAPE.fullmatch(url):
        with suppress(ValueError):
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
    if not host:
        raise Refused(
            "The address must begin with https:// and name a host. It must have no user name, no"
            " password, no fragment, no spaces, and at most 2,000 plain characters."
        )
    return parts, host, port if port is not None else PORTS[parts.scheme]


def is_public(address: str) -> bool:
    """Whether the address is one of the public internet: not private, local, shared, reserved, a
    multicast group, the metadata service of a cloud, or any of these in disguise."""
    judged = ip_address(address.partition("%")[0])
    if isinstance(judged, IPv6Address):
        if judged.ipv4_mapped is not None:
            judged = judged.ipv4_mapped
        elif judged.compressed.startswith(WRAPPED):
            return False
    if any(judged in network for network in NEVER):
        return False
    return judged.is_global and not judged.is_multicast and not judged.is_reserved


def _leads_here(address: str) -> bool:
    judged: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    return judged.is_loopback


def _connected(target: Target, deadline: float) -> socket.socket:
    plain = socket.create_connection((target.address, target.port), timeout=_left(deadline))
    if target.parts.scheme == HTTP:
        return plain
    try:
        plain.settimeout(_left(deadline))
        return tls().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def tls() -> ssl.SSLContext:
    """The system's trusted roots; the certificate must be the host's."""
    return ssl.create_default_context()


def _exchange(
    connection: socket.socket,
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    deadline: float,
) -> int:
    request = _Written(target.host)
    request.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    sent = {"Host": target.host_header, **headers, "Content-Length": str(len(body))}
    for name, value in {**sent, "Connection": "close"}.items():
        request.putheader(name, value)
    request.endheaders()
    connection.settimeout(_left(deadline))
    connection.sendall(request.text + body)
    response = HTTPResponse(_Timed(connection, deadline), method="POST")  # type: ignore[arg-type]
    response.begin()
    response.read(BYTES)
    return response.status


class _Written(HTTPConnection):
    """Writes the head of a request without a connection; refuses line breaks in it."""

    text = b""

    def send(self, data: Any) -> None:
        self.text += data


class _Timed(io.RawIOBase):
    """Reads from the socket until the deadline, however slowly the other side sends."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self.connection, self.deadline = connection, deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.connection.settimeout(_left(self.deadline))
        return self.connection.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("The time is over.")
    return left
