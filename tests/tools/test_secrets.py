"""Secrets are found by their names, and appear in nothing that the program says."""

from __future__ import annotations

import base64
import logging
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwb.kernel.diagnostics import UserError
from sopwb.tools.http.actor import http_actor
from sopwb.tools.mail.actor import mail_actor
from sopwb.tools.secrets import HIDDEN, Redactor, find_secret, reveal
from tests.tools.acting import Commit, dispatch, equipment
from tests.tools.http_world import HttpWorld, reply
from tests.tools.mail_world import Answer, MailWorld

CANARY = "c4nary-Fäxén/+&pass word"
SAFE = "c4nary-Faxen/+&password"


def keyring(monkeypatch: pytest.MonkeyPatch, get: Callable[[str, str], str | None]) -> None:
    """Install a keyring for the test."""
    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]
    module.get_password, module.errors = get, errors  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_a_secret_is_looked_for_in_the_environment_first(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, lambda service, name: {("sopwb", "ops-channel"): "from the ring"}.get((service, name)))
    assert find_secret("ops-channel") == "from the ring"
    monkeypatch.setenv("SOPWB_SECRET_OPS_CHANNEL", "from the environment")
    assert find_secret("ops-channel") == "from the environment"


@pytest.mark.parametrize("ring", ["none", "empty", "locked"])
def test_a_secret_that_is_nowhere_is_named_with_the_place_to_put_it(monkeypatch: pytest.MonkeyPatch, ring: str) -> None:
    def locked(service: str, name: str) -> str | None:
        raise sys.modules["keyring.errors"].KeyringError("locked")

    monkeypatch.delenv("SOPWB_SECRET_SMTP", raising=False)
    if ring == "none":
        monkeypatch.setitem(sys.modules, "keyring", None)
    else:
        keyring(monkeypatch, locked if ring == "locked" else lambda service, name: None)
    with pytest.raises(UserError) as caught:
        find_secret("smtp")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.path) == ("SOP-K006", "secret://smtp")
    assert "SOPWB_SECRET_SMTP" in diagnostic.hint


def test_a_setting_names_secrets_inside_of_its_text() -> None:
    redactor = Redactor()
    hidden = reveal("Bearer secret://a.secret://b", "x", {"a": "one", "b": "two"}.__getitem__, redactor)
    assert hidden.reveal() == "Bearer one.two"
    assert (str(hidden), repr(hidden), f"{hidden}") == (HIDDEN, HIDDEN, HIDDEN)
    assert redactor.clean("it was one, then two") == "it was ***, then ***"


@pytest.mark.parametrize("text", ["hunter2", "secret:/x", "secret://", "", "secret://-x"])
def test_a_secret_that_is_written_down_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UserError) as caught:
        reveal(text, "tools.email.password", lambda name: "?", Redactor())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "SOP-K005"
    assert not text or text not in diagnostic.line().replace("secret://NAME", "").replace("secret://name", "")


@given(st.text(min_size=6, max_size=40), st.binary(max_size=20), st.binary(max_size=20))
def test_a_secret_is_found_as_base64_wherever_it_begins(secret: str, before: bytes, after: bytes) -> None:
    redactor = Redactor()
    try:
        redactor.hide(secret)
        packed = base64.b64encode(before + secret.encode() + after).decode()
    except UnicodeEncodeError:
        return
    assert HIDDEN in redactor.clean(f"535 <{packed}>")
    assert HIDDEN in redactor.clean(f"535 <{packed.replace('+', '-').replace('/', '_')}>")


# --- the canary ---------------------------------------------------------------------------------------


def betrays(text: str, canary: str) -> bool:
    """Whether a text holds the canary in any form that a server may send it back in."""
    forms = [canary, quote(canary, safe=""), repr(canary)[1:-1]]
    forms += [base64.b64encode(canary.encode())[:12].decode(), base64.b64encode(b"\0bot\0" + canary.encode()).decode()]
    return any(form in text for form in forms)


def watch(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpcore", "httpx", "asyncio", "aiosmtplib"):
        logging.getLogger(name).setLevel(logging.DEBUG)


async def outcome(act: Any, given: Any, commit: Commit) -> str:
    """Give everything that an attempt says, also by failing."""
    try:
        return repr(await act(given, commit))
    except OSError as error:
        return "".join(traceback.format_exception(error)) + repr(error)


ECHOES = [f"{code} you said {CANARY}\r\n".encode() for code in (250, 450, 535, 554)]
PACKED = b"535 you said " + base64.b64encode(b"\0bot\0" + CANARY.encode()) + b"\r\n"


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT"])
async def test_the_mail_password_is_in_nothing_that_is_said(
    verb: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    watch(caplog)
    answers: list[Answer] = [*ECHOES, PACKED]
    said = []
    for answer in answers:
        async with MailWorld({verb: [answer]}, offers=("AUTH PLAIN",)) as world:
            settings = {"host": "127.0.0.1", "port": world.port, "from": "a@b.example", "user": "bot"}
            actor = mail_actor(equipment({**settings, "password": "secret://smtp"}, secrets={"smtp": CANARY}))
            mail = dispatch("email.send", {"to": "c@d.example", "subject": "s", "body": "b"})
            async with actor:
                for error in (None, OSError("disk full")):
                    said.append(await outcome(actor.act, mail, Commit(error=error)))
                said.append(repr(vars(actor)) + repr(actor))
    said += [caplog.text, *capfd.readouterr()]
    assert not any(betrays(text, CANARY) for text in said)


@pytest.mark.parametrize("status", [200, 302, 401, 404, 429, 500])
async def test_the_secret_of_a_header_is_in_nothing_that_is_said(
    status: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    watch(caplog)
    packed = base64.b64encode(b"bot:" + SAFE.encode()).decode()
    async with HttpWorld(*[reply(status, f"{SAFE} {quote(SAFE, safe='')} {packed}")] * 2) as world:
        settings = {"allow": [world.url], "private": True, "headers": {world.url: {"X-Token": "secret://t"}}}
        actor = http_actor(equipment(settings, secrets={"t": SAFE}))
        asked = dispatch("http.request", {"method": "POST", "url": world.url})
        async with actor:
            said = [
                await outcome(actor.act, asked, Commit(error=error)) for error in (None, OSError("disk full"), None)
            ]
            said.append(repr(vars(actor)) + repr(actor))
        assert world.asked[0].headers["x-token"] == SAFE
    said += [caplog.text, *capfd.readouterr()]
    assert not any(betrays(text, SAFE) for text in said)
