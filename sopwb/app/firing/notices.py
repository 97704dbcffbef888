"""Notices: what people are told of schedules, each once, kept until it is read and until every channel has it.

::

    notice/KEY          → notice {"notice": 1, "key", "kind", "text", "schedule", "due", "run", "time"}
    unread/KEY          → the same, until somebody has read it
    outbox/CHANNEL/KEY  → the same, until the channel has taken it        CHANNEL: digits of its setting's hash

    KEY = KIND/SCHEDULE/DUE     failed doubt waiting dead_letters paused missed overlap recovered clock

A notice is put into the transaction that makes it true, so neither can be without the other; its key makes it one.
Deliberately not here: sending (``delivery``). Nothing here ever changes a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from sopwb.app.outputs import NoticeRow
from sopwb.kernel.canonical import canonical_bytes, parse_json
from sopwb.kernel.ids import digest
from sopwb.kernel.limits import NOTICE_TEXT_CHARS_MAX

if TYPE_CHECKING:
    from sopwb.app.firing.slots import Slot
    from sopwb.app.workbench import Workbench
    from sopwb.store.store import Store, Transaction

_CHANNEL_DIGITS: Final = 12


def channel_id(url: str) -> str:
    """Name a channel by its setting, without saying it: a URL may hold a token."""
    return digest(b"channel", url.encode("utf-8", "surrogatepass")).hex()[:_CHANNEL_DIGITS]


def tell(bench: Workbench, tx: Transaction, slot: Slot, kind: str, text: str, time: str) -> None:
    """Put a notice about a slot into a transaction, unless it was told before."""
    key = f"{kind}/{slot.schedule}/{slot.due}"
    if bench.store.ref(f"notice/{key}") is not None:
        return
    short = text if len(text) <= NOTICE_TEXT_CHARS_MAX else text[: NOTICE_TEXT_CHARS_MAX - 1] + "…"
    notice = NoticeRow(key, kind, short, slot.schedule, slot.due, slot.run, time)
    id_ = tx.put("notice", canonical_bytes({"notice": 1, **msgspec.to_builtins(notice)}))
    tx.set_ref(f"notice/{key}", id_, old=None, why=kind)
    tx.set_ref(f"unread/{key}", id_, old=None)
    for url in bench.workspace.notify:
        tx.set_ref(f"outbox/{channel_id(url)}/{key}", id_, old=None)


def unread(store: Store) -> list[NoticeRow]:
    """Give the notices that nobody has read, oldest first."""
    return _sorted(store, store.refs("unread/"))


def every(store: Store) -> list[NoticeRow]:
    """Give all notices, oldest first."""
    return _sorted(store, store.refs("notice/"))


def waiting(store: Store, channel: str) -> list[NoticeRow]:
    """Give the notices that a channel has not taken yet, oldest first."""
    return _sorted(store, store.refs(f"outbox/{channel}/"))


def take_away(store: Store, room: str, keys: list[str], why: str) -> None:
    """Note that notices were read (``unread``) or taken (``outbox/CHANNEL``). Raises ``RefConflict``."""
    with store.transaction(why) as tx:
        for key in keys:
            id_ = store.ref(f"{room}/{key}")
            if id_ is not None:
                tx.set_ref(f"{room}/{key}", None, old=id_, why=why)


def hand_over(bench: Workbench) -> None:
    """Give what waits for channels that are gone (a URL was mended, say) to those of now that never had it.

    Raises ``StoreError``.
    """
    store, known = bench.store, {channel_id(url) for url in bench.workspace.notify}
    given: set[str] = set()
    with store.transaction("hand notices over") as tx:
        for name, id_ in store.refs("outbox/").items():
            _, channel, key = name.split("/", 2)
            if channel in known:
                continue
            tx.set_ref(name, None, old=id_, why="the channel is gone")
            for other in known:
                place = f"outbox/{other}/{key}"
                if place not in given and store.ref(place) is None and not store.ref_history(place):
                    tx.set_ref(place, id_, old=None)
                    given.add(place)


def _sorted(store: Store, refs: dict[str, str]) -> list[NoticeRow]:
    rows = []
    for id_ in refs.values():
        body = parse_json(store.get(id_)[1])
        del body["notice"]
        rows.append(msgspec.convert(body, NoticeRow))
    return sorted(rows, key=lambda row: (row.time, row.key))
