"""The settings of ``email.send``: ``[tools.email]`` of ``sopwb.toml``.

    host, from            needed
    port                  465 for implicit TLS, 587 for STARTTLS, 25 without
    tls                   implicit | starttls | none; default: none to this machine itself, implicit on port 465,
                          else starttls. It is never given up: a server that does not offer it is not used
    ca_file               authorities to trust instead of the system's, PEM
    user, password        login; password is a secret:// name, user the sender's address unless said
    connections           kept open at once (1)
    per_second            mails a second at most (0: as many as go)
    timeout_s, reply_timeout_s    for one answer; for the answer to a whole mail

Deliberately not here: finding the secret, and using any of it (``actor``).
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

import msgspec

from sopwb.kernel.limits import CONNECTIONS_MAX, MAIL_REPLY_TIMEOUT_S, TOOL_TIMEOUT_S, TOOL_TIMEOUT_S_MAX
from sopwb.tools.settings import read_settings, wrong_setting
from sopwb.tools.tool import Settings

SECTION = "email"
Seconds = Annotated[float, msgspec.Meta(gt=0, le=TOOL_TIMEOUT_S_MAX)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Tls = Literal["implicit", "starttls", "none"]
_PORTS: dict[str, int] = {"implicit": 465, "starttls": 587, "none": 25}


class MailSettings(msgspec.Struct, frozen=True):
    host: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:\-]+$")]
    from_: Text = msgspec.field(name="from")
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] | None = None
    tls: Tls | None = None
    ca_file: str = ""
    user: str = ""
    password: str = ""
    connections: Annotated[int, msgspec.Meta(ge=1, le=CONNECTIONS_MAX)] = 1
    per_second: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    timeout_s: Seconds = TOOL_TIMEOUT_S
    reply_timeout_s: Seconds = MAIL_REPLY_TIMEOUT_S

    @property
    def security(self) -> Tls:
        if self.tls is not None:
            return self.tls
        if is_loopback(self.host):
            return "none"
        return "implicit" if self.port == _PORTS["implicit"] else "starttls"

    @property
    def port_number(self) -> int:
        return self.port or _PORTS[self.security]


def mail_settings(settings: Settings) -> MailSettings:
    """Read the settings. Raises ``UserError`` SOP-K004."""
    found = read_settings(MailSettings, SECTION, settings)
    if found.user and not found.password:
        raise wrong_setting(SECTION, "password", "a user needs one", "secret://NAME")
    if found.password and found.security == "none" and not is_loopback(found.host):
        raise wrong_setting(SECTION, "tls", "without it all can read the password on its way", "starttls or implicit")
    return found


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, as it is written."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
