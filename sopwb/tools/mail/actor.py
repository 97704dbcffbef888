"""``email.send``: one mail to one person, over connections that are kept from mail to mail.

    to, subject, body, html?  ─►  {id}     id is the mail's Message-ID, KEY@DOMAIN, without its brackets

The id is made from the effect's key, so it is the same in every attempt; a mail server does not look at it
though, so the tool is unprotected: a mail in doubt is a person's to decide. Deliberately not here: what a mail
looks like (``message``) and how it is handed over (``connection``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

from sopwb.run.acting import Dispatch, Protection, Rejected, Reply, Unknown
from sopwb.run.ports import Clock
from sopwb.tools.mail.address import AddressError, read_address, read_named_address
from sopwb.tools.mail.connection import Access, Connection
from sopwb.tools.mail.message import MessageError, Sender, sender, write_letter
from sopwb.tools.mail.settings import SECTION, mail_settings
from sopwb.tools.secrets import Redactor, reveal
from sopwb.tools.settings import wrong_setting
from sopwb.tools.tls import client_context
from sopwb.tools.tool import Equipment


class MailActor:
    """Sends mails for one run; at most ``connections`` at once, more wait."""

    def __init__(self, access: Access, from_: Sender, clock: Clock) -> None:
        settings = access.settings
        self.protection = Protection("unprotected", settings.connections, settings.per_second)
        self._from, self._clock = from_, clock
        self._connections = tuple(Connection(access) for _ in range(settings.connections))

    async def __aenter__(self) -> MailActor:
        self._idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()  # the last used is the likeliest to live
        for connection in self._connections:
            self._idle.put_nowait(connection)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if error is None:
            await asyncio.gather(*(connection.quit() for connection in self._connections))
        for connection in self._connections:
            connection.drop()
        await asyncio.sleep(0)  # transports close in the loop's next round

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        args = dispatch.args
        try:
            letter = write_letter(
                self._from,
                read_address(args["to"]),
                args["subject"],
                args["body"],
                args.get("html"),
                dispatch.key,
                self._clock.now(),
            )
        except AddressError as error:
            return Rejected("address", f"the address cannot be sent to: {error}")
        except MessageError as error:
            return Rejected("message", str(error))
        connection = await self._idle.get()
        try:
            return await connection.send(letter, commit)
        finally:
            self._idle.put_nowait(connection)

    async def verify(self, dispatch: Dispatch) -> Reply:
        return Unknown("a mail server cannot be asked whether it took a mail")


def mail_actor(equipment: Equipment) -> MailActor:
    """Make the actor of a workspace's settings. Raises ``UserError`` for wrong ones and for a missing secret."""
    settings = mail_settings(equipment.settings)
    try:
        name, mailbox = read_named_address(settings.from_)
        if not mailbox.is_ascii:
            raise AddressError("what stands before the @ must be ASCII")
    except AddressError as error:
        raise wrong_setting(SECTION, "from", f"not an address to send from: {error}", "shop@example.com") from None
    redactor = Redactor()
    password = None
    if settings.password:
        password = reveal(settings.password, f"tools.{SECTION}.password", equipment.secret, redactor)
    access = Access(
        settings=settings,
        from_address=mailbox.text,
        tls=None if settings.security == "none" else client_context(SECTION, settings.ca_file),
        user=settings.user or mailbox.text,
        password=password,
        redactor=redactor,
    )
    return MailActor(access, sender(name, mailbox), equipment.clock)
