"""Where a database is: the URL of a declaration, and the password that it may name.

    postgresql://[USER[:PASSWORD]@][HOST[:PORT]][/DATABASE][?SETTING=VALUE&…]
    PASSWORD    := secret://NAME, better than the password itself; without one, PGPASSWORD and the password file apply
    secret NAME := environment variable SOPWB_SECRET_NAME (upper case, - as _), else the keyring's entry NAME of
                   the service "sopwb"

What the URL leaves out is taken from the environment's PG* variables, as every PostgreSQL program does. A password is
never shown: ``Address.shown`` has none, and ``Credentials.redact`` takes it out of whatever a server or driver says.
A URL that libpq would read in another way than its writer meant (a password with a bare @ or /) is refused before
libpq could quote a part of it.

Deliberately not here: connecting (``server``), and what libpq knows of the settings of a URL better than we do.
"""

from __future__ import annotations

import os
import re
from typing import Any, Final

import msgspec

from sopwb.data.codes import NO_SECRET
from sopwb.data.faults import fault
from sopwb.kernel.limits import SERVER_MESSAGE_CHARS_MAX
from sopwb.vault import lookup

HIDDEN: Final = "***"
_NAME: Final = r"secret(?:://|%3[Aa]%2[Ff]%2[Ff])([A-Za-z0-9][A-Za-z0-9_-]*)"
_SECRET_USER: Final = re.compile(rf"(postgres(?:ql)?://[^:/@?]*):{_NAME}@")
_SECRET_SETTING: Final = re.compile(rf"([?&])password={_NAME}(?:&|$)")
_PASSWORD_SETTING: Final = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)
_URL: Final = re.compile(
    r"postgres(?:ql)?://"
    r"(?P<person>(?P<user>[^:/@?]*)(?::[^/@?]*)?@)?"
    r"(?P<place>(?:\[[0-9A-Fa-f:.%]+\]|[^\[\]:/@?]*)(?::[0-9]*)?(?:,(?:\[[0-9A-Fa-f:.%]+\]|[^\[\]:/@?,]*)(?::[0-9]*)?)*"
    r"(?:/[^/@?]*)?)"
    r"(?P<settings>\?(?:[a-z_]+=[^&]*(?:&|$))*)?"
)


class Address(msgspec.Struct, frozen=True):
    """A database's URL as declared. ``text`` may hold a password; what is shown is ``shown``."""

    text: str

    @property
    def shown(self) -> str:
        """The URL without its password."""
        found = _URL.fullmatch(self._without_secret()[0])
        if found is None:
            return "postgresql://" + HIDDEN
        user = found["user"] + "@" if found["person"] else ""
        return f"postgresql://{user}{found['place']}" + _PASSWORD_SETTING.sub(rf"\1{HIDDEN}", found["settings"] or "")

    def readable(self) -> bool:
        """Whether it is a URL that means one thing."""
        return _URL.fullmatch(self._without_secret()[0]) is not None

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("shown", self.shown)]

    def _without_secret(self) -> tuple[str, str]:
        """Give the URL without the secret that it names, and that secret's name or ""."""
        found = _SECRET_USER.match(self.text)
        if found:
            return f"{found[1]}@{self.text[found.end() :]}", found[2]
        found = _SECRET_SETTING.search(self.text)
        if found:
            return self.text[: found.start()] + found[1] + self.text[found.end() :], found[2]
        return self.text, ""

    def credentials(self) -> Credentials:
        """Read the URL and find the password that it names.

        Raises ``UserError`` where there is no such secret, ``psycopg.Error`` for settings that libpq does not know.
        """
        from psycopg.conninfo import conninfo_to_dict

        text, secret = self._without_secret()
        settings = {name: value for name, value in conninfo_to_dict(text).items() if value is not None}
        if secret:
            settings["password"] = find_secret(secret)
        return Credentials(settings)


class Credentials:
    """Settings for libpq, the password among them. It shows itself without any."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def redact(self, text: str) -> str:
        """Take passwords out of what a server or driver said, and make it one short line."""
        from urllib.parse import quote, quote_plus

        known = (self.settings.get("password"), self.settings.get("sslpassword"), os.environ.get("PGPASSWORD"))
        for secret in (str(word) for word in known if word):
            for form in sorted({secret, quote(secret, safe=""), quote_plus(secret)}, key=len, reverse=True):
                text = text.replace(form, HIDDEN)
        return " ".join(text.split())[:SERVER_MESSAGE_CHARS_MAX]

    def __repr__(self) -> str:
        return f"Credentials({sorted(self.settings)})"


def find_secret(name: str) -> str:
    """Find a secret by its name. Raises ``UserError`` where neither place has it."""
    found = lookup.named(name)
    if not found:
        raise fault(NO_SECRET, f"there is no secret {name}", path=f"secret://{name}", hint=lookup.hint(name))
    return found
