"""Statements to a spec: what each sentence adds to, or changes in, what is known of a script.

Deliberately not here: commands that act on the workspace (saving, running, schedules): ``dialogue`` does those.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.scope import listed, source_of_param
from sopwb.author.english.spec import Doubt, Effect, Predicate, Spec


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
            return node
        if rows is not None and (rows.source or rows.noun or (looping and (rows.conds or rows.words))):
            if rows.conds or rows.words or rows.owner:
                last[:] = [_within(last[0], rows) if nested and last else rows]
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
        return msgspec.structs.replace(node, rows=_within(last[0], rows) if rows is not None else last[0])

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


def _within(base: m.Rows, rows: m.Rows) -> m.Rows:
    """Narrow the records spoken of before by what is said of them now."""
    return msgspec.structs.replace(base, conds=(*base.conds, *rows.conds), words=(*base.words, *rows.words))


def apply(spec: Spec, statement: m.Statement, names: Names) -> None:
    """Change ``spec`` by one statement. Raises ``Doubt`` for one that does not fit."""
    statement = anchored(spec, statement)
    match statement:
        case m.Takes(params):
            for param in params:
                if all(p.name != param.name for p in spec.params):
                    spec.params.append(param)
        case m.LookUp(source, _):
            _look_up(spec, source, names)
        case m.Match():
            _match(spec, statement, names)
        case m.Select(rows, pick):
            _select(spec, rows, pick)
        case m.Exclude(rows):
            _exclude(spec, rows)
        case m.Include(conds, words):
            _include(spec, (*conds, *(m.Holds(None, w) for w in words)))
        case m.Define(words, value):
            _define_here(spec, words, value)
        case m.DefineWhen(noun, words, cond):
            spec.predicates[words] = Predicate(noun, cond)
        case m.Assign():
            _assign(spec, statement)
        case m.Fail():
            spec.fails.append(statement)
        case m.Adjust():
            _adjust(spec, statement)
        case m.Return():
            _return(spec, statement)
        case m.Explain(name, value):
            _explain(spec, name, value)
        case m.SwapWord():
            spec.swaps.append(statement)
        case m.Loop(rows):
            _loop(spec, rows)
        case m.CallFor():
            _call(spec, statement)
        case m.Coupon(cond):
            spec.effects.append(Effect("coupon", cond))
        case m.Mail():
            _mail(spec, statement)
        case m.MailPart(part, value):
            _mail_part(spec, part, value)
        case m.When(cond, _):
            spec.gate = cond if spec.gate is None else m.And((spec.gate, cond))
        case m.CaseAbsent():
            spec.absent = True
        case m.Remark():
            spec.remarks.append(statement)
        case m.Renumber():
            _renumber(spec, statement)
        case m.Rename(old, new, False):
            _rename(spec, old, new)
        case m.RemoveField(name):
            _remove_field(spec, name)
        case _:
            raise Doubt("I cannot do that here.")


def _look_up(spec: Spec, source: str, names: Names) -> None:
    target = source or next((s for s in (source_of_param(names, p.name) for p in spec.params) if s), "")
    if not target:
        raise Doubt("In which data source should I look that up?", tuple((n, n) for n in names.sources))
    schema = names.sources[target]
    by_field = any(p.name in schema.record.names() and p.name != schema.key for p in spec.params)
    if by_field and source_of_param(names, spec.params[0].name) != target:
        spec.current = m.Rows(target, "it")
    elif target not in spec.lookups:
        spec.lookups.append(target)


def _select(spec: Spec, rows: m.Rows | None, pick: m.Pick | None) -> None:
    if rows is not None:
        spec.current = _continued(spec, rows)
    if pick is not None:
        of = pick.rows if pick.rows is not None and pick.rows != m.Rows() else spec.current
        spec.pick = m.Pick(of, pick.by, pick.last)


def _define_here(spec: Spec, words: str, value: m.Value) -> None:
    is_sum = words == "@sum" and isinstance(value, m.Agg) and spec.current is None
    if is_sum and isinstance(value, m.Agg) and value.rows is not None and value.rows.source:
        spec.current = value.rows
        value = msgspec.structs.replace(value, rows=None)
    _define(spec, words, value)


def _adjust(spec: Spec, statement: m.Adjust) -> None:
    key = statement.words or spec.last
    if not key and len(spec.returns) == 1:
        key = key_of(spec.returns[0].name)
    if not key:
        raise Doubt("What should that change?")
    if key == "@which":
        fields = listed([r.name for r in spec.returns], "and")
        raise Doubt(f'Which of {fields} should be rounded? Say "both rounded", "all rounded", or name it.')
    spec.adjusts.append((key, statement))


def _remove_field(spec: Spec, name: str) -> None:
    left = [r for r in spec.returns if r.name != name]
    if len(left) == len(spec.returns):
        known = listed([r.name for r in spec.returns], "and")
        raise Doubt(f"There is no returned field {name}" + (f"; there are {known}." if known else "."))
    spec.returns = left


def _match(spec: Spec, statement: m.Match, names: Names) -> None:
    source = statement.rows.source
    if (
        source
        and source in {source_of_param(names, p.name) for p in spec.params}
        and not statement.rows.conds
        and source not in spec.lookups
        and not spec.lookups
        and not spec.returns
    ):
        spec.lookups.append(source)
    else:
        spec.matches.append(statement)


def _continued(spec: Spec, rows: m.Rows) -> m.Rows:
    if not rows.source and spec.current is not None:
        return msgspec.structs.replace(
            spec.current,
            conds=(*spec.current.conds, *rows.conds),
            words=(*spec.current.words, *rows.words),
            owner=rows.owner or spec.current.owner,
        )
    return rows


def _condition(rows: m.Rows) -> m.Cond:
    conds = (*rows.conds, *(m.Holds(None, w) for w in rows.words))
    if not conds:
        raise Doubt("Which ones should be left out?")
    return conds[0] if len(conds) == 1 else m.And(tuple(conds))


def _exclude(spec: Spec, rows: m.Rows) -> None:
    _include(spec, (m.Not(_condition(rows)),), rows.source)


def _include(spec: Spec, conds: tuple[m.Cond, ...], source: str = "") -> None:
    """Narrow what is gone over, or else what is spoken of."""
    if spec.loop is not None:
        spec.loop = msgspec.structs.replace(spec.loop, conds=(*spec.loop.conds, *conds))
    elif spec.call is not None and spec.call.rows is not None:
        spec.call = msgspec.structs.replace(
            spec.call, rows=msgspec.structs.replace(spec.call.rows, conds=(*spec.call.rows.conds, *conds))
        )
    elif spec.current is not None:
        spec.current = msgspec.structs.replace(spec.current, conds=(*spec.current.conds, *conds))
        if spec.pick is not None and spec.pick.rows is not None:
            spec.pick = msgspec.structs.replace(
                spec.pick, rows=msgspec.structs.replace(spec.pick.rows, conds=(*spec.pick.rows.conds, *conds))
            )
    elif source:
        spec.current = m.Rows(source, "it", conds)
    else:
        raise Doubt("Which records should that narrow?")


def _define(spec: Spec, words: str, value: m.Value) -> None:
    if words.startswith("@blank "):
        spec.blanks[words.removeprefix("@blank ")] = value
        return
    key = key_of(words) if not words.startswith("@") else words
    spec.adjusts = [(k, a) for k, a in spec.adjusts if k != key]
    spec.assigns = [a for a in spec.assigns if not (len(a.sets) == 1 and a.sets[0][0] == key)]
    for index, ret in enumerate(spec.returns):
        if key_of(ret.name) == key and ret.value is not None:
            spec.returns[index] = m.Ret(ret.name, ret.type)
    if (
        isinstance(value, m.Cases)
        and value.subject is None
        and "@subject" in repr(value)
        and spec.last
        and spec.last != key
    ):
        value = msgspec.structs.replace(value, subject=m.Named(spec.last))
    if spec.last and spec.last != key:
        if "It(words='sum')" in repr(value) and "@sum" not in spec.defs:
            raise Doubt('Which sum is "that sum"?')
        value = _pointed(value, spec.last)
    spec.defs[key] = value
    spec.last = key


def _pointed(node: Any, last: str) -> Any:
    """Put the name of what was spoken of last in place of "it", outside cases that have a subject of their own."""
    if isinstance(node, m.It):
        return m.Named("@sum" if node.words == "sum" else last)
    if isinstance(node, m.Cases) or (isinstance(node, m.Node) and isinstance(node, m.Truth)):
        return node
    if isinstance(node, m.Node):
        return type(node)(**{f: _pointed(getattr(node, f), last) for f in node.__struct_fields__})
    if isinstance(node, tuple):
        return tuple(_pointed(part, last) for part in node)
    return node


def _assign(spec: Spec, statement: m.Assign) -> None:
    if isinstance(statement.cond, m.Holds) and statement.cond.words == "@previous":
        return
    known = {key_of(r.name) for r in spec.returns}
    if len(statement.sets) == 1 and isinstance(statement.cond, m.Otherwise) and spec.last in spec.defs:
        name, value = statement.sets[0]
        before = spec.defs[spec.last]
        if (name == "@whole" or name == spec.last) and isinstance(before, m.Cases) and before.default is None:
            spec.defs[spec.last] = msgspec.structs.replace(before, default=value)
            return
    if (
        len(statement.sets) == 1
        and isinstance(statement.cond, m.Holds)
        and statement.cond.words == "absent"
        and statement.sets[0][0] in known
        and isinstance(statement.cond.subject, m.Named)
    ):
        pass
    spec.assigns.append(statement)
    for name, _ in statement.sets:
        if not name.startswith("@"):
            spec.last = name


def _return(spec: Spec, statement: m.Return) -> None:
    if statement.value is not None:
        if spec.returns:
            raise Doubt(
                "Should it return that instead of the object, or as a further field? Name the field, please."
            )
        if (
            isinstance(statement.value, m.Named)
            and statement.value.words == "@open"
            and spec.bare is not None
        ):
            return
        spec.bare = statement.value
        return
    values = statement.values
    fields = list(statement.fields)
    if values and len(values) == len(fields):
        fields = [m.Ret(f.name, f.type, v) for f, v in zip(fields, values, strict=True)]
    elif values:
        fields = [m.Ret(f.name, f.type, _share(values[0], f.name)) for f in fields]
    fewer = \
        {r.name for r in spec.returns} - {f.name for f in fields}
    if not statement.also and spec.returns and fewer and not values and all(f.value is None for f in fields):
        raise Doubt(
            f'The script returns {listed([r.name for r in spec.returns], "and")} so far. Should it return only {listed([f.name for f in fields], "and")}, or these as well? Say "also return …" or name all of them.'  # noqa: E501 - one message, one line
        )
    for field in fields:
        index = next((i for i, r in enumerate(spec.returns) if r.name == field.name), None)
        if index is None:
            spec.returns.append(field)
        elif field.value is not None or field.type:
            spec.returns[index] = field
        if field.value is not None:
            spec.defs.pop(key_of(field.name), None)
            spec.last = key_of(field.name)
    spec.bare = None


def _share(value: m.Value, name: str) -> m.Value:
    """The count per value of a field, for the returned field that is named like the value."""
    if isinstance(value, m.Agg) and value.kind == "per" and value.what is not None:
        rows = value.rows or m.Rows()
        return m.Agg(
            "count",
            None,
            msgspec.structs.replace(
                rows, conds=(*rows.conds, m.Compare("==", value.what, m.Lit("string", name)))
            ),
        )
    raise Doubt("I read one explanation for several returned fields. Please explain each of them.")


def _explain(spec: Spec, name: str, value: m.Value) -> None:
    known = next((i for i, e in enumerate(spec.explains) if e.name == name), None)
    if isinstance(value, m.Fixed) and isinstance(value.value, m.Named) and value.value.words == "@same":
        if known is None:
            raise Doubt(f"What is {name}?")
        spec.explains[known] = m.Explain(name, m.Fixed(spec.explains[known].value, value.places))
    elif known is None:
        spec.explains.append(m.Explain(name, value))
    else:
        spec.explains[known] = m.Explain(name, value)


def _loop(spec: Spec, rows: m.Rows) -> None:
    if spec.loop is None and spec.call is not None and spec.call.rows is not None and not rows.source:
        spec.call = msgspec.structs.replace(
            spec.call,
            rows=msgspec.structs.replace(
                spec.call.rows,
                conds=(*spec.call.rows.conds, *rows.conds),
                words=(*spec.call.rows.words, *rows.words),
            ),
        )
        return
    if spec.loop is None and spec.params and spec.call is None and not spec.effects and not rows.noun:
        spec.current = _continued(spec, rows)
        spec.loop = None
        return
    if spec.loop is None:
        spec.loop = rows
    elif not rows.source or rows.source == spec.loop.source or rows.noun or rows == spec.loop:
        spec.loop = msgspec.structs.replace(
            spec.loop, conds=(*spec.loop.conds, *rows.conds), words=(*spec.loop.words, *rows.words)
        )
    else:
        raise Doubt(
            f"It already goes through {spec.loop.source}; should it go through {rows.source} instead?"
        )


def _call(spec: Spec, statement: m.CallFor) -> None:
    if statement.rows is not None and spec.loop is None:
        spec.loop = statement.rows
    elif (
        statement.rows is not None
        and spec.loop is not None
        and (statement.rows.conds or statement.rows.words)
    ):
        _loop(spec, statement.rows)
    spec.call = m.CallFor(statement.script, None, statement.args)


def _mail(spec: Spec, statement: m.Mail) -> None:
    if statement.rows is not None:
        if spec.loop is None:
            spec.loop = statement.rows
        else:
            _loop(
                spec,
                msgspec.structs.replace(
                    statement.rows,
                    source="" if statement.rows.source == spec.loop.source else statement.rows.source,
                ),
            )
    cond = statement.cond
    if isinstance(statement.to, m.Named) and statement.to.words == "@list":
        raise Doubt("Who should get the mail?")
    spec.effects.append(Effect("mail", cond, msgspec.structs.replace(statement, cond=None, rows=None)))


def _mail_part(spec: Spec, part: str, value: m.Value) -> None:
    if part == "fill":
        spec.fills = []
        return
    if part == "with":
        spec.fills.append(value)
        return
    mails = [e for e in spec.effects if e.kind == "mail"]
    if not mails or mails[-1].mail is None:
        raise Doubt("Which mail is that for?")
    mails[-1].mail = msgspec.structs.replace(mails[-1].mail, **{part: value})


# --- corrections ---------------------------------------------------------------------------------------------


def _renumber(spec: Spec, statement: m.Renumber) -> None:
    """Put a new number in place of the one that was meant; several that fit are a question."""
    old = statement.old
    if statement.new.kind not in ("number", "string") or (statement.new.kind == "string" and old is None):
        raise Doubt(f"What should become {statement.new.text}? Please name it.")
    if old is not None and old.kind == "string":
        if f"kind='string', text={old.text!r}" not in repr(spec):
            raise Doubt(f"I find no text '{old.text}' in it.")
        _substitute(spec, old.text, statement.new.text, "string")
        return
    found: list[m.Lit] = []
    _collect(spec, found)
    numbers = [n for n in found if old is None or _same_number(n, old)]
    distinct = {(n.text, n.unit): n for n in numbers}
    if old is None and len(distinct) > 1:
        named = [
            n
            for n in distinct.values()
            if statement.new.unit and n.unit == statement.new.unit and n.unit != "noun"
        ]
        named = named or [
            n for n in distinct.values() if statement.words and _about(spec, statement.words, n)
        ]
        distinct = {(n.text, n.unit): n for n in named} or distinct
    if old is None and len(distinct) > 1:
        weighty = {k: n for k, n in distinct.items() if n.text not in ("0", "1", "2")}
        distinct = weighty if len(weighty) == 1 else distinct
    texts = {n.text for n in distinct.values()}
    if not texts:
        raise Doubt(
            f"I find no number {old.text} in it."
            if old is not None
            else "I find no number in it that this could replace."
        )
    if len(texts) > 1:
        raise Doubt(
            f"Which number should become {statement.new.text}: {listed(sorted(texts))}?",
            tuple((t, f"change {t} to {statement.new.text}") for t in sorted(texts)),
        )
    text = next(iter(texts))
    count = len({id(n) for n in numbers if n.text == text})
    if count > 1 and old is None and len(texts) > 1:
        raise Doubt(f"{text} stands in several places. Which one do you mean?")
    _substitute(spec, text, statement.new.text)


def _about(spec: Spec, words: str, number: m.Lit) -> bool:
    """Whether a definition of the named thing holds the number."""
    value = spec.defs.get(key_of(words)) or next(
        (r.value for r in spec.returns if key_of(r.name) == key_of(words)), None
    )
    found: list[m.Lit] = []
    _collect(value, found)
    return number in found


def _same_number(a: m.Lit, b: m.Lit) -> bool:
    from decimal import Decimal

    return Decimal(a.text) == Decimal(b.text)


def _collect(node: Any, out: list[m.Lit]) -> None:
    if isinstance(node, m.Lit):
        if node.kind == "number":
            out.append(node)
    elif isinstance(node, msgspec.Struct):
        for field in node.__struct_fields__:
            _collect(getattr(node, field), out)
    elif isinstance(node, list | tuple):
        for part in node:
            _collect(part, out)
    elif isinstance(node, dict):
        for part in node.values():
            _collect(part, out)


def _substitute(spec: Spec, old: str, new: str, kind: str = "number") -> None:
    for field in spec.__struct_fields__:
        setattr(spec, field, _replaced(getattr(spec, field), old, new, kind))


def _replaced(node: Any, old: str, new: str, kind: str) -> Any:
    if isinstance(node, m.Lit):
        return msgspec.structs.replace(node, text=new) if node.kind == kind and node.text == old else node
    if isinstance(node, msgspec.Struct):
        changes = {f: _replaced(getattr(node, f), old, new, kind) for f in node.__struct_fields__}
        return type(node)(**changes)
    if isinstance(node, list):
        return [_replaced(p, old, new, kind) for p in node]
    if isinstance(node, tuple):
        return tuple(_replaced(p, old, new, kind) for p in node)
    if isinstance(node, dict):
        return {k: _replaced(v, old, new, kind) for k, v in node.items()}
    return node


def _rename(spec: Spec, old: str, new: str) -> None:
    """Rename a returned field: what it is computed from keeps its words."""
    index = next((i for i, r in enumerate(spec.returns) if key_of(r.name) == key_of(old)), None)
    if index is None:
        known = listed([r.name for r in spec.returns], "and")
        raise Doubt(f"There is no returned field {old}" + (f"; there are {known}." if known else "."))
    ret = spec.returns[index]
    if any(r.name == new for r in spec.returns):
        raise Doubt(f"There is a returned field {new} already.")
    key, fresh = key_of(ret.name), key_of(new)
    value = ret.value if ret.value is not None else spec.defs.pop(key, None)
    if value is None and key not in {n for a in spec.assigns for n, _ in a.sets}:
        matching = [p for p in spec.predicates if set(words_of(ret.name)) & set(p.split())]
        value = m.Truth(m.Holds(None, matching[0])) if len(matching) == 1 else None
        if value is None and not (isinstance(spec.defs.get("@open"), m.Cases)):
            raise Doubt(f"I cannot rename {old}: it takes its meaning from its name. What is {new}?")
    if value is not None:
        # The old name stays the name of the value inside the script: what refers to it still does.
        spec.defs[key] = value
        spec.returns[index] = m.Ret(new, ret.type, m.Named(key))
    else:
        spec.returns[index] = m.Ret(new, ret.type)
    spec.assigns = [
        msgspec.structs.replace(a, sets=tuple((fresh if n == key else n, v) for n, v in a.sets))
        for a in spec.assigns
    ]
