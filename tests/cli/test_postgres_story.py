"""One story: customers in PostgreSQL, orders in a file. The founding scripts say what they say of files alone."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import FreezeScript, ListData, SaveDraft, SaveJob, ShowData
from sopwb.app.outputs import DataList, SourceView
from sopwb.app.workbench import failed, open_workbench
from sopwb.kernel.values import show
from tests import postgres
from tests.cli.conftest import Sopwb
from tests.shop import AS_OF, CHURN, WEEKLY

BATCH = ("--run", "weekly_churn_prevention", "--as-of", AS_OF, "--json")
SINGLE = ("--run", "check_churn_risk", "--input", "customer_id=john_doe", "--as-of", AS_OF, "--json")
WIDE: dict[str, Any] = {  # fetches more than a trace keeps
    "sop": 1,
    "steps": [
        {"op": "fetch", "name": "cs", "from": "customers"},
        {"op": "math", "name": "long", "expr": "cs.filter(c, size(c.email) > 3)"},
        {"op": "return", "value": {"found": "size(long)"}},
    ],
    "returns": {"found": "int"},
}


class Shop:
    """A workspace over both, and the table's schema."""

    def __init__(self, folder: Path, schema: str) -> None:
        self.folder, self.schema = folder, schema

    def execute(self, statement: str) -> None:
        postgres.server().execute(f"set search_path = {self.schema}", statement)


@pytest.fixture
def both(workspace: Path, tmp_path: Path) -> Shop:
    """The sample shop moved: its customers into a table, its orders into a CSV file."""
    schema, url = postgres.server().schema()
    folder = tmp_path / "both"
    folder.mkdir()
    bench = open_workbench(workspace, AS_OF)
    customers, orders = (list(bench.tables.table(name).rows()) for name in ("customers", "orders"))
    bench.close()
    with postgres.server().connect() as connection:
        connection.execute(f"create table {schema}.customers (id text primary key, name text not null,"
                           " email text not null, city text not null, joined date not null)")  # fmt: skip
        with connection.cursor() as cursor:
            cursor.executemany(f"insert into {schema}.customers values (%s, %s, %s, %s, %s)",
                               [list(row.values()) for row in customers])  # fmt: skip
    with open(folder / "orders.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(orders[0])
        writer.writerows([show(value) for value in row.values()] for row in orders)
    (folder / "sopwb.toml").write_text(
        f'[data.customers]\nurl = "{url}"\ntable = "customers"\nkey = "id"\n'
        '[data.orders]\npath = "orders.csv"\nkey = "id"\n'
    )
    freeze(folder, ("check_churn_risk", CHURN), ("weekly_churn_prevention", WEEKLY), ("wide", WIDE))
    return Shop(folder, schema)


def freeze(folder: Path, *scripts: tuple[str, dict[str, Any]]) -> None:
    bench = open_workbench(folder, AS_OF)
    for name, script in scripts:
        mocks = ("email.send",) if name == "weekly_churn_prevention" else ()
        for command in (SaveDraft(name, script), SaveJob(name, mocks=mocks) if mocks else FreezeScript(name)):
            output = bench.do(command)
            assert not failed(output), output
    bench.close()


def answer(said: Any) -> dict[str, Any]:
    """What a run came to, without what names this run."""
    assert said.code == 0, said.err
    kept = {name: value for name, value in said.json.items() if name not in ("run", "script", "engine")}
    return {**kept, "effects": [{**e, "key": ""} for e in kept["effects"]],
            "trace": [{**t, "value": None} for t in kept["trace"]]}  # fmt: skip


def test_the_founding_scripts_say_of_a_database_what_they_say_of_files(
    workspace: Path, both: Shop, sopwb: Sopwb
) -> None:
    assert answer(sopwb("-w", both.folder, *SINGLE)) == answer(sopwb("-w", workspace, *SINGLE))
    wanted = answer(sopwb("-w", workspace, *BATCH, "--engine", "rows"))
    assert wanted["effects_total"] > 0
    for engine in ("rows", "sets"):
        said = sopwb("-w", both.folder, *BATCH, "--engine", engine)
        assert said.json["engine"] == engine
        assert answer(said) == wanted


def test_a_single_run_replays_from_what_it_kept_when_the_table_has_changed(both: Shop, sopwb: Sopwb) -> None:
    run = sopwb("-w", both.folder, *SINGLE).json["run"]
    both.execute("delete from customers")
    assert sopwb("-w", both.folder, "runs", "replay", run).code == 0
    assert "Fetched customer (found 1)" in sopwb("-w", both.folder, "runs", "explain", run, "--item", "").out
    assert sopwb("-w", both.folder, *SINGLE).code == 1


def test_an_item_of_a_batch_is_explained_as_long_as_the_table_holds_the_same(both: Shop, sopwb: Sopwb) -> None:
    both.execute("insert into customers select 'x' || i, 'x', 'x@example.com', 'x', '2020-01-01'"
                 " from generate_series(1, 300) i")  # fmt: skip  # more items than a trace keeps
    run = sopwb("-w", both.folder, *BATCH).json["run"]
    explain = ("-w", both.folder, "runs", "explain", run, "--item", "x150")
    told = sopwb(*explain).out
    assert "Fetched orders (found 0)" in told
    for city in ("y", "x"):
        both.execute(f"update customers set city = '{city}' where id = 'x7'")
    both.execute("vacuum full customers")  # the same records, elsewhere
    assert sopwb(*explain).out == told
    both.execute("update customers set city = 'Bonn' where id = 'x7'")
    refused = sopwb(*explain)
    assert refused.code == 1
    assert "SOP-A012: customers has changed since the run" in refused.err


def test_what_was_not_hashed_is_not_said_to_have_changed(
    both: Shop, sopwb: Sopwb, monkeypatch: pytest.MonkeyPatch
) -> None:
    both.execute("update customers set email = repeat('x', 100000)")
    run = sopwb("-w", both.folder, "--run", "wide", "--json").json["run"]
    said = sopwb("-w", both.folder, "runs", "replay", run)
    assert said.code == 1
    assert "nobody can know whether customers is what the run saw" in said.err


def test_a_command_sees_the_table_as_it_is_then_and_leaves_nothing_open(both: Shop) -> None:
    bench = open_workbench(both.folder, AS_OF)

    def count() -> int:
        view = bench.do(ShowData("customers"))
        assert isinstance(view, SourceView), view
        return view.rows

    before = count()
    both.execute("delete from customers where id = 'john_doe'")
    bench.environment().source("customers")  # looked up between Commands: the next Command looks again
    both.execute("delete from customers where id <> 'carl_winter'")
    assert (before, count()) == (24, 1)
    with postgres.server().connect() as connection:
        states = connection.execute("select state from pg_stat_activity where application_name = 'sopwb'").fetchall()
    assert states == [("idle",)]
    bench.close()


def test_no_password_is_shown_where_sources_are(both: Shop, sopwb: Sopwb) -> None:
    toml = both.folder / "sopwb.toml"
    toml.write_text(
        toml.read_text().replace("postgresql:///", "postgresql://postgres:hunter2@/").replace("&user=postgres", "")
    )
    for words in (
        ("data", "list"),
        ("data", "list", "--json"),
        ("data", "show", "customers"),
        ("data", "show", "orders"),
    ):
        said = sopwb("-w", both.folder, *words)
        assert (said.code, "hunter2" in said.out + said.err) == (0, False)
    toml.write_text(toml.read_text().replace('table = "customers"', 'table = "custmers"'))
    said = sopwb("-w", both.folder, "data", "show", "customers")
    assert "did you mean customers?" in said.err
    assert "hunter2" not in said.err
    bench = open_workbench(both.folder, AS_OF)
    listed = bench.do(ListData())
    assert isinstance(listed, DataList)
    assert "hunter2" not in repr(listed)
    bench.close()
