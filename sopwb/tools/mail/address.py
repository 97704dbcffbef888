"""Mail addresses: one mailbox, as the envelope and the header both can carry it.

    address := local "@" domain
    local   := word {"." word}, at most 64 bytes; letters and digits of any script and !#$%&'*+-/=?^_`{|}~
    domain  := a host name, at most 253 letters; one of another script is sent in its ASCII form (IDNA 2008)

What else RFC 5321 allows – quoted locals, bare IP addresses, comments – is refused: servers read those
differently, and that is how a mail reaches somebody else. A name before the address is for ``from`` only.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

_WORD: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                          r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\Z")  # fmt: skip
_NAMED: Final = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<address>[^<>]*)>\Z")
_LOCAL_BYTES_MAX: Final = 64


class AddressError(ValueError):
    """The text is no address that can be sent to; says why."""


class Mailbox(msgspec.Struct, frozen=True):
    """An address. ``domain`` is ASCII; ``local`` need not be, and then the server must know SMTPUTF8."""

    local: str
    domain: str

    @property
    def text(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def is_ascii(self) -> bool:
        return self.local.isascii()


def read_address(text: str) -> Mailbox:
    """Read one bare address. Raises ``AddressError``."""
    local, at, domain = text.rpartition("@")
    if not at:
        raise AddressError("it has no @")
    if not all(_WORD.fullmatch(word) for word in local.split(".")) or not _visible(local):
        raise AddressError("what stands before the @ is not a mailbox's name")
    if len(local.encode("utf-8", "surrogatepass")) > _LOCAL_BYTES_MAX:
        raise AddressError(f"what stands before the @ has more than {_LOCAL_BYTES_MAX} bytes")
    return Mailbox(local, _ascii_domain(domain))


def read_named_address(text: str) -> tuple[str, Mailbox]:
    """Read an address that may have a name: ``Shop <shop@example.com>``. Raises ``AddressError``."""
    named = _NAMED.match(text)
    if named is None:
        return "", read_address(text)
    name = named["name"].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        raise AddressError("its name holds a control character")
    return name, read_address(named["address"])


def _visible(text: str) -> bool:
    """Whether what is beyond ASCII are letters, marks and digits: nothing invisible and nothing that turns the text."""
    return all(sign.isascii() or unicodedata.category(sign)[0] in "LMN" for sign in text)


def _ascii_domain(domain: str) -> str:
    if not domain.isascii():
        import idna

        if not _visible(domain):
            raise AddressError("what stands after the @ is not a domain")

        try:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
        except idna.IDNAError:
            raise AddressError("what stands after the @ is not a domain") from None
    if _HOST.match(domain) is None:
        raise AddressError("what stands after the @ is not a domain")
    return domain
