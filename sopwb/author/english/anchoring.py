"""What "them", "those", "the cars inside" and "it" stand for in a statement, from what was said before it.

Deliberately not here: what statements do (``discourse``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import GROUP, Names, key_of
from sopwb.author.english.nodes import has, parts, rebuilt
from sopwb.author.english.scope import find_field, source_of_param
from sopwb.author.english.spec import Doubt, Spec
from sopwb.lang.types import DECIMAL, INT, RecordType, required


def grouped(spec: Spec, node: Any) -> Any:
    """Put the records in place that have a name of their own."""
    if isinstance(node, m.Rows) and node.noun.startswith(GROUP):
        base = spec.groups.get(node.noun.removeprefix(GROUP)) or _counted(spec, node.noun.removeprefix(GROUP))
        return msgspec.structs.replace(within(base, node), every=base.every)
    return rebuilt(node, lambda part: grouped(spec, part))


def _counted(spec: Spec, key: str) -> m.Rows:
    """Give the records that a number of the script counts: "the toys they have out". Raises ``Doubt``."""
    said = {**{key_of(r.name): r.value for r in spec.returns}, **spec.defs}.get(key)
    if isinstance(said, m.Agg) and said.kind == "count" and said.rows is not None and said.rows.source:
        return said.rows
    raise Doubt(f'Which records are "{key}"?', words=key)


def through_script(spec: Spec, statement: Any) -> Any:
    """Let "those for which SCRIPT gives …" run that script for each, and test what it gives."""
    said: set[str] = set()

    def walk(node: Any) -> Any:
        if isinstance(node, m.Says):
            said.add(node.script)
            return walk(node.cond)
        return rebuilt(node, walk)

    done = walk(statement)
    if not said:
        return statement
    if len(said | ({spec.call.script} if spec.call is not None else set())) > 1:
        raise Doubt("Which one script should run for each of them?")
    if spec.call is None:
        spec.call = m.CallFor(said.pop())
    return m.Loop(done.rows) if isinstance(done, m.Select) and done.rows is not None else done


def over_all(spec: Spec, statement: Any, names: Names) -> Any:
    """Let "the names of all students whose ``late`` is over 2" run the script that tells it for every student."""
    if isinstance(statement, m.CallFor):
        return _over_those(spec, statement, names)
    told = isinstance(statement, m.Return | m.Define | m.Explain)
    if told and spec.effects and spec.loop is not None:
        return _of_each(spec.loop, statement)
    if not told or spec.loop is not None or (spec.call is not None and spec.call.rows is not None):
        return statement
    over = [(a.rows, a.what) for a in parts(statement) if isinstance(a, m.Agg) and a.rows is not None]
    found = [(rows, _teller(rows, what, names)) for rows, what in over]
    tellers = {script for _, script in found if script}
    if any(script and has(rows.conds, m.Named, words="@date") for rows, script in found):
        raise Doubt("Which date is that said of? A script only tells what holds today.")
    if not tellers:
        return statement
    kinds = {(rows.source, rows.owner) for rows, script in found if rows.source or script}
    if len(tellers) > 1 or len(kinds) > 1:
        raise Doubt("Which records should it go through, and which script should it run for each of them?")
    source, owner = kinds.pop()
    spec.call = m.CallFor(tellers.pop())
    spec.loop = m.Rows(source, owner, every=not owner)

    def walk(node: Any) -> Any:
        if isinstance(node, m.Rows) and node.source == source:
            conds = tuple(c.cond if isinstance(c, m.Says) else c for c in node.conds)
            return msgspec.structs.replace(node, owner="", conds=conds)
        return rebuilt(node, walk)

    return walk(statement)


def _of_each(loop: m.Rows, statement: Any) -> Any:
    """Let "how many that is" count the records of another source that each one was asked to have."""
    said = [p.rows for p in parts(loop.conds) if isinstance(p, m.Agg | m.NoRows)]
    others = [rows for rows in said if rows is not None and rows.source]
    plain = m.Agg("count", None, m.Rows())
    value = getattr(statement, "value", None)
    if value not in (plain, m.Named("@wholes")) or not others or any(r != others[0] for r in others):
        return statement
    return msgspec.structs.replace(statement, value=msgspec.structs.replace(plain, rows=others[0]))


def _over_those(spec: Spec, call: m.CallFor, names: Names) -> m.CallFor:
    """Let a script run for each of the records spoken of, where it takes one of them and nothing else names one."""
    signature, rows = names.scripts.get(call.script), spec.current
    if signature is None or rows is None or call.rows is not None or spec.loop is not None:
        return call
    if len(signature.params) != 1:
        return call
    param = signature.params[0].name
    if source_of_param(names, param) != rows.source or any(p.name == param for p in spec.params):
        return call
    spec.current = None
    return msgspec.structs.replace(call, rows=rows)


GOTTEN = "@gotten"
"""Stands for what somebody gets: "those who get more than 0"."""


def gotten(spec: Spec, statement: Any, names: Names) -> Any:
    """Let "those who get more than 0" be about the value spoken of last, or the one number that a script gives."""
    if not has(statement, m.Named, words=GOTTEN):
        return statement
    last: list[m.Value] = []

    def found() -> m.Value:
        called = [s.script for s in (spec.call,) if s is not None]
        fields = [f for s in called if s in names.scripts for f in _numbers(names.scripts[s].returns)]
        if last:
            return last[-1]
        if len(fields) == 1:
            return m.Named(key_of(fields[0]))
        raise Doubt("They get so much of what? Please name it.")

    def walk(node: Any) -> Any:
        if isinstance(node, m.Named) and node.words == GOTTEN:
            return found()
        if isinstance(node, m.Agg) and isinstance(node.what, m.Named) and node.kind in ("sum", "avg", "max", "min"):
            last.append(node.what)
        return rebuilt(node, walk)

    return walk(statement)


def _numbers(returns: Any) -> list[str]:
    return [f for f, t in getattr(returns, "fields", ()) if required(t) in (INT, DECIMAL)]


def _teller(rows: m.Rows, what: m.Value | None, names: Names) -> str:
    """Give the one script whose result is spoken of; "" where it is about the records alone."""
    if rows.source not in names.sources:
        return ""
    said = [c.script for c in rows.conds if isinstance(c, m.Says)]
    record = names.sources[rows.source].record
    words = {p.words for p in parts((rows.conds, what)) if isinstance(p, m.Named | m.Holds)} | set(rows.words)
    unknown = {w for w in words if not w.startswith("@") and not find_field(record, w)[0]}
    fits = [
        name
        for name, script in names.scripts.items()
        if isinstance(script.returns, RecordType)
        and len(script.params) == 1
        and source_of_param(names, script.params[0].name) == rows.source
        and unknown & {key_of(f) for f in script.returns.names()}
    ]
    tellers = set(said) or set(fits)
    if len(tellers) > 1:
        raise Doubt(f"Which script tells that: {', '.join(sorted(tellers))}?")
    return tellers.pop() if tellers else ""


def anchored(spec: Spec, statement: Any) -> Any:
    """Give "them" and "those" inside a statement the records that it spoke of before: "the number of X, the
    sum of their …"."""
    last: list[m.Rows] = []
    before: list[m.Agg] = []
    chained = [False]
    looping = spec.loop is not None or (spec.call is not None and not spec.params)

    def aggregate(node: m.Agg) -> m.Agg:
        rows = node.rows
        if rows is not None and rows.every and not rows.source:
            return node
        again = rows is not None and bool(rows.noun and last) and rows.noun == last[0].source and not rows.source
        nested = rows is not None and (rows.noun == "@them" or again)
        if nested:
            assert rows is not None
            rows = msgspec.structs.replace(rows, noun="")
            node = msgspec.structs.replace(node, rows=rows)
        if node.limit:
            return node
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
            before.append(node)
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
        return rebuilt(node, walk)

    done = walk(statement) if isinstance(statement, m.Return | m.Define | m.Explain) else statement
    if last and spec.current is None and not looping and isinstance(statement, m.Return):
        spec.current = _spoken_of(done, last[0], bool(spec.params))
        whole = spec.current is None or not (spec.current.conds or spec.current.words)
        early = next((a for a in before if a.rows is None and not _owned(a.what) and not _known(spec, a.what)), None)
        if early is not None and not whole:
            raise Doubt(
                f'Is the {_KINDS.get(early.kind, early.kind)} meant over all of them, or only over those that are counted behind it? Please name the records.'  # noqa: E501 - one message, one line
            )
    return done


def _known(spec: Spec, value: m.Value | None) -> bool:
    """Whether a value has a name of its own, so that it needs no records."""
    said = spec.defs.get(value.words) if isinstance(value, m.Named) else None
    return (said is not None and has(said, m.Agg)) or (isinstance(value, m.Named) and value.words.startswith("@"))


def _spoken_of(said: Any, last: m.Rows, somebodys: bool) -> m.Rows | None:
    """Give the records that a sentence was about: the last ones, or those that all its selections are part of.

    "The number of boats that are insured, and the number of boats": all of them. Of several selections beside each
    other ("those over 10, and those under 5") none is meant, but what they are taken from, where it is somebody's.
    """
    own = [p for p in parts(said) if isinstance(p, m.Rows) and p.source == last.source and not p.every]
    whole = next((p for p in own if not p.conds and not p.words and p.owner in ("", last.owner)), None)
    if whole is not None:
        return whole
    if all(set(last.conds) <= set(p.conds) and set(last.words) <= set(p.words) for p in own):
        return last
    owners = {p.owner for p in own}
    return m.Rows(last.source, owners.pop()) if len(owners) == 1 and somebodys else None


_KINDS = {"max": "highest", "min": "lowest", "avg": "average", "list": "list"}


def _owned(value: Any) -> bool:
    return isinstance(value, m.Named) and value.owner != ""


def within(base: m.Rows, rows: m.Rows) -> m.Rows:
    """Narrow the records spoken of before by what is said of them now."""
    return msgspec.structs.replace(base, conds=(*base.conds, *rows.conds), words=(*base.words, *rows.words))
