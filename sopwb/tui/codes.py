"""The diagnostics of the workbench (SOP-V)."""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

FAULT: Final = Code(
    "SOP-V001",
    "A fault of the program",
    "Nothing of yours is wrong; the line names what happened, so that it can be mended",
    "",
)
THEME_INVALID: Final = Code(
    "SOP-V002",
    "A theme file does not read",
    "Write name, dark and the eleven colours as #rrggbb",
    'primary = "blueish"',
)
KEY_CLASH: Final = Code(
    "SOP-V003", "A key does two things", "Give one of the two actions another key in keys.toml", '"script.delete" = "a"'
)
KEYS_INVALID: Final = Code(
    "SOP-V004",
    "The key file does not read",
    'Write [keys] and lines such as "script.insert_after" = "o"',
    '"script.fly" = "z"',
)
NOT_HERE: Final = Code(
    "SOP-V005",
    "The key has nothing to act on",
    "Move the cursor to a draft's step and press it again",
    "d on a frozen script",
)

CODES: Final[tuple[Code, ...]] = (FAULT, THEME_INVALID, KEY_CLASH, KEYS_INVALID, NOT_HERE)
