"""One change of one record, as it was planned, and whether the record is still as it was then.

A source's side of it (``Target``) works in a thread of its own, a chunk at a time: ``begin`` applies the changes and
says of each why it is refused (or that it was done before), ``commit`` makes the others last, all or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from sopwb.kernel.values import Value, show
from sopwb.run.acting import Dispatch, Done, Rejected, Reply

KEYS_TABLE: Final = "sopwb_effects"
"""The table of a written database that holds the keys of what was done."""
MAKING: Final = ("insert", "upsert")


class Change(msgspec.Struct, frozen=True):
    """A planned change: ``effect`` is the effect's key, ``key`` the record's, ``record`` the values to write,
    ``before`` the values that were there (None: there was no record)."""

    effect: str
    mode: str
    key: Value
    record: dict[str, Value]
    before: dict[str, Value] | None


class NotNow(Exception):
    """The source cannot be written at the moment, so nothing of the chunk was done. ``code`` is a word; ``again``: it
    is worth another try at once."""

    def __init__(self, code: str, reason: str, again: bool = False) -> None:
        super().__init__(reason)
        self.code, self.reason, self.again = code, reason, again


class Unsure(Exception):
    """Whether the chunk was done is not known before the source is asked again."""


class Spoilt(Exception):
    """A change made the whole transaction fail, and which one is not known unless it is alone."""


class Target(Protocol):
    """A source that is written. Every method runs in one thread; all raise ``NotNow``, ``begin`` and ``commit`` also
    ``Spoilt``."""

    def begin(self, changes: Sequence[Change]) -> list[Reply | None]:
        """Begin a transaction and apply the changes; None of each that lasts when it is committed."""
        ...

    def commit(self) -> None:
        """Make the chunk last. Raises ``Unsure`` where it may or may not have."""
        ...

    def undo(self) -> None:
        """Leave the source as it was."""
        ...

    def known(self, effect: str) -> bool:
        """Whether a change with this key was done."""
        ...

    def close(self) -> None: ...


def change_of(dispatch: Dispatch) -> Change:
    """Read what was planned."""
    args: dict[str, Any] = dispatch.args
    return Change(dispatch.key, args["mode"], args["key"], args.get("record") or {}, args.get("before", {}))


def refused(source: str, change: Change, now: dict[str, Value] | None) -> Reply | None:
    """Say why a record as it is ``now`` (None: there is none) may not be changed; None: it may."""
    name = f"{source} {show(change.key)}"
    if change.mode == "insert":
        return None if now is None else Rejected("there", f"{name} is there already")
    if now is None:
        if change.mode == "upsert" and change.before is None:
            return None
        return Rejected("missing", f"{name} is not there any more")
    if change.before is None:
        return Rejected("changed", f"{name} was not there when it was decided, and is now")
    for field, before in change.before.items():
        if now[field] != before:
            was, is_ = show(before), show(now[field])
            return Rejected("changed", f"{name}: {field} was {was} when it was decided, and is {is_} now")
    return None


DONE: Final = Done({})
