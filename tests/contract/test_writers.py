"""The contract that every source that can be written passes, whatever lies behind it.

A chunk is all or nothing, every change is done once however often it is asked for, values come back as they were
written, and what cannot be kept exactly is refused.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sopwb.data.declaration import declare
from sopwb.data.open import open_tables
from sopwb.data.postgres.address import Address
from sopwb.kernel.diagnostics import UserError
from sopwb.run.acting import Actor, Dispatch, Done, NotApplied, Rejected, Reply, Unknown
from sopwb.store.errors import Refused
from tests import postgres
from tests.contract.formats import write_postgresql, write_sqlite, write_tinydb
from tests.writing import FORMATS, keys_in

TYPES = {
    "id": "string",
    "whole": "int?",
    "exact": "decimal?",
    "text": "string?",
    "day": "date?",
    "at": "timestamp?",
    "long": "duration?",
    "yes": "bool?",
}
FIRST: dict[str, Any] = {
    "id": "a",
    "whole": 1,
    "exact": Decimal("1.5"),
    "text": "x",
    "day": dt.date(2026, 1, 31),
    "at": dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC),
    "long": dt.timedelta(minutes=5),
    "yes": True,
}
_NO_FAULT: Callable[[str], None] = lambda point: None  # noqa: E731 - a hook that does nothing


class Shelf:
    """A source ``things`` of two records, a and b, and what was committed of its writes."""

    def __init__(self, folder: Path, format_: str, types: dict[str, str] | None = None) -> None:
        self.format, self.folder = format_, folder
        self.file = folder / ("things.json" if format_ == "tinydb" else "things.sqlite")
        records = [FIRST, {**FIRST, "id": "b"}]
        settings: dict[str, Any] = {"path": self.file.name, "format": format_, "table": "things"}
        if format_ == "postgresql":
            self.schema, url = postgres.server().schema()
            settings = {"url": url, "table": "things"}
            write_postgresql(self.schema, records)
            loose = ", ".join(f"alter column {name} drop not null" for name in FIRST if name != "id")
            self.execute(f"alter table {self.schema}.things {loose}, add primary key (id)")
        else:
            (write_tinydb if format_ == "tinydb" else write_sqlite)(self.file, records)
        given = TYPES if types is None else types
        declared, faults = declare(
            "things", {**settings, "key": "id", "writable": True, "fields": given}, str(folder)
        )
        assert declared is not None, faults
        self.declaration = declared
        self.committed: list[str] = []
        self.fault = _NO_FAULT
        self.commit: Callable[[str], None] = self.committed.append

    def execute(self, *statements: str) -> None:
        """Change the database as its own program does."""
        if self.format == "postgresql":
            postgres.server().execute(*statements)
            return
        with sqlite3.connect(self.file) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def state(self) -> Any:
        """Give something that differs after every change."""
        if self.format != "postgresql":
            return self.file.read_bytes()
        with postgres.server().connect() as connection:
            return connection.execute(f"select * from {self.schema}.things order by id").fetchall()

    def keys(self) -> list[str]:
        """Read the keys of the effects that the source says were done."""
        if self.format != "postgresql":
            return keys_in(self.file)
        with postgres.server().connect() as connection:
            made = connection.execute("select to_regclass(%s)", [f"{self.schema}.sopwb_effects"]).fetchone()
            query = f"select encode(key, 'hex') from {self.schema}.sopwb_effects order by 1"
            return [key for (key,) in connection.execute(query)] if made[0] else []

    def rows(self) -> dict[str, dict[str, Any]]:
        """Read the records as a script does."""
        table = open_tables([self.declaration], None)
        try:
            return {row["id"]: row for row in table.table("things").rows()}
        finally:
            table.close()

    def actor(self) -> Actor:
        tables = open_tables([self.declaration], None)
        try:
            return tables.writer("things", lambda: 1_000_000, lambda point: self.fault(point))
        finally:
            tables.close()

    def do(self, *dispatches: Dispatch, verify: bool = False) -> list[Reply]:
        """Hand changes to a new actor, all at once."""
        actor = self.actor()

        async def run() -> list[Any]:
            async with actor:
                if verify:
                    return [await actor.verify(one) for one in dispatches]
                acts = [actor.act(one, partial(self._commit, one.key)) for one in dispatches]
                return list(await asyncio.gather(*acts, return_exceptions=True))

        return asyncio.run(run())

    def _commit(self, key: str) -> None:
        self.commit(key)

    def lock(self) -> Callable[[], None]:
        """Hold the source as another program does; gives what lets it go."""
        if self.format == "postgresql":
            session = postgres.server().connect()
            session.execute("begin")
            session.execute(f"lock table {self.schema}.things in exclusive mode")
            return session.close  # type: ignore[no-any-return]  # the driver's
        if self.format == "sqlite":
            connection = sqlite3.connect(self.file, isolation_level=None)
            connection.execute("BEGIN EXCLUSIVE")
            return connection.close
        held = os.open(self.file, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        return lambda: os.close(held)


@pytest.fixture(params=[*FORMATS, "postgresql"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, request.param)


def change(number: int, mode: str, key: Any, record: dict[str, Any] | None = None, **more: Any) -> Dispatch:
    args: dict[str, Any] = {"mode": mode, "key": key, **more}
    if record is not None:
        args["record"] = record
    return Dispatch(key=f"{number:064x}", tool="write:things", item="", path="steps/0", args=args)


def update(number: int, key: str, record: dict[str, Any], before: dict[str, Any] | None = None) -> Dispatch:
    return change(number, "update", key, record, before=before or {})


def codes(replies: Iterable[Reply]) -> list[str]:
    return [reply.code if isinstance(reply, (Rejected, NotApplied)) else type(reply).__name__ for reply in replies]


def test_a_chunk_is_done_and_its_keys_are_noted(shelf: Shelf) -> None:
    one, two = update(1, "a", {"whole": 2}), change(2, "insert", "c", {"text": "new"})
    three = change(3, "delete", "b", before={})
    assert codes(shelf.do(one, two, three)) == ["Done"] * 3
    rows = shelf.rows()
    assert (rows["a"]["whole"], rows["c"]["text"], "b" in rows) == (2, "new", False)
    assert shelf.keys() == shelf.committed == [one.key, two.key, three.key]


def test_what_was_done_is_not_done_again(shelf: Shelf) -> None:
    one = change(1, "insert", "c", {"whole": 1})
    assert codes(shelf.do(one)) == ["Done"]
    before = shelf.state()
    assert codes(shelf.do(one)) == ["Done"]
    assert (shelf.committed, shelf.state()) == ([one.key], before)


def test_asked_about_a_doubt_it_knows(shelf: Shelf) -> None:
    one, two = update(1, "a", {"whole": 2}), update(2, "b", {"whole": 2})
    shelf.do(one)
    replies = shelf.do(one, two, verify=True)
    assert [type(reply) for reply in replies] == [Done, NotApplied]


def test_a_refused_change_leaves_the_others(shelf: Shelf) -> None:
    replies = shelf.do(
        update(1, "a", {"whole": 2}),
        change(2, "insert", "b", {"whole": 9}),
        update(3, "zzz", {"whole": 9}),
        update(4, "b", {"whole": 9}, {"text": "something else"}),
        change(5, "upsert", "a", {"whole": 9}, before=None),
        update(6, "b", {"text": "y"}, {"whole": 1, "text": "x"}),
    )
    assert codes(replies) == ["Done", "there", "missing", "changed", "changed", "Done"]
    rows = shelf.rows()
    assert (rows["a"]["whole"], rows["b"]["whole"], rows["b"]["text"]) == (2, 1, "y")
    assert shelf.keys() == [f"{n:064x}" for n in (1, 6)]


def test_two_changes_of_one_record_in_a_chunk_are_seen(shelf: Shelf) -> None:
    one, two = update(1, "a", {"whole": 2}, {"whole": 1}), update(2, "a", {"whole": 3}, {"whole": 1})
    assert codes(shelf.do(one, two)) == ["Done", "changed"]
    assert shelf.rows()["a"]["whole"] == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("whole", 2**63 - 1),
        ("whole", -(2**63)),
        ("whole", 0),
        ("exact", Decimal("0.1")),
        ("exact", Decimal("-12.345")),
        ("exact", Decimal(10) ** 15),
        ("exact", Decimal("123456789012.25")),
        ("text", "Zoë “名前” 'x' \"y\" \n\t\\"),
        ("text", ""),
        ("text", "007"),
        ("text", "{{steps/0#0.id}}"),
        ("day", dt.date(1, 1, 1)),
        ("day", dt.date(9999, 12, 31)),
        ("at", dt.datetime(1969, 7, 20, 20, 17, 40, 123456, tzinfo=dt.UTC)),
        ("long", dt.timedelta(days=400, microseconds=1)),
        ("long", -dt.timedelta(hours=1)),
        ("yes", False),
        *[(field, None) for field in TYPES if field != "id"],
    ],
)
def test_a_value_comes_back_as_it_was_written(shelf: Shelf, field: str, value: Any) -> None:
    assert codes(shelf.do(update(1, "a", {field: value}), change(2, "insert", "c", {field: value}))) == ["Done"] * 2
    rows = shelf.rows()
    assert (rows["a"][field], rows["c"][field], rows["b"][field]) == (value, value, FIRST[field])


def test_a_decimal_of_many_digits_is_kept_exactly_or_refused(shelf: Shelf) -> None:
    value = Decimal("12345678901234567890.123456789")
    reply = shelf.do(update(1, "a", {"exact": value}))[0]
    kept = shelf.rows()["a"]["exact"]
    assert kept == (value if isinstance(reply, Done) else FIRST["exact"])
    assert isinstance(reply, Done) == (shelf.format != "sqlite"), reply


def test_half_of_a_character_is_refused(shelf: Shelf) -> None:
    assert isinstance(shelf.do(update(1, "a", {"text": "\ud800"}))[0], Rejected)
    assert shelf.rows()["a"]["text"] == "x"


def test_a_chunk_whose_dispatch_cannot_be_written_is_not_done(shelf: Shelf) -> None:
    def fails(key: str) -> None:
        shelf.committed.append(key)
        if len(shelf.committed) == 2:
            raise Refused("the journal is full")

    shelf.commit = fails
    before = shelf.state()
    first, *others = shelf.do(*(update(n, "ab"[n % 2], {"whole": 5}, {}) for n in (1, 2, 3)))
    assert (codes([first]), [type(other) for other in others]) == (["journal"], [Refused, Refused])
    assert (shelf.keys(), len(shelf.committed), shelf.rows()["b"]["whole"]) == ([], 2, 1)
    if shelf.format != "sqlite":  # which has taken a page for the table of keys, and given it back
        assert shelf.state() == before


def test_a_locked_source_is_not_now(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sqlite", "tinydb"):
        monkeypatch.setattr(f"sopwb.data.writing.{module}.WRITE_BUSY_MS_MAX", 100)
    monkeypatch.setattr("sopwb.data.postgres.writing._BEGIN", "begin; set local lock_timeout = 100")
    actor = shelf.actor()
    let_go = shelf.lock()
    try:

        async def run() -> Reply:
            async with actor:
                return await actor.act(update(1, "a", {"whole": 2}), lambda: shelf.committed.append(""))

        reply = asyncio.run(run())
    finally:
        let_go()
    assert (isinstance(reply, NotApplied), shelf.committed) == (True, [])
    assert codes([reply]) == ["55P03" if shelf.format == "postgresql" else "busy"]
    assert codes(shelf.do(update(1, "a", {"whole": 2}))) == ["Done"]


def test_other_programs_changes_between_chunks_are_kept(shelf: Shelf) -> None:
    def meddle(point: str) -> None:
        if point != "write-committed" or len(shelf.committed) != 1:
            return
        if shelf.format == "tinydb":
            raw = json.loads(shelf.file.read_text())
            raw["things"]["2"]["text"] = "theirs"
            shelf.file.write_text(json.dumps(raw))
        else:
            table = "things" if shelf.format == "sqlite" else f"{shelf.schema}.things"
            shelf.execute(f"UPDATE {table} SET text = 'theirs' WHERE id = 'b'")

    shelf.fault = meddle
    actor = shelf.actor()

    async def run() -> list[Reply]:
        async with actor:
            first = await actor.act(update(1, "a", {"whole": 2}), lambda: shelf.committed.append("1"))
            return [first, await actor.act(update(2, "a", {"whole": 3}), lambda: shelf.committed.append("2"))]

    assert codes(asyncio.run(run())) == ["Done"] * 2
    rows = shelf.rows()
    assert (rows["a"]["whole"], rows["b"]["text"]) == (3, "theirs")


def test_many_changes_take_few_transactions(shelf: Shelf) -> None:
    points: list[str] = []
    shelf.fault = points.append
    replies = shelf.do(*(change(n, "insert", f"k{n:03d}", {"whole": n}) for n in range(200)))
    assert (codes(replies), len(shelf.rows())) == (["Done"] * 200, 202)
    assert points.count("write-committed") == 4  # of 64 each


def test_two_runs_that_write_one_source_at_once_lose_nothing(shelf: Shelf) -> None:
    ready = threading.Barrier(2)
    said: list[Reply] = []

    async def act(actor: Actor, first: int) -> None:
        async with actor:
            for begin in range(first, first + 60, 20):
                changes = [change(n, "insert", f"k{n:03d}", {"whole": n}) for n in range(begin, begin + 20)]
                said.extend(await asyncio.gather(*(actor.act(one, lambda: None) for one in changes)))

    def run(actor: Actor, first: int) -> None:
        ready.wait(timeout=30)
        asyncio.run(act(actor, first))

    # Both have looked at the source before either writes: a source that changes while it is read is refused.
    threads = [threading.Thread(target=run, args=(shelf.actor(), first)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert codes(said) == ["Done"] * 120, set(map(str, said))
    assert len(shelf.rows()) == 122
    assert len(shelf.keys()) == 120


# --- of one format ----------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["one line", "close", "indented", "a document a line", "unicode"])
def test_a_tinydb_file_keeps_its_layout(tmp_path: Path, layout: str) -> None:
    shelf = Shelf(tmp_path, "tinydb", {})
    tables = {"things": {"1": {"id": "a", "text": "Zoë", "n": 1}, "7": {"id": "b", "text": "x", "n": 2}}, "none": {}}
    texts = {
        "one line": json.dumps(tables),
        "close": json.dumps(tables, separators=(",", ":")),
        "indented": json.dumps(tables, indent=4) + "\n",
        "a document a line": '{\n  "things": {\n    "1": {"id": "a", "text": "Zo\\u00eb", "n": 1},\n'
        '    "7": {"id": "b", "text": "x", "n": 2}\n  },\n  "none": {}\n}\n',
        "unicode": json.dumps(tables, ensure_ascii=False),
    }
    shelf.file.write_text(texts[layout], encoding="utf-8")
    assert codes(shelf.do(change(1, "update", "b", {"text": "y"}, before={}))) == ["Done"]
    written = json.loads(shelf.file.read_text("utf-8"))
    note = written["_sopwb_effects"]
    tables["things"]["7"]["text"] = "y"
    whole = {**tables, "_sopwb_effects": note}
    again = {
        "one line": json.dumps(whole),
        "close": json.dumps(whole, separators=(",", ":")),
        "indented": json.dumps(whole, indent=4) + "\n",
        "a document a line": texts[layout].replace('"x"', '"y"').replace(
            '"none": {}', '"none": {},\n  "_sopwb_effects": {\n    "1": ' + json.dumps(note["1"]) + "\n  }"
        ),
        "unicode": json.dumps(whole, ensure_ascii=False),
    }
    assert shelf.file.read_text("utf-8") == again[layout]


def test_a_tinydb_file_that_changes_under_a_chunk_is_read_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "tinydb")

    def meddle(point: str) -> None:
        raw = json.loads(shelf.file.read_text())
        if point == "write-prepared" and raw["things"]["2"]["text"] == "x":
            raw["things"]["2"]["text"] = "theirs"
            shelf.file.write_text(json.dumps(raw))

    shelf.fault = meddle
    assert codes(shelf.do(update(1, "a", {"whole": 2}))) == ["Done"]
    rows = shelf.rows()
    assert (rows["a"]["whole"], rows["b"]["text"], len(shelf.committed)) == (2, "theirs", 1)


def test_tinydb_itself_reads_what_was_written(tmp_path: Path) -> None:
    tinydb = pytest.importorskip("tinydb")
    shelf = Shelf(tmp_path, "tinydb")
    shelf.do(change(1, "insert", "c", {"whole": 5}))
    with tinydb.TinyDB(shelf.file) as database:
        table = database.table("things")
        assert (table.get(doc_id=3)["whole"], table.insert({"id": "d"})) == (5, 4)


def test_a_tinydb_record_is_written_by_its_number(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "tinydb")
    declared, faults = declare(
        "things",
        {"path": "things.json", "format": "tinydb", "table": "things", "key": "doc_id", "writable": True},
        str(tmp_path),
    )
    assert declared is not None, faults
    shelf.declaration = declared
    made = {name: value for name, value in FIRST.items() if name in ("id", "whole")}
    replies = shelf.do(change(1, "update", 2, {"whole": 7}, before={}), change(2, "insert", 9, made))
    assert codes(replies) == ["Done"] * 2
    tables = json.loads(shelf.file.read_text())["things"]
    assert (tables["2"]["whole"], tables["9"], len(tables)) == (7, {"id": "a", "whole": 1}, 3)


def test_a_tinydb_file_keeps_its_rights_and_a_link_stays_one(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "tinydb")
    real = tmp_path / "real.json"
    shelf.file.rename(real)
    shelf.file.symlink_to(real)
    real.chmod(0o640)
    shelf.do(update(1, "a", {"whole": 2}))
    assert shelf.file.is_symlink()
    assert (real.stat().st_mode & 0o777, shelf.rows()["a"]["whole"]) == (0o640, 2)
    assert sorted(os.listdir(tmp_path)) == ["real.json", "things.json"]


def test_a_rule_of_the_table_refuses_a_change_and_no_other(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "sqlite")
    shelf.execute(
        "CREATE TRIGGER small BEFORE UPDATE ON things WHEN NEW.whole > 100"
        " BEGIN SELECT RAISE(ROLLBACK, 'too large'); END",
        "CREATE TRIGGER odd BEFORE UPDATE ON things WHEN NEW.whole = 77 BEGIN SELECT RAISE(ABORT, 'unlucky'); END",
    )
    replies = shelf.do(update(1, "a", {"whole": 5}), update(2, "b", {"whole": 101}), update(3, "b", {"whole": 77}))
    assert codes(replies) == ["Done", "constraint", "constraint"]
    assert isinstance(replies[1], Rejected)
    assert replies[1].reason == "too large"
    assert (shelf.rows()["a"]["whole"], shelf.rows()["b"]["whole"]) == (5, 1)


def test_a_foreign_key_that_is_looked_at_last_refuses_only_who_breaks_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "sqlite")
    shelf.execute(
        "ALTER TABLE things RENAME TO old",
        "CREATE TABLE people (id TEXT PRIMARY KEY)",
        "INSERT INTO people VALUES ('x')",
        "CREATE TABLE things (id TEXT PRIMARY KEY, whole INTEGER,"
        " text TEXT REFERENCES people(id) DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO things SELECT id, whole, text FROM old",
    )
    replies = shelf.do(update(1, "a", {"whole": 5}), update(2, "b", {"text": "nobody"}))
    assert codes(replies) == ["Done", "constraint"]
    assert (shelf.rows()["a"]["whole"], shelf.rows()["b"]["text"], shelf.committed) == (
        5, "x", [f"{n:064x}" for n in (1, 2)],
    )  # fmt: skip


def test_a_column_that_would_change_a_value_refuses_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "sqlite")
    shelf.execute("DROP TABLE things", "CREATE TABLE things (id TEXT PRIMARY KEY, text INTEGER)",
                 "INSERT INTO things VALUES ('a', 5)")  # fmt: skip
    reply = shelf.do(update(1, "a", {"text": "007"}))[0]
    assert isinstance(reply, Rejected)
    assert reply.reason == "text would become 7 instead of 007"
    assert shelf.rows()["a"]["text"] == "5"


def left_unfinished(shelf: Shelf) -> None:
    """Leave the file as a process that was killed while SQLite changed it in place leaves it."""
    busy = shelf.file.with_name("busy.sqlite")
    shelf.file.rename(busy)
    connection = sqlite3.connect(busy, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE filling (text)")
    connection.executemany("INSERT INTO filling VALUES (?)", [("x" * 2_000,)] * 200)
    connection.execute("UPDATE things SET whole = 99")
    shelf.file.write_bytes(busy.read_bytes())
    journal = busy.with_name("busy.sqlite-journal")
    shelf.file.with_name("things.sqlite-journal").write_bytes(journal.read_bytes())
    connection.close()


def test_what_a_killed_process_left_unfinished_is_undone_before_it_is_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "sqlite")
    left_unfinished(shelf)
    assert (shelf.rows()["a"]["whole"], codes(shelf.do(update(1, "a", {"whole": 2})))) == (1, ["Done"])


def test_a_source_that_is_read_only_is_not_mended_by_reading_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "sqlite")
    left_unfinished(shelf)
    before = shelf.file.read_bytes()
    shelf.declaration = msgspec.structs.replace(shelf.declaration, writable=False)
    with pytest.raises(UserError) as refused:
        shelf.rows()
    assert refused.value.diagnostics[0].line().startswith(
        "SOP-D011 at things.sqlite: things.sqlite holds a change that a program has left unfinished"
    )
    assert shelf.file.read_bytes() == before


def test_a_view_cannot_be_written(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "sqlite")
    shelf.execute("ALTER TABLE things RENAME TO old", "CREATE VIEW things AS SELECT * FROM old")
    reply = shelf.do(update(1, "a", {"whole": 2}))[0]
    assert isinstance(reply, NotApplied)
    assert reply.reason == "things is a view, which cannot be written"


def test_a_session_that_is_cut_at_its_commit_is_a_doubt_that_the_server_clears_up(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "postgresql")

    def cut(point: str) -> None:
        if point == "write-prepared":
            shelf.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'sopwb' and state = 'idle in transaction'"
            )

    shelf.fault = cut
    one = update(1, "a", {"whole": 2})
    replies = shelf.do(one)
    assert isinstance(replies[0], Unknown), replies
    shelf.fault = _NO_FAULT
    assert [type(reply) for reply in shelf.do(one, verify=True)] == [NotApplied]
    assert codes(shelf.do(one)) == ["Done"]


def test_a_rule_that_postgresql_looks_at_last_refuses_only_who_breaks_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "postgresql")
    shelf.execute(
        f"create table {shelf.schema}.people (id text primary key)",
        f"insert into {shelf.schema}.people values ('x')",
        f"alter table {shelf.schema}.things add foreign key (text) references {shelf.schema}.people"
        " deferrable initially deferred",
    )
    replies = shelf.do(update(1, "a", {"whole": 5}), update(2, "b", {"text": "nobody"}))
    assert codes(replies) == ["Done", "constraint"]
    assert (shelf.rows()["a"]["whole"], shelf.rows()["b"]["text"]) == (5, "x")


def test_a_trigger_of_postgresql_refuses_a_change_and_no_other(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "postgresql")
    shelf.execute(
        f"create function {shelf.schema}.check() returns trigger language plpgsql as"
        " $$ begin if new.whole > 100 then raise exception 'too large'; end if; return new; end $$",
        f"create trigger small before update on {shelf.schema}.things"
        f" for each row execute function {shelf.schema}.check()",
    )
    replies = shelf.do(update(1, "a", {"whole": 5}), update(2, "b", {"whole": 101}), update(3, "b", {"text": "y"}))
    assert codes(replies) == ["Done", "refused", "Done"]
    assert isinstance(replies[1], Rejected)
    assert replies[1].reason == "too large"


def test_who_may_not_make_the_table_of_keys_writes_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "postgresql")
    role = f"writer_of_{shelf.schema}"
    shelf.execute(
        f"create role {role} login",
        f"grant usage on schema {shelf.schema} to {role}",
        f"grant select, update on {shelf.schema}.things to {role}",
    )
    address = shelf.declaration.address
    assert address is not None
    url = postgres.server().url(user=role, options=f"-csearch_path={shelf.schema}")
    shelf.declaration = msgspec.structs.replace(shelf.declaration, address=Address(url))
    replies = shelf.do(update(1, "a", {"whole": 2}))
    assert codes(replies) == ["42501"]
    shelf.execute(
        f"create table {shelf.schema}.sopwb_effects (key bytea primary key, at timestamptz not null)",
        f"grant select, insert, delete on {shelf.schema}.sopwb_effects to {role}",
    )
    assert codes(shelf.do(update(1, "a", {"whole": 2}))) == ["Done"]


def test_postgresqls_own_types_take_what_a_script_reads_of_them(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "postgresql", {})
    table = f"{shelf.schema}.kinds"
    first, second = "6f9619ff-8b86-d011-b42d-00c04fc964ff", "00000000-0000-0000-0000-000000000001"
    shelf.execute(
        f"create type {shelf.schema}.mood as enum ('sad', 'glad')",
        f"create table {table} (id uuid primary key, mood {shelf.schema}.mood, doc jsonb, local timestamp,"
        " half real, code char(5), tags text[])",
        f"insert into {table} values ('{first}', 'sad', '{{}}', '2026-01-31 09:00', 0.5, 'ab', '{{x}}')",
    )
    shelf.declaration = msgspec.structs.replace(shelf.declaration, table=table)
    values = {
        "mood": "glad",
        "doc": '{"a": 1}',
        "local": dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC),
        "half": Decimal("0.1"),
        "code": "xyz",
    }
    replies = shelf.do(
        update(1, first, values, {"mood": "sad", "tags": ["x"]}),
        change(2, "insert", second, values),
        update(3, first, {"mood": "angry"}),
        update(4, first, {"half": Decimal("0.123456789")}),
        update(5, first, {"tags": ["y"]}),
    )
    assert codes(replies) == ["Done", "Done", "refused", "value", "value"]
    rows = shelf.rows()
    for key in (first, second):
        assert {name: rows[key][name] for name in values} == values
