"""A keep-alive HTTP/1.1 connection that costs as little as it can: the load shares the machine."""

import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

HOST = "127.0.0.1"
PATIENCE = 30.0  # Seconds for one answer; a server that hangs ends the run.


class WrongAnswerError(Exception):
    """An answer that the figure must not count."""


@dataclass(frozen=True)
class Reply:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.encode():
                return value.strip().decode()
        return ""


class Client:
    """Asks one server, one request at a time. ``requests`` counts them."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.requests = 0
        own = {"Host": f"{HOST}:{port}", **(headers or {})}
        self.head = "".join(f"{name}: {value}\r\n" for name, value in own.items())
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def get(self, path: str, *, expect: int = 200) -> Reply:
        return self._ask(f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode(), path, expect)

    def post(self, path: str, body: bytes, *, expect: int = 302) -> Reply:
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        length = f"Content-Length: {len(body)}\r\n\r\n"
        head = f"POST {path} HTTP/1.1\r\n{self.head}{kind}{length}"
        return self._ask(head.encode() + body, path, expect)

    def _ask(self, request: bytes, path: str, expect: int) -> Reply:
        self.socket.sendall(request)
        self.requests += 1
        reply = self._read()
        if reply.status != expect:
            raise WrongAnswerError(f"{path}: {reply.status}, not {expect}: {reply.body[:300]!r}")
        return reply

    def _read(self) -> Reply:
        head, _, body = self._receive_head().partition(b"\r\n\r\n")
        reply = Reply(int(head[9:12]), head, b"")
        left = int(reply.header("content-length") or 0) - len(body)
        parts = [body]
        while left > 0:
            parts.append(self._receive())
            left -= len(parts[-1])
        return Reply(reply.status, head, b"".join(parts))

    def _receive_head(self) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        return received

    def _receive(self) -> bytes:
        part = self.socket.recv(65_536)
        if not part:
            raise WrongAnswerError("The server closed the connection.")
        return part


def rate(
    work: Callable[[Client], None],
    *,
    port: int,
    seconds: float,
    threads: int,
    headers: Mapping[str, str] | None = None,
) -> float:
    """How often per second ``work`` is done by ``threads`` clients at once."""
    until = time.perf_counter() + seconds

    def repeat(_: int) -> int:
        done = 0
        with Client(port, headers) as client:
            while time.perf_counter() < until:
                work(client)
                done += 1
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        done = sum(pool.map(repeat, range(threads)))
    return done / (time.perf_counter() - began)
