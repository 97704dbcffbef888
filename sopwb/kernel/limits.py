"""Every bound of the product: a named constant with its unit and its reason.

Deliberately not here: settings that a person may change (they live in ``sopwb.toml``).
"""

from typing import Final

# --- text and structure -------------------------------------------------------------------------
JSON_DEPTH_MAX: Final = 128
"""Nesting of any JSON that is read. Deeper input is refused before Python's own stack could be."""
SCRIPT_BYTES_MAX: Final = 1 << 20
"""A script as text. The largest of fifty trial scripts had 6 KiB; 1 MiB is a generated one."""
SCRIPT_STEPS_MAX: Final = 2_000
"""Steps in a script, nested ones counted. A person reviews it; beyond this nobody does."""
STEP_DEPTH_MAX: Final = 32
"""Nesting of if/each. Deeper scripts should call another script."""
EXPRESSION_CHARS_MAX: Final = 10_000
"""Length of one expression. Keeps every pass over it below a few milliseconds."""
EXPRESSION_DEPTH_MAX: Final = 100
"""Nesting of one expression; each level costs a few Python frames in parser, checker and closures."""
CALL_DEPTH_MAX: Final = 64
"""Scripts that call scripts. Pins make cycles impossible; this bounds an honest tower of calls."""
NAME_CHARS_MAX: Final = 64
"""Names of scripts, steps, parameters and fields. They are shown in an 80 column tree."""

# --- numbers ------------------------------------------------------------------------------------
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
DECIMAL_DIGITS: Final = 38
"""Significant digits of a decimal: what DuckDB, PostgreSQL and Arrow decimal128 all hold."""
DIVISION_PLACES: Final = 12
"""Fractional digits that ``/`` keeps, rounded half-even."""
JSON_SAFE_INT_MAX: Final = 2**53 - 1
"""Integers beyond this are written as strings in canonical JSON: other readers would round them."""

# --- runs ---------------------------------------------------------------------------------------
REPORTED_ENTRIES_MAX: Final = 1_000
"""Effects and trace events in one ``--json`` reply; totals stand beside them."""
TRACE_RECORDS_BYTES_MAX: Final = 1 << 20
"""Records of fetches kept in a single run's trace so that it replays without its sources."""
TRACE_FAILURES_KEPT: Final = 100
TRACE_SAMPLES_KEPT: Final = 100
EVENTS_PER_SECOND_MAX: Final = 20
"""Aggregated progress lines a second: a screen redraws no faster."""
ROWS_IN_MEMORY_MAX: Final = 200_000
"""Records of a file source held as Python objects; larger ones are spooled to an indexed file."""
SUGGESTION_DISTANCE_MAX: Final = 3
"""Edits between a misspelt name and the one that is offered for it."""
DIAGNOSTICS_MAX: Final = 100
"""Diagnostics in one answer; a script with more is shown its first hundred."""
