
"""The grammar of the controlled English, a module a family of phrases. Importing it registers every rule with ``G``."""

from __future__ import annotations

from sopwb.author.english.grammar import (  # noqa: F401 - imported for their rules
    absence,
    aggregates,
    amending,
    asides,
    bulkmail,
    casework,
    changes,
    charging,
    chatting,
    choosing,
    commands,
    conditions,
    dates,
    deeds,
    definitions,
    edits,
    effects,
    everyday,
    examples,
    exceptions,
    fielding,
    giving,
    lateness,
    listing,
    mails,
    opening,
    parameters,
    periods,
    picking,
    pricing,
    rates,
    rescheduling,
    results,
    returns,
    roles,
    rows,
    saving,
    sayings,
    selection,
    telling,
    times,
    values,
    verdicts,
)
from sopwb.author.english.grammar.base import G

__all__ = ["G"]
