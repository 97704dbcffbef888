"""``--output FILE``: the items' results as a table, exact in every format, and never half of one under its name."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sopwb.app.commands import FreezeScript, SaveDraft
from sopwb.app.workbench import failed, open_workbench
from sopwb.data.arrow import arrow_type
from sopwb.kernel.values import show
from sopwb.lang.types import SCALARS
from tests.cli.conftest import Sopwb
from tests.shop import AS_OF

MARKET = """[workspace]
name = "market"
[data.lots]
path = "lots.jsonl"
key = "lot"
[data.visits]
path = "visits.csv"
"""
LOTS = [
    {
        "lot": 2,
        "name": 'a "big", one',
        "price": "19.99",
        "sold": True,
        "on": "2026-01-31",
        "at": "2026-01-31T09:00:00Z",
    },
    {"lot": 10, "name": "=1+2\nx", "price": "1200", "sold": False, "on": "2026-02-01", "at": None},
    {"lot": 9, "name": "", "price": "-0.5", "sold": False, "on": None, "at": "2026-01-31T09:00:00.25Z"},
]
EACH: dict[str, Any] = {
    "sop": 1,
    "returns": {"lots": "int"},
    "steps": [
        {
            "op": "each",
            "name": "rows",
            "from": "lots",
            "as": "it_",
            "do": [],
            "yield": {
                "text": "it_.name",
                "price": "it_.price",
                "sold": "it_.sold",
                "on": "it_.on",
                "at": "it_.at",
                "part": "{half: it_.price / 2, tags: [it_.name, 'x']}",
                "n": "size(it_.name)",
            },
        },
        {"op": "return", "value": {"lots": "size(rows)"}},
    ],
}


def frozen(folder: Path, **scripts: dict[str, Any]) -> Path:
    """Freeze scripts in a workspace."""
    bench = open_workbench(folder, AS_OF)
    for name, script in scripts.items():
        for command in (SaveDraft(name, script), FreezeScript(name)):
            output = bench.do(command)
            assert not failed(output), output
    bench.close()
    return folder


@pytest.fixture
def market(tmp_path: Path) -> Path:
    folder = tmp_path / "market"
    folder.mkdir()
    (folder / "sopwb.toml").write_text(
        MARKET + '[data.lots.fields]\nprice = "decimal"\non = "date?"\nat = "timestamp?"\n'
    )
    (folder / "lots.jsonl").write_text("".join(json.dumps(lot) + "\n" for lot in LOTS))
    (folder / "visits.csv").write_text("who,page\nann,home\nbob,shop\n")
    return frozen(folder, lots=EACH)


def written(sopwb: Sopwb, folder: Path, file: Path, name: str = "lots", *words: str) -> Path:
    said = sopwb("-w", folder, "--run", name, "--as-of", AS_OF, "--output", file, *words)
    assert said.code == 0, said.err
    assert [entry.name for entry in file.parent.iterdir() if entry.name.startswith(".sopwb-")] == []
    return file


def test_parquet_holds_a_row_an_item_in_key_order_with_exact_types(market: Path, sopwb: Sopwb) -> None:
    table = pq.read_table(written(sopwb, market, market / "lots.parquet"))
    money = pa.decimal128(38, 12)
    part = pa.struct(
        [
            pa.field("half", money, nullable=False),
            pa.field("tags", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False),
        ]
    )
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == {
        "lot": pa.int64(), "at": pa.timestamp("us", tz="UTC"), "n": pa.int64(), "on": pa.date32(), "part": part,
        "price": money, "sold": pa.bool_(), "text": pa.string()}  # fmt: skip
    rows = table.to_pylist()
    assert [row["lot"] for row in rows] == [2, 9, 10]
    assert rows[1] == {
        "lot": 9, "text": "", "price": Decimal("-0.5"), "sold": False, "on": None, "n": 0,
        "at": dt.datetime(2026, 1, 31, 9, 0, 0, 250_000, dt.UTC), "part": {"half": Decimal("-0.25"), "tags": ["", "x"]},
    }  # fmt: skip


def test_csv_is_read_back_as_it_was_by_any_reader(market: Path, sopwb: Sopwb) -> None:
    file = written(sopwb, market, market / "lots.csv")
    assert file.read_bytes().startswith(b"lot,at,n,on,part.half,part.tags,price,sold,text\r\n")
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["text"] for row in rows] == ['a "big", one', "", "=1+2\nx"]
    assert [row["price"] for row in rows] == ["19.99", "-0.5", "1200"]
    assert [row["part.half"] for row in rows] == ["9.995", "-0.25", "600"]
    assert json.loads(rows[0]["part.tags"]) == ['a "big", one', "x"]
    assert [row["at"] for row in rows] == ["2026-01-31T09:00:00Z", "2026-01-31T09:00:00.250000Z", ""]


def test_csv_tells_the_empty_text_from_null(market: Path, sopwb: Sopwb) -> None:
    line = written(sopwb, market, market / "lots.csv").read_bytes().split(b"\r\n")[2]
    assert line == b'9,2026-01-31T09:00:00.250000Z,0,,-0.25,"["""", ""x""]",-0.5,false,""'


def test_json_lines_hold_what_json_replies_hold(market: Path, sopwb: Sopwb) -> None:
    lines = written(sopwb, market, market / "lots.jsonl").read_text().splitlines()
    assert json.loads(lines[0], parse_float=Decimal) == {
        "lot": 2, "text": 'a "big", one', "price": Decimal("19.99"), "sold": True, "on": "2026-01-31", "n": 12,
        "at": "2026-01-31T09:00:00Z", "part": {"half": Decimal("9.995"), "tags": ['a "big", one', "x"]},
    }  # fmt: skip


def test_a_script_without_a_loop_gives_one_row(workspace: Path, sopwb: Sopwb, tmp_path: Path) -> None:
    file = written(sopwb, workspace, tmp_path / "one.csv", "check_churn_risk", "--input", "customer_id=john_doe")
    assert file.read_bytes() == b"is_risk,reason\r\ntrue,Last order was 94 days ago\r\n"


def test_a_yield_that_is_no_record_is_the_column_value(workspace: Path, sopwb: Sopwb, tmp_path: Path) -> None:
    rows = pq.read_table(written(sopwb, workspace, tmp_path / "all.parquet", "weekly_churn_prevention"))
    assert rows.schema.names == ["id", "value"]
    assert {"id": "john_doe", "value": True} in rows.to_pylist()


def test_effects_stand_in_a_file_of_their_own(workspace: Path, sopwb: Sopwb, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    said = sopwb("-w", workspace, "--run", "weekly_churn_prevention", "--as-of", AS_OF, "--output", file, "--json").json
    lines = [json.loads(line) for line in (tmp_path / "all.csv.effects.jsonl").read_text().splitlines()]
    assert lines == said["effects"]
    assert len(lines) == said["effects_total"] > 0


def test_a_script_without_tools_makes_no_file_of_effects(market: Path, sopwb: Sopwb) -> None:
    file = written(sopwb, market, market / "lots.csv")
    assert not file.with_name("lots.csv.effects.jsonl").exists()


def test_a_field_of_the_keys_name_leaves_the_key_the_name_item(market: Path, sopwb: Sopwb) -> None:
    steps = [{"op": "each", "name": "rows", "from": "lots", "as": "l", "do": [], "yield": {"lot": "l.lot * 2"}}]
    frozen(market, doubled={"sop": 1, "steps": steps})
    assert written(sopwb, market, market / "x.csv", "doubled").read_text().splitlines() == ["item,lot", "2,4", "9,18",
                                                                                          "10,20"]  # fmt: skip


def test_a_source_without_a_key_numbers_its_items(market: Path, sopwb: Sopwb) -> None:
    frozen(
        market,
        pages={
            "sop": 1,
            "steps": [
                {"op": "each", "name": "pages", "from": "visits", "as": "v", "do": [], "yield": {"page": "v.page"}}
            ],
        },
    )
    for engine in ("rows", "sets"):
        file = written(sopwb, market, market / "x.parquet", "pages", "--engine", engine)
        assert pq.read_table(file).to_pylist() == [{"item": 0, "page": "home"}, {"item": 1, "page": "shop"}]


SOLD: dict[str, Any] = {
    "item": "it_.name", "price": "it_.price", "half": "it_.price / 3", "sold": "it_.sold", "on": "it_.on",
    "at": "it_.at",
    "part": "it_.sold ? {n: size(it_.name), more: {at: it_.at}} : null",
}  # fmt: skip


@pytest.mark.parametrize("yields", [SOLD, "it_.price", "it_.sold ? {at: it_.at, n: 1} : null"])
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_rows_and_sets_write_the_same(market: Path, sopwb: Sopwb, suffix: str, yields: Any) -> None:
    each = {
        **EACH["steps"][0],
        "yield": yields,
        "do": [
            {
                "op": "if",
                "cond": "it_.sold",
                "then": [
                    {
                        "op": "tool",
                        "tool": "email.send",
                        "args": {"to": "it_.name", "subject": "'s'", "body": "string(it_.price)"},
                    }
                ],
            }
        ],
    }
    frozen(market, sold={"sop": 1, "steps": [each]})
    said = sopwb("-w", market, "--run", "sold", "--engine", "sets", "--dry-run", "--json")
    assert said.json["engine"] == "sets", said.out
    files = [written(sopwb, market, market / f"{engine}.{suffix}", "sold", "--engine", engine, "--dry-run")
             for engine in ("rows", "sets")]  # fmt: skip
    if suffix == "parquet":
        rows, sets = map(pq.read_table, files)
        assert (rows.schema, rows.to_pylist()) == (sets.schema, sets.to_pylist())
    else:
        assert files[0].read_bytes() == files[1].read_bytes()
    rows, sets = (
        [json.loads(line) for line in Path(f"{file}.effects.jsonl").read_text().splitlines()] for file in files
    )
    assert [effect | {"key": ""} for effect in rows] == [effect | {"key": ""} for effect in sets]
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("type_", "keys"),
    [
        ("decimal", ["-1.5", "0", "9.25", "10"]),
        ("date", ["2025-12-31", "2026-01-01"]),
        ("timestamp", ["2026-01-31T09:00:00Z", "2026-01-31T09:00:00.250000Z", "2026-01-31T09:00:01Z"]),
    ],
)
def test_keys_of_every_type_are_written_as_they_are(market: Path, sopwb: Sopwb, type_: str, keys: list[str]) -> None:
    with (market / "sopwb.toml").open("a") as settings:
        settings.write(f'[data.keyed]\npath = "keyed.csv"\nkey = "key"\n[data.keyed.fields]\nkey = "{type_}"\n')
    (market / "keyed.csv").write_text("key,n\n" + "".join(f"{key},1\n" for key in reversed(keys)))
    each = {"op": "each", "name": "rows", "from": "keyed", "as": "k", "do": [], "yield": "k.n"}
    frozen(market, keyed={"sop": 1, "steps": [each]})
    for engine in ("rows", "sets"):
        lines = written(sopwb, market, market / "x.csv", "keyed", "--engine", engine).read_text().splitlines()
        assert lines == ["key,value", *(f"{key},1" for key in keys)]
        table = pq.read_table(written(sopwb, market, market / "x.parquet", "keyed", "--engine", engine))
        assert table.schema.field("key").type == arrow_type(SCALARS[type_], 12)
        assert [show(key) for key in table.column("key").to_pylist()] == keys


@pytest.mark.parametrize("tall", ["0.0000000000001", "123456789012345678901234567890"])
def test_a_decimal_that_its_column_cannot_hold_makes_texts_of_the_column(
    market: Path, sopwb: Sopwb, monkeypatch: pytest.MonkeyPatch, tall: str
) -> None:
    monkeypatch.setattr("sopwb.app.result_parquet.RESULT_BATCH_ROWS", 1)
    lots = [{**LOTS[0], "lot": n, "price": tall if n == 3 else "1.5"} for n in range(1, 6)]
    (market / "lots.jsonl").write_text("".join(json.dumps(lot) + "\n" for lot in lots))
    frozen(
        market,
        prices={
            "sop": 1,
            "steps": [
                {
                    "op": "each",
                    "name": "rows",
                    "from": "lots",
                    "as": "l",
                    "do": [],
                    "yield": {"price": "l.price", "twice": "l.price + l.price"},
                }
            ],
        },
    )
    table = pq.read_table(written(sopwb, market, market / "x.parquet", "prices"))
    assert table.column("price").to_pylist() == ["1.5", "1.5", tall, "1.5", "1.5"]
    assert table.column("twice").type == pa.string()
    assert table.column("twice").to_pylist()[0] == "3"
    assert table.column("lot").to_pylist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("script", "file", "code", "part"),
    [
        ({"sop": 1, "steps": [{"op": "say", "text": "'x'"}]}, "x.csv", "SOP-A032", "returns nothing"),
        (
            {
                "sop": 1,
                "steps": [
                    dict(EACH["steps"][0]),
                    {**EACH["steps"][0], "name": "more", "as": "other", "yield": "other.lot"},
                ],
            },
            "x.csv",
            "SOP-A032",
            "2 loops",
        ),
        (EACH, "x.xlsx", "SOP-A031", ".parquet"),
        (EACH, "nowhere/x.parquet", "SOP-A014", "nowhere/x.parquet"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_runs(
    market: Path, sopwb: Sopwb, script: dict[str, Any], file: str, code: str, part: str
) -> None:
    frozen(market, wrong=script)
    said = sopwb("-w", market, "--run", "wrong", "--output", market / file)
    assert (said.code, code in said.err, part in said.err) == (1, True, True), said.err
    assert sopwb("-w", market, "runs", "list", "--json").json == []


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_run_that_fails_leaves_what_was_there(market: Path, sopwb: Sopwb, suffix: str) -> None:
    file = market / f"x.{suffix}"
    file.write_text("yesterday's")
    each = {
        **EACH["steps"][0],
        "do": [{"op": "if", "cond": "it_.lot == 10", "then": [{"op": "fail", "message": "'no'"}]}],
    }
    frozen(market, failing={"sop": 1, "steps": [each]})
    assert sopwb("-w", market, "--run", "failing", "--output", file).code == 1
    assert file.read_text() == "yesterday's"
    assert [entry.name for entry in market.iterdir() if entry.name.startswith(".sopwb-")] == []


# --- a process that is stopped --------------------------------------------------------------------------

_RUN = """
import sys
from sopwb.cli.main import command_line
if sys.argv[1] != "-":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(command_line(sys.argv[2:], lambda folder, as_of: 9))
"""


@pytest.fixture
def plenty(tmp_path: Path) -> Path:
    """A source of many records whose texts do not compress, and a script that yields each."""
    folder = tmp_path / "plenty"
    folder.mkdir()
    (folder / "sopwb.toml").write_text('[workspace]\nname = "plenty"\n[data.rows]\npath = "rows.csv"\nkey = "id"\n')
    lines = "".join(f"{n},{os.urandom(40).hex()}\n" for n in range(20_000))
    (folder / "rows.csv").write_text("id,text\n" + lines)
    steps = [{"op": "each", "name": "rows", "from": "rows", "as": "r", "do": [], "yield": {"text": "r.text"}}]
    return frozen(folder, copy={"sop": 1, "steps": steps})


def process(folder: Path, file: Path, limit: str = "-") -> subprocess.Popen[str]:
    words = ["-w", str(folder), "--run", "copy", "--as-of", AS_OF, "--output", str(file)]
    return subprocess.Popen([sys.executable, "-c", _RUN, limit, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "json"])
def test_a_full_disk_leaves_nothing_under_the_name(plenty: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run = process(plenty, out / f"x.{suffix}", "300000" if suffix != "json" else "4096")
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1, err
    assert "SOP-A014" in err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert list(out.iterdir()) == []


def begun(out: Path, run: subprocess.Popen[str]) -> None:
    """Wait until a part of the file has been written."""
    end = time.monotonic() + 60
    while not any(part.stat().st_size > 0 for part in out.iterdir()):
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_killed_process_leaves_nothing_under_the_name(plenty: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run = process(plenty, out / f"x.{suffix}")
    begun(out, run)
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGKILL
    assert not (out / f"x.{suffix}").exists()


def test_ctrl_c_leaves_nothing_at_all(plenty: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run = process(plenty, out / "x.csv")
    begun(out, run)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (130, "interrupted\n")
    assert list(out.iterdir()) == []
