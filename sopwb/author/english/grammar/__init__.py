
"""The grammar of the controlled English, a module a family of phrases. Importing it registers every rule with ``G``."""

from __future__ import annotations

from sopwb.author.english.grammar import (  # noqa: F401 - imported for their rules
    absence,
    aggregates,
    amending,
    asides,
    bulkmail,
    casework,
    charging,
    chatting,
    choosing,
    commands,
    conditions,
    definitions,
    edits,
    effects,
    everyday,
    examples,
    exceptions,
    fielding,
    listing,
    mails,
    opening,
    parameters,
    picking,
    pricing,
    rescheduling,
    results,
    returns,
    rows,
    saving,
    sayings,
    selection,
    telling,
    times,
    values,
)
from sopwb.author.english.grammar.base import G

__all__ = ["G"]
