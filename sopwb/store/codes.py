"""The store's diagnostics, and how its exceptions become them.

Deliberately separate from ``errors``: opening a store must not build a table of help texts.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code, Diagnostic
from sopwb.kernel.ids import short_id
from sopwb.store import errors

CODES: Final[tuple[Code, ...]] = (
    Code(
        "SOP-S001",
        "Somebody else moved the name",
        "The name changed between reading and writing it. Look at what it is now and do it again.",
        "two people freeze the script win_back at the same time",
    ),
    Code(
        "SOP-S002",
        "Ambiguous id",
        "Give more digits of the id, or choose one of the listed objects.",
        "#1a2b",
    ),
    Code(
        "SOP-S003",
        "No such object",
        "Check the digits, and that the object is of the kind that is asked for.",
        "#ffff",
    ),
    Code(
        "SOP-S004",
        "The store is damaged",
        "Acknowledged bytes are not what was written, so the store opens read-only. `sopwb store verify` lists "
        "all damage; restore the named file from a backup.",
        "a bit of log/00000001.seg flipped on the disk",
    ),
    Code(
        "SOP-S005",
        "Writing has stopped",
        "The disk could not keep what was written. Check it, then start the program again. What was "
        "acknowledged is safe; the last change was not acknowledged.",
        "fdatasync fails with an input/output error",
    ),
    Code(
        "SOP-S006",
        "Not a store of this version",
        "The directory is no store, or was written by a version with another format.",
        "FORMAT says format 9",
    ),
    Code(
        "SOP-S007",
        "The store is read-only",
        "It was opened for reading, or it is damaged: `sopwb store verify` tells.",
        "freezing a script in a damaged store",
    ),
    Code(
        "SOP-S008",
        "Too large for the store",
        "Cut it into smaller objects.",
        "an object of 300 MiB",
    ),
    Code(
        "SOP-S009",
        "Unusable name",
        "Names in the store are non-empty printable parts joined by slashes, in Unicode NFC.",
        "script/",
    ),
    Code(
        "SOP-S010",
        "The disk refused",
        "Free some space or check the permissions, then do it again.",
        "the disk is full",
    ),
    Code("SOP-S011", "The store refused", "The message says why.", "a commit within a commit"),
    Code(
        "SOP-S012",
        "Another process is at it",
        "A run is acted on by one process at a time. Wait for it, or stop it with: sopwb runs pause RUN",
        "sopwb runs resume RUN, twice at the same time",
    ),
)


def diagnostic_of(error: errors.StoreError) -> Diagnostic:
    """Say what went wrong and where as a diagnostic with the help of its code."""
    code, path, hint = _classify(error)
    return Diagnostic(code, str(error), path=path, hint=hint or next(c.help for c in CODES if c.id == code))


def _classify(error: errors.StoreError) -> tuple[str, str, str]:
    match error:
        case errors.RefConflict():
            return "SOP-S001", error.name, ""
        case errors.Ambiguous():
            return "SOP-S002", "", "one of " + ", ".join(
                f"{short_id(id_)} {kind}" for id_, kind in zip(error.candidates, error.kinds, strict=True)
            )
        case errors.Unknown():
            return "SOP-S003", "", ""
        case errors.Corrupt():
            return "SOP-S004", f"{error.segment}:{error.offset}", ""
        case errors.Poisoned():
            return "SOP-S005", "", ""
        case errors.NotAStore():
            return "SOP-S006", error.path, ""
        case errors.ReadOnly():
            return "SOP-S007", "", ""
        case errors.Busy():
            return "SOP-S012", "", ""
        case errors.TooLarge():
            return "SOP-S008", "", ""
        case errors.BadName():
            return "SOP-S009", "", ""
        case errors.DiskFailed():
            return "SOP-S010", error.path, ""
        case _:
            return "SOP-S011", "", ""
