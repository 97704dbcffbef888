"""What is said: drafts in plain English, what changed, assumptions, boundary examples, questions.

Deliberately not here: the English of a script itself, which its own printer writes (``ScriptView.english``).
"""

from __future__ import annotations

import re
from typing import Any, Final

from sopwb.app import outputs as o
from sopwb.app.comparison_text import preview_lines
from sopwb.author.english.spec import Doubt
from sopwb.lang.edits import difference

_LIMIT = re.compile(r"([\w.]+) (<=|>=|<|>) (-?\d+(?:\.\d+)?)")


FIRED_BY: Final = "sopwb daemon has to run then."
"""Said of a schedule: nothing else fires it."""
HELP = """Say what a data job must do, a sentence at a time. For example:

- Create a script called late_orders. It takes a customer_id. Return { count }, the number of orders of the customer.
- Change the threshold to 90. · Also return total, the sum of the total field. · Undo that.
- Run late_orders for 'john_doe'. Show me the trace. · When run for 'john_doe' it should say count 12. · Save it.
- Create a process called reward_mails. For each customer run late_orders. If count is over 3, send an email to their
  email with the subject 'Thanks' and the body 'Thank you!'. Mock it.
- Save it as a batch job. · Schedule reward_mails every Monday at 9 AM.
- List the scripts. · What data do we have?

What I do not understand I quote back and ask; I do not guess.
A line that begins with / is a command: /help lists them."""


class Page:
    """A reply in the making."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.saved: list[str] = []

    def add(self, text: str) -> None:
        if text:
            self.parts.append(text)

    def save(self, name: str) -> None:
        if name not in self.saved:
            self.saved.append(name)

    def text(self) -> str:
        return "\n\n".join(self.parts)


def outline(view: o.ScriptView, changes: tuple[str, ...], notes: tuple[str, ...]) -> str:
    """Show a draft: its English, what changed, the assumptions taken, and what happens at its limits."""
    parts = [f"**{view.name}** `{view.signature.removeprefix(view.name)}`", _listed(view.english)]
    if changes:
        parts.append("Changed: " + "; ".join(changes) + ".")
    if notes:
        parts.append("I assumed: " + "; ".join(notes) + ". Tell me if that is wrong.")
    edges = boundaries(view.script)
    if edges:
        parts.append("At the limits: " + "; ".join(edges) + ".")
    return "\n\n".join(p for p in parts if p)


def _listed(english: str) -> str:
    """Write lines, indented under what they belong to, as a list: Markdown would join bare lines to a paragraph."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in english.splitlines() if line.strip()]
    return "\n".join(" " * depth + "- " + text for depth, text in lines)


def boundaries(script: dict[str, Any]) -> list[str]:
    """Say for each limit whether the limit itself counts: "exactly 60: days_since_last_order > 60 does not hold"."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, str):
            for name, op, number in _LIMIT.findall(node):
                if number != "0":
                    found.append(
                        f"{name.rpartition('.')[2]} exactly {number} {'counts' if '=' in op else 'does not count'} as {_words(op)} {number}"  # noqa: E501 - one message, one line
                    )
        elif isinstance(node, dict):
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(script.get("steps", []))
    return list(dict.fromkeys(found))[:4]


def _words(op: str) -> str:
    return {"<": "under", "<=": "at most", ">": "over", ">=": "at least"}[op]


def difference_lines(old: dict[str, Any] | None, new: dict[str, Any]) -> tuple[str, ...]:
    """Say what changed from one script to another, as computed."""
    if old is None:
        return ()
    return tuple(str(getattr(change, "text", change)) for change in difference(old, new))[:6]


def replaced(preview: o.FreezePreview) -> str:
    """Say what saving changes for whom; "" where it replaces no version."""
    lines = preview_lines(preview)
    if not lines:
        return ""
    return "\n\n".join(part for part in (lines[0], _listed("\n".join(lines[1:]))) if part)


def question(doubt: Doubt) -> str:
    """Write a question with its options numbered."""
    lines = [doubt.text]
    lines.extend(f"{index}. {label}" for index, (label, _) in enumerate(doubt.options, 1))
    return "\n".join(lines)


def error_line(failed: o.Failed) -> str:
    """Say why a Command was not done."""
    return "; ".join(d.line() for d in failed.diagnostics[:3])
