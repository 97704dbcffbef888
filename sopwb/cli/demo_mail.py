"""``sopwb demo --mail``: the demo's coupons are mailed for real, to a mail server that keeps them and delivers none.

The server listens on this machine only and ends with the demo; the workspace's file does not name it, so what is run
there later finds no mail server, as before. Nothing is staged: the run asks for an approval, stops after a canary, goes
on, and cannot be made to send anything twice. Deliberately not here: the server (``tools.mail.sink``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from sopwb.app.commands import ApproveRun, ResumeRun, RunScript
from sopwb.app.outputs import Failed, RunView
from sopwb.app.workspace import Workspace
from sopwb.cli.printing import expect, workbench
from sopwb.tools.mail.settings import SECTION
from sopwb.tools.mail.sink import Mail, MailSink

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench

Say = Callable[[str, str], None]

CANARY: Final = 2
"""Items that the demo acts for before it goes on: so that one sees a run stop and go on."""


def send_mails(place: Path, as_of: str, script: str, say: Say) -> bool:
    """Run the frozen script ``script`` for real and show what came. False where anything is not as it must be."""
    with MailSink() as sink, workbench(str(place), as_of) as bench:
        bench.workspace = _mailing_to(bench.workspace, sink.port)
        say("title", f"The same for real, to a mail server on this machine (port {sink.port}) that delivers nothing")
        sound = _acted(bench, script, sink, say)
        mails = sink.mails()
    _show(mails, say)
    return sound


def _acted(bench: Workbench, script: str, sink: MailSink, say: Say) -> bool:
    hash_ = bench.store.ref(f"script/{script}")
    assert hash_ is not None, "the demo has frozen it"
    waiting = expect(bench.do(RunScript(hash_)), RunView)
    if waiting is None or waiting.acting is None:
        return False
    say("note", f"{waiting.status.replace('_', ' ')}: {'; '.join(waiting.acting.unconsented)}")
    begun = expect(bench.do(ApproveRun(waiting.run, resume=True, canary=CANARY)), RunView)
    say("note", f"approved, for {CANARY} customers first: {_stands(begun)}")
    done = expect(bench.do(ResumeRun(waiting.run)), RunView)
    say("note", f"gone on with: {_stands(done)}")
    again = bench.do(ResumeRun(waiting.run))
    if isinstance(again, Failed):
        say("note", f"gone on with once more: {again.diagnostics[0].message}; nothing is sent twice")
    once = Counter(mail.id for mail in sink.mails())
    return (
        done is not None
        and done.status == "succeeded"
        and isinstance(again, Failed)
        and len(once) == once.total() == sum(waiting.acting.planned.values())
    )


def _mailing_to(workspace: Workspace, port: int) -> Workspace:
    """Give the workspace as it would be with this server in its file."""
    settings = {"host": "127.0.0.1", "port": port, "from": "Shop <shop@example.com>"}
    return msgspec.structs.replace(workspace, tools={**workspace.tools, SECTION: settings})


def _stands(run: RunView | None) -> str:
    if run is None or run.acting is None:
        return "failed"
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in run.acting.counts.items())
    return f"{run.status.replace('_', ' ')}, {counts}"


def _show(mails: tuple[Mail, ...], say: Say) -> None:
    say("title", f"{len(mails)} mails came, with {len({mail.text for mail in mails})} different texts")
    width = max((len(mail.to[0]) for mail in mails), default=0)
    for mail in mails:
        say("trace", f"{mail.to[0].ljust(width)}  {' '.join(mail.text.split())}")
    if mails:
        say("title", "The first of them, whole")
        for line in mails[0].content.decode("utf-8", "replace").splitlines():
            say("trace", line)
