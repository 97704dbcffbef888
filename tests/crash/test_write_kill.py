"""Runs that write, killed at their boundaries and at random: each write is done once, none is lost, none is in doubt.

The judges are the written file itself, whose records count what was done to them, and in SQLite a trigger of its own.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sopwb.app import commands as c
from sopwb.app.outputs import Failed, RunList, RunView
from sopwb.app.workbench import open_workbench
from tests import postgres
from tests.writing import AS_OF, FORMATS, PAY, Desk, keys_in, orders, paid, read_file, workspace

ROOT = Path(__file__).parents[2]
_WORKER = """
import os, signal, sys
from sopwb.app.acting.machine import Machine
from sopwb.app.commands import ListRuns, ResumeRun, RunScript
from sopwb.app.workbench import open_workbench
folder, wanted, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
count = 0
def fault(point):
    global count
    count += wanted in ("any", point)
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)
bench = open_workbench(folder, "2026-11-22T08:00:00Z")
bench.machine = Machine(fault=fault)
rows = bench.do(ListRuns(limit=1)).rows
command = ResumeRun(rows[0].run) if rows else RunScript("pay", allow=("write:orders",))
view = bench.do(command)
print(getattr(view, "status", view))
"""


def killed(folder: Path, point: str, at: int) -> bool:
    """Let a process begin the run or go on with it, and die at a point. False where it ended before."""
    words = [sys.executable, "-c", _WORKER, str(folder), point, str(at)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    assert ended.returncode != 0 or "succeeded" in ended.stdout, ended.stdout
    return ended.returncode != 0


def shop(tmp_path: Path, format_: str, count: int) -> Desk:
    desk = Desk(workspace(tmp_path / "shop", format_, count))
    desk.save(PAY)
    desk.bench.close()
    if format_ == "sqlite":
        with sqlite3.connect(desk.file) as connection:
            connection.execute("CREATE TABLE audit (id TEXT)")
            connection.execute(
                "CREATE TRIGGER audited AFTER UPDATE ON orders BEGIN INSERT INTO audit VALUES (NEW.id); END"
            )
        connection.close()
    return desk


def check_written(desk: Desk, count: int) -> None:
    """Go on until it is over: all is done, once, and nobody has to be asked."""
    later = Desk(desk.folder)
    runs = later.bench.do(c.ListRuns(limit=2))
    assert isinstance(runs, RunList)
    if not runs.rows:
        later.do(c.RunScript("pay", allow=("write:orders",)))  # it died before it was recorded
    else:
        view = later.do(c.ShowRun(runs.rows[0].run))
        if view.status != "succeeded":
            view = later.do(c.ResumeRun(view.run))
        done = len([one for one in orders(count) if one["status"] == "open"])
        assert (len(runs.rows), view.status, view.acting and view.acting.counts) == (1, "succeeded", {"done": done})
    assert read_file(desk.file) == paid(orders(count))
    assert len(set(keys_in(desk.file))) == len(keys_in(desk.file)) == (count + 1) // 2
    if desk.file.suffix == ".sqlite":
        with sqlite3.connect(desk.file) as connection:
            audit = Counter(id_ for (id_,) in connection.execute("SELECT id FROM audit"))
        connection.close()
        assert audit == {one["id"]: 1 for one in orders(count) if one["status"] == "open"}
    later.bench.close()


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("point", "at"),
    [
        ("after-intent-sync", 1),
        ("write-prepared", 1),
        ("write-committed", 2),
        pytest.param("after-run-recorded", 1, marks=pytest.mark.slow),
        pytest.param("after-dispatched", 40, marks=pytest.mark.slow),
        pytest.param("before-final-sync", 1, marks=pytest.mark.slow),
    ],
)
def test_a_run_that_is_killed_at_a_boundary_writes_everything_once(
    tmp_path: Path, format_: str, point: str, at: int
) -> None:
    desk = shop(tmp_path, format_, 160)
    assert killed(desk.folder, point, at)
    check_written(desk, 160)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("kills", "count"), [(10, 800), pytest.param(150, 8_000, marks=pytest.mark.slow)]
)
def test_a_run_that_is_killed_again_and_again_writes_everything_once(
    tmp_path: Path, format_: str, kills: int, count: int
) -> None:
    chance = random.Random(f"{format_} {kills}")
    desk = shop(tmp_path, format_, count)
    deaths = 0
    for _ in range(kills):
        deaths += killed(desk.folder, "any", chance.randint(3, 100))
    assert deaths > kills // 2
    check_written(desk, count)


def bank(folder: Path, count: int) -> str:
    """Make a workspace over a table of a database, whose trigger counts its changes; gives the table's schema."""
    schema, url = postgres.server().schema()
    postgres.server().execute(
        f"create table {schema}.orders (id text primary key, status text not null, total numeric not null,"
        " paid_on date, tries int not null)",
        f"create table {schema}.audit (id text)",
        f"create function {schema}.note() returns trigger language plpgsql as"
        f" $$ begin insert into {schema}.audit values (new.id); return new; end $$",
        f"create trigger audited after update on {schema}.orders for each row execute function {schema}.note()",
    )
    with postgres.server().connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            f"insert into {schema}.orders values (%(id)s, %(status)s, %(total)s, %(paid_on)s, %(tries)s)", orders(count)
        )
    folder.mkdir()
    (folder / "sopwb.toml").write_text(
        '[workspace]\nname = "shop"\ntimezone = "UTC"\n'
        f'[data.orders]\nurl = "{url}"\ntable = "orders"\nkey = "id"\nwritable = true\n'
    )
    bench = open_workbench(folder, AS_OF)
    for command in (c.SaveDraft("pay", PAY), c.FreezeScript("pay")):
        output = bench.do(command)
        assert not isinstance(output, Failed), output
    bench.close()
    return schema


@pytest.mark.parametrize(("kills", "count"), [(2, 300), pytest.param(100, 6_000, marks=pytest.mark.slow)])
def test_a_run_that_writes_a_database_is_killed_again_and_again_and_writes_everything_once(
    tmp_path: Path, kills: int, count: int
) -> None:
    chance, folder = random.Random(kills), tmp_path / "shop"
    schema = bank(folder, count)
    deaths = sum(killed(folder, "any", chance.randint(3, 100)) for _ in range(kills))
    assert deaths > kills // 2
    bench = open_workbench(folder, AS_OF)
    runs = bench.do(c.ListRuns(limit=1))
    assert isinstance(runs, RunList)
    view = bench.do(c.ResumeRun(runs.rows[0].run) if runs.rows else c.RunScript("pay", allow=("write:orders",)))
    assert isinstance(view, RunView), view
    assert (view.status, view.acting and view.acting.counts) == ("succeeded", {"done": count // 2})
    bench.close()
    with postgres.server().connect() as connection:
        audit = Counter(id_ for (id_,) in connection.execute(f"select id from {schema}.audit"))
        late = connection.execute(f"select count(*) from {schema}.orders where status = 'open'").fetchone()
        keys = connection.execute(f"select count(*) from {schema}.sopwb_effects").fetchone()
    assert audit == {one["id"]: 1 for one in orders(count) if one["status"] == "open"}
    assert (late, keys) == ((0,), (count // 2,))
