"""A transaction while it is being filled: frames ready to append, names to move, catalogue changes.

Nothing is locked or written until it commits. Deliberately not here: committing (``writer``).
"""

from __future__ import annotations

import unicodedata
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.kernel.ids import PREFIX
from sopwb.kernel.limits import (
    COMPRESS_IMPORT_BYTES,
    OBJECT_BYTES_MAX,
    REF_NAME_BYTES_MAX,
    TRANSACTION_BYTES_MAX,
    WHY_CHARS_MAX,
)
from sopwb.store import kinds
from sopwb.store.errors import BadName, Refused, TooLarge, Unknown
from sopwb.store.frames import compressor_loaded, encode_frame, frame_id

if TYPE_CHECKING:
    from sopwb.store.store import Store


HEX: Final = frozenset("0123456789abcdef")


class Any_(msgspec.Struct, frozen=True):
    """The type of ``ANY``."""


ANY: Final = Any_()
"""As the old value of a ref: move it whatever it is."""


class Move(msgspec.Struct, frozen=True):
    """A name to move. ``old`` is the value that it must have, or ``ANY``."""

    name: str
    new: bytes | None
    old: bytes | Any_ | None
    why: str


class Transaction:
    """Use as ``with store.transaction("why") as tx``: a normal exit commits, an exception leaves no trace."""

    def __init__(self, store: Store, why: str) -> None:
        check_why(why)
        self.why = why
        self.frames: dict[bytes, tuple[int, bytes]] = {}
        self.moves: list[Move] = []
        self.deltas: list[dict[str, dict[str, dict[str, Any] | None]]] = []
        self.since = store.head()[0]
        """The commit up to which ``put`` surely looked for what is stored already."""
        self._store = store
        self._bytes = 0
        self._open = True
        self._given = 0

    def put(self, kind: str, payload: bytes) -> str:
        """Store an object; one that is stored already costs nothing. Returns its id.

        Raises ``BadName`` for an unknown kind, ``TooLarge``.
        """
        self._check_open()
        code = kinds.OBJECTS.get(kind)
        if code is None:
            raise BadName(kind, "not a kind of object")
        if len(payload) > OBJECT_BYTES_MAX:
            raise TooLarge(f"an object ({kind})", len(payload), OBJECT_BYTES_MAX)
        payload = bytes(payload)
        raw = frame_id(code, payload)
        if raw not in self.frames and not self._store.holds(raw):
            self._bytes += len(payload)
            if self._bytes > TRANSACTION_BYTES_MAX:
                raise TooLarge("the transaction", self._bytes, TRANSACTION_BYTES_MAX)
            compress = compressor_loaded() or self._bytes >= COMPRESS_IMPORT_BYTES
            self.frames[raw] = (code, encode_frame(code, payload, raw, compress=compress))
        return PREFIX + raw.hex()

    def set_ref(self, name: str, new: str | None, *, old: str | Any_ | None, why: str = "") -> None:
        """Move a name to an object, or unset it with None, if it is ``old`` when the transaction commits.

        The commit raises ``RefConflict`` otherwise, and ``Unknown`` when there is no such object. Raises
        ``BadName``.
        """
        self._check_open()
        check_ref_name(name)
        check_why(why)
        old_id = old if isinstance(old, Any_) else id_bytes(old)
        self.moves.append(Move(name, id_bytes(new), old_id, why))

    def catalogue(self, delta: dict[str, dict[str, dict[str, Any] | None]]) -> None:
        """Record a change of the catalogue: {table: {document id: document or None}}, JSON-shaped."""
        self._check_open()
        _check_delta(delta)
        self.deltas.append(delta)

    def replace_update(self, delta: dict[str, dict[str, dict[str, Any] | None]]) -> None:
        """Set the change that ``Catalogue.update`` works out while it commits; it may do so more than once."""
        _check_delta(delta)
        del self.deltas[self._given :]
        if delta:
            self.deltas.append(delta)

    def finish(self) -> None:
        """Take nothing more: it is being committed. Raises ``Refused`` the second time."""
        self._check_open()
        self._open = False
        self._given = len(self.deltas)

    def _check_open(self) -> None:
        if not self._open:
            raise Refused("the transaction is over")

    def __enter__(self) -> Transaction:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._open:
            self._store.commit(self)


def id_bytes(id_: str | None) -> bytes | None:
    """Give the 32 bytes of a full id. Raises ``Unknown`` for anything else."""
    if id_ is None:
        return None
    digits = id_.removeprefix(PREFIX)
    if len(digits) != 64 or len(id_) != 64 + len(PREFIX) or not HEX.issuperset(digits):
        raise Unknown(id_[:80], "not an id")
    return bytes.fromhex(digits)


def check_ref_name(name: str) -> None:
    """Raise ``BadName`` unless ``name`` is non-empty printable parts in NFC joined by slashes."""
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise BadName(name, "not Unicode text") from None
    if size > REF_NAME_BYTES_MAX:
        raise BadName(name, f"longer than {REF_NAME_BYTES_MAX} bytes")
    if not name.isprintable() or not all(name.split("/")):
        raise BadName(name, "a ref name is non-empty printable parts joined by slashes")
    if not unicodedata.is_normalized("NFC", name):
        raise BadName(name, "not in Unicode NFC")


def check_why(why: str) -> None:
    """Raise ``BadName`` for a reason that is too long or no Unicode text."""
    if len(why) > WHY_CHARS_MAX:
        raise BadName(why, f"a reason has at most {WHY_CHARS_MAX} characters")
    try:
        why.encode("utf-8")
    except UnicodeEncodeError:
        raise BadName(why, "not Unicode text") from None


def _check_delta(delta: dict[str, dict[str, dict[str, Any] | None]]) -> None:
    if not _plain(delta) or not all(
        isinstance(rows, dict) and all(row is None or isinstance(row, dict) for row in rows.values())
        for rows in delta.values()
    ):
        raise Refused("documents of the catalogue hold only what JSON can")


def _plain(value: Any) -> bool:
    # MessagePack would also take dates and structs, and give back something else.
    try:
        return bool(msgspec.msgpack.decode(msgspec.msgpack.encode(value)) == value) and _json_shaped(value)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return False


def _json_shaped(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _json_shaped(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_json_shaped, value))
    return value is None or isinstance(value, (str, int, float, bool))
