"""A mail server that says of itself, by the address it is given, how it will fail."""

import socket
import threading
from contextlib import suppress

REFUSALS = {
    "nobody@example.org": b"550 5.1.1 No such user",
    "full@example.org": b"452 4.2.2 Mailbox full",
}


class MailServer:
    """Takes mail on a port of its own; what it took is in ``taken``, as (recipient, text).

    It cuts the line before or after the text of what goes to cut-before@ and cut-after@, takes no
    text for spam@, and counts its connections.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                with connection, connection.makefile("rwb", buffering=0) as line, suppress(OSError):
                    self._talk(line)

    def _talk(self, line) -> None:
        line.write(b"220 mail.example ESMTP\r\n")
        to = ""
        while said := line.readline():
            words = said.decode().strip()
            command = words[:4].upper()
            answer = b"250 OK"
            if command == "RCPT":
                to = words.partition("<")[2].partition(">")[0]
                answer = REFUSALS.get(to, answer)
            elif command == "DATA":
                if to.startswith("cut-before"):
                    return
                line.write(b"354 Go on\r\n")
                text = b"".join(iter(line.readline, b".\r\n")).decode()
                if to.startswith("cut-after"):
                    return
                answer = b"554 5.7.1 Spam" if to.startswith("spam") else answer
                if answer.startswith(b"250"):
                    self.taken.append((to, text))
            elif command == "QUIT":
                line.write(b"221 Bye\r\n")
                return
            line.write(answer + b"\r\n")
