"""A workspace: the folder with ``sopwb.toml``, read into typed settings.

Grammar of the file (docs/command-line.md shows an example)::

    [workspace]  name, timezone
    [data.NAME]  path | url, format, table, key, [data.NAME.fields] FIELD = "type"
    [tools.NAME] settings of a tool, free for the tool to read
    [agent]      model, api_base, share_rows
    [notify]     urls

Everything wrong in it is a diagnostic with the file's line where that is known. Deliberately not here: opening data
(``data``) or the store (``app.workbench``).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name

FILE: Final = "sopwb.toml"
STORE_FOLDER: Final = ".sopwb"
_SECTIONS: Final = {"workspace", "data", "tools", "agent", "notify"}
_SETTINGS: Final[dict[str, dict[str, type]]] = {
    "workspace": {"name": str, "timezone": str},
    "agent": {"model": str, "api_base": str, "share_rows": list},
    "notify": {"urls": list},
}


class Workspace(msgspec.Struct, frozen=True):
    """The settings of a workspace. ``data`` and ``tools`` are the raw tables by name."""

    folder: Path
    name: str
    zone_name: str
    zone: dt.tzinfo
    data: dict[str, dict[str, Any]]
    tools: dict[str, dict[str, Any]]
    model: str = "offline"
    api_base: str = ""
    share_rows: tuple[str, ...] = ()
    """Sources whose records a model may see."""
    notify: tuple[str, ...] = ()

    @property
    def store_folder(self) -> Path:
        return self.folder / STORE_FOLDER


def find_workspace(start: Path | None = None) -> Path:
    """Find the nearest folder at or above ``start`` (default: the working folder) that holds the file.

    Raises ``UserError`` SOP-W001.
    """
    begin = (start or Path.cwd()).absolute()
    for folder in (begin, *begin.parents):
        if (folder / FILE).is_file():
            return folder
    raise UserError(
        Diagnostic(
            "SOP-W001", f"there is no {FILE} in {begin} or above it", hint="make a workspace with: sopwb init DIR"
        )
    )


def read_workspace(folder: Path) -> Workspace:
    """Read the settings of the workspace in ``folder``. Raises ``UserError`` with every mistake in the file."""
    path = folder / FILE
    if not path.is_file():
        raise UserError(
            Diagnostic(
                "SOP-W001", f"there is no {FILE} in {folder}", hint=f"make a workspace with: sopwb init {folder}"
            )
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(Diagnostic("SOP-W002", f"{path}: {error}", path=FILE)) from None
    import tomllib

    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(Diagnostic("SOP-W003", f"{FILE} is not TOML: {error}", path=_place(str(error)))) from None
    except RecursionError:
        raise UserError(Diagnostic("SOP-W003", f"{FILE} is nested too deep", path=FILE)) from None
    problems = list(_problems(raw, text))
    zone_name = str(raw.get("workspace", {}).get("timezone", "UTC")) if not problems else "UTC"
    zone = zone_of(zone_name)
    if zone is None:
        problems.append(
            Diagnostic(
                "SOP-W006",
                f"{zone_name!r} is not an IANA time zone",
                path=_line_of(text, "timezone"),
                expected="a name such as Europe/Berlin",
                found=zone_name,
            )
        )
    if problems or zone is None:
        raise UserError(*problems)
    agent = raw.get("agent", {})
    return Workspace(
        folder=folder,
        name=str(raw.get("workspace", {}).get("name", folder.name)),
        zone_name=zone_name,
        zone=zone,
        data=raw.get("data", {}),
        tools=raw.get("tools", {}),
        model=agent.get("model", "offline"),
        api_base=agent.get("api_base", ""),
        share_rows=tuple(map(str, agent.get("share_rows", ()))),
        notify=tuple(dict.fromkeys(raw.get("notify", {}).get("urls", ()))),
    )


def zone_of(name: str) -> dt.tzinfo | None:
    """Load an IANA zone, or None where there is none of that name. UTC costs no import."""
    if name == "UTC":
        return dt.UTC
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _problems(raw: dict[str, Any], text: str) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for section, table in raw.items():
        if section not in _SECTIONS:
            found.append(
                Diagnostic(
                    "SOP-W004",
                    f"unknown section [{section}]",
                    path=_line_of(text, section),
                    nearest=nearest_name(section, _SECTIONS),
                )
            )
            continue
        if not isinstance(table, dict):
            found.append(
                Diagnostic(
                    "SOP-W005",
                    f"{section} must be a section",
                    path=_line_of(text, section),
                    expected=f"[{section}]",
                    found=type(table).__name__,
                )
            )
            continue
        for key, value in table.items():
            known = _SETTINGS.get(section)
            if known is None:
                if not isinstance(value, dict):
                    found.append(
                        Diagnostic(
                            "SOP-W005",
                            f"{section}.{key} must be a section",
                            path=_line_of(text, key),
                            expected=f"[{section}.{key}]",
                        )
                    )
            elif key not in known:
                found.append(
                    Diagnostic(
                        "SOP-W004",
                        f"unknown setting {key} in [{section}]",
                        path=_line_of(text, key),
                        nearest=nearest_name(key, known),
                    )
                )
            elif not isinstance(value, known[key]):
                found.append(
                    Diagnostic(
                        "SOP-W005",
                        f"{section}.{key} must be a {known[key].__name__}",
                        path=_line_of(text, key),
                        expected=known[key].__name__,
                        found=type(value).__name__,
                    )
                )
            elif isinstance(value, list) and not all(isinstance(entry, str) for entry in value):
                words = f"{section}.{key} must be a list of texts"
                found.append(Diagnostic("SOP-W005", words, path=_line_of(text, key), expected='["…"]'))
    return found


def _line_of(text: str, word: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().lstrip("[").startswith(word):
            return f"{FILE}:{number}"
    return FILE


def _place(message: str) -> str:
    # tomllib says "(at line 3, column 7)"; it has no attribute for it before Python 3.14.
    import re

    at = re.search(r"at line (\d+)", message)
    return f"{FILE}:{at[1]}" if at else FILE


_NEW_FILE: Final = """# A SOP Workbench workspace. docs/command-line.md describes every setting.
[workspace]
name = "{name}"
timezone = "UTC"                 # IANA name: what "today" and "9 AM" mean here

# A data source, called "customers" in scripts and in conversation:
# [data.customers]
# path = "customers.csv"         # .csv .json .jsonl .parquet .sqlite, or a TinyDB file with format = "tinydb"
# key = "id"                     # the field that identifies a record
# [data.customers.fields]        # optional: overrides what is inferred
# joined = "date"

[agent]
model = "offline"                # the embedded author: no key, no network
"""


def init_workspace(folder: Path) -> Workspace:
    """Make a new workspace in ``folder`` (created where missing). Nothing that is there is overwritten."""
    path = folder / FILE
    if path.exists():
        raise UserError(Diagnostic("SOP-W007", f"{path} exists already"))
    name = "".join(c if c.isalnum() else "_" for c in folder.absolute().name) or "workspace"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as file:
            file.write(_NEW_FILE.format(name=name))
    except OSError as error:
        raise UserError(Diagnostic("SOP-W008", f"{folder}: {error.strerror}")) from None
    return read_workspace(folder)
