"""The mail server of demonstrations takes what others send it, and is gone afterwards."""

from __future__ import annotations

import smtplib
import socket

import pytest

from sopwb.run.acting import Done
from sopwb.tools.mail.actor import mail_actor
from sopwb.tools.mail.sink import MailSink
from tests.tools.acting import KEY, Commit, dispatch, equipment


async def test_mails_of_the_tool_are_kept_in_their_order() -> None:
    with MailSink() as sink:
        settings = {"host": "127.0.0.1", "port": sink.port, "from": "Shop <shop@example.com>"}
        async with mail_actor(equipment(settings)) as mail:
            for to in ("ann@example.com", "zoë@example.com"):
                args = {"to": to, "subject": "Grüße", "body": ".dot\n\nund tschüss", "html": "<p>x</p>"}
                assert isinstance(await mail.act(dispatch("email.send", args), Commit()), Done)
        first, second = sink.mails()
    assert (first.sender, first.to, second.to) == ("shop@example.com", ("ann@example.com",), ("zoë@example.com",))
    assert (first.subject, first.text, first.id) == ("Grüße", ".dot\n\nund tschüss\n", f"<{KEY}@example.com>")


def test_a_mail_of_another_client_is_kept() -> None:
    with MailSink() as sink:
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as client:
            client.sendmail("a@x.example", ["b@x.example", "c@x.example"], "Subject: Hi\r\n\r\n..\r\n.\r\nBye\r\n")
            client.rset()
            with pytest.raises(smtplib.SMTPException):
                client.data("no recipient")
        (mail,) = sink.mails()
    assert (mail.to, mail.subject, mail.text) == (("b@x.example", "c@x.example"), "Hi", "..\n.\nBye\n")


def test_half_a_mail_is_none_and_an_open_client_does_not_keep_the_server() -> None:
    with MailSink() as sink:
        port = sink.port
        client = socket.create_connection(("127.0.0.1", port), timeout=5)
        stream = client.makefile("rwb", buffering=0)
        for line in (b"", b"EHLO x", b"MAIL FROM:<a@x>", b"RCPT TO:<b@x>", b"DATA"):
            if line:
                stream.write(line + b"\r\n")
            answer = stream.readline()
            while answer[3:4] == b"-":
                answer = stream.readline()
        assert answer.startswith(b"354")
        stream.write(b"half\r\n")
    assert sink.mails() == ()
    stream.close()
    client.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
