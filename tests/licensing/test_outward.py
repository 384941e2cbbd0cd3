"""Calls to addresses that somebody else chose reach nothing inside."""

import socket
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from licensing import outward


class Recorder(BaseHTTPRequestHandler):
    """Answers every call with the server's status and keeps what came."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.calls.append((self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(self.server.status)
        for name, value in self.server.answer_headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def serving(status=200, headers=None, context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.status, server.answer_headers, server.calls = status, headers or {}, []
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def raw(handle):
    """A server that does with each connection what ``handle`` says."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            handle(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def url_of(server, path="/hook"):
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def post(url, body=b"{}", headers=None, *, loopback=True, **options):
    return outward.post(url, body, headers or {}, loopback=loopback, **options)


@pytest.fixture
def names(monkeypatch):
    """What the resolver answers: a list of addresses for each look-up of a name in turn."""
    answers = {}
    real = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host not in answers:
            return real(host, port, *args, **kwargs)
        turns = answers[host]
        found = turns.pop(0) if len(turns) > 1 else turns[0]
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers


def test_body_and_headers_arrive():
    with serving() as server:
        status = post(url_of(server, "/hook?a=1"), b'{"a":1}', {"webhook-id": "m"})

    ((path, headers, body),) = server.calls
    assert (status, path, body) == (200, "/hook?a=1", b'{"a":1}')
    assert headers["webhook-id"] == "m"
    assert headers["Host"] == f"127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize("status", [201, 400, 410, 500])
def test_status_is_given_back(status):
    with serving(status=status) as server:
        assert post(url_of(server)) == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status):
    with serving() as inside, serving(status, {"Location": url_of(inside)}) as outside:
        assert post(url_of(outside)) == status

    assert inside.calls == []


PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:10.0.0.7",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:7",
    "2002:a00:7::",
    "2001:0:a00:7::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_address_inside_is_refused(address, names):
    names["council.example"] = [[address]]

    with pytest.raises(outward.Refused):
        outward.resolve("https://council.example/hook", loopback=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4009:81f::200e", "::ffff:8.8.8.8"])
def test_address_of_the_public_internet_is_allowed(address, names):
    names["council.example"] = [[address]]

    assert outward.resolve("https://council.example/", loopback=False).address == address


@pytest.mark.parametrize("port", [1, 443, 8443, 59999, 60000, 65535])
def test_any_port_may_be_named(port):
    _, host, named = outward.check(f"https://council.example:{port}/hook")

    assert (host, named) == ("council.example", port)


@pytest.mark.parametrize("inside", ["10.0.0.7", "169.254.169.254", "::1"])
def test_one_address_inside_spoils_the_others(inside, names):
    names["council.example"] = [["8.8.8.8", inside]]

    with pytest.raises(outward.Refused):
        outward.resolve("https://council.example/", loopback=False)


def test_nothing_is_sent_to_an_address_that_is_refused():
    with serving() as server:
        with pytest.raises(outward.Refused):
            post(url_of(server), loopback=False)
        with pytest.raises(outward.Refused):
            post(url_of(server).replace("http:", "https:"), loopback=False)

    assert server.calls == []


def test_name_that_answers_differently_the_second_time_gains_nothing(names):
    """DNS rebinding: judged as this machine, which is allowed here, and then moved elsewhere."""
    names["rebound.example"] = [["127.0.0.1"], ["169.254.169.254"]]
    with serving() as server:
        url = f"http://rebound.example:{server.server_address[1]}/hook"

        assert post(url) == 200

    ((_, headers, _),) = server.calls
    assert headers["Host"] == f"rebound.example:{server.server_address[1]}"


def test_name_that_turns_inward_after_it_was_judged_is_not_looked_up_again(names, monkeypatch):
    names["rebound.example"] = [["8.8.8.8"], ["127.0.0.1"]]
    called = []

    def connect(address, timeout):
        called.append(address)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(outward.Failed):
        post("https://rebound.example/hook", loopback=False)

    assert called == [("8.8.8.8", 443)]


@pytest.mark.parametrize("address", ["10.0.0.7", "169.254.169.254", "192.168.1.1"])
def test_loopback_alone_is_allowed_in_development(address, names):
    names["council.example"] = [[address]]

    with pytest.raises(outward.Refused):
        outward.resolve("https://council.example/", loopback=True)


def test_loopback_beside_a_public_address_is_refused(names):
    names["council.example"] = [["127.0.0.1", "8.8.8.8"]]

    with pytest.raises(outward.Refused):
        outward.resolve("https://council.example/", loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "ftp://council.example/",
        "file:///etc/passwd",
        "gopher://council.example/",
        "http://council.example/hook",
        "https://",
        "https:///hook",
        "https://user@council.example/",
        "https://council*.example/",
        "https://-council.example/",
        "https://council.example:/",
        "https://council.example:00443/",
        "HTTPS://council.example/",
        "https:council.example/",
        "https://council.example.../%0a\n",
        "https://user:word@council.example/",
        "https://council.example/#part",
        "https://council.example:x/",
        "https://council.example:65536/",
        "https://council.example:99999/",
        "https://council.example/a b",
        "https://council.example/\r\nX: y",
        "https://council.example\\@10.0.0.7/",
        "https://[::1/",
        "https://käse.example/",
        "https://10.0.0.7/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://council.example/" + "x" * 2000,
    ],
)
def test_address_that_is_wrong_to_the_eye_is_refused_at_once(url):
    with pytest.raises(outward.Refused):
        outward.ensure_allowed(url, loopback=False)


@pytest.mark.parametrize(
    "url", ["https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://localhost/"]
)
def test_odd_spelling_of_an_inner_address_is_refused_when_called(url):
    with pytest.raises((outward.Refused, outward.Failed)):
        outward.resolve(url, loopback=False)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/", "https://127.0.0.1/"]
)
def test_development_may_call_this_machine(url):
    outward.ensure_allowed(url, loopback=True)


def test_unknown_name_is_a_failure(names):
    with pytest.raises(outward.Failed, match="no address"):
        outward.resolve("https://nowhere.invalid/", loopback=False)


def test_nobody_listening_is_a_failure():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(outward.Failed):
        post(f"http://127.0.0.1:{port}/")


def in_time(call):
    """Runs the call, which must fail within its own limit and a little more."""
    began = time.monotonic()
    with pytest.raises(outward.Failed):
        call()
    assert time.monotonic() - began < 3


def test_silence_is_a_failure_in_time():
    with raw(lambda connection: time.sleep(4)) as server:
        in_time(lambda: post(url_of(server), seconds=0.3))


def test_answer_that_drips_is_a_failure_in_time():
    """Each byte comes soon enough; the whole does not."""

    def drip(connection):
        connection.recv(1000)
        with suppress(OSError):  # The other side leaves.
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)

    with raw(drip) as server:
        in_time(lambda: post(url_of(server), seconds=0.5))


def test_endless_answer_is_left_off():
    def pour(connection):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"x" * 65536)

    with raw(pour) as server:
        assert post(url_of(server), seconds=3) == 200


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 100])
def test_nonsense_is_a_failure(answer):
    def reply(connection):
        connection.recv(1000)
        connection.sendall(answer)

    with raw(reply) as server, pytest.raises(outward.Failed):
        post(url_of(server), seconds=2)


def test_line_break_in_a_header_is_never_sent():
    with serving() as server, pytest.raises(outward.Failed):
        post(url_of(server), headers={"webhook-id": "a\r\nX: y"})

    assert server.calls == []


@pytest.fixture
def certified(tmp_path):
    """A server's TLS context for council.example, and a client's that trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "council.example")])
    now = datetime.now(tz=UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("council.example")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    file.write_bytes(
        certificate.public_bytes(pem) + key.private_bytes(pem, form, serialization.NoEncryption())
    )
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    server.load_cert_chain(file)
    client.load_verify_locations(file)
    return server, client


def test_certificate_is_checked_for_the_name_and_not_the_pinned_address(
    certified, names, monkeypatch
):
    server_side, client_side = certified
    names["council.example"] = names["other.example"] = [["127.0.0.1"]]
    with serving(context=server_side) as server:
        port = server.server_address[1]
        with pytest.raises(outward.Failed, match="CERTIFICATE_VERIFY_FAILED"):
            post(f"https://council.example:{port}/")  # The system's roots do not know it.
        monkeypatch.setattr(outward, "tls", lambda: client_side)

        assert post(f"https://council.example:{port}/") == 200
        with pytest.raises(outward.Failed, match="CERTIFICATE_VERIFY_FAILED"):
            post(f"https://other.example:{port}/")
