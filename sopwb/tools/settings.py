"""Reading a tool's settings into a typed struct; everything wrong in them is a diagnostic that shows no value.

Deliberately not here: any tool's settings, and the file (``app.workspace``).
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.tools import codes
from sopwb.tools.tool import Settings

Wanted = TypeVar("Wanted", bound=msgspec.Struct)


def read_settings(kind: type[Wanted], section: str, settings: Settings) -> Wanted:
    """Read a table ``[tools.SECTION]``. Raises ``UserError`` SOP-K004 with every unknown setting, or the wrong one."""
    known = [field.encode_name for field in msgspec.structs.fields(kind)]
    unknown = [
        Diagnostic(
            codes.BAD_SETTING,
            f"unknown setting {name} in [tools.{section}]",
            path=f"tools.{section}.{name}",
            nearest=nearest_name(name, known),
            hint="" if nearest_name(name, known) else "known are " + ", ".join(sorted(known)),
        )
        for name in settings
        if name not in known
    ]
    if unknown:
        raise UserError(*unknown)
    try:
        return msgspec.convert(settings, kind)
    except msgspec.ValidationError as error:
        words, _, place = str(error).partition(" - at `$")
        raise wrong_setting(section, place.rstrip("`").lstrip("."), words) from None


def wrong_setting(section: str, name: str, why: str, expected: str = "") -> UserError:
    """Make the error of one wrong setting."""
    place = f"tools.{section}.{name}" if name else f"tools.{section}"
    return UserError(Diagnostic(codes.BAD_SETTING, f"{place}: {why}", path=place, expected=expected))
