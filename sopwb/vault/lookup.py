"""Where a secret is found by its name: the environment, then the system's keyring.

    secret://NAME := environment variable SOPWB_SECRET_NAME (upper case, - as _), else the keyring's
                     entry NAME of the service "sopwb" (the extra ``keyring``)

The one place that knows this, for data sources, tools and models. Deliberately not here: what is said where there is
none, since each room has diagnostics of its own, and keeping a found secret out of what is written (``tools.secrets``).
"""

from __future__ import annotations

import os
from typing import Final

SERVICE: Final = "sopwb"
_VARIABLE: Final = "SOPWB_SECRET_"


def variable_of(name: str) -> str:
    """Name the environment variable of a secret."""
    return _VARIABLE + name.upper().replace("-", "_")


def named(name: str) -> str:
    """Give a secret, "" where neither place has it."""
    return os.environ.get(variable_of(name)) or kept(name)


def hint(name: str) -> str:
    """Say where a person can put a secret of that name."""
    return (
        f"set the environment variable {variable_of(name)}, or, with the extra keyring installed, "
        f"keyring set {SERVICE} {name}"
    )


def kept(entry: str) -> str:
    """Give what the system's keyring holds; "" where it is not installed, locked or empty."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(SERVICE, entry) or ""
    except KeyringError:  # no backend, or a locked one: then it has no secret, and the diagnostic says where to put it
        return ""
