"""Mails as bytes: the standard library reads back what was put in, whatever it was."""

from __future__ import annotations

import datetime as dt
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sopwb.tools.mail.address import Mailbox, read_address, read_named_address
from sopwb.tools.mail.message import Letter, sender, write_letter
from tests.tools.acting import KEY, NOW

SHOP = sender("", Mailbox("shop", "example.com"))
ANN = Mailbox("ann", "example.com")

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=400)
SUBJECTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200)


def letter(subject: str = "Hi", body: str = "Hello.\n", html: str | None = None) -> Letter:
    return write_letter(SHOP, ANN, subject, body, html, KEY, NOW)


def read(content: bytes) -> EmailMessage:
    """Read a mail as any client does, after checking what a transport needs of its bytes."""
    assert content.isascii()
    assert b"\0" not in content
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    assert max(map(len, content.split(b"\r\n"))) <= 998
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def lines(text: str) -> str:
    """What a body's line ends come to: each is one, and the last line has one."""
    text = re.sub(r"\r\n|\r", "\n", text)
    return text if text.endswith("\n") else text + "\n"


def body_of(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data.decode(part.get_content_charset() or "").replace("\r\n", "\n")


def check(subject: str, body: str, html: str | None) -> EmailMessage:
    found = read(letter(subject, body, html).content)
    assert str(found["Subject"]) == subject
    plain = found.get_body(("plain",))
    assert isinstance(plain, EmailMessage)
    assert body_of(plain) == lines(body)
    rich = found.get_body(("html",))
    assert (body_of(rich) if isinstance(rich, EmailMessage) else None) == (None if html is None else lines(html))
    return found


@given(SUBJECTS, TEXTS, st.none() | TEXTS)
@example("", "", None)
@example(" leading and trailing ", "\n.\n..\nFrom me\n", "")
@example("=?utf-8?q?no?=", "x" * 998 + "\n" + "y" * 999, None)
@example("x" * 1000, "\r\n\r\r\n\n", "<p>ü</p>" * 500)
@example("ü" * 1000, "tab\there \nspace \t\n", f"--=_{KEY[:32]}--\n")
@example("Grüße 🎉" * 30, "名前" * 3000, None)
@example("a", "=\n=3D\n\x85\u2028\x0b\x0c\x1c\0", "\x7f")
def test_what_was_put_in_is_read_back(subject: str, body: str, html: str | None) -> None:
    check(subject, body, html)


def test_a_mail_has_the_headers_that_identify_it() -> None:
    written = letter("Hi")
    found = read(written.content)
    assert written.id == f"{KEY}@example.com"
    assert {name: str(value) for name, value in found.items()} == {
        "Date": "Mon, 23 Nov 2026 08:00:00 +0000",
        "From": "shop@example.com",
        "To": "ann@example.com",
        "Subject": "Hi",
        "Message-ID": f"<{KEY}@example.com>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="us-ascii"',
        "Content-Transfer-Encoding": "7bit",
    }
    assert parsedate_to_datetime(str(found["Date"])) == NOW.astimezone(dt.UTC)


def test_html_stands_beside_its_text_and_after_it() -> None:
    found = check("Hi", "Hello.", "<p>Hello.</p>")
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(("body", "encoding"), [
    ("plain\n", "7bit"), ("grün und billig\n", "quoted-printable"), ("名前\n" * 9, "base64"),
    ("x" * 999, "quoted-printable"),
    ("nul \0 inside a text of some length", "quoted-printable"),
])  # fmt: skip
def test_a_body_is_encoded_where_it_must_be_and_the_shorter_way(body: str, encoding: str) -> None:
    assert check("Hi", body, None)["Content-Transfer-Encoding"] == encoding


@pytest.mark.parametrize(("text", "name"), [
    ("shop@example.com", ""), ("Shop <shop@example.com>", "Shop"), ('"The \\"Shop" <shop@example.com>', 'The \\"Shop'),
    ("Käse & Brot <shop@example.com>", "Käse & Brot"), ("Shop, Inc. <shop@example.com>", "Shop, Inc."),
    ("x" * 90 + " <shop@example.com>", "x" * 90), ("=?odd?= <shop@example.com>", "=?odd?="),
    ("Zoë " * 40 + "<shop@example.com>", ("Zoë " * 40).strip()),
])  # fmt: skip
def test_a_sender_has_a_name_of_any_kind(text: str, name: str) -> None:
    from_ = sender(*read_named_address(text))
    content = write_letter(from_, ANN, "Hi", "Hello.", None, KEY, NOW).content
    read(content)
    # The newer reader keeps the space between two encoded words of a name, which RFC 2047 takes out.
    raw = message_from_bytes(content, policy=policy.compat32)["From"]
    shown, _, address = str(make_header(decode_header(raw))).rpartition(" ")
    assert address.strip("<>") == "shop@example.com"
    assert (unquote(shown) if raw.startswith('"') else shown) == name


@pytest.mark.parametrize(("text", "local", "domain"), [
    ("ann@example.com", "ann", "example.com"), ("o'hara+x=1@Example.CO.uk", "o'hara+x=1", "Example.CO.uk"),
    ("root@localhost", "root", "localhost"), ("zoë@bücher.example", "zoë", "xn--bcher-kva.example"),
    ("用户@例え.jp", "用户", "xn--r8jz45g.jp"), ("a@xn--bcher-kva.example", "a", "xn--bcher-kva.example"),
])  # fmt: skip
def test_an_address_is_read_and_its_domain_written_in_ascii(text: str, local: str, domain: str) -> None:
    assert read_address(text) == Mailbox(local, domain)
