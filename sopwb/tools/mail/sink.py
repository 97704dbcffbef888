"""A mail server on this machine that keeps what it gets: for demonstrations, where a real one would mail people.

It listens on the loopback only, takes every mail and delivers none. It knows what ``email.send`` says (EHLO, MAIL,
RCPT, DATA, RSET, NOOP, QUIT) and is no more: no TLS, no login, one recipient as good as another. aiosmtpd would do it
too, with three packages that nothing else here needs. Deliberately not here: writing mails.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Final

import msgspec

from sopwb.kernel.limits import MAIL_BYTES_MAX

_LINE_BYTES_MAX: Final = 2_000
_POLL_S: Final = 0.02
_OFFERS: Final = (b"250-sink\r\n250-SMTPUTF8\r\n250 SIZE %d\r\n" % MAIL_BYTES_MAX)  # fmt: skip


class Mail(msgspec.Struct, frozen=True):
    """A mail that came: its envelope's sender and recipients, what its reader would see, and its bytes."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    id: str
    content: bytes


class MailSink:
    """The server, a context manager; it listens at ``port`` until the end of the block."""

    def __init__(self) -> None:
        self._mails: list[Mail] = []
        self._open: set[socket.socket] = set()
        self._server = _Server(self._mails, self._open)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_S,), daemon=True)

    def __enter__(self) -> MailSink:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has just gone by itself
        self._server.server_close()
        self._thread.join()

    def mails(self) -> tuple[Mail, ...]:
        """Give the mails that came, in their order."""
        return tuple(self._mails)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False

    def __init__(self, mails: list[Mail], connections: set[socket.socket]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails, self.connections = mails, connections


class _Talk(socketserver.StreamRequestHandler):
    """One client."""

    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.server.connections.add(self.connection)
        try:
            self._talk()
        except OSError:
            return  # the client has gone
        finally:
            self.server.connections.discard(self.connection)

    def _talk(self) -> None:
        sender, to = "", list[str]()
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline(_LINE_BYTES_MAX):
            verb, _, rest = line.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self.wfile.write(_OFFERS)
                case "MAIL":
                    sender, to = _address(rest), []
                    self.wfile.write(b"250 ok\r\n")
                case "RCPT":
                    to.append(_address(rest))
                    self.wfile.write(b"250 ok\r\n")
                case "DATA" if to:
                    self.wfile.write(b"354 go ahead\r\n")
                    self._take(sender, tuple(to))
                case "RSET" | "NOOP":
                    to = []
                    self.wfile.write(b"250 ok\r\n")
                case "QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"503 not now\r\n")

    def _take(self, sender: str, to: tuple[str, ...]) -> None:
        lines: list[bytes] = []
        size = 0
        while (line := self.rfile.readline(_LINE_BYTES_MAX)) != b".\r\n":
            if not line:
                raise ConnectionError("the client has gone")
            size += len(line)
            if size <= MAIL_BYTES_MAX:
                lines.append(line.removeprefix(b"."))
        if size > MAIL_BYTES_MAX:
            self.wfile.write(b"552 too big\r\n")
            return
        self.server.mails.append(_read(sender, to, b"".join(lines)))
        self.wfile.write(b"250 kept\r\n")


def _address(argument: str) -> str:
    return argument.partition("<")[2].partition(">")[0]


def _read(sender: str, to: tuple[str, ...], content: bytes) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage), "the default policy makes these"
    part = message.get_body(("plain",))
    text = part.get_content().replace("\r\n", "\n") if part is not None else ""
    return Mail(sender, to, str(message["Subject"] or ""), text, str(message["Message-ID"] or ""), content)
