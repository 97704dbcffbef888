"""The codes of diagnostics about tools: SOP-K###."""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

NOT_CONFIGURED: Final = "SOP-K001"
MOCK_UNUSED: Final = "SOP-K002"
NOT_LOADED: Final = "SOP-K003"

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
)  # fmt: skip
