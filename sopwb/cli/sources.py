"""``sopwb data …`` and ``sopwb store …``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sopwb.app.commands import Command, ForgetWord, LearnWord, ListData, ListWords, ShowData, StoreStats, VerifyStore
from sopwb.app.outputs import DataList, SourceView, StoreReport, WordList
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.printing import answer, builtins, columns, finish
from sopwb.kernel.canonical import json_text


def list_data(folder: str | None, options: Any) -> int:
    """Print sources, their sizes and fields; one that cannot be read is listed with its problem."""
    found = answer(folder, ListData(), DataList)
    rows = found.rows if found else ()
    table = [
        (
            row.name,
            row.format,
            str(row.rows) if row.rows >= 0 else "?",
            f"key {row.key or '–'}{_marks(row)}",
            row.problem.line() if row.problem else ", ".join(name for name, _ in row.fields),
        )
        for row in rows
    ]
    finish(
        found,
        options.json,
        columns(table, "no data declared: add a [data.NAME] section to sopwb.toml"),
        [builtins(row) for row in rows],
    )
    return DONE if found and not any(row.problem for row in rows) else FAILED


def show(folder: str | None, options: Any) -> int:
    found = answer(folder, ShowData(options.name, options.limit), SourceView)
    if found is None or options.json:
        return finish(found, options.json, "")
    about = f"{found.format} {found.path}, {found.rows} records, key {found.key or 'none'}{_marks(found)}"
    print(f"{found.name}: {about}")
    print(columns([(f"  {name}", type_) for name, type_ in found.fields], "  no fields"))
    for row in found.sample:
        print(json_text(row))
    return DONE


def _marks(row: SourceView) -> str:
    index = f", index {' '.join(row.index)}" if row.index else ""
    return index + (", writable" if row.writable else "")


def words(folder: str | None, options: Any) -> int:
    """Print the other words for sources and fields that were learned."""
    return _words(folder, ListWords(), options)


def learn(folder: str | None, options: Any) -> int:
    return _words(folder, LearnWord(options.word, options.means), options)


def forget(folder: str | None, options: Any) -> int:
    return _words(folder, ForgetWord(options.word), options)


def _words(folder: str | None, command: Command, options: Any) -> int:
    found = answer(folder, command, WordList)
    rows = found.rows if found else ()
    table = columns([(row.word, f"= {row.means}") for row in rows], "no other words are known")
    return finish(found, options.json, table, [builtins(row) for row in rows])


def verify(folder: str | None, options: Any) -> int:
    """Print what is damaged and where; exit 1 where anything is."""
    found = answer(folder, VerifyStore(options.deep), StoreReport)
    if found is None:
        return FAILED
    if options.json:
        finish(found, True, "")
    else:
        for problem in found.problems:
            print(problem)
        for notice in found.notices:
            print(notice)
        print(
            f"{'damaged' if found.problems else 'sound'}: {found.numbers['commits']} commits, "
            f"{found.numbers['objects']} objects, head {found.head}"
        )
    return FAILED if found.problems else DONE


def stats(folder: str | None, options: Any) -> int:
    found = answer(folder, StoreStats(), StoreReport)
    rows = [(name, str(number)) for name, number in (found.numbers.items() if found else ())]
    return finish(found, options.json, columns([*rows, ("head", found.head if found else "")], ""))


def migrate(folder: str | None, options: Any) -> int:
    """Migrate the workspace's store; it is not opened as others are, since this version cannot."""
    from sopwb.app.migrating import migrate_store
    from sopwb.app.workspace import find_workspace, read_workspace

    workspace = read_workspace(Path(folder) if folder is not None else find_workspace())
    found = migrate_store(workspace.store_folder)
    counts = ", ".join(f"{count} {room}{'' if count == 1 else 's'}" for room, count in found.counts.items())
    return finish(found, options.json, f"{counts} migrated; the old store is kept in {found.kept}")
