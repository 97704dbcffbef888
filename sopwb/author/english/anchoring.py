"""What "them", "those", "the cars inside" and "it" stand for in a statement, from what was said before it.

Deliberately not here: what statements do (``discourse``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import GROUP
from sopwb.author.english.spec import Doubt, Spec


def grouped(spec: Spec, node: Any) -> Any:
    """Put the records in place that have a name of their own."""
    if isinstance(node, m.Rows) and node.noun.startswith(GROUP):
        base = spec.groups[node.noun.removeprefix(GROUP)]
        return msgspec.structs.replace(within(base, node), every=base.every)
    if isinstance(node, m.Node):
        return type(node)(**{f: grouped(spec, getattr(node, f)) for f in node.__struct_fields__})
    if isinstance(node, tuple):
        return tuple(grouped(spec, part) for part in node)
    return node


def through_script(spec: Spec, statement: Any) -> Any:
    """Let "those for which SCRIPT gives …" run that script for each, and test what it gives."""
    said: set[str] = set()

    def walk(node: Any) -> Any:
        if isinstance(node, m.Says):
            said.add(node.script)
            return walk(node.cond)
        if isinstance(node, m.Node):
            return type(node)(**{f: walk(getattr(node, f)) for f in node.__struct_fields__})
        if isinstance(node, tuple):
            return tuple(walk(part) for part in node)
        return node

    done = walk(statement)
    if not said:
        return statement
    if len(said | ({spec.call.script} if spec.call is not None else set())) > 1:
        raise Doubt("Which one script should run for each of them?")
    if spec.call is None:
        spec.call = m.CallFor(said.pop())
    return m.Loop(done.rows) if isinstance(done, m.Select) and done.rows is not None else done


def anchored(spec: Spec, statement: Any) -> Any:
    """Give "them" and "those" inside a statement the records that it spoke of before: "the number of X, the
    sum of their …"."""
    last: list[m.Rows] = []
    chained = [False]
    looping = spec.loop is not None or (spec.call is not None and not spec.params)

    def aggregate(node: m.Agg) -> m.Agg:
        rows = node.rows
        if rows is not None and rows.every and not rows.source:
            return node
        nested = rows is not None and rows.noun == "@them"
        if nested:
            assert rows is not None
            rows = msgspec.structs.replace(rows, noun="")
            node = msgspec.structs.replace(node, rows=rows)
        if node.kind == "per" or (isinstance(node.what, m.Named) and node.what.words == "@money"):
            if rows is not None and rows.source and not looping:
                last[:] = [rows]
            return node
        if rows is not None and (rows.source or rows.noun or (looping and (rows.conds or rows.words))):
            if rows.conds or rows.words or rows.owner:
                last[:] = [within(last[0], rows) if nested and last else rows]
                chained[0] = False
                return msgspec.structs.replace(node, rows=last[0])
            if looping:
                last[:] = [rows]
            return node
        if not last:
            return node
        if rows is None and not _owned(node.what):
            if not looping or not (last[0].conds or last[0].words):
                return node if looping else msgspec.structs.replace(node, rows=last[0])
            if not chained[0] and node.kind != "count":
                raise Doubt(
                    f'Is the {_KINDS.get(node.kind, node.kind)} meant over all of them, or only over those that were counted just before? Say "of all" or "their".'  # noqa: E501 - one message, one line
                )
        chained[0] = True
        return msgspec.structs.replace(node, rows=within(last[0], rows) if rows is not None else last[0])

    def walk(node: Any) -> Any:
        if isinstance(node, m.Agg):
            return aggregate(node)
        if isinstance(node, m.Node):
            return type(node)(**{f: walk(getattr(node, f)) for f in node.__struct_fields__})
        if isinstance(node, tuple):
            return tuple(walk(part) for part in node)
        return node

    done = walk(statement) if isinstance(statement, m.Return | m.Define | m.Explain) else statement
    if last and spec.current is None and not looping and isinstance(statement, m.Return):
        spec.current = last[0]
    return done


_KINDS = {"max": "highest", "min": "lowest", "avg": "average", "list": "list"}


def _owned(value: Any) -> bool:
    return isinstance(value, m.Named) and value.owner != ""


def within(base: m.Rows, rows: m.Rows) -> m.Rows:
    """Narrow the records spoken of before by what is said of them now."""
    return msgspec.structs.replace(base, conds=(*base.conds, *rows.conds), words=(*base.words, *rows.words))
