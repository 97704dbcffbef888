"""The base of Outputs, which ``outputs`` lists; apart, so that families of them can have modules of their own."""

from __future__ import annotations

import msgspec


class Output(msgspec.Struct, frozen=True, tag=True):
    """The base of all outputs; their tag is the class's name."""
