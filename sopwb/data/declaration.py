"""What ``sopwb.toml`` says about a source.

    [data.orders]
    path = "orders.csv"            # relative to the folder of sopwb.toml; or url = "postgresql://…"
    format = "csv"                 # csv json jsonl tinydb parquet sqlite; else the file's ending decides
    table = "orders"               # of a TinyDB or SQLite file, or of a database
    key = "id"                     # the field that identifies a record
    writable = true                # whether scripts may write records (TinyDB, SQLite, PostgreSQL)
    index = ["customer_id"]        # fields by which a large file's records are kept in order, beside it
    [data.orders.fields]           # types that override inference
    total = "decimal"

Deliberately not here: reading TOML (``app``) and looking at the file (``open``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from sopwb.data.codes import (
    BAD_SETTING,
    BAD_TYPE,
    MISSING_PATH,
    NEEDS_TABLE,
    NOT_WRITABLE,
    OTHER_URL,
    UNKNOWN_FORMAT,
    UNKNOWN_SETTING,
)
from sopwb.kernel.diagnostics import Diagnostic, nearest_name
from sopwb.kernel.limits import NAME_CHARS_MAX
from sopwb.lang.types import (
    ListType,
    MapType,
    OptionalType,
    RecordType,
    Scalar,
    Type,
    TypeSyntaxError,
    parse_type,
)

if TYPE_CHECKING:
    from sopwb.data.postgres.address import Address

SETTINGS: Final = ("path", "url", "format", "table", "key", "writable", "index", "fields")
FORMATS: Final = ("csv", "json", "jsonl", "tinydb", "parquet", "sqlite")
POSTGRESQL: Final = "postgresql"
_NOT_WRITTEN: Final = {
    "csv": "a CSV file",
    "json": "a JSON file",
    "jsonl": "a JSON Lines file",
    "parquet": "a Parquet file",
}
"""Formats that cannot be written."""
ENDINGS: Final[dict[str, str]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}


class SourceDeclaration(msgspec.Struct, frozen=True):
    """A declared source. ``path`` is as written and ``base`` the folder that it is relative to.

    A database's ``format`` is postgresql, ``address`` its url, and ``path`` that url without a password.

    ``key`` is "" where none is declared, ``table`` likewise; ``fields`` are the declared types by field name
    (the source's own name or its identifier), ``index`` such names.
    """

    name: str
    path: str
    format: str
    base: str
    table: str = ""
    key: str = ""
    fields: tuple[tuple[str, Type], ...] = ()
    address: Address | None = None
    writable: bool = False
    index: tuple[str, ...] = ()

    @property
    def read_only(self) -> str:
        """Say why its records cannot be written, in words that go on after its name; "" where they can."""
        if self.format in _NOT_WRITTEN:
            return f"is {_NOT_WRITTEN[self.format]}, which cannot be written"
        return "" if self.writable else "is not declared writable"

    @property
    def file(self) -> str:
        """The file's path, absolute where ``base`` is."""
        return os.path.join(self.base, self.path)


def declare(
    name: str, settings: Mapping[str, object], base: str
) -> tuple[SourceDeclaration | None, tuple[Diagnostic, ...]]:
    """Read one ``[data.NAME]`` table. Gives the declaration, or None and what is wrong with it."""
    place = f"data.{name}"
    found = [*_name_faults(name, place), *_setting_faults(settings, place)]
    types, wrong = _types(settings.get("fields", {}), f"{place}.fields")
    found += wrong
    url = settings.get("url")
    if isinstance(url, str):
        found += _url_faults(url, settings, place)
    elif not settings.get("path"):
        near = nearest_name("path", (n for n in settings if n not in SETTINGS))
        hint = f"is {near} the path?" if near else 'path = "file.csv"'
        found.append(Diagnostic(MISSING_PATH, f"source {name} has no path", path=place, hint=hint))
    if found:
        return None, tuple(found)
    key, table = str(settings.get("key", "")), str(settings.get("table", ""))
    writable = settings.get("writable") is True
    if isinstance(url, str):
        from sopwb.data.postgres.address import Address

        address = Address(url)
        declaration = SourceDeclaration(name, address.shown, POSTGRESQL, base, table, key, types, address, writable)
        return declaration, ()
    path = str(settings["path"])
    format_, fault = _format(path, str(settings.get("format", "")), table, place)
    if fault is not None:
        return None, (fault,)
    index = settings.get("index", ())
    assert isinstance(index, list | tuple), "settings were checked"
    made = SourceDeclaration(name, path, format_, base, table, key, types, writable=writable, index=tuple(index))
    return _if_writable(made, place)


def _if_writable(
    declaration: SourceDeclaration, place: str
) -> tuple[SourceDeclaration | None, tuple[Diagnostic, ...]]:
    if not (declaration.writable and declaration.read_only):
        return declaration, ()
    hint = "remove writable, or move the records to a TinyDB or SQLite file or to PostgreSQL"
    return None, (Diagnostic(NOT_WRITABLE, f"{declaration.name} {declaration.read_only}", path=place, hint=hint),)


def _name_faults(name: str, place: str) -> list[Diagnostic]:
    if name.isascii() and name.isidentifier() and len(name) <= NAME_CHARS_MAX:
        return []
    return [Diagnostic(BAD_SETTING, f"{name!r} cannot name a source: letters, digits and _ only", path=place)]


def _setting_faults(settings: Mapping[str, object], place: str) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for setting, value in settings.items():
        if setting not in SETTINGS:
            near = nearest_name(setting, SETTINGS)
            hint = "" if near else "known are " + ", ".join(SETTINGS)
            found.append(Diagnostic(UNKNOWN_SETTING, f"unknown setting {setting}", path=place, nearest=near, hint=hint))
        elif setting == "fields":
            if not isinstance(value, Mapping):
                found.append(Diagnostic(BAD_SETTING, "fields is a table of names and types", path=place))
        elif setting == "writable":
            if not isinstance(value, bool):
                found.append(Diagnostic(BAD_SETTING, "writable is true or false", path=place, found=str(value)[:40]))
        elif setting == "index":
            if not isinstance(value, list | tuple) or not all(isinstance(field, str) for field in value):
                hint = 'index = ["customer_id"]'
                found.append(Diagnostic(BAD_SETTING, "index is a list of fields", path=place, hint=hint))
        elif not isinstance(value, str) or "\0" in value:
            found.append(Diagnostic(BAD_SETTING, f"{setting} is a text", path=place, found=type(value).__name__))
    return found


def _url_faults(url: str, settings: Mapping[str, object], place: str) -> list[Diagnostic]:
    if not url.startswith(("postgresql://", "postgres://")):
        hint = "a file is given as path; a database's url begins with postgresql://"
        return [Diagnostic(OTHER_URL, "a source is a file or a PostgreSQL database", path=place, hint=hint)]
    from sopwb.data.postgres.address import Address

    found: list[Diagnostic] = []
    if not Address(url).readable():
        hint = "postgresql://[USER@]HOST[:PORT]/DATABASE; in a password @ is %40, / is %2F and ? is %3F"
        found.append(Diagnostic(OTHER_URL, "the url can be read in more than one way", path=place, hint=hint))
    if not settings.get("table"):
        found.append(Diagnostic(NEEDS_TABLE, "a database needs table", path=place, hint='table = "schema.table"'))
    if settings.get("path"):
        found.append(Diagnostic(BAD_SETTING, "a source has either path or url", path=place))
    if settings.get("index"):
        hint = "remove index, and make one in the database"
        found.append(Diagnostic(BAD_SETTING, "a database has indexes of its own", path=place, hint=hint))
    if settings.get("format", POSTGRESQL) != POSTGRESQL:
        hint = "remove format"
        found.append(Diagnostic(BAD_SETTING, "format is of a file, and this is a database", path=place, hint=hint))
    return found


def _types(fields: object, place: str) -> tuple[tuple[tuple[str, Type], ...], list[Diagnostic]]:
    types: list[tuple[str, Type]] = []
    found: list[Diagnostic] = []
    for name, text in fields.items() if isinstance(fields, Mapping) else ():
        where = f"{place}.{name}"
        if not isinstance(text, str):
            found.append(Diagnostic(BAD_TYPE, "a type is a text", path=where, found=type(text).__name__))
            continue
        try:
            type_ = parse_type(text)
        except TypeSyntaxError as wrong:
            near = nearest_name(text.rstrip("?"), ("bool", "int", "decimal", "string", "date", "timestamp", "duration"))
            near = near or _OTHER_NAMES.get(text.rstrip("?").lower(), "")
            at = min(wrong.position, len(text))
            found.append(
                Diagnostic(
                    BAD_TYPE,
                    f"{text!r} is not a type: {wrong}",
                    path=where,
                    nearest=near,
                    span=(at, len(text)) if at < len(text) else None,
                )
            )
            continue
        if _has_secret(type_):
            found.append(Diagnostic(BAD_TYPE, "a source cannot hold secrets", path=where, nearest="string"))
        types.append((name, type_))
    return tuple(types), found


_OTHER_NAMES: Final[dict[str, str]] = {
    "float": "decimal",
    "double": "decimal",
    "number": "decimal",
    "numeric": "decimal",
    "money": "decimal",
    "integer": "int",
    "text": "string",
    "str": "string",
    "boolean": "bool",
    "datetime": "timestamp",
}


def _has_secret(type_: Type) -> bool:
    match type_:
        case Scalar(name):
            return name == "secret"
        case OptionalType(inner) | ListType(inner):
            return _has_secret(inner)
        case MapType(_, value):
            return _has_secret(value)
        case RecordType(fields):
            return any(_has_secret(part) for _, part in fields)
        case _:
            return False


def _format(path: str, format_: str, table: str, place: str) -> tuple[str, Diagnostic | None]:
    if format_ and format_ not in FORMATS:
        return "", Diagnostic(
            UNKNOWN_FORMAT,
            f"unknown format {format_!r}",
            path=place,
            nearest=nearest_name(format_, FORMATS),
            hint="known are " + ", ".join(FORMATS),
        )
    if not format_:
        ending = os.path.splitext(path)[1].lower()
        format_ = ENDINGS.get(ending, "")
        if not format_:
            said = f"the ending {ending}" if ending else "a file without ending"
            return "", Diagnostic(
                UNKNOWN_FORMAT,
                f"{said} says no format",
                path=place,
                hint="give format, one of " + ", ".join(FORMATS),
            )
    if table and format_ not in ("tinydb", "sqlite"):
        hint = 'a TinyDB file needs format = "tinydb"' if format_ == "json" else "remove table"
        return "", Diagnostic(NEEDS_TABLE, f"a {format_} file has no tables", path=place, hint=hint)
    return format_, None
