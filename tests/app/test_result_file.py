"""Result files by themselves: Arrow batches as rows do, columns of every type, and which loop a table is of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sopwb.app.commands import SaveDraft
from sopwb.app.handlers.running import find_target, prepare_target
from sopwb.app.outputs import ScriptView
from sopwb.app.result_columns import columns_of
from sopwb.app.result_file import ResultFile
from sopwb.app.workbench import Workbench
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.types import type_text
from sopwb.run.interpret import Program
from tests.shop import CHURN

ORDERS: dict[str, Any] = {"op": "each", "name": "rows", "from": "orders", "as": "o", "do": [],
                          "yield": {"total": "o.total", "part": "{half: o.total / 2}"}}  # fmt: skip


def program(bench: Workbench, *steps: dict[str, Any], **more: Any) -> Program:
    """Save a script as a draft and prepare it."""
    output = bench.do(SaveDraft("drafted", {"sop": 1, "steps": list(steps), **more}))
    assert isinstance(output, ScriptView), output
    assert output.diagnostics == ()
    return prepare_target(bench, find_target(bench, "drafted", True))


def columns(bench: Workbench, *steps: dict[str, Any], **more: Any) -> list[str]:
    return [f"{c.name}: {type_text(c.type)}" for c in columns_of(program(bench, *steps, **more)).all()]


class Succeeded:
    """As much of a run as ``finish`` asks for."""

    class view:
        error = None


def write(file: ResultFile, *batches: pa.RecordBatch) -> None:
    with file:
        for batch in batches:
            file.write_batch(batch)
        file.finish(Succeeded())  # type: ignore[arg-type]


def batch(file: ResultFile, scale: int, ids: list[str], totals: list[str]) -> pa.RecordBatch:
    """A batch as an engine would give it: money of its own scale, everything nullable."""
    money = pa.decimal128(38, scale)
    values = [Decimal(total) for total in totals]
    struct = pa.array([{"half": value} for value in values], pa.struct([pa.field("half", money)]))
    arrays = {"id": pa.array(ids), "total": pa.array(values, money), "part": struct}
    return pa.RecordBatch.from_pydict({name: arrays[name] for name in file.schema.names})


def test_arrow_batches_become_the_columns_of_the_schema(bench: Workbench, tmp_path: Path) -> None:
    file = ResultFile(str(tmp_path / "x.parquet"), program(bench, ORDERS))
    write(file, batch(file, 2, ["a", "b"], ["1.50", "2.25"]), batch(file, 4, ["c"], ["0.0001"]))
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.remove_metadata() == file.schema
    assert table.to_pylist()[2] == {"id": "c", "total": Decimal("0.0001"), "part": {"half": Decimal("0.0001")}}


def test_a_batch_that_does_not_fit_makes_texts_of_its_column_alone(bench: Workbench, tmp_path: Path) -> None:
    file = ResultFile(str(tmp_path / "x.parquet"), program(bench, ORDERS))
    fine, more = batch(file, 2, ["a"], ["1.50"]), batch(file, 20, ["b"], ["0.00000000000000000001"])
    write(file, fine, more.set_column(file.schema.names.index("part"), "part", fine.column("part")), fine)
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column("total").to_pylist() == ["1.5", "0.00000000000000000001", "1.5"]
    assert table.column("part").to_pylist() == [{"half": Decimal("1.5")}] * 3


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_batches_are_written_as_rows_are(bench: Workbench, tmp_path: Path, suffix: str) -> None:
    made = program(bench, ORDERS)
    of_batches, of_rows = (ResultFile(str(tmp_path / f"{name}.{suffix}"), made) for name in ("batches", "rows"))
    write(of_batches, batch(of_batches, 4, ["a", "b"], ["1.50", "2"]))
    with of_rows:
        for item, total in (("a", Decimal("1.50")), ("b", Decimal(2))):
            of_rows.write(item, {"part": {"half": total}, "total": total})
        of_rows.finish(Succeeded())  # type: ignore[arg-type]
    assert (tmp_path / f"batches.{suffix}").read_bytes() == (tmp_path / f"rows.{suffix}").read_bytes()


def test_without_finish_nothing_has_the_name(bench: Workbench, tmp_path: Path) -> None:
    with ResultFile(str(tmp_path / "x.csv"), program(bench, ORDERS)) as file:
        file.write("a", {"part": {"half": Decimal(1)}, "total": Decimal(1)})
    assert not (tmp_path / "x.csv").exists()


def test_columns_are_the_key_and_the_fields_of_the_outermost_loop_that_yields(bench: Workbench) -> None:
    inner = {"op": "each", "name": "inner", "in": "[1, 2]", "as": "n", "do": [], "yield": "n"}
    assert columns(bench, ORDERS) == ["id: string", "part: {half: decimal}", "total: decimal"]
    assert columns(bench, {**ORDERS, "do": [inner], "yield": "inner"}) == ["id: string", "value: list<int>"]
    assert columns(bench, inner) == ["item: int", "value: int"]
    quiet = {"op": "each", "from": "orders", "as": "o", "do": [inner]}
    returned = {"op": "return", "value": {"n": "1"}}
    assert columns(bench, quiet, returned, returns={"n": "int"}) == ["n: int"]


def test_a_loop_in_a_called_script_counts(bench: Workbench) -> None:
    bench.do(SaveDraft("called", {"sop": 1, "steps": [ORDERS]}))
    call = {"op": "call", "name": "x", "script": "called", "args": {}}
    assert columns(bench, call) == ["id: string", "part: {half: decimal}", "total: decimal"]
    with pytest.raises(UserError, match="results of 2 loops"):
        columns(bench, call, ORDERS)


def test_a_script_whose_inner_loop_yields_gives_what_it_returns(bench: Workbench) -> None:
    bench.do(SaveDraft("check_churn_risk", CHURN))
    found = columns_of(prepare_target(bench, find_target(bench, "check_churn_risk", True)))
    assert [column.name for column in found.all()] == ["is_risk", "reason"]


def test_values_without_a_column_of_their_own_become_texts(bench: Workbench, tmp_path: Path) -> None:
    each = {**ORDERS, "yield": {"nothing": "null", "empty": "[]", "maybe": "o.total > 1000 ? {a: 1} : null"}}
    file = ResultFile(str(tmp_path / "x.parquet"), program(bench, each))
    with file:
        file.write("a", {"empty": [], "maybe": None, "nothing": None})
        file.write("b", {"empty": [], "maybe": {"a": 1}, "nothing": None})
        file.finish(Succeeded())  # type: ignore[arg-type]
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == [
        {"id": "a", "empty": [], "maybe": None, "nothing": None},
        {"id": "b", "empty": [], "maybe": {"a": 1}, "nothing": None},
    ]
