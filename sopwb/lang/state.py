"""What is known at one point of a path through a script: names, their types and facts, and what is taken.

Names are bound once and never change, so facts never have to be forgotten: a state only grows along a path,
and where two paths meet, what both know stays.
"""

from __future__ import annotations

import msgspec

from sopwb.lang.expression.scope import Scope
from sopwb.lang.types import NULL, Type, is_optional, required, type_text, unify


class State(msgspec.Struct, frozen=True):
    """``taken``: names bound on some path that leads here. ``unknown``: names whose step did not check.

    ``binders``: name → the paths of the steps that bind it. ``lost``: names that are taken but not visible,
    and why.
    """

    scope: Scope
    taken: frozenset[str]
    unknown: frozenset[str]
    binders: dict[str, tuple[str, ...]]
    lost: dict[str, str]

    def bind(self, name: str, type_: Type | None, path: str, *, taken: bool = True) -> State:
        """Bind a name; ``type_`` None: its step did not check, so whatever mentions it is not judged."""
        if not name:
            return self
        return State(
            scope=self.scope if type_ is None else self.scope.bind(name, type_),
            taken=self.taken | {name} if taken else self.taken,
            unknown=self.unknown | {name} if type_ is None else self.unknown,
            binders={**self.binders, name: (path,)},
            lost=self.lost,
        )

    def with_scope(self, scope: Scope) -> State:
        return State(scope, self.taken, self.unknown, self.binders, self.lost)


class Wishes:
    """Types that branches ask of each other's steps, step path → type: those asked before, and new ones.

    A new wish is taken as granted until the script is checked again with it; one that was asked before and is
    not granted (a fetch or call cannot give another type than it has) never will be. In the ``last`` round
    nothing more is asked.
    """

    def __init__(self, asked: dict[str, Type], *, last: bool = False) -> None:
        self.asked = asked
        self.last = last
        self.new: dict[str, Type] = {}

    def ask(self, found: Type, both: Type, paths: tuple[str, ...]) -> bool:
        """Whether a name of type ``found`` that the steps at ``paths`` bind can be one of type ``both``."""
        if _same(found, both) == both:
            return True
        wish = both if is_optional(found) else required(both)
        if self.last or any(path in self.asked for path in paths):
            return False
        self.new.update(dict.fromkeys(paths, wish))
        return True


def first_state(params: tuple[tuple[str, Type], ...]) -> State:
    """Give the state before the first step: the parameters and the clock."""
    scope = Scope.of(dict(params))
    return State(scope, frozenset(name for name, _ in params), frozenset(), {}, {})


def join(before: State, left: State, right: State, wishes: Wishes) -> State:
    """Give the state after two branches that both go on.

    A name that both bind with one type stays visible; T beside T? or null gives T?. An int beside a decimal
    is a decimal, and the step that binds the int is asked for one. Other names are lost, with the reason.
    """
    scope = _common(before.scope, left.scope, right.scope)
    binders, lost = dict(before.binders), {**left.lost, **right.lost}
    new_left = set(left.scope.names()) - set(before.scope.names())
    new_right = set(right.scope.names()) - set(before.scope.names())
    unknown = left.unknown | right.unknown
    for name in sorted(new_left | new_right):
        if name in unknown:
            continue
        if name not in new_left or name not in new_right:
            lost[name] = f"{name} is bound in only one of the branches before"
            continue
        a, b = left.scope.type_of(name), right.scope.type_of(name)
        assert a is not None
        assert b is not None
        both = _same(a, b) or unify(a, b)
        if both is None or not (
            wishes.ask(a, both, left.binders.get(name, ()))
            and wishes.ask(b, both, right.binders.get(name, ()))
        ):
            lost[name] = f"{name} is {type_text(a)} in one branch and {type_text(b)} in the other"
            continue
        scope = scope.bind(name, both)
        binders[name] = left.binders.get(name, ()) + right.binders.get(name, ())
    return State(scope, left.taken | right.taken, unknown, binders, lost)


def _common(before: Scope, left: Scope, right: Scope) -> Scope:
    """The names of before with the facts that both branches have found."""
    types = dict(before.types)
    for name in types:
        if left.types[name] == right.types[name]:
            types[name] = left.types[name]
    return Scope(types, left.nonempty & right.nonempty, before.conditions)


def _same(a: Type, b: Type) -> Type | None:
    """The one type of both, where no value has to be converted: equal, or equal but for null."""
    if a == b:
        return a
    if NULL in (a, b) or required(a) == required(b):
        return unify(a, b)
    return None
