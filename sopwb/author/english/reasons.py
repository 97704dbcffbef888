"""Customary outcomes: what "no orders" counts as when only its handling was asked for, and the words of a reason.

They are assumptions: named, echoed, and changed by one sentence. Deliberately not here: anything that was said.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import cast

from sopwb.author.english import meaning as m
from sopwb.author.english.compute import Computing
from sopwb.author.english.expressions import quoted
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.scope import Scope
from sopwb.author.english.spec import Doubt


class Reasons(Computing):
    """Adds customary outcomes to what is computed."""

    # written by Writer
    @abstractmethod
    def early_return(self, cond: m.Cond, sets: dict[str, m.Value]) -> None:
        ...

    @abstractmethod
    def finish(self, otherwise: dict[str, m.Value]) -> None:
        ...

    # --- reasons, and records that are not there ----------------------------------------------------------------

    def truth_of(self) -> tuple[m.Ret, str] | None:
        for ret in self.spec.returns:
            for key in self.spec.predicates:
                if set(words_of(ret.name)) & set(key.split()) or (
                    len(self.spec.predicates) == 1 and ret.type == "bool"
                ):
                    return ret, key
        return None

    def absent_case(self, reason: m.Ret | None) -> None:
        """Handle "no orders" where the person asked for it without saying how: dormant, and said so."""
        if not self.spec.absent:
            return
        rows = self.absent_rows()
        if any(isinstance(a.cond, m.NoRows) for a in self.spec.assigns):
            return
        found = self.truth_of()
        if found is None:
            raise Doubt("What should be returned when there are none?")
        ret, key = found
        source = self.rows_source(rows)
        self.assume(f"no {source} at all counts as {key} ({ret.name} is true)")
        sets: dict[str, m.Value] = {key_of(ret.name): m.Lit("bool", "true")}
        if reason is not None:
            sets[key_of(reason.name)] = m.Lit("string", f"No {source}: dormant account")
        self.early_return(m.NoRows(rows), sets)

    def absent_rows(self) -> m.Rows:
        for predicate in self.spec.predicates.values():
            for cond in _flat(predicate.cond):
                if isinstance(cond, m.NotFor):
                    return m.Rows(self.verb_source(cond.verb), "it")
        if self.spec.current is not None:
            return self.spec.current
        raise Doubt("No records of which kind?")

    def reasoned(self, reason: m.Ret, otherwise: dict[str, m.Value]) -> None:
        """Write both outcomes of a yes/no with a customary reason each."""
        found = self.truth_of()
        if found is None:
            raise Doubt(f"What should {reason.name} say, and when?", words=reason.name)
        ret, key = found
        self.used.add("is " + key)
        cond = self.cond(self.spec.predicates[key].cond, Scope())
        days = next((b for k, b in self.bound.items() if k.startswith("days since last ")), None)
        verb = next(
            (k.removeprefix("days since last ") for k in self.bound if k.startswith("days since last ")), ""
        )
        yes = (
            f"'Last {verb} was ' + string({days.text}) + ' days ago'"
            if days is not None
            else quoted(key.capitalize())
        )
        key_ret, key_reason = key_of(ret.name), key_of(reason.name)
        self.assume(f"{reason.name} says why in a few words; tell me if it should read differently")
        saved, before = self.block, self.overrides
        self.block = []
        self.overrides = {key_ret: m.Lit("bool", "true"), key_reason: cast("m.Value", Raw(yes))}
        self.finish({})
        saved.append({"op": "if", "name": "_".join(key.split()), "cond": cond.text, "then": self.block})
        self.block = saved
        self.overrides = {key_ret: m.Lit("bool", "false"), key_reason: m.Lit("string", "Active")}
        self.finish(otherwise)
        self.overrides = before


class Raw(m.Node, frozen=True):
    """An expression that the generator wrote itself."""

    text: str


def _flat(cond: m.Cond) -> list[m.Cond]:
    if isinstance(cond, m.And | m.Or):
        return [c for p in cond.parts for c in _flat(p)]
    return [cond]
