"""Delivery: what waits in the outboxes is sent through apprise, one message a channel.

A channel is a URL of ``[notify] urls`` in apprise's form, or one that names secrets (``secret://ops-channel``). What a
channel does not take stays in its outbox, and goes out when it works again; one message is at most twice there, where
the process dies between sending and noting it. Deliberately not here: what is told (``notices``). No run ever waits for
this, or knows of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sopwb.app.firing.locks import holding
from sopwb.app.firing.notices import channel_id, hand_over, take_away, waiting
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import NOTICES_A_MESSAGE_MAX
from sopwb.store.errors import RefConflict
from sopwb.tools.secrets import SCHEME, Redactor, find_secret, reveal, tidy

if TYPE_CHECKING:
    from sopwb.app.outputs import NoticeRow
    from sopwb.app.workbench import Workbench

Send = Callable[[str, str, str], bool]
"""Sends title and text to a URL, and says whether it was taken."""


def deliver(bench: Workbench, send: Send | None = None) -> tuple[int, tuple[Diagnostic, ...]]:
    """Send what waits. Gives how many notices still wait, and why. Raises ``StoreError``."""
    if not bench.workspace.notify:
        return 0, ()
    left, troubles = 0, []
    with holding(bench, "notices") as held:
        bench.store.refresh()
        if held:
            hand_over(bench)
        for number, url in enumerate(bench.workspace.notify):
            channel = channel_id(url)
            rows = waiting(bench.store, channel)
            if not rows or not held:
                continue
            trouble = _send(bench, number, url, rows, send or _apprise)
            if trouble is not None:
                left += len(rows)
                troubles.append(trouble)
                continue
            try:
                take_away(bench.store, f"outbox/{channel}", [row.key for row in rows], "notices delivered")
            except RefConflict:
                bench.store.refresh()
    return left, tuple(troubles)


def _send(bench: Workbench, number: int, url: str, rows: list[NoticeRow], send: Send) -> Diagnostic | None:
    place, redactor = f"notify.urls[{number}]", Redactor()
    try:
        whole = reveal(url, place, find_secret, redactor).reveal() if SCHEME in url else url
        taken = send(whole, _title(bench, rows), _text(rows))
        why = "it did not take the message"
    except UserError as error:
        return error.diagnostics[0]
    except Exception as error:  # noqa: BLE001 - apprise has a hundred services; none may harm what tells of it
        taken, why = False, tidy(redactor.clean(f"{type(error).__name__}: {error}"))
    if taken:
        return None
    return Diagnostic("SOP-A042", f"channel {number + 1}: {why}; {len(rows)} notices wait", path=place)


def _title(bench: Workbench, rows: list[NoticeRow]) -> str:
    return f"{bench.name}: {rows[0].kind.replace('_', ' ')}" if len(rows) == 1 else f"{bench.name}: {len(rows)} notices"


def _text(rows: list[NoticeRow]) -> str:
    lines = [row.text for row in rows[-NOTICES_A_MESSAGE_MAX:]]
    if len(rows) > len(lines):
        lines.insert(0, f"{len(rows) - len(lines)} older ones: sopwb notices list")
    return "\n".join(lines)


def _apprise(url: str, title: str, text: str) -> bool:
    try:
        import apprise
    except ImportError:
        hint = "install it: pip install 'sopwb[notify]'"
        raise UserError(Diagnostic("SOP-A042", "delivering notices needs the extra notify", hint=hint)) from None
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    channel: Any = apprise.Apprise()
    return bool(channel.add(url)) and bool(channel.notify(body=text, title=title))
