"""Statements to a spec: what each sentence adds to, or changes in, what is known of a script.

Deliberately not here: commands that act on the workspace (saving, running, schedules): ``dialogue`` does those.
"""

from __future__ import annotations

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.amending import bounded_field, except_for, of_time, one_more, require, spared, told, unless
from sopwb.author.english.anchoring import anchored, gotten, grouped, over_all, through_script
from sopwb.author.english.blanks import BLANKS, count_blanks
from sopwb.author.english.choosing import chosen
from sopwb.author.english.continuing import continues, in_that_case, otherwise
from sopwb.author.english.corrections import reband, recompare, recompute, rename, replaced
from sopwb.author.english.earlier import joined, not_there, pointing_back
from sopwb.author.english.lexicon import stem
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.narrowing import (
    SPELLED,
    break_tie,
    each_counted,
    first_free,
    goes_on,
    left_out,
    narrow_all,
    narrow_current,
    of_money,
    per_record,
    same_aggregates,
    spelled,
    widen,
)
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.nothing import NONE, where_none
from sopwb.author.english.placeholders import mail_part
from sopwb.author.english.returning import (
    UNNAMED,
    asked_about,
    both,
    each_of_them,
    field_open,
    name_them,
    named_all,
    pointed_at,
    priced,
    round_returned,
    rounded_alone,
    share,
    summed,
    that,
    them,
    unrounded,
)
from sopwb.author.english.saying import by_its_text
from sopwb.author.english.scope import listed, source_of_param
from sopwb.author.english.spec import Doubt, Effect, Predicate, Spec
from sopwb.author.english.state import Change

_SMALL = frozenset(("the", "a", "an", "that", "this", "those", "it", "of", "with", "and", "is", "be", "not", "no"))


def apply(spec: Spec, statement: m.Statement, names: Names) -> None:
    """Change ``spec`` by one statement. Raises ``Doubt`` for one that does not fit."""
    statement = chosen(spec, not_there(spec, each_counted(spec, summed(spec, statement)), names), names)
    statement = over_all(spec, grouped(spec, gotten(spec, statement, names)), names)
    statement = by_its_text(spec, statement)
    statement = in_that_case(spec, anchored(spec, pointing_back(spec, through_script(spec, statement))))
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
        case m.Group(words, rows):
            _select(spec, rows, None)
            assert spec.current is not None
            spec.groups[words] = spec.current
        case m.Exclude(rows):
            _exclude(spec, rows)
        case m.Include(conds, words):
            _include(spec, (*conds, *(m.Holds(None, w) for w in words)))
        case m.Define(words, value):
            _define_here(spec, words, value)
        case m.Labelled(words, value):
            _labelled(spec, words, value)
        case m.Only(rows):
            _only(spec, rows)
        case m.PerRecord():
            per_record(spec, statement, names)
        case m.Widen(words, rows):
            widen(spec, words, rows)
        case m.DefineWhen(noun, words, cond):
            spec.predicates[words] = Predicate(noun, cond)
        case m.Assign():
            _assign(spec, statement)
        case m.Fail():
            spec.fails.append(statement)
        case m.Adjust():
            statement = of_money(spec, msgspec.structs.replace(statement, early=statement.early or names.rounds_last))
            _adjust(spec, statement if spec.loop is not None else told(spec, statement, names))
        case m.Return():
            _return(spec, statement)
        case m.NameThem(given):
            name_them(spec, given)
        case m.Explain(name, value):
            _explain(spec, name, value)
        case m.SwapWord():
            spec.swaps.append(statement)
        case m.InOrder(order):
            spec.order = order
        case m.CaseAbsent():
            spec.absent = True
        case m.Remark():
            spec.remarks.append(statement)
            if statement.what.startswith("charged beyond "):
                goes_on(spec, statement.what.rsplit(" ", 1)[1])
            if statement.what.startswith(BLANKS):
                count_blanks(spec, statement.what.removeprefix(BLANKS))
            if statement.what.startswith(SPELLED):
                spelled(spec, statement.what.removeprefix(SPELLED))
        case m.Require() | m.Except() | m.Unless():
            _act(spec, statement if spec.loop is not None else told(spec, statement, names))
        case _:
            _act(spec, statement)


def _act(spec: Spec, statement: m.Statement) -> None:
    """Take what is done for each record, and corrections."""
    match statement:
        case m.Loop(rows):
            _loop(spec, rows)
        case m.CallFor():
            _call(spec, statement)
        case m.Coupon(cond):
            spec.effects.append(Effect("coupon", cond))
        case m.Mail():
            _mail(spec, statement)
        case m.MailPart(part, value):
            mail_part(spec, part, value)
        case m.When(cond, _):
            spec.gate = cond if spec.gate is None else m.And((spec.gate, cond))
        case m.Renumber():
            replaced(spec, statement)
        case m.Recompare(new_cond, old_cond):
            recompare(spec, new_cond, old_cond)
        case m.Unless():
            unless(spec, statement)
        case m.Require():
            if not require(spec, statement):
                _include(spec, (statement.cond,))
        case m.Except():
            assign = except_for(spec, statement)
            if assign is not None:
                _assign(spec, assign)
        case m.LeftOut():
            left_out(spec, statement)
        case m.OneMore():
            one_more(spec, statement)
        case m.Spared(count, words):
            if not spared(spec, statement):
                _define(spec, "@free " + key_of(words), count)
        case m.Recompute():
            recompute(spec, statement)
        case m.Rename(old, new, False):
            rename(spec, old, new)
        case m.RemoveField(name):
            _remove_field(spec, name)
        case m.KeepFields(kept):
            for name in [r.name for r in spec.returns if key_of(r.name) not in {key_of(k) for k in kept}]:
                _remove_field(spec, name)
        case _:
            raise Doubt("I cannot do that here.")


def without(past: list[Change], topic: str, names: Names) -> Spec:
    """Give the script without the one change that speaks of a topic: what came after it is done again."""
    wanted = {stem(w) for w in topic.split()} - _SMALL
    hits = [i for i, change in enumerate(past) if wanted & change.words]
    if len(hits) > 1:
        most = max(len(wanted & past[i].words) for i in hits)
        hits = [i for i in hits if len(wanted & past[i].words) == most]
    if len(hits) != 1 or (hits[0] == 0 and not past[0].before.params and not past[0].before.defs):
        raise Doubt(f'Which change do you mean by "{topic}"? I can take back the last one, or what you name in full.')
    later = past[hits[0] :]
    spec = later[0].before.copy()
    del past[hits[0] :]
    for change in later[1:]:
        past.append(Change(spec.copy(), change.statements, change.words))
        for statement in change.statements:
            apply(spec, statement, names)
    return spec


def restored(past: list[Change], words: str, names: Names) -> Spec:
    """Give the script without what left records out last (or with these words): what came after it is done again."""
    wanted = {stem(w) for w in words.split()}
    leaving = (m.Exclude, m.Include, m.Only)
    for index in range(len(past) - 1, -1, -1):
        out = [s for s in past[index].statements if isinstance(s, leaving)]
        if not out or (wanted and not wanted & past[index].words):
            continue
        later = past[index:]
        spec = later[0].before.copy()
        del past[index:]
        for change in later:
            kept = [s for s in change.statements if s not in out or change is not later[0]]
            past.append(Change(spec.copy(), kept, change.words))
            for statement in kept:
                apply(spec, statement, names)
        return spec
    raise Doubt("Nothing was left out that could count again. Which records do you mean?")


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
    if words.startswith("@tie "):
        break_tie(spec, m.Order(value, words.endswith("last")))
        return
    if continues(spec, words, value) or (words.startswith("@free ") and first_free(spec, words, value)):
        return
    is_sum = words == "@sum" and isinstance(value, m.Agg) and spec.current is None
    if is_sum and isinstance(value, m.Agg) and value.rows is not None and value.rows.source:
        spec.current = value.rows
        value = msgspec.structs.replace(value, rows=None)
    _define(spec, words, value)


def _labelled(spec: Spec, words: str, value: m.Value) -> None:
    """ "status: …" defines a name; in a script that returns its fields already it is one more of them."""
    key = key_of(words)
    known = {key_of(r.name) for r in spec.returns} | set(spec.defs)
    used = has((spec.defs, spec.returns, spec.assigns, spec.adjusts), words=key)
    if spec.settled and spec.returns and key not in known and not used:
        _return(spec, m.Return((m.Ret(words, "", value),), also=True))
    else:
        _define_here(spec, words, value)


def _only(spec: Spec, rows: m.Rows) -> None:
    """Narrow what is spoken of, or every selection of that source where nothing is spoken of in particular."""
    conds = (*rows.conds, *(m.Holds(None, w) for w in rows.words))
    if not rows.source or spec.loop is not None or spec.call is not None:
        _include(spec, conds)
        return
    if not narrow_all(spec, rows.source, conds):
        _include(spec, conds, rows.source)


def _adjust(spec: Spec, statement: m.Adjust) -> None:
    required = bounded_field(spec, statement)
    if required is not None:
        require(spec, required)
        return
    if statement.words == "@them":
        for name in them(spec):
            _adjust(spec, msgspec.structs.replace(statement, words=name))
        return
    statement = same_aggregates(spec, statement)
    key = rounded_alone(spec, statement.words) or priced(spec, spec.last, statement.how)
    if not key and len(spec.returns) == 1:
        key = key_of(spec.returns[0].name)
    if not key and spec.bare is not None:
        key = "@bare"
    if not key:
        raise Doubt("What should that change?")
    if key == "@which":
        fields = listed([r.name for r in spec.returns], "and")
        raise Doubt(f'Which of {fields} should be rounded? Say "both rounded", "all rounded", or name it.')
    of_time(spec, key, statement)
    if statement.late:
        round_returned(spec, key, statement)
        return
    unrounded(spec, key, statement)
    at = _before_rounding(spec, key)
    if statement.how.startswith("round") or at == len(spec.adjusts):
        spec.adjusts.append((key, statement))
    elif statement.early:
        spec.adjusts.insert(at, (key, statement))
    elif spec.settled:
        raise Doubt('Before or after the rounding? Say "… before the rounding" or "… after the rounding".')
    else:
        spec.adjusts.append((key, statement))


def _before_rounding(spec: Spec, key: str) -> int:
    """Give the place of the rounding that ends a value's changes; the end of all changes where none does."""
    mine = [i for i, (k, a) in enumerate(spec.adjusts) if k == key]
    ends = bool(mine) and spec.adjusts[mine[-1]][1].how.startswith("round")
    return mine[-1] if ends else len(spec.adjusts)


def _remove_field(spec: Spec, name: str) -> None:
    if name.startswith("@"):
        if int(name[1:]) >= len(spec.returns):
            raise Doubt(f"It returns {len(spec.returns)} fields only. Which one should go?")
        name = spec.returns[int(name[1:])].name
    left = [r for r in spec.returns if key_of(r.name) != key_of(name)]
    if not left:
        raise Doubt("Then it would return nothing. What should it return instead?")
    if len(left) == len(spec.returns):
        known = listed([r.name for r in spec.returns], "and")
        raise Doubt(f"There is no returned field {name}" + (f"; there are {known}." if known else "."))
    spec.returns = left
    key = key_of(name)
    others = ({k: v for k, v in spec.defs.items() if k != key}, left, spec.assigns, spec.adjusts, spec.fails)
    if not has(others, words=key) and not any(n == key for a in spec.assigns for n, _ in a.sets):
        # Nothing else rests on it: what was said of it goes with it.
        spec.defs.pop(key, None)
        spec.adjusts = [(k, a) for k, a in spec.adjusts if k != key]


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
    kept, spec.standing = spec.standing, ""
    if spec.current is not None and rows.source in ("", kept):
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
    conds = (m.Not(_condition(rows)),)
    looping = spec.loop is not None or spec.call is not None
    if looping or not rows.source or not narrow_all(spec, rows.source, conds):
        _include(spec, conds, rows.source)


def _include(spec: Spec, conds: tuple[m.Cond, ...], source: str = "") -> None:
    """Narrow what is gone over, or else what is spoken of."""
    if spec.loop is not None:
        spec.loop = msgspec.structs.replace(spec.loop, conds=(*spec.loop.conds, *conds))
    elif spec.call is not None and spec.call.rows is not None:
        spec.call = msgspec.structs.replace(
            spec.call, rows=msgspec.structs.replace(spec.call.rows, conds=(*spec.call.rows.conds, *conds))
        )
    elif spec.current is not None:
        narrow_current(spec, conds)
        if spec.pick is not None and spec.pick.rows is not None:
            spec.pick = msgspec.structs.replace(
                spec.pick, rows=msgspec.structs.replace(spec.pick.rows, conds=(*spec.pick.rows.conds, *conds))
            )
    elif source:
        spec.current, spec.standing = m.Rows(source, "it", conds), source
    else:
        over = {r.source for r in parts((spec.defs, spec.returns, spec.bare)) if isinstance(r, m.Rows) and r.source}
        if len(over) != 1 or not narrow_all(spec, over.pop(), conds):
            raise Doubt("Which records should that narrow?")


def _define(spec: Spec, words: str, value: m.Value) -> None:
    if words.startswith("@blank "):
        spec.blanks[words.removeprefix("@blank ")] = value
        return
    words = field_open(spec) if words == "@it" else words
    if words == "@open" and isinstance(value, m.Cases) and reband(spec, value):
        return
    key = key_of(words) if not words.startswith("@") else words
    if key in spec.defs or any(key_of(r.name) == key and r.value is not None for r in spec.returns):
        spec.adjusts = [(k, a) for k, a in spec.adjusts if k != key]
    spec.assigns = [a for a in spec.assigns if not (len(a.sets) == 1 and a.sets[0][0] == key)]
    for index, ret in enumerate(spec.returns):
        if key_of(ret.name) == key and ret.value is not None:
            spec.returns[index] = msgspec.structs.replace(ret, value=None)
    if (
        isinstance(value, m.Cases)
        and value.subject is None
        and has(value, words="@subject")
        and spec.last
        and spec.last != key
    ):
        value = msgspec.structs.replace(value, subject=m.Named(spec.last))
    if spec.last and spec.last != key:
        if has(value, m.It, words="sum") and "@sum" not in spec.defs:
            raise Doubt('Which sum is "that sum"?')
        value = pointed_at(value, spec.last)
    spec.defs[key] = value if spec.last else that(spec, value, "")
    spec.last = key
    if not key.startswith("@"):
        spec.spoken.append(key)


def _assign(spec: Spec, statement: m.Assign) -> None:
    if isinstance(statement.cond, m.Holds) and statement.cond.words == "@previous":
        return
    if spec.effects and not spec.returns and spec.bare is None:
        _none_for(spec, statement)
        return
    if statement.cond == NONE:
        for name, value in statement.sets:
            where_none(spec, _it_of(spec, name), value)
        return
    cond, sets = _only_one(spec, statement.cond), both(spec, statement.sets)
    statement = msgspec.structs.replace(statement, cond=cond, sets=sets)
    if any(name == "@it" for name, _ in statement.sets):
        statement = msgspec.structs.replace(statement, sets=tuple((_it_of(spec, n), v) for n, v in statement.sets))
    if otherwise(spec, statement):
        return
    if not joined(spec, statement):
        spec.assigns.append(statement)
    for name, _ in statement.sets:
        if not name.startswith("@"):
            spec.last = name
            spec.spoken.append(name)


def _none_for(spec: Spec, statement: m.Assign) -> None:
    """Leave those out who "get none" of what is sent. Raises ``Doubt`` for anything else that nothing returns."""
    nothing = statement.sets and all(isinstance(v, m.Lit) and v.kind == "null" for _, v in statement.sets)
    if not nothing or isinstance(statement.cond, m.Otherwise):
        raise Doubt("That says what something is, but nothing is returned. What should it change?")
    _include(spec, (m.Not(statement.cond),))


def _only_one(spec: Spec, cond: m.Cond) -> m.Cond:
    """Pick the record of "if they have a loan that is open (never more than one)": its fields are at hand then."""
    if isinstance(cond, m.Not) and isinstance(cond.part, m.NoRows) and cond.part.rows is not None:
        rows = cond.part.rows
        if rows.noun == "@only":
            spec.pick = m.Pick(msgspec.structs.replace(rows, noun=""), m.Named("@only"), True)
            return m.Not(m.NoRows(None))
    return cond


def _it_of(spec: Spec, name: str) -> str:
    """Give the field that "it is 0" speaks of: the one defined last, where it is plain which one that is."""
    if name != "@it":
        return name
    if spec.spoken:
        return spec.spoken[-1]
    return spec.spoken_before[0] if len(set(spec.spoken_before)) == 1 else "@whole"


def _return(spec: Spec, statement: m.Return) -> None:
    if statement.value is not None:
        open_ = isinstance(statement.value, m.Named) and statement.value.words == "@open"
        if open_ and len(spec.returns) == 1:
            only = spec.returns[0]
            spec.bare, spec.returns = only.value if only.value is not None else m.Named(key_of(only.name)), []
            return
        if spec.returns:
            raise Doubt("Should it return that instead of the object, or as a further field? Name the field, please.")
        if isinstance(statement.value, m.Named) and statement.value.words == "@open" and spec.bare is not None:
            return
        spec.bare = statement.value
        return
    values = statement.values
    fields = each_of_them(spec, list(statement.fields))
    asked_about(fields)
    if values and len(values) == len(fields):
        fields = [m.Ret(f.name, f.type, v) for f, v in zip(fields, values, strict=True)]
    elif values:
        fields = [m.Ret(f.name, f.type, share(values[0], f.name)) for f in fields]
    named_all(spec, fields)
    fields = [
        msgspec.structs.replace(f, name=f"{UNNAMED} {len(spec.returns) + i}") if f.name == UNNAMED else f
        for i, f in enumerate(fields)
    ]
    fewer = {r.name for r in spec.returns} - {f.name for f in fields}
    if not statement.also and spec.returns and fewer and not values and all(f.value is None for f in fields):
        raise Doubt(
            f'The script returns {listed([r.name for r in spec.returns], "and")} so far. Should it return only {listed([f.name for f in fields], "and")}, or these as well? Say "also return …" or name all of them.'  # noqa: E501 - one message, one line
        )
    before = spec.last
    for field in fields:
        if field.value is not None and has(field.value, m.It):
            value = that(spec, field.value, before)
            same = value == m.Named(key_of(field.name)) and key_of(field.name) in spec.defs
            field = msgspec.structs.replace(field, value=None if same else value)
        index = next((i for i, r in enumerate(spec.returns) if r.name == field.name), None)
        if index is None:
            spec.returns.append(field)
        elif field.value is not None or field.type:
            spec.returns[index] = field
        if field.value is not None:
            spec.defs.pop(key_of(field.name), None)
            spec.last = key_of(field.name)
            spec.spoken.append(spec.last)
    spec.awaits = fields[0].name if statement.also and len(fields) == 1 and fields[0].value is None else ""
    spec.bare = None


def _explain(spec: Spec, name: str, value: m.Value) -> None:
    known = next((i for i, e in enumerate(spec.explains) if e.name == name), None)
    if isinstance(value, m.Fixed) and isinstance(value.value, m.Named) and value.value.words == "@same":
        said = m.Named(key_of(name)) if known is None else spec.explains.pop(known).value
        spec.explains.append(m.Explain(name, m.Fixed(said, value.places)))
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
        named_again = spec.current is not None and rows == m.Rows(spec.current.source)
        spec.current = spec.current if named_again else _continued(spec, rows)
        return
    if spec.loop is None:
        spec.loop = rows
    elif not rows.source or rows.source == spec.loop.source or rows.noun or rows == spec.loop:
        spec.loop = msgspec.structs.replace(
            spec.loop, conds=(*spec.loop.conds, *rows.conds), words=(*spec.loop.words, *rows.words)
        )
    else:
        raise Doubt(f"It already goes through {spec.loop.source}; should it go through {rows.source} instead?")


def _call(spec: Spec, statement: m.CallFor) -> None:
    if statement.rows is not None and spec.loop is None:
        spec.loop = statement.rows
    elif statement.rows is not None and spec.loop is not None and (statement.rows.conds or statement.rows.words):
        _loop(spec, statement.rows)
    if statement.rows is None and spec.loop is None and spec.current is not None and not spec.params:
        spec.loop, spec.current = spec.current, None
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
