"""One connection to a mail server: opened when first needed, kept for the mails that follow, closed when in doubt.

    connect, EHLO, [STARTTLS, EHLO], [AUTH]          anything wrong: NotApplied, whatever the mail
    [RSET,] MAIL, RCPT, DATA → 354                   4xx: NotApplied; 5xx: Rejected; silence: NotApplied
    commit()
    the mail and its final dot                       2xx: Done; 4xx: NotApplied; 5xx: Rejected; else: Unknown

aiosmtplib does the talking; ``DATA`` is sent as a command of its own, since the point of no return lies inside of
what its ``data()`` does at once. A connection that the server dropped between two mails is opened anew, once.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from typing import Final

import aiosmtplib
import msgspec
from aiosmtplib.response import SMTPResponse

from sopwb.kernel.limits import MAIL_LOGIN_AGAIN_MS, MAIL_QUIT_TIMEOUT_S
from sopwb.run.acting import Done, NotApplied, Rejected, Reply, Unknown
from sopwb.tools.mail.message import Letter
from sopwb.tools.mail.settings import MailSettings
from sopwb.tools.secrets import Hidden, Redactor, tidy

_WORLD: Final = (aiosmtplib.SMTPException, OSError, ValueError)
"""What a server, a network or a resolver can cause; a ``ValueError`` is a challenge that is no Base64, or a name that
is none. Timeouts are among the first two."""
_LOGIN_CODES: Final = frozenset({530, 534, 535, 538})
"""Answers that are about the login, wherever they come: the next mail would get them too."""
_CLOSING: Final = 421
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\Z")


class Access(msgspec.Struct, frozen=True):
    """How to reach and enter a mail server; ``from_address`` is the envelope's sender."""

    settings: MailSettings
    from_address: str
    tls: ssl.SSLContext | None
    user: str
    password: Hidden | None
    redactor: Redactor


class _Trouble(Exception):
    """No mail can be handed over on this connection now. Caught where it is made a reply."""

    def __init__(self, code: str, reason: str, after_ms: int = 0) -> None:
        super().__init__(reason)
        self.code, self.reason, self.after_ms = code, reason, after_ms


class Connection:
    """One connection; at most one mail at a time."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: aiosmtplib.SMTP | None = None
        self._clean = True

    async def send(self, letter: Letter, commit: Callable[[], None]) -> Reply:
        """Hand over one mail. Raises only what ``commit`` raises, and when cancelled; the connection is closed then."""
        try:
            refusal = await self._envelope(letter)
            if refusal is not None:
                return refusal
            commit()
        except _Trouble as trouble:
            self.drop()
            return NotApplied(trouble.code, self._say(trouble.reason), trouble.after_ms)
        except BaseException:
            self.drop()
            raise
        try:
            return await self._content(letter)
        except _WORLD as error:
            self.drop()
            return Unknown(self._say(f"no answer to the whole mail: {_words(error)}"))
        except BaseException:
            self.drop()
            raise

    async def quit(self) -> None:
        """Say goodbye and close."""
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.quit(timeout=MAIL_QUIT_TIMEOUT_S)
            except _WORLD:  # it closes all the same
                self.drop()
        self.drop()

    def drop(self) -> None:
        """Close at once, and send nothing that still waits."""
        client, self._client = self._client, None
        if client is not None:
            if isinstance(client.transport, asyncio.WriteTransport):
                client.transport.abort()
            client.close()

    # --- before the point of no return ---------------------------------------------------------------

    async def _envelope(self, letter: Letter) -> Reply | None:
        """Bring the server to where it wants the mail. None when it does."""
        address = self._access.from_address.encode("ascii")
        refused = await self._begin(b"MAIL FROM:<%b>" % address, letter)
        for command in (b"RCPT TO:<%b>" % letter.to.text.encode("utf-8"), b"DATA"):
            refused = refused or _refusal(await self._command(command), 354 if command == b"DATA" else 250)
        if refused is None:
            return None
        if refused.code == _CLOSING:
            self.drop()
        return self._refused(refused)

    async def _begin(self, mail: bytes, letter: Letter) -> SMTPResponse | None:
        """Begin a mail; on a kept connection that has died in the meantime, on a new one."""
        if self._client is not None:
            try:
                refused = await self._mail(mail, letter)
            except _Trouble as trouble:
                if trouble.code != "closed":
                    raise
            else:
                if refused is None or refused.code != _CLOSING:
                    return refused
            self.drop()
        await self._open()
        return await self._mail(mail, letter)

    async def _mail(self, mail: bytes, letter: Letter) -> SMTPResponse | None:
        client = self._client
        assert client is not None, "a connection is open"
        if not self._clean:
            refused = _refusal(await self._command(b"RSET"), 250)
            if refused is not None:
                return refused
        if client.supports_extension("size"):
            mail += b" SIZE=%d" % len(letter.content)
        if not letter.to.is_ascii:
            if not client.supports_extension("smtputf8"):
                return SMTPResponse(553, "the address is not ASCII, and the server does not know SMTPUTF8")
            mail += b" SMTPUTF8"
        self._clean = False
        return _refusal(await self._command(mail), 250)

    async def _open(self) -> None:
        access, settings = self._access, self._access.settings
        client = self._client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port_number,
            local_hostname=_own_name(),
            timeout=settings.timeout_s,
            use_tls=settings.security == "implicit",
            start_tls=False,
            tls_context=access.tls,
        )
        self._clean = True
        try:
            await client.connect()
            await _hello(client)
            if settings.security == "starttls":
                if not client.supports_extension("starttls"):
                    raise _Trouble("tls", "the server does not offer STARTTLS")
                await client.starttls()
                await _hello(client)
        except aiosmtplib.SMTPResponseException as error:
            raise _Trouble(str(error.code), f"the server does not take connections: {_words(error)}") from None
        except _WORLD as error:
            raise _Trouble("connect", _words(error)) from None
        if access.password is not None:
            await self._login(client, access.password)
        self._in_step()

    async def _login(self, client: aiosmtplib.SMTP, password: Hidden) -> None:
        if not client.supports_extension("auth"):
            raise _Trouble("login", "the server does not offer a login", MAIL_LOGIN_AGAIN_MS)
        try:
            await client.login(self._access.user, password.reveal())
        except aiosmtplib.SMTPResponseException as error:
            words = f"the server does not accept the login: {_words(error)}"
            raise _Trouble(str(error.code), words, MAIL_LOGIN_AGAIN_MS) from None
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
            raise _Trouble("connect", _words(error)) from None
        except _WORLD as error:
            raise _Trouble("login", _words(error), MAIL_LOGIN_AGAIN_MS) from None

    async def _command(self, command: bytes) -> SMTPResponse:
        client = self._client
        if client is None or not client.is_connected:
            raise _Trouble("closed", "the server closed the connection")
        try:
            reply = await client.execute_command(command)
        except aiosmtplib.SMTPServerDisconnected as error:
            raise _Trouble("closed", _words(error)) from None
        except aiosmtplib.SMTPTimeoutError as error:
            raise _Trouble("timeout", _words(error)) from None
        except _WORLD as error:
            raise _Trouble("protocol", _words(error)) from None
        self._in_step()
        return reply

    def _in_step(self) -> None:
        """Refuse a server that says more than it was asked: its next line would answer the wrong question."""
        protocol = self._client.protocol if self._client is not None else None
        if protocol is not None and protocol._buffer:
            raise _Trouble("protocol", "the server answered before it was asked")

    # --- after it ------------------------------------------------------------------------------------

    async def _content(self, letter: Letter) -> Reply:
        client = self._client
        protocol = client.protocol if client is not None else None
        if protocol is None:
            return NotApplied("closed", "the connection was closed before the mail was sent")
        protocol.write(letter.content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        reply = await protocol.read_response(timeout=self._access.settings.reply_timeout_s)
        if 200 <= reply.code < 300:
            self._clean = True
            if protocol._buffer:
                self.drop()
            return Done({"id": letter.id})
        if reply.code == _CLOSING or not 400 <= reply.code < 600:
            self.drop()
        if not 400 <= reply.code < 600:
            return Unknown(self._say(f"the server answered the whole mail with {reply.code} {reply.message}"))
        return self._refused(reply)

    # --- words ---------------------------------------------------------------------------------------

    def _refused(self, reply: SMTPResponse) -> Reply:
        code, reason = str(reply.code), self._say(f"{reply.code} {reply.message}")
        if reply.code in _LOGIN_CODES:
            self.drop()
            return NotApplied(code, reason, MAIL_LOGIN_AGAIN_MS)
        return Rejected(code, reason) if 500 <= reply.code < 600 else NotApplied(code, reason)

    def _say(self, text: str) -> str:
        """Make a server's words one short line without secrets."""
        return tidy(self._access.redactor.clean(text))


def _refusal(reply: SMTPResponse, wanted: int) -> SMTPResponse | None:
    """Give a reply that is not the wanted kind of yes (25x, 354). One that is neither yes nor no is no server's."""
    if reply.code // 10 == wanted // 10:
        return None
    if not 400 <= reply.code < 600:
        raise _Trouble("protocol", f"the server answered {reply.code} {reply.message}")
    return reply


async def _hello(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _own_name() -> str:
    """Name this machine to the server. ``getfqdn`` may ask a name server for seconds; no relay insists on it."""
    name = socket.gethostname()
    return name if _HOST_NAME.match(name) else "[127.0.0.1]"


def _words(error: BaseException) -> str:
    """Say what went wrong, with the reason that the library keeps behind its own words."""
    said = str(error) or type(error).__name__
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    cause = error.__cause__
    return f"{said}: {cause}" if cause is not None and str(cause) and str(cause) not in said else said
