"""What a mail costs: over kept connections and over one each, and written by hand and by ``email.message``.

    python -m tests.bench.mail [--mails 1000] [--delay-ms 0]

Prints mails a second against a server on the loopback in a process of its own (``--delay-ms``: its time for each
answer, as a network adds), then microseconds a message. The goal of the house: kept connections are 4× as fast.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime
from multiprocessing.connection import Connection
from typing import Any

from sopwb.run.acting import Done
from sopwb.tools.mail.actor import mail_actor
from sopwb.tools.mail.address import Mailbox
from sopwb.tools.mail.message import sender, write_letter
from tests.tools.acting import KEY, NOW, Commit, dispatch, equipment

SUBJECT = "We miss you, Ann"
BODY = "Hello Ann,\n\n" + "we miss you, and your code is ABCD-EFGH-1234-5678 for your next order.\n" * 6 + "\nBye\n"
UTF8 = BODY.replace("miss", "vermiß")
HTML = "<p>" + BODY.replace("\n", "<br>\n") + "</p>"
SHOP = sender("Shop", Mailbox("shop", "example.com"))
ANN = Mailbox("ann", "example.com")


def server(pipe: Connection, delay_s: float) -> None:
    """Serve mail: every answer after the delay."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(answer: bytes) -> None:
            if delay_s:
                await asyncio.sleep(delay_s)
            writer.write(answer)

        await say(b"220 bench\r\n")
        while line := await reader.readline():
            if line[:4] == b"DATA":
                await say(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            await say(b"221 bye\r\n" if line[:4] == b"QUIT" else b"250 ok\r\n")
        writer.close()

    async def serve() -> None:
        listening = await asyncio.start_server(talk, "127.0.0.1", 0)
        pipe.send(listening.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)

    asyncio.run(serve())


async def kept(port: int, mails: int, connections: int) -> float:
    """Send over connections that are kept. Gives mails a second."""
    left = iter(range(mails))
    async with mail_actor(equipment({**settings(port), "connections": connections})) as mail:

        async def lane() -> None:
            for _ in left:
                assert isinstance(await mail.act(one(), Commit()), Done)

        began = time.perf_counter()
        await asyncio.gather(*(lane() for _ in range(connections)))
        return mails / (time.perf_counter() - began)


async def each(port: int, mails: int) -> float:
    """Send over a new connection a mail. Gives mails a second."""
    began = time.perf_counter()
    for _ in range(mails):
        async with mail_actor(equipment(settings(port))) as mail:
            assert isinstance(await mail.act(one(), Commit()), Done)
    return mails / (time.perf_counter() - began)


def settings(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "from": "Shop <shop@example.com>"}


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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=1_000)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=server, args=(theirs, options.delay_ms / 1000))
    process.start()
    port = ours.recv()
    single = asyncio.run(each(port, max(options.mails // 5, 10)))
    print(f"{'one connection a mail':32} {single:8.0f} mails/s")
    for connections in (1, 4, 16):
        rate = asyncio.run(kept(port, options.mails, connections))
        print(f"{f'{connections} kept':32} {rate:8.0f} mails/s  {rate / single:5.1f}×")
    ours.send(None)
    process.join(timeout=5)
    for name, body, html in (("ASCII", BODY, None), ("ASCII and HTML", BODY, HTML), ("UTF-8", UTF8, None)):
        found = [micros(write, body, html) for write in (by_hand, by_mime, by_message)]
        print(f"{name:16} by hand {found[0]:6.0f} µs, MIMEText {found[1]:6.0f} µs, EmailMessage {found[2]:6.0f} µs")


if __name__ == "__main__":
    main()
