"""What a mail costs: over kept connections and over one each, and written by hand and by ``email.message``.

    python -m tests.bench.mail [--mails 1000] [--delay-ms 0] [--rounds 3]

Prints mails a second against a server on the loopback in a process of its own (``--delay-ms``: its time for each
answer, as a network adds), bare and over TLS with a login, then microseconds a message. Rounds are interleaved, ratios
taken within a round. The goal of the house: kept connections are 4× as fast.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import ssl
import statistics
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import trustme

from sopwb.run.acting import Done
from sopwb.tools.mail.actor import MailActor, mail_actor
from sopwb.tools.mail.address import Mailbox
from sopwb.tools.mail.message import sender, write_letter
from tests.tools.acting import KEY, NOW, Commit, dispatch, equipment

SUBJECT = "We miss you, Ann"
BODY = "Hello Ann,\n\n" + "we miss you, and your code is ABCD-EFGH-1234-5678 for your next order.\n" * 6 + "\nBye\n"
UTF8 = BODY.replace("miss", "vermiß")
HTML = "<p>" + BODY.replace("\n", "<br>\n") + "</p>"
SHOP = sender("Shop", Mailbox("shop", "example.com"))
ANN = Mailbox("ann", "example.com")


def server(pipe: Connection, delay_s: float, certificate: str) -> None:
    """Serve mail: every answer after the delay; with a certificate over TLS, and after a login."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(answer: bytes) -> None:
            if delay_s:
                await asyncio.sleep(delay_s)
            writer.write(answer)

        await say(b"220 bench\r\n")
        while line := await reader.readline():
            match line[:4]:
                case b"EHLO" if certificate:
                    await say(b"250-bench\r\n250 AUTH PLAIN\r\n")
                case b"AUTH":
                    await say(b"235 welcome\r\n")
                case b"DATA":
                    await say(b"354 go\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    await say(b"250 ok\r\n")
                case b"QUIT":
                    await say(b"221 bye\r\n")
                case _:
                    await say(b"250 ok\r\n")
        writer.close()

    async def serve() -> None:
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
        pipe.send(listening.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)

    asyncio.run(serve())


class Relay:
    """A server in a process of its own, and the settings that reach it: a context manager."""

    def __init__(self, folder: Path, delay_s: float, secure: bool) -> None:
        self.settings: dict[str, Any] = {"host": "127.0.0.1", "from": "Shop <shop@example.com>"}
        certificate = ""
        if secure:
            authority = trustme.CA()
            authority.cert_pem.write_to_path(str(folder / "ca.pem"))
            certificate = str(folder / "server.pem")
            authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
            self.settings |= {"tls": "implicit", "ca_file": str(folder / "ca.pem"), "password": "secret://smtp"}
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=server, args=(theirs, delay_s, certificate))

    def __enter__(self) -> Relay:
        self._process.start()
        self.settings["port"] = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join(timeout=5)

    def actor(self, connections: int = 1) -> MailActor:
        return mail_actor(equipment({**self.settings, "connections": connections}, secrets={"smtp": "hunter2"}))


async def kept(relay: Relay, mails: int, connections: int) -> float:
    """Send over connections that are kept. Gives mails a second, connecting included."""
    left = iter(range(mails))
    began = time.perf_counter()
    async with relay.actor(connections) as mail:

        async def lane() -> None:
            for _ in left:
                assert isinstance(await mail.act(one(), Commit()), Done)

        await asyncio.gather(*(lane() for _ in range(connections)))
    return mails / (time.perf_counter() - began)


async def each(relay: Relay, mails: int) -> float:
    """Send over a new connection a mail. Gives mails a second."""
    began = time.perf_counter()
    for _ in range(mails):
        async with relay.actor() as mail:
            assert isinstance(await mail.act(one(), Commit()), Done)
    return mails / (time.perf_counter() - began)


def pooled(mails: int, delay_ms: float, rounds: int) -> None:
    """Print mails a second over one connection a mail and over kept ones."""
    for secure in (False, True):
        rates: dict[int, list[float]] = {0: [], 1: [], 4: [], 16: []}
        with tempfile.TemporaryDirectory() as folder, Relay(Path(folder), delay_ms / 1000, secure) as relay:
            for _ in range(rounds):
                rates[0].append(asyncio.run(each(relay, max(mails // 10, 10))))
                for connections in (1, 4, 16):
                    rates[connections].append(asyncio.run(kept(relay, mails, connections)))
        how = "over TLS with a login" if secure else "bare"
        print(f"\n{mails:,} mails {how}, {delay_ms:g} ms for each answer, median of {rounds} rounds")
        for connections, found in rates.items():
            ratios = [a / b for a, b in zip(found, rates[0], strict=True)]
            name = f"{connections} kept" if connections else "one connection a mail"
            print(f"  {name:24}{statistics.median(found):>9,.0f} mails/s{statistics.median(ratios):>8.1f}×")


def one() -> Any:
    return dispatch("email.send", {"to": "ann@example.com", "subject": SUBJECT, "body": BODY})


def by_hand(body: str, html: str | None) -> bytes:
    return write_letter(SHOP, ANN, SUBJECT, body, html, KEY, NOW).content


def by_message(body: str, html: str | None) -> bytes:
    message = EmailMessage(policy=SMTP)
    headers(message)
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def by_mime(body: str, html: str | None) -> bytes:
    message: Any = MIMEText(body, "plain", "utf-8")
    if html is not None:
        message = MIMEMultipart("alternative", None, [message, MIMEText(html, "html", "utf-8")])
    headers(message)
    data: bytes = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    return data


def headers(message: Any) -> None:
    message["Date"] = format_datetime(NOW)
    message["From"], message["To"] = "Shop <shop@example.com>", "ann@example.com"
    message["Subject"], message["Message-ID"] = SUBJECT, f"<{KEY}@example.com>"


def micros(write: Callable[[str, str | None], bytes], body: str, html: str | None, rounds: int = 500) -> float:
    write(body, html)
    began = time.perf_counter()
    for _ in range(rounds):
        write(body, html)
    return (time.perf_counter() - began) / rounds * 1e6


def messages() -> None:
    """Print microseconds a message, by hand and by the standard library."""
    print()
    for name, body, html in (("ASCII", BODY, None), ("ASCII and HTML", BODY, HTML), ("UTF-8", UTF8, None)):
        found = [micros(write, body, html) for write in (by_hand, by_mime, by_message)]
        print(f"  {name:16} by hand {found[0]:6.0f} µs, MIMEText {found[1]:6.0f} µs, EmailMessage {found[2]:6.0f} µs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1_000)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    pooled(options.mails, options.delay_ms, options.rounds)
    messages()


if __name__ == "__main__":
    main()
