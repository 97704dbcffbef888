"""A set plan as one SQL query, through sqlglot's syntax tree.

    l0   the items: their key, the fields that are used, what they are sorted by
    l1…  each level names the values that need only earlier ones, and joins the gathers that do
    last error, path, results, effects and trace, in key order

Items are sorted where the last gather is joined: what only the levels above name – texts, mostly – does not go
through the sort.

A gather without arguments groups its source once, whichever items there are; one with arguments groups what
joins them. Levels are not materialised unless a gather reads one. Importing this imports sqlglot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from sqlglot import exp

from sopwb.kernel.limits import SET_GATHERED_RATIO_MAX, SET_ROWS_UNKNOWN
from sopwb.plan import nodes as n
from sopwb.plan.algebra import TRUE, refs, walk
from sopwb.plan.cells import TEXT, Cell
from sopwb.plan.facts import PLACE
from sopwb.plan.lowering.exact import quoted
from sopwb.plan.lowering.texts import string
from sopwb.plan.rules.drop_unused import gather_inputs, outputs
from sopwb.plan.sql import duckdb
from sopwb.plan.sql.duckdb import Built, alias, binary, call, case, cast, closed, number, text
from sopwb.plan.sql.query import EffectColumns, Fields, Layout, Scalar, SetQuery, column_of, table_of


def render(plan: n.SetPlan) -> SetQuery:
    """Write a plan as a query. Raises ``CannotLower`` for a constant that the dialect cannot write."""
    return _Renderer(plan, bool(plan.events)).query()


class _Renderer:
    def __init__(self, plan: n.SetPlan, traced: bool) -> None:
        self.plan, self.traced = plan, traced
        self.params: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        self.gathered: set[str] = set()
        self.ctes: list[exp.CTE] = []
        self.read_twice: set[int] = set()
        self.sorted_at = 0
        self.sources: dict[str, set[str]] = {}
        self.indexes: set[tuple[str, str]] = set()
        self.selected: list[tuple[str, Built]] = []

    # --- expressions ------------------------------------------------------------------------------

    def sql(self, expr: n.Expr, rows: dict[str, str], given: dict[n.Expr, Built] | None = None) -> Built:
        """Write an expression. ``rows``: the table of each kind of column; ``given``: what stands as it is."""
        if given is not None and expr in given:
            return given[expr].copy()
        match expr:
            case n.Literal(cell, value):
                return duckdb.constant(value, cell)
            case n.Param(cell, name):
                short = self.params.setdefault(name, f"p{len(self.params)}")
                return cast(exp.Placeholder(this=short), cell)
            case n.Column(cell, of, field):
                if of == "item" and rows[of] != "item":
                    return exp.column(f"i{column_of(field)}", table=rows[of], quoted=True)
                return duckdb.column(column_of(field), rows[of], cell)
            case n.Ref(_, name):
                return exp.column(name, quoted=True)
            case n.Call(cell, op, args):
                built = [(self.sql(arg, rows, given), arg.cell) for arg in args]
                return duckdb.OPERATIONS[op](built, cell)
            case n.Case(cell, whens, default):
                rest = None if default is None else self.held(default, cell, rows, given)
                made = [(self.sql(a, rows, given), self.held(b, cell, rows, given)) for a, b in whens]
                return case(made, rest)
            case _:
                assert_never(expr)

    def held(self, expr: n.Expr, cell: Cell, rows: dict[str, str], given: dict[n.Expr, Built] | None) -> Built:
        built = self.sql(expr, rows, given)
        return cast(built, cell) if cell.kind in ("int", "decimal") or expr.cell.kind == "null" else built

    def here(self, expr: n.Expr) -> Built:
        """Write an expression of the item above the first level."""
        return self.sql(expr, {"item": "p"})

    # --- levels -----------------------------------------------------------------------------------

    def level_of(self, expr: n.Expr, joined: int = 0) -> int:
        """Say on which level all that an expression uses is there; ``joined``: what is joined in the same
        level's own select counts as there so much earlier."""
        return max(
            (
                self.levels[part.name] - (joined if part.name in self.gathered else 0)
                for part in walk(expr)
                if isinstance(part, n.Ref)
            ),
            default=0,
        )

    def query(self) -> SetQuery:
        gathers: dict[int, list[n.Gather]] = {}
        for step in self.plan.steps:
            if isinstance(step, n.Let):
                self.levels[step.name] = self.level_of(step.expr, joined=1) + 1
                continue
            level = max((self.level_of(expr) for expr in gather_inputs(step)), default=0)
            for aggregate in step.aggregates:
                self.levels[aggregate.name] = level + 1
                self.gathered.add(aggregate.name)
            gathers.setdefault(level + 1, []).append(step)
        self.sorted_at = max(gathers, default=0)
        lets = self._placed_lets()
        last = max([*lets, *gathers, 0])
        self.items_level()
        for level in range(1, last + 1):
            self.level(level, lets.get(level, []), gathers.get(level, []))
        return self.finished(last)

    def _placed_lets(self) -> dict[int, list[n.Let]]:
        """Give the lets of each level; those that no gather needs are named above the sort."""
        early: set[str] = set()
        for step in reversed(self.plan.steps):
            if isinstance(step, n.Gather):
                early.update(name for expr in gather_inputs(step) for name in refs(expr))
            elif step.name in early:
                early |= refs(step.expr)
        found: dict[int, list[n.Let]] = {}
        for step in self.plan.steps:
            if isinstance(step, n.Let):
                if step.name not in early:
                    self.levels[step.name] = max(self.level_of(step.expr, joined=1) + 1, self.sorted_at)
                found.setdefault(self.levels[step.name], []).append(step)
        return found

    def items_level(self) -> None:
        items, rows = self.plan.items, {"item": "item"}
        fields: dict[str, n.Column] = {}
        for expr in (items.key, *self._item_exprs()):
            for part in walk(expr):
                if isinstance(part, n.Column) and part.of == "item":
                    fields.setdefault(part.field, part)
        made = [alias(self.sql(part, rows), f"i{column_of(name)}") for name, part in fields.items()]
        made += [alias(self.sql(expr, rows), f"o{number_}") for number_, (expr, _) in enumerate(items.order)]
        select = exp.Select(expressions=list(made)).from_(self.table(items.source, "item"), copy=False)
        if items.where != TRUE:
            select = select.where(self.sql(items.where, rows), copy=False)
        self._note(items.source, [*fields.values(), items.where, *(expr for expr, _ in items.order)], "item")
        self.cte(0, self.by_key(select) if self.sorted_at == 0 else select)

    def _item_exprs(self) -> list[n.Expr]:
        found = list(outputs(self.plan))
        for step in self.plan.steps:
            found += [step.expr] if isinstance(step, n.Let) else list(gather_inputs(step))
        return found

    def table(self, source: str, name: str, index: str = "") -> Built:
        self.sources.setdefault(source, set())
        if index:
            self.indexes.add((source, index))
        return _from(table_of(source, index), name)

    def _note(self, source: str, exprs: list[n.Expr], row: str) -> None:
        """Remember which fields of a source are needed."""
        for expr in exprs:
            names = {part.field for part in walk(expr) if isinstance(part, n.Column) and part.of == row}
            self.sources.setdefault(source, set()).update(names - {PLACE})

    def cte(self, level: int, select: exp.Select) -> None:
        self.ctes.append(exp.CTE(this=select, alias=exp.TableAlias(this=exp.to_identifier(f"l{level}"))))

    def level(self, level: int, lets: list[n.Let], gathers: list[n.Gather]) -> None:
        made: list[Built] = [exp.Column(this=exp.Star(), table=exp.to_identifier("p"))]
        select = exp.Select().from_(_from(f"l{level - 1}", "p"), copy=False)
        for gather in gathers:
            join = self.looked_up if gather.single else self.grouped
            select = join(gather, select, made, level - 1)
        if level == self.sorted_at:
            joined = self.by_key(select.select(*made, copy=False))
            select, made = exp.Select().from_(joined.subquery("p", copy=False), copy=False), made[:1]
        made += [alias(self.here(let.expr), let.name) for let in lets]
        self.cte(level, select.select(*made, copy=False))

    # --- gathers ----------------------------------------------------------------------------------

    def looked_up(self, gather: n.Gather, select: exp.Select, made: list[Built], before: int) -> exp.Select:
        """Join the one record that a key finds."""
        rows = {gather.row: gather.name, "item": "p"}
        self._gather_fields(gather)
        on = [self.match(self.sql(a, rows), self.here(b), a, b) for a, b in gather.on]
        if gather.where != TRUE:
            on.append(self.sql(gather.where, rows))
        made += [alias(self.sql(a.expr, rows), a.name) for a in gather.aggregates if a.expr]
        table = self.table(gather.source, gather.name)
        return select.join(table, on=duckdb.both(*on), join_type="left", copy=False)

    def match(self, ours: Built, theirs: Built, a: n.Expr, b: n.Expr) -> Built:
        null_safe = a.cell.nullable and b.cell.nullable
        return binary(exp.NullSafeEQ if null_safe else exp.EQ, ours, theirs)

    def _gather_fields(self, gather: n.Gather) -> None:
        exprs = [a for a, _ in gather.on] + [gather.where]
        for aggregate in gather.aggregates:
            exprs += [aggregate.keep, *(expr for expr, _ in aggregate.order)]
            exprs += [] if aggregate.expr is None else [aggregate.expr]
        exprs += [expr for expr, _ in gather.order]
        self._note(gather.source, exprs, gather.row)

    def grouped(self, gather: n.Gather, select: exp.Select, made: list[Built], before: int) -> exp.Select:
        """Join the aggregates of the records that fit."""
        self._gather_fields(gather)
        rows = {gather.row: "s", "item": "a"}
        if gather.arguments:
            inner, keys = self._by_arguments(gather, rows, before)
        else:
            inner, keys = self._by_source(gather, rows)
        name = gather.name
        made += [exp.column(a.name, table=name, quoted=True) for a in gather.aggregates]
        on: list[Built] = []
        for number_, (theirs, null_safe) in enumerate(keys):
            kind = exp.NullSafeEQ if null_safe else exp.EQ
            on.append(binary(kind, exp.column(f"k{number_}", table=name, quoted=True), self.here(theirs)))
        condition = duckdb.both(*on) if on else exp.true()
        return select.join(inner.subquery(name, copy=False), on=condition, join_type="left", copy=False)

    def _by_source(self, gather: n.Gather, rows: dict[str, str]) -> tuple[exp.Select, list[tuple[n.Expr, bool]]]:
        ours = [self.sql(a, rows) for a, _ in gather.on]
        made = [alias(key, f"k{number_}") for number_, key in enumerate(ours)]
        made += [self.aggregate(a, rows, {}) for a in gather.aggregates]
        table = self.table(gather.source, "s", gather.index)
        where = None if gather.where == TRUE else self.sql(gather.where, rows)
        if gather.limit is not None:
            ranked = exp.Select(expressions=[exp.Star()]).from_(table, copy=False)
            table, where = self.first(gather, ranked, where, ours, rows, {}).subquery("s", copy=False), None
        inner = exp.Select(expressions=list(made)).from_(table, copy=False)
        if where is not None:
            inner = inner.where(where, copy=False)
        if ours:
            inner = inner.group_by(*(key.copy() for key in ours), copy=False)
        return inner, [(b, a.cell.nullable and b.cell.nullable) for a, b in gather.on]

    def _by_arguments(
        self, gather: n.Gather, rows: dict[str, str], before: int
    ) -> tuple[exp.Select, list[tuple[n.Expr, bool]]]:
        values = list(dict.fromkeys([*(b for _, b in gather.on), *gather.arguments]))
        self.read_twice.add(before)
        names = [f"k{number_}" for number_ in range(len(values))]
        picked = [alias(self.here(v), name) for v, name in zip(values, names, strict=True)]
        items = exp.Select(expressions=picked).from_(_from(f"l{before}", "p"), copy=False)
        keys = [exp.column(name, table="a", quoted=True) for name in names]
        identified = self.plan.items.key in values
        if not identified:
            items = items.distinct(copy=False)
        given: dict[n.Expr, Built] = dict(zip(values, keys, strict=True))
        on = [self.match(self.sql(a, rows), given[b].copy(), a, b) for a, b in gather.on]
        if gather.where != TRUE:
            on.append(self.sql(gather.where, rows, given))
        if identified:
            # The item's key says all: its other values need neither be grouped nor be joined by.
            found = values.index(self.plan.items.key)
            keys, values = [keys[found]], [values[found]]
        joined = exp.Select().from_(items.subquery("a", copy=False))
        table, condition = self.table(gather.source, "s", gather.index), duckdb.both(*on) if on else exp.true()
        joined = joined.join(table, on=condition, copy=False)
        if gather.limit is not None:
            stars = [exp.Column(this=exp.Star(), table=exp.to_identifier(table)) for table in ("a", "s")]
            ranked = self.first(gather, joined.select(*stars, copy=False), None, list(keys), rows, given)
            joined = exp.Select().from_(ranked.subquery("s", copy=False))
            given = {value: exp.column(key.name, table="s", quoted=True) for value, key in given.items()}
            keys = [exp.column(key.name, table="s", quoted=True) for key in keys]
        made: list[Built] = [alias(key.copy(), f"k{number_}") for number_, key in enumerate(keys)]
        made += [self.aggregate(a, rows, given) for a in gather.aggregates]
        inner = joined.select(*made, copy=False)
        inner = inner.group_by(*(key.copy() for key in keys), copy=False)
        return inner, [(v, v.cell.nullable) for v in values]

    def first(
        self, gather: n.Gather, select: exp.Select, where: Built | None, keys: Sequence[Built], rows: dict[str, str],
        given: dict[n.Expr, Built],
    ) -> exp.Select:  # fmt: skip
        """Keep the first records of each group."""
        assert gather.limit is not None, "only called with a limit"
        if where is not None:
            select = select.where(where, copy=False)
        order = [self.ordered(self.sql(expr, rows, given), down) for expr, down in gather.order]
        rank = exp.Window(
            this=call("row_number"),
            partition_by=[key.copy() for key in keys],
            order=exp.Order(expressions=order),
        )
        select.set("qualify", exp.Qualify(this=binary(exp.LTE, rank, self.sql(gather.limit, rows, given))))
        return select

    def aggregate(self, aggregate: n.Aggregate, rows: dict[str, str], given: dict[n.Expr, Built]) -> Built:
        value = None if aggregate.expr is None else self.sql(aggregate.expr, rows, given)
        keep = aggregate.keep
        made: Built
        match aggregate.kind:
            case "count":
                made = exp.Count(this=exp.Star())
            case "sum" | "min" | "max":
                assert value is not None
                made = call(aggregate.kind, value)
            case "different":
                assert value is not None
                made = exp.Count(this=exp.Distinct(expressions=[value]))
            case "texts":
                assert value is not None
                ordered = exp.Order(this=text(","), expressions=self._ordered(aggregate, rows, given))
                made = call("string_agg", value, ordered)
            case _:
                assert value is not None
                made = call("first", exp.Order(this=value, expressions=self._ordered(aggregate, rows, given)))
        if keep != TRUE:
            made = exp.Filter(this=made, expression=exp.Where(this=self.sql(keep, rows, given)))
        return alias(made, aggregate.name)

    def _ordered(self, aggregate: n.Aggregate, rows: dict[str, str], given: dict[n.Expr, Built]) -> list[exp.Ordered]:
        last = aggregate.kind == "last"
        return [
            exp.Ordered(this=self.sql(expr, rows, given), desc=down != last, nulls_first=last)
            for expr, down in aggregate.order
        ]

    # --- what comes out ---------------------------------------------------------------------------

    def finished(self, last: int) -> SetQuery:
        error = alias(self.error(), "error")
        star: Built = exp.Column(this=exp.Star(), table=exp.to_identifier("p"))
        judged = exp.Select().from_(_from(f"l{last}", "p"), copy=False)
        self.cte(last + 1, judged.select(star, error, copy=False))
        self.add("key", self.here(self.plan.items.key))
        self.add("error", exp.column("error"))
        self.add("path", self.path())
        result = None if self.plan.result is None else self.layout(self.plan.result, "r")
        effects = tuple(self.effect(number_, effect) for number_, effect in enumerate(self.plan.effects))
        if self.traced:
            self.add("trace", self.trace())
        select = self.sorted(exp.Select(expressions=[alias(value, name) for name, value in self.selected]), last + 1)
        for number_, cte in enumerate(self.ctes):
            cte.set("materialized", number_ in self.read_twice)
        select.set("with_", exp.With(expressions=self.ctes))
        sources = tuple((name, tuple(sorted(fields))) for name, fields in sorted(self.sources.items()))
        params = tuple((short, name) for name, short in self.params.items())
        sql = select.sql(dialect="duckdb", pretty=True)
        return SetQuery(
            path=self.plan.path,
            sql=sql,
            prelude=(*duckdb.PRELUDE, duckdb.settings(_items_probe(self.plan))),
            params=params,
            sources=sources,
            result=result,
            effects=effects,
            traced=self.traced,
            faults=tuple((fault.code, fault.path) for fault in self.plan.faults),
            forks=tuple(fork.path for fork in self.plan.forks),
            ordered=not self.plan.items.order,
            indexes=tuple(sorted(self.indexes)),
        )

    def by_key(self, select: exp.Select) -> exp.Select:
        """Sort items by their key, unless their order is another: that one is made at the very end, since nothing
        but the query itself can tell that it stayed."""
        if self.plan.items.order:
            return select
        order = self.ordered(self.here(self.plan.items.key), False)
        items = exp.Select(expressions=[exp.Star()]).from_(select.subquery("p", copy=False), copy=False)
        return items.order_by(order, copy=False)

    def sorted(self, select: exp.Select, level: int) -> exp.Select:
        """Take the items from the last level, and sort them where ``by_key`` has not."""
        select = select.from_(_from(f"l{level}", "p"), copy=False)
        if not self.plan.items.order:
            return select
        order = [
            self.ordered(exp.column(f"o{number_}", table="p", quoted=True), down)
            for number_, (_, down) in enumerate(self.plan.items.order)
        ]
        order.append(self.ordered(self.here(self.plan.items.key), False))
        return select.order_by(*order, copy=False)

    def ordered(self, value: Built, down: bool) -> exp.Ordered:
        return exp.Ordered(this=value, desc=down, nulls_first=False)

    def add(self, name: str, value: Built) -> None:
        self.selected.append((name, value))

    def error(self) -> Built:
        whens = [(self.here(f.when), number(i)) for i, f in enumerate(self.plan.faults, 1)]
        return case(whens, number(0)) if whens else number(0)

    def happened(self, when: n.Expr, after: int) -> Built | None:
        """Whether something was reached that stands after so many faults; None: always."""
        parts = [] if when == TRUE else [self.here(when)]
        if after:
            none = binary(exp.EQ, exp.column("error"), number(0))
            later = binary(exp.GT, exp.column("error"), number(after))
            parts.append(exp.Paren(this=duckdb.either(none, later)) if after < len(self.plan.faults) else none)
        return duckdb.both(*parts) if parts else None

    def path(self) -> Built:
        parts: list[Built] = []
        for place, fork in enumerate(self.plan.forks):
            then, other = (self.happened(way, fork.after) or exp.true() for way in (fork.then, fork.other))
            parts.append(case([(then, number(3**place)), (other, number(2 * 3**place))], number(0)))
        total = number(0)
        for part in parts:
            total = binary(exp.Add, total, part)
        return exp.Cast(this=closed(total), to=duckdb.plain("BIGINT"))

    def layout(self, shape: n.Shape, prefix: str) -> Layout:
        if isinstance(shape, n.Leaf):
            name = f"{prefix}{len(self.selected)}"
            built = self.here(shape.expr)
            self.add(name, built)
            return Scalar(name, shape.expr.cell.kind)
        present = ""
        if shape.present is not None:
            present = f"{prefix}{len(self.selected)}"
            self.add(present, self.here(shape.present))
        return Fields(tuple((name, self.layout(part, prefix)) for name, part in shape.fields), present)

    def effect(self, place: int, effect: n.Effect) -> EffectColumns:
        flag = f"e{place}"
        self.add(flag, self.happened(effect.when, len(self.plan.faults)) or exp.true())
        args = tuple((name, self.layout(shape, f"{flag}_")) for name, shape in effect.args)
        return EffectColumns(effect.path, effect.tool, effect.kind, flag, args, effect.on_error)

    def trace(self) -> Built:
        """Join the texts of events that happen together, then all of them."""
        groups: list[tuple[n.Expr, int, list[str | n.Expr]]] = []
        for event in self.plan.events:
            if groups and groups[-1][:2] == (event.when, event.after):
                groups[-1][2].extend(event.text)
            else:
                groups.append((event.when, event.after, list(event.text)))
        parts: list[Built] = []
        for when, after, texts in groups:
            whole = [text(t) if isinstance(t, str) else self.here(t) for t in _fused(texts)]
            happened = self.happened(when, after)
            parts += whole if happened is None else [case([(happened, duckdb.joined(whole))], text(""))]
        if self.plan.faults:
            parts.append(self.failure_event())
        return duckdb.joined(parts) if parts else text("")

    def failure_event(self) -> Built:
        key = self.plan.items.key
        item = duckdb.exact(self.here(string(key)), TEXT)
        whens = [
            (binary(exp.EQ, exp.column("error"), number(i)),
             text(f',"op":"error","out":{quoted(f.code)},"path":{quoted(f.path)}}}\n'))
            for i, f in enumerate(self.plan.faults, 1)
        ]  # fmt: skip
        failed = binary(exp.GT, exp.column("error"), number(0))
        return case([(failed, call("concat", text('{"item":'), item, case(whens, text(""))))], text(""))


def _items_probe(plan: n.SetPlan) -> bool:
    """Whether what is gathered is hashed, and the items look themselves up in it: they then reach the sort in the
    order in which they are stored, mostly by their key, and it has little to do (a sixth of a query's time).

    Left to the database where items are few beside what is gathered, or may be, for it can then skip records.
    """
    rows = dict(plan.rows)
    items = rows.get(plan.items.source, 0)
    for step in plan.steps:
        if isinstance(step, n.Gather):
            ratio = 1 if step.single else SET_GATHERED_RATIO_MAX
            if step.arguments or rows.get(step.source, SET_ROWS_UNKNOWN) > items * ratio:
                return False
    return plan.items.where == TRUE


def _from(table: str, name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(table, quoted=True), alias=exp.TableAlias(this=exp.to_identifier(name)))


def _fused(parts: list[str | n.Expr]) -> list[str | n.Expr]:
    made: list[str | n.Expr] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return made
