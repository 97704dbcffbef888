"""The codes of diagnostics about tools: SOP-K###."""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

NOT_CONFIGURED: Final = "SOP-K001"
MOCK_UNUSED: Final = "SOP-K002"
NOT_LOADED: Final = "SOP-K003"
BAD_SETTING: Final = "SOP-K004"
SECRET_WRITTEN_DOWN: Final = "SOP-K005"
SECRET_MISSING: Final = "SOP-K006"
NOT_OBSERVED: Final = "SOP-K007"

CODES: Final[tuple[Code, ...]] = (
    Code(NOT_CONFIGURED, "a tool that is not configured cannot act",
         "Add its settings to sopwb.toml, or run with --dry-run or --mock TOOL.",
         "sopwb --run win_back in a workspace without [tools.email]"),
    Code(MOCK_UNUSED, "a mock of a tool that the script does not use",
         "Name a tool that the script or one that it calls uses; the nearest one is shown.",
         "--mock email.sent"),
    Code(NOT_LOADED, "an installed tool cannot be loaded",
         "Reinstall or update the package that provides it.",
         "an entry point of the group sopwb.tools that gives no signature"),
    Code(BAD_SETTING, "a setting of a tool is wrong",
         "docs/tools.md has every tool's settings. No effect has been done.",
         "[tools.email] with port = \"smtp\""),
    Code(SECRET_WRITTEN_DOWN, "a secret stands in sopwb.toml",
         "Name it instead (secret://NAME), and keep its text in the environment or the keyring. Change it: files are "
         "copied.",
         "[tools.email] with password = \"hunter2\""),
    Code(SECRET_MISSING, "a secret that the settings name is not there",
         "Set SOPWB_SECRET_NAME in the environment of the program, or put it into the keyring.",
         "password = \"secret://smtp\" without SOPWB_SECRET_SMTP"),
    Code(NOT_OBSERVED, "the world did not answer a tool that reads it",
         "Nothing was done. Run again when the server answers, or look at the address and the settings.",
         "http.get of a host that [tools.http] does not allow"),
)  # fmt: skip
