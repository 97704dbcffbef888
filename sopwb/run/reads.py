"""A script's needs against the live sources: whether what it was checked for is still there.

Allowed without a word: more fields, another order of fields, int where decimal is needed (rows are widened),
T where T? is needed, and T? where T is needed: a null that comes then is that item's error. Everything else
refuses the run, with all differences at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sopwb.kernel.diagnostics import Diagnostic, nearest_name
from sopwb.lang.environment import SourceSchema
from sopwb.lang.ir import SourceNeed, Write
from sopwb.lang.types import (
    SECRET,
    STRING,
    ListType,
    RecordType,
    Type,
    assignable,
    is_optional,
    required,
    type_text,
)
from sopwb.run import codes


def compare_reads(
    needs: Iterable[SourceNeed], schema_of: Callable[[str], SourceSchema | None]
) -> tuple[Diagnostic, ...]:
    """List every difference between what a script reads and what there is; empty: it can run."""
    differences: list[Diagnostic] = []
    for need in needs:
        live = schema_of(need.name)
        if live is None:
            differences.append(
                Diagnostic(
                    codes.SOURCE_GONE,
                    f"the script reads {need.name}, which is not declared",
                    path=f"data/{need.name}",
                )
            )
        else:
            differences.extend(compare_source(need, live))
    return tuple(differences)


def compare_source(need: SourceNeed, live: SourceSchema) -> list[Diagnostic]:
    """List the differences of one source."""
    place = f"data/{need.name}"
    found: list[Diagnostic] = []
    if need.key is not None and need.key != live.key:
        found.append(
            Diagnostic(
                codes.KEY_CHANGED,
                f"records of {need.name} are no longer identified by {need.key}",
                path=place,
                expected=need.key,
                found=live.key or "no key",
            )
        )
    for name, wanted in need.record.fields:
        type_ = live.record.get(name)
        if type_ is None:
            near = nearest_name(name, live.record.names())
            found.append(
                Diagnostic(
                    codes.FIELD_LOST,
                    f"{need.name} no longer has the field {name}",
                    path=f"{place}/{name}",
                    expected=type_text(wanted),
                    nearest=near,
                )
            )
        elif not serves(type_, wanted):
            found.append(
                Diagnostic(
                    codes.FIELD_CHANGED,
                    f"{need.name}.{name} was {type_text(wanted)} and is now {type_text(type_)}",
                    path=f"{place}/{name}",
                    expected=type_text(wanted),
                    found=type_text(type_),
                )
            )
    return found


def compare_writes(
    writes: Iterable[Write], schema_of: Callable[[str], SourceSchema | None]
) -> tuple[Diagnostic, ...]:
    """List why the live sources do not take what a script writes; empty: they do. What it reads was compared before."""
    found: list[Diagnostic] = []
    for write in writes:
        live = schema_of(write.source)
        if live is None:
            continue
        place = f"data/{write.source}"
        if live.read_only:
            message = f"{live.name} {live.read_only}"
            found.append(Diagnostic(codes.WRITE_CHANGED, message, path=place, hint=live.writable_hint()))
            continue
        for name, code in write.record:
            type_ = live.record.get(name)
            given = STRING if required(code.type) == SECRET else code.type
            if type_ is not None and not assignable(given, type_):
                found.append(_no_room(place, live.name, name, given, type_))
        known = {write.field, *(name for name, _ in write.record)}
        for name, type_ in live.record.fields if write.mode in ("insert", "upsert") else ():
            if name not in known and not is_optional(type_):
                message = f"a record of {live.name} needs {name} now, which the script does not give"
                expected = type_text(type_)
                found.append(Diagnostic(codes.WRITE_CHANGED, message, path=f"{place}/{name}", expected=expected))
    return tuple(dict.fromkeys(found))


def _no_room(place: str, source: str, name: str, given: Type, type_: Type) -> Diagnostic:
    return Diagnostic(
        codes.WRITE_CHANGED,
        f"the script writes {type_text(given)} into {source}.{name}, which is {type_text(type_)} now",
        path=f"{place}/{name}",
        expected=type_text(type_),
        found=type_text(given),
    )


def serves(live: Type, wanted: Type) -> bool:
    """Whether a field of one type may stand where another was promised. Its own nulls are looked at record by
    record; nulls deeper inside of it are not, so they must agree."""
    return _fits(required(live), required(wanted))


def _fits(live: Type, wanted: Type) -> bool:
    if promised_null(live, wanted):
        return False
    match required(live), required(wanted):
        case ListType(a), ListType(b):
            return _fits(a, b)
        case (RecordType() as record, RecordType(fields)):
            return all((t := record.get(name)) is not None and _fits(t, want) for name, want in fields)
        case found, needed:
            return assignable(found, needed)


def promised_null(live: Type, wanted: Type) -> bool:
    """Whether a null can come from ``live`` where ``wanted`` promised that none does."""
    return is_optional(live) and not is_optional(wanted)
