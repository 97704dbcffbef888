"""What can go wrong in the store.

::

    StoreError
    ├── RefConflict       a ref is not what the writer believed: .name .expected .found
    ├── Unknown           no such object: .text .reason
    ├── Ambiguous         an abbreviated id with several objects: .text .candidates (ids) .kinds
    ├── Corrupt           acknowledged bytes are damaged: .segment .offset .what
    ├── Poisoned          a sync failed, so this process may not write any more: .reason
    └── Refused           the store will not do it: .reason
        ├── ReadOnly      opened read-only, or because it is damaged
        ├── NotAStore     no store at this path, or one of another version: .path
        ├── Busy          another process is at it: .what
        ├── TooLarge      beyond a bound: .what .found .limit
        ├── BadName       not a usable ref name, kind or reason: .name
        └── DiskFailed    the operating system refused: .operation .path .error

Faces turn them into diagnostics with ``codes.diagnostic_of``. Deliberately not here: damage as data
(``scan.Damage``), which ``verify`` and ``Store.damage`` list without raising.
"""

from __future__ import annotations


class StoreError(Exception):
    """Any failure of the store."""


class RefConflict(StoreError):
    """A compare-and-swap lost: nothing of its transaction was written."""

    def __init__(self, name: str, expected: str | None, found: str | None) -> None:
        super().__init__(f"{name} is {found or 'unset'}, not {expected or 'unset'}")
        self.name, self.expected, self.found = name, expected, found


class Unknown(StoreError):
    """No object has this id (or starts with these digits, or is of the wanted kind)."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(f"no object {text}" + (f": {reason}" if reason else ""))
        self.text, self.reason = text, reason


class Ambiguous(StoreError):
    """Several objects start with these digits: ``candidates`` are their first ids, ``kinds`` what they are."""

    def __init__(self, text: str, candidates: tuple[str, ...], kinds: tuple[str, ...]) -> None:
        named = zip(candidates, kinds, strict=True)
        super().__init__(f"{text} could be {', '.join(f'{id_[:15]} ({kind})' for id_, kind in named)}")
        self.text, self.candidates, self.kinds = text, candidates, kinds


class Corrupt(StoreError):
    """Acknowledged bytes are damaged; ``segment`` is the file within the store."""

    def __init__(self, segment: str, offset: int, what: str) -> None:
        super().__init__(f"{segment} at byte {offset}: {what}")
        self.segment, self.offset, self.what = segment, offset, what


class Poisoned(StoreError):
    """A sync failed: whether the last bytes are on disk is unknown, and asking again cannot tell."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"writing has stopped: {reason}")
        self.reason = reason


class Refused(StoreError):
    """The store will not do it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReadOnly(Refused):
    """The store was opened for reading, or opened itself so because it is damaged."""


class NotAStore(Refused):
    """Nothing at ``path`` is a store that this version can read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class Busy(Refused):
    """Another process holds what only one may have: a run's journal."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is in the hands of another process")
        self.what = what


class TooLarge(Refused):
    """Beyond a bound of ``kernel.limits``."""

    def __init__(self, what: str, found: int, limit: int) -> None:
        super().__init__(f"{what} has {found:,} bytes, the limit is {limit:,}")
        self.what, self.found, self.limit = what, found, limit


class BadName(Refused):
    """Not usable as a ref name, kind or reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name[:80]!r}: {reason}")
        self.name = name


class DiskFailed(Refused):
    """The operating system refused a call before anything was acknowledged (disk full, no permission)."""

    def __init__(self, operation: str, path: str, error: OSError) -> None:
        super().__init__(f"{operation} {path}: {error.strerror or error}")
        self.operation, self.path, self.error = operation, path, error
