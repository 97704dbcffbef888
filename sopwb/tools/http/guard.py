"""Which addresses may be connected to: the door between an allowed name and what a name server makes of it.

A name is looked up once, every address that it has is checked, and the connection goes to one of those: nothing is
looked up a second time between check and use. Addresses that carry an IPv4 address inside (mapped, NAT64,
6to4, Teredo) are judged by that one too. Odd spellings (0x7f.1, 2130706433) reach this check as what the
system's resolver reads in them. Deliberately not here: which names are allowed (``settings``).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Final

import httpcore

_ADDRESSES_TRIED_MAX: Final = 4
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_OWN: Final = (ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv4Network("192.0.0.0/24"))
"""Networks of one's own that older versions of ``ipaddress`` take for the world's."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """A name leads to an address that may not be connected to. Ends in the reply of the tool that asked."""


def fault(text: str, private: bool) -> str:
    """Say why an address may not be connected to, or "" where it may. ``private``: networks of one's own may."""
    address = ipaddress.ip_address(text.partition("%")[0])
    for each in _judged(address):
        if each.is_unspecified or each.is_multicast:
            return f"{text} is no single machine's address"
        if not private and (not each.is_global or each.is_reserved or any(each in own for own in _OWN)):
            return f"{text} is an address of this machine or a network of its own"
    return ""


def _judged(address: Address) -> tuple[Address, ...]:
    """Give the addresses that a connection to this one may end at: itself, or the IPv4 address that it carries."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None or address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF),)
    tunnel = (address.sixtofour, *(address.teredo or ()))
    return (address, *(each for each in tunnel if each is not None))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects as httpcore does, but only to addresses that pass. Raises ``AddressRefused``."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._checked(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as one:
                error = one
        raise error

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _checked(self, host: str, port: int) -> list[str]:
        """Look a name up. One address that may not be connected to refuses the name: an honest name has none."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be looked up: {error}") from None
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        for address in addresses:
            why = fault(address, self._private)
            if why:
                raise AddressRefused(f"{host}: {why}")
        return addresses[:_ADDRESSES_TRIED_MAX]
