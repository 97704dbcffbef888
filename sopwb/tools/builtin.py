"""The tools that come with the product, as signatures, and which settings make each able to act.

Deliberately not here: acting (a module a tool), and anything that is not built yet.
"""

from __future__ import annotations

from typing import Final

import msgspec

from sopwb.lang.environment import Parameter, ToolSignature
from sopwb.lang.types import SECRET, STRING, RecordType, optional


class BuiltIn(msgspec.Struct, frozen=True):
    """A tool with the table ``[tools.SECTION]`` of ``sopwb.toml`` that configures it and the settings that it
    needs there."""

    signature: ToolSignature
    section: str
    needs: tuple[str, ...] = ()

    def configured(self, settings: dict[str, dict[str, object]]) -> bool:
        """Whether the settings let it act for real; a tool without needs always can."""
        section = settings.get(self.section, {})
        return all(section.get(name) for name in self.needs)


EMAIL_SEND: Final = ToolSignature(
    name="email.send",
    args=(
        Parameter("to", STRING),
        Parameter("subject", STRING),
        Parameter("body", STRING),
        Parameter("html", optional(STRING)),
    ),
    returns=RecordType((("id", STRING),)),
    kind="effect",
    protection="unprotected",
)

COUPON_GENERATE: Final = ToolSignature(
    name="coupon.generate",
    args=(),
    returns=RecordType((("code", SECRET),)),
    kind="pure",
    protection="idempotent",
)

BUILT_IN: Final[dict[str, BuiltIn]] = {
    tool.signature.name: tool
    for tool in (
        BuiltIn(COUPON_GENERATE, "coupon"),
        BuiltIn(EMAIL_SEND, "email", needs=("host", "from")),
    )
}
