"""A script from a spec: guards, look-ups, special cases that return early, then the values and the return.

    script := fetch/fail guards, records looked up, call, [if case: return]*, math*, return
    loop   := each (call, if, tools) | each that yields what the returned aggregates need, then them

Deliberately not here: expressions (``lower``, ``compute``), names (``link``) and what is said about it (``say``).
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.averages import settled
from sopwb.author.english.declaring import quote, returns_of
from sopwb.author.english.each import of_each
from sopwb.author.english.link import Table
from sopwb.author.english.loops import Loops
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.reasons import Raw, Reasons
from sopwb.author.english.returning import unnamed
from sopwb.author.english.scope import Scope, find_field, listed
from sopwb.author.english.spec import Doubt, Expr, Spec
from sopwb.author.english.unnamed import amount_of
from sopwb.lang.types import (
    BOOL,
    NULL,
    STRING,
    RecordType,
    Type,
    required,
    type_text,
    unify,
)

_MEASURES = frozenset(
    [
        "hour",
        "day",
        "minute",
        "time",
        "eur",
        "euro",
        "percent",
        "amount",
        "number",
        "count",
        "total",
        "value",
        "sum",
        "i",
        "is",
    ]
)
"""Words that say in what something is measured: "allowed time" is ``allowed_hours``."""
_REASONS = ("reason", "why", "explanation", "because", "note", "comment")


class Generated(msgspec.Struct, frozen=True):
    """A script as raw JSON, and the assumptions that it rests on, in words."""

    script: dict[str, Any]
    assumptions: tuple[str, ...]


def generate(spec: Spec, names: Names) -> Generated:
    """Write the script that a spec means. Raises ``Doubt`` for whatever is missing, unknown or ambiguous."""
    return Writer(of_each(spec.copy(), names), names).script()


def settle(spec: Spec, names: Names) -> None:
    """Fix which fields "the others", "both" and "all three" were: fields that are added later are not among them."""
    writer = Writer(spec.copy(), names)
    spec.assigns = [
        msgspec.structs.replace(a, sets=tuple(writer.sets_of(a).items()))
        if spec.returns and any(n.startswith("@") for n, _ in a.sets) and not isinstance(a.cond, m.Otherwise)
        else a
        for a in spec.assigns
    ]


class Writer(Reasons, Loops):
    """Puts the parts of a script in order."""

    def __init__(self, spec: Spec, names: Names) -> None:
        super().__init__(spec, names)
        self.result_type: Type | None = None

    def script(self) -> Generated:
        unnamed(self.spec)
        self.assumptions += settled(self.spec, self.names, lambda key: self.plain_field(key) is not None)
        self.check_rules()
        if self.spec.effects and (self.spec.returns or self.spec.bare is not None):
            raise Doubt("Should it send mails, or give something back? Please make it two scripts.")
        if self.is_loop():
            self.prepare_loop()
        if self.is_loop() and not self.spec.returns and self.spec.bare is None:
            if self.spec.assigns or self.spec.fails:
                raise Doubt("You said what holds in a certain case, but nothing is returned. What should it change?")
            self.effect_loop()
        else:
            if self.is_loop():
                self.start_table()
            self.body_of_script()
        self.all_used()
        raw: dict[str, Any] = {
            "sop": 1,
            "params": {p.name: self.param_text(p.name) for p in self.spec.params},
        }
        if self.result_type is not None:
            raw["returns"] = returns_of(self.result_type)
        raw["steps"] = self.block
        return Generated(raw, tuple(self.assumptions))

    def all_used(self) -> None:
        """Ask about what was said without any effect on the result: it was meant to have one."""
        spec, used = self.spec, self.used
        if spec.gate is not None and not self.is_loop():
            raise Doubt("You said when something holds, but not in one sentence with what holds then. What is it then?")
        for key in spec.defs:
            if not key.startswith("@count") and key not in used:
                what = "one of the cases" if key.startswith("@") else f'"{key}"'
                raise Doubt(
                    f"You said what {what} is, but nothing that is returned uses it. Which returned field is it?",
                    words=key,
                )
        for key, _ in spec.adjusts:
            if "adjust " + key not in used:
                raise Doubt(
                    f'You changed "{key}", but nothing that is returned uses it. Which value should change?'
                )
        for key in spec.predicates:
            if "is " + key not in used:
                raise Doubt(
                    f'You said when something is "{key}", but nothing that is returned uses it. Which returned field is it?',  # noqa: E501 - one message, one line
                    words=key,
                )
        narrow = spec.current is not None and (spec.current.conds or spec.current.words)
        if narrow and not used & {"@current", "@pick"}:
            raise Doubt(
                "You narrowed the records, but nothing that is returned looks at them. What should be computed over them?"  # noqa: E501 - one message, one line
            )
        if spec.pick is not None and "@pick" not in used:
            raise Doubt(
                "You chose one record, but nothing that is returned uses it. What should be returned of it?"
            )
        for match in spec.matches:
            if "one " + match.rows.source not in used:
                raise Doubt(f"You had me look in {match.rows.source}, but nothing that is returned uses it.")

    def param_text(self, name: str) -> str:
        type_ = self.param_type(name)
        if type_ is None:
            used = self.types.get(name)
            if used is None:
                raise Doubt(
                    f"What is {name}: a text, a whole number, a number or a date?",
                    tuple((t, f"{name} ({t})") for t in ("a text", "a whole number", "a number", "a date")),
                    name,
                )
            type_ = used
        return type_text(type_)

    def check_rules(self) -> None:
        """Ask about two rules for the same case that say different things, and about definitions that nothing uses."""
        seen: dict[tuple[str, str], m.Value] = {}
        for assign in self.spec.assigns:
            for name, value in assign.sets:
                if seen.setdefault((repr(assign.cond), name), value) != value:
                    raise Doubt(f"Two rules for the same case say different things about {name}. Which one holds?")
        if not self.spec.returns and self.spec.bare is None and not self.is_loop() and not self.spec.effects:
            raise Doubt("What should the script return?")

    # --- an ordinary script ------------------------------------------------------------------------------

    def body_of_script(self) -> None:
        self.guards()
        for source in self.spec.lookups:
            self.record(source)
        if self.spec.call is not None and not self.is_loop():
            self.call_once()
        reason = next(
            (
                r
                for r in self.spec.returns
                if key_of(r.name) in _REASONS and self.direct(r) is None and "@open" not in self.spec.defs
            ),
            None,
        )
        self.absent_case(reason)
        otherwise: dict[str, m.Value] = {}
        self.gather_cases()
        for assign in self.ordered():
            sets = self.sets_of(assign)
            if isinstance(assign.cond, m.Otherwise):
                otherwise.update(sets)
            elif not self.redundant(assign, sets):
                self.early_return(assign.cond, sets)
        if reason is not None:
            self.reasoned(reason, otherwise)
        else:
            self.finish(otherwise)

    def guards(self) -> None:
        for fail in self.spec.fails:
            if isinstance(fail.cond, m.Missing):
                if not fail.message and has(self.spec, m.Via, source=fail.cond.source):
                    continue
                source = self.require(fail.cond)
                if not fail.message:
                    continue
                fail = msgspec.structs.replace(fail, cond=m.Missing("", source))
            cond = self.cond(fail.cond, self.body or Scope())
            if cond.text == "false":
                continue
            message = fail.message or "not allowed: " + cond.text.replace("'", "")
            self.block.append(
                {"op": "if", "cond": cond.text, "then": [{"op": "fail", "message": quote(message)}]}
            )
            self.facts = self.facts | cond.no

    def require(self, cond: m.Missing) -> str:
        """An unknown record is an error: fetch it, and give its source."""
        source = self.missing_source(cond)
        if not source:
            raise Doubt("An unknown one in which data source is an error?")
        if source not in self.spec.lookups:
            self.spec.lookups.append(source)
        self.record(source)
        return source

    def gather_cases(self) -> None:
        """Turn rules that all say what one field is ("if …, the fee is …", "otherwise 0") into its cases."""
        fields = {key_of(r.name) for r in self.spec.returns}
        for assign in list(self.spec.assigns):
            cond, sets = assign.cond, self.sets_of(assign)
            if len(sets) == 1 and isinstance(cond, m.NoRows) and cond.rows is not None and cond.rows.every:
                # None at all, whatever narrows the other values: it is a case of this one value alone.
                key, value = next(iter(sets.items()))
                before = self.definition(key, quiet=True)
                if before is not None:
                    self.cases_of(assign, key, m.Cases((m.Arm(cond, value),), before))
                continue
            if (
                isinstance(cond, m.Holds)
                and cond.words == "absent"
                and isinstance(cond.subject, m.Named)
                and cond.subject.words in fields
                and len(sets) == 1
            ):
                key, value = next(iter(sets.items()))
                before = self.definition(key, quiet=True)
                if before is not None and cond.subject.words != key:
                    self.cases_of(assign, key, m.Cases((m.Arm(m.Empty(cond.subject), value),), before))
        for ret in self.spec.returns:
            key = key_of(ret.name)
            mine = [a for a in self.spec.assigns if list(self.sets_of(a)) == [key]]
            if not mine or self.definition(key, quiet=True) is not None:
                continue
            arms = [m.Arm(a.cond, self.sets_of(a)[key]) for a in mine if not isinstance(a.cond, m.Otherwise)]
            default = next((self.sets_of(a)[key] for a in mine if isinstance(a.cond, m.Otherwise)), None)
            if default is None and len(arms) > 1 and self.opposite(arms[-1].cond, arms[-2].cond):
                default = arms.pop().value
            if default is None and all(isinstance(a.value, m.Lit) and a.value.kind == "bool" for a in arms):
                default = m.Lit(
                    "bool", "false" if any(getattr(a.value, "text", "") == "true" for a in arms) else "true"
                )
                self.assume(f"{ret.name} is {default.text} in every other case")
            if default is None:
                raise Doubt(f"What should {ret.name} be in every other case?", words=ret.name)
            self.spec.defs[key] = m.Cases(tuple(arms), default)
            self.spec.assigns = [a for a in self.spec.assigns if a not in mine]

    def cases_of(self, assign: m.Assign, key: str, cases: m.Cases) -> None:
        """Let a rule be a case of the one value that it sets."""
        self.spec.defs[key] = cases
        self.spec.returns = [
            msgspec.structs.replace(r, value=None) if key_of(r.name) == key else r for r in self.spec.returns
        ]
        self.spec.assigns.remove(assign)

    def opposite(self, a: m.Cond, b: m.Cond) -> bool:
        """Whether one condition is the negation of the other."""
        one, other = self.cond(a, self.body or Scope()), self.cond(b, self.body or Scope())
        return one.text == self.negation(other).text or other.text == self.negation(one).text

    def ordered(self) -> list[m.Assign]:
        """Cases of absence first: they make what follows safe."""
        absent = [
            a
            for a in self.spec.assigns
            if isinstance(a.cond, m.NoRows | m.Missing | m.Never)
            or (isinstance(a.cond, m.Holds) and a.cond.words == "absent")
        ]
        return [*absent, *(a for a in self.spec.assigns if a not in absent)]

    def sets_of(self, assign: m.Assign) -> dict[str, m.Value]:
        """Give the returned fields that a case sets."""
        fields = [key_of(r.name) for r in self.spec.returns] or ["@bare"]
        out: dict[str, m.Value] = {}
        said = [n for n, _ in assign.sets]
        for name, value in assign.sets:
            if name == "@whole":
                open_ = [f for f in fields if f not in said]
                giving = [f for f in open_ if self.gives(f, value)]
                if len(giving) == 1:
                    open_ = giving
                elif len(fields) > 1:
                    owing = [f for f in open_ if self.only_assigned(f)]
                    if len(owing) != 1:
                        raise Doubt(f"Which field is that for: {listed(fields)}?")
                    open_ = owing
                out[open_[0]] = value
            elif name == "@both":
                out.update(dict.fromkeys(fields[-2:], value))
            elif name in ("@rest", "@others"):
                out.update({f: value for f in fields if f not in said})
            elif name.startswith("@others "):
                others = [f for f in fields if f not in said]
                if len(others) != int(name.split()[1]):
                    raise Doubt(f"Which other fields are meant? There are {listed(others, 'and') or 'none'}.")
                out.update(dict.fromkeys(others, value))
            elif name in ("@1", "@2"):
                if len(fields) != 2:
                    raise Doubt(f"Which of {listed(fields, 'and')} are these two values for?")
                out[fields[int(name[1]) - 1]] = value
            else:
                close = [f for f in fields if f == name] or [
                    f for f in fields if set(f.split()) & set(name.split())
                ]
                out[close[0] if len(close) == 1 else name] = value
        return out

    def gives(self, key: str, value: m.Value) -> bool:
        """Whether a text is one of those that a field's cases give."""
        if not isinstance(value, m.Lit) or value.kind != "string":
            return False
        return any(part == value for part in parts(self.definition(key, quiet=True)))

    def only_assigned(self, key: str) -> bool:
        return self.definition(key, quiet=True) is None

    def redundant(self, assign: m.Assign, sets: dict[str, m.Value]) -> bool:
        """Whether the case gives what the definitions give anyway: the sum of no records is 0."""
        if not isinstance(assign.cond, m.NoRows):
            return False
        for key, value in sets.items():
            defined = self.definition(key, quiet=True)
            if not (
                isinstance(defined, m.Agg)
                and defined.kind in ("sum", "count")
                and (isinstance(value, m.Lit) and value.text == "0")
                and self.none_of_them(assign.cond.rows, defined.rows or m.Rows())
            ):
                return False
        return True

    def early_return(self, cond: m.Cond, sets: dict[str, m.Value]) -> None:
        """Write ``if cond: return …``; what the case does not set is computed as ever."""
        truth = self.cond(cond, self.body or Scope())
        if truth.text == "false":
            return
        saved = (
            self.block,
            dict(self.bound),
            dict(self.fetched),
            self.facts,
            self.overrides,
            set(self.taken),
        )
        self.block, self.facts, self.overrides = [], self.facts | truth.yes, {**self.overrides, **sets}
        for key in sets:
            self.bound.pop(key, None)
        self.stale(sets)
        self.finish({})
        inner = self.block
        self.block, self.bound, self.fetched, self.facts, self.overrides, self.taken = saved
        self.block.append({"op": "if", "cond": truth.text, "then": inner})
        self.facts = self.facts | truth.no

    def stale(self, sets: dict[str, m.Value]) -> None:
        """Forget bound definitions that rest on what this case sets."""
        for key in list(self.bound):
            value = self.definition(key, quiet=True)
            if value is not None and any(has(value, words=k) for k in sets):
                del self.bound[key]

    def finish(self, otherwise: dict[str, m.Value]) -> None:
        """Write the return of all fields."""
        before = self.overrides
        self.overrides = {**otherwise, **before}
        if self.spec.returns:
            value: Any = {}
            types: list[tuple[str, Type]] = []
            for ret in self.spec.returns:
                expr = self.returned(ret)
                value[ret.name] = expr.text
                types.append((ret.name, expr.type))
            self.block.append({"op": "return", "value": value})
            self.note_type(RecordType(tuple(types)))
        else:
            expr = self.bare_value()
            self.block.append({"op": "return", "value": expr.text})
            self.note_type(expr.type)
        self.overrides = before

    def bare_value(self) -> Expr:
        if "@bare" in self.overrides:
            return self.value(self.overrides["@bare"], self.body or Scope())
        return self.adjusted_bare(self.plain_bare())

    def adjusted_bare(self, expr: Expr) -> Expr:
        for key, change in self.spec.adjusts:
            if key == "@bare":
                self.used.add("adjust @bare")
                expr = self.changed(self.named_step("result", expr), change)
        return expr

    def plain_bare(self) -> Expr:
        value = self.spec.bare
        if isinstance(value, m.Named) and value.words == "@open":
            if "@open" in self.spec.defs:
                return self.define("@open")
            value = None
        if value is None:
            raise Doubt("What should the script return?")
        return self.value(value, self.body or Scope())

    def note_type(self, type_: Type) -> None:
        if self.result_type is None:
            self.result_type = type_
            return
        both = unify(self.result_type, type_)
        if both is None:
            raise Doubt(f"One case returns {type_text(type_)}, another {type_text(self.result_type)}.")
        self.result_type = both

    # --- what a returned field is ------------------------------------------------------------------------------

    def returned(self, ret: m.Ret) -> Expr:
        key = key_of(ret.name)
        if key in self.overrides:
            return self.overridden(key)
        if self.plural_of(ret) is not None:
            return self.value(m.Agg("list", m.Named(self.plural_of(ret) or ""), m.Rows()), self.body or Scope())
        if self.definition(key, quiet=True) is None:
            raise Doubt(
                f"What is {ret.name}? It is to be returned, but nothing says how it comes about.",
                words=ret.name,
            )
        expr = self.define(key)
        return self.changed(expr, ret.rounded) if ret.rounded is not None else expr

    def plural_of(self, ret: m.Ret) -> str | None:
        """Give the field that "names", said as "their names", lists over the records spoken of; None for others."""
        key = key_of(ret.name)
        value = self.definition(key, quiet=True)
        current = self.spec.current
        if not isinstance(value, m.Named) or value.words != key or (self.table is None and current is None):
            return None
        source = self.table.source if self.table is not None else self.source(self.rows_source(current or m.Rows()))
        fields, exact = find_field(source.record, key)
        plural = exact and ret.name.lower() not in fields and not self.spec.params
        if plural:
            self.used.add(key)
        return key if plural else None

    def direct(self, ret: m.Ret) -> m.Value | None:
        return (
            ret.value
            or self.spec.defs.get(key_of(ret.name))
            or next((v for a in self.spec.assigns for n, v in a.sets if n == key_of(ret.name)), None)
        )

    def definition(self, key: str, quiet: bool = False) -> m.Value | None:
        """Find what a name stands for: said, near a definition, a predicate, a field, a count — in that order."""
        ret = next((r for r in self.spec.returns if key_of(r.name) == key), None)
        if ret is not None and ret.value is not None:
            return ret.value
        if key in self.spec.defs:
            return self.spec.defs[key]
        explained = next((e.value for e in self.spec.explains if key_of(e.name) == key), None)
        if explained is not None:
            return explained.value if isinstance(explained, m.Fixed) else explained
        if ret is None:
            return None
        wanted = set(key.split()) - {"is", "i"}
        near = [
            k
            for k in self.spec.defs
            if not k.startswith("@")
            and (wanted < set(k.split()) or (set(k.split()) < wanted))
            and not any(key_of(r.name) == k for r in self.spec.returns)
        ]
        if len(near) == 1:
            return m.Named(near[0])
        if not near:
            core = wanted - _MEASURES
            near = [
                k
                for k in self.spec.defs
                if not k.startswith("@") and core and core == set(k.split()) - _MEASURES
            ]
            if len(near) == 1:
                return m.Named(near[0])
        counted = self.spec.defs.get("@count " + key)
        if counted is not None:
            return counted
        return self.customary(key, wanted, ret)

    def customary(self, key: str, wanted: set[str], ret: m.Ret) -> m.Value | None:
        predicates = self.spec.predicates
        match = [k for k in predicates if wanted & set(k.split())]
        undecided = [r for r in self.spec.returns if r.value is None and key_of(r.name) not in self.spec.defs]
        if not match and len(predicates) == 1 and (ret.type == "bool" or len(undecided) == 1):
            match = list(predicates)
        if len(match) == 1:
            self.used.add("is " + match[0])
            return m.Truth(predicates[match[0]].cond)
        if "@open" in self.spec.defs:
            takers = [
                r
                for r in undecided
                if self.plain_field(key_of(r.name)) is None and key_of(r.name) not in self.count_names()
            ]
            if takers and key_of(takers[0].name) == key and len(takers) == 1:
                return self.open_cases(key)
        free = [r.name for r in undecided if self.plain_field(key_of(r.name)) is None]
        free = [n for n in free if key_of(n) not in self.count_names()]
        charged = amount_of(key, self.spec.defs, [r.name for r in undecided], free)
        if charged:
            return self.open_cases(key, charged)
        total = self.spec.defs.get("@sum")
        if total is not None and (
            len(undecided) == 1
            or (isinstance(total, m.Agg) and isinstance(total.what, m.Named) and total.what.words == key)
        ):
            return m.Named("@sum")
        field = self.plain_field(key)
        if field is not None:
            return field
        if key in self.count_names():
            return m.Agg("count", None, m.Rows())
        return m.Named("@late") if wanted == {"day", "late"} else None

    def open_cases(self, key: str, said: str = "@open") -> m.Value:
        value = self.spec.defs[said]
        self.used.add(said)
        self.spec.adjusts = [(key if k == said else k, a) for k, a in self.spec.adjusts]
        if isinstance(value, m.Cases) and value.subject is None and has(value, words="@subject"):
            return msgspec.structs.replace(value, subject=m.Agg("count", None, m.Rows()))
        return value

    def count_names(self) -> set[str]:
        """Names that mean "how many" of the records spoken of."""
        if self.spec.current is None and self.table is None:
            return set()
        source = (
            self.table.source.name
            if self.table is not None
            else self.rows_source(self.spec.current or m.Rows())
        )
        return {key_of(source), "count", "number", f"{key_of(source)} count"}

    def plain_field(self, key: str) -> m.Value | None:
        """A field of the record at hand that has the returned field's own name."""
        if self.table is not None or self.is_loop():
            return None
        if self.body is not None and any(find_field(r, key)[1] for _, r, _ in self.body.records):
            return m.Named(key)
        if self.spec.pick is not None:
            source = self.rows_source(self.spec.pick.rows or m.Rows())
            if find_field(self.source(source).record, key)[1]:
                return m.Whose(key, self.spec.pick)
        for source in self.records_at_hand():
            fields, exact = find_field(self.source(source).record, key)
            if fields and (exact or len(fields) == 1 or source in self.spec.lookups):
                return m.Named(key)
        return None

    def value(self, value: m.Value, scope: Scope) -> Expr:
        if isinstance(value, Raw):
            return Expr(value.text, STRING, 4)
        if (
            isinstance(value, m.Lit)
            and value.kind == "string"
            and self.spec.explains
            and self.body is None
            and any(re.search(rf"\b{re.escape(e.name)}\b", value.text) for e in self.spec.explains)
        ):
            value = self.filled_message(value.text)
        return super().value(value, scope)


__all__ = ["BOOL", "NULL", "Generated", "Table", "generate", "required"]
