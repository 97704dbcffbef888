"""The codes of run errors that a query can find. Rows and sets must say the same; a test holds these to the
interpreter's. Deliberately not here: their texts (the interpreter says them, of the one item)."""

from __future__ import annotations

from typing import Final

NOT_FOUND: Final = "SOP-R031"
SEVERAL_FOUND: Final = "SOP-R032"
LIMIT_NEGATIVE: Final = "SOP-R033"
SCRIPT_FAILED: Final = "SOP-R035"
OVERFLOW: Final = "SOP-R101"
DIVISION_BY_ZERO: Final = "SOP-R102"
NULL: Final = "SOP-R105"
NOT_A_NUMBER: Final = "SOP-R106"
NOT_A_TIME: Final = "SOP-R107"
TIME_RANGE: Final = "SOP-R108"
TEXT_RANGE: Final = "SOP-R109"
TEXT_LENGTH: Final = "SOP-R115"
