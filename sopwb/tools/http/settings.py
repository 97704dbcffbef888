"""The settings of ``http.get`` and ``http.request``: ``[tools.http]`` of ``sopwb.toml``.

    allow         needed: the origins that may be asked, each [scheme://]host[:port], https where it says no scheme
    headers       {ORIGIN = {NAME = "text with secret://NAME"}}: added to what is asked of that origin
    private       whether addresses of this machine and its networks may be asked (false)
    idempotent, key_hours    whether every allowed provider ignores an Idempotency-Key that it has seen, how long (24)
    ca_file       authorities to trust instead of the system's, PEM
    connections, per_second, timeout_s

Deliberately not here: finding secrets, and using any of it (``exchange``).
"""

from __future__ import annotations

import re
from typing import Annotated, Final

import httpx
import msgspec

from sopwb.kernel.limits import (
    CONNECTIONS_MAX,
    HTTP_TIMEOUT_S,
    HTTP_URL_CHARS_MAX,
    KEY_HOURS_DEFAULT,
    KEY_HOURS_MAX,
    TOOL_TIMEOUT_S_MAX,
)
from sopwb.tools.settings import read_settings, wrong_setting
from sopwb.tools.tool import Settings

SECTION: Final = "http"
_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(rb"[A-Za-z0-9._:-]+")
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f\\]")


class Origin(msgspec.Struct, frozen=True):
    """Who is asked: scheme, host in ASCII and lower case, port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


class HttpSettings(msgspec.Struct, frozen=True):
    allow: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    headers: dict[str, dict[str, str]] = {}
    private: bool = False
    idempotent: bool = False
    key_hours: Annotated[int, msgspec.Meta(ge=1, le=KEY_HOURS_MAX)] = KEY_HOURS_DEFAULT
    ca_file: str = ""
    connections: Annotated[int, msgspec.Meta(ge=1, le=CONNECTIONS_MAX)] = 1
    per_second: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=TOOL_TIMEOUT_S_MAX)] = HTTP_TIMEOUT_S


class UrlError(ValueError):
    """The text is no address that can be asked; says why."""


def http_settings(settings: Settings) -> HttpSettings:
    """Read the settings. Raises ``UserError`` SOP-K004."""
    return read_settings(HttpSettings, SECTION, settings)


def read_origin(text: str, setting: str) -> Origin:
    """Read an origin as the settings write it. Raises ``UserError`` SOP-K004."""
    try:
        url = read_url(text if "://" in text else "https://" + text)
        if url.raw_path != b"/":
            raise UrlError("it has a path")
    except UrlError as error:
        shown = "an entry" if "@" in text else repr(text)  # what stands before an @ may be a password
        raise wrong_setting(SECTION, setting, f"{shown} is no origin: {error}", "[scheme://]host[:port]") from None
    return origin_of(url)


def read_url(text: str) -> httpx.URL:
    """Read a URL that can be asked. Raises ``UrlError``."""
    if len(text) > HTTP_URL_CHARS_MAX:
        raise UrlError(f"it has more than {HTTP_URL_CHARS_MAX} characters")
    if _UNFIT.search(text):
        raise UrlError("it holds a space, a control character or a backslash")
    try:
        url = httpx.URL(text)
        host, port = url.raw_host, url.port
    except (httpx.InvalidURL, ValueError):
        raise UrlError("it is not a URL") from None
    if url.scheme not in _PORTS:
        raise UrlError("it does not begin with https:// or http://")
    if _HOST.fullmatch(host) is None or not (port is None or 0 < port < 65_536):
        raise UrlError("it names no host")
    if url.userinfo:
        raise UrlError("it holds a user or a password")
    return url.copy_with(fragment=None)


def origin_of(url: httpx.URL) -> Origin:
    return Origin(url.scheme, url.raw_host.decode("ascii").lower(), url.port or _PORTS[url.scheme])
