"""``sopwb --run``: one headless run, its result on stdout.

Options are read by hand: argparse costs 6 ms of the start, which cron pays at every tick.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import msgspec

from sopwb.app.commands import Command, ResumeRun, RunScript
from sopwb.app.effect_words import argument_words
from sopwb.app.outputs import Failed, RunView
from sopwb.app.sets import ENGINES
from sopwb.app.workbench import open_workbench
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.inputs import read_pairs
from sopwb.cli.main import report
from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name

_VALUED: Final = {
    "--run", "--input", "--inputs", "--mock", "--allow", "--output", "--as-of", "--engine", "--limit-memory",
    "--canary", "--resume",
}  # fmt: skip
_FLAGS: Final = {"--trace", "--dry-run", "--json", "--events"}


class Options(msgspec.Struct):
    ref: str = ""
    inputs: dict[str, Any] = {}
    mocks: list[str] = []
    allow: list[str] = []
    output: str = ""
    as_of: str = ""
    engine: str = "auto"
    memory_mb: int = 0
    canary: int = 0
    resume: str = ""
    trace: bool = False
    dry_run: bool = False
    json: bool = False
    events: bool = False


def run_command(folder: str | None, words: list[str]) -> int:
    """Run what ``--run`` names. Gives the exit code."""
    options = read_options(words)
    bench = open_workbench(folder, options.as_of)
    try:
        command = _command(options)
        if options.events:
            output = bench.do(command, _print_event)
        elif sys.stderr.isatty() and not options.json:
            from sopwb.cli.progress import Progress

            with Progress() as progress:
                output = bench.do(command, progress.show)
        else:
            output = bench.do(command)
    finally:
        bench.close()
    if isinstance(output, Failed):
        report(output.diagnostics)
        return FAILED
    assert isinstance(output, RunView)
    return _print(output, options)


def _command(options: Options) -> Command:
    if options.resume:
        return ResumeRun(options.resume, canary=options.canary, ref=options.ref)
    return RunScript(
        options.ref,
        options.inputs,
        options.as_of,
        options.dry_run,
        tuple(options.mocks),
        tuple(options.allow),
        options.output,
        engine=options.engine,
        memory_mb=options.memory_mb,
        canary=options.canary,
    )


def _print(run: RunView, options: Options) -> int:
    if options.trace:
        for line in run.trace:
            print(line.text, file=sys.stderr)
        if run.trace_total > len(run.trace):
            print(f"… {run.trace_total - len(run.trace)} more events; --output FILE has all", file=sys.stderr)
    for why in run.slower:
        print(why, file=sys.stderr)
    if run.error is not None:
        report((run.error,))
    if options.json:
        print(json_text(reply(run)))
    elif run.error is None:
        print(json_text(run.result))
        if run.items:
            rate = run.items / run.seconds if run.seconds else 0.0
            print(f"{run.items:,} items by {run.engine} in {run.seconds:.1f} s ({rate:,.0f} a second)", file=sys.stderr)
        _print_effects(run)
    if run.acting is None:
        return DONE if run.error is None else FAILED
    from sopwb.cli.acting import acting_lines, exit_code

    if not options.json:
        print("\n".join([run.run, *acting_lines(run)]), file=sys.stderr)
    return exit_code(run)


def _print_effects(run: RunView) -> None:
    if not run.effects_total:
        return
    how = "planned" if run.mode == "dry_run" else "in all" if run.acting is not None else run.mode
    print(f"{run.effects_total} effects {how}:", file=sys.stderr)
    for effect in run.effects[:20]:
        args = argument_words(effect.args)
        item = f" [{effect.item}]" if effect.item else ""
        print(f"  {effect.state}{item} {effect.tool} {args}", file=sys.stderr)
    if run.effects_total > 20:
        print(f"  … {run.effects_total - 20} more", file=sys.stderr)


def reply(run: RunView) -> dict[str, Any]:
    """Give the fixed JSON shape of a run (docs/command-line.md)."""
    out: dict[str, Any] = {
        "run": run.run,
        "script": run.script,
        "status": run.status,
        "result": run.result,
        "effects": [
            {"key": e.key, "tool": e.tool, "item": e.item, "args": e.args, "state": e.state} for e in run.effects
        ],
        "trace": [{"path": t.path, "op": t.op, "text": t.text, "value": t.value, "item": t.item} for t in run.trace],
        "trace_hash": run.trace_hash,
        "mode": run.mode,
        "mocks": list(run.mocks),
        "effects_total": run.effects_total,
        "trace_total": run.trace_total,
        "items": run.items,
        "engine": run.engine,
    }
    if run.acting is not None:
        out["acting"] = msgspec.to_builtins(run.acting)
    if run.error is not None:
        out["error"] = {"code": run.error.code, "message": run.error.message, "path": run.error.path}
    return out


def _print_event(event: Any) -> None:
    print(json_text({"v": event.v, "event": event.kind, **event.data}), flush=True)


def read_options(words: list[str]) -> Options:
    """Read the options of ``--run``. Raises ``UserError`` SOP-U001 or SOP-U002."""
    options = Options(inputs={}, mocks=[], allow=[])
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, eq, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name in _FLAGS and not eq:
            setattr(options, name[2:].replace("-", "_"), True)
            continue
        if name not in _VALUED:
            raise UserError(
                Diagnostic(
                    "SOP-U001",
                    f"unknown option {word!r} of --run",
                    found=word,
                    nearest=nearest_name(name, _VALUED | _FLAGS),
                    hint="sopwb --run NAME [--input k=v]… [--dry-run] [--trace] [--json]",
                )
            )
        if not eq:
            if not rest:
                raise UserError(Diagnostic("SOP-U001", f"{name} needs a value"))
            value = rest.pop(0)
        _take(options, name, value)
    return options


def _take(options: Options, name: str, value: str) -> None:
    match name:
        case "--run":
            options.ref = value
        case "--input":
            options.inputs.update(read_pairs([value]))
        case "--inputs":
            options.inputs.update(_json_inputs(value))
        case "--mock":
            options.mocks.append(value)
        case "--allow":
            options.allow.append(value)
        case "--output":
            options.output = value
        case "--as-of":
            options.as_of = value
        case "--engine":
            if value not in ENGINES:
                raise UserError(
                    Diagnostic("SOP-U001", f"no engine {value!r}", found=value, nearest=nearest_name(value, ENGINES),
                               hint="auto, rows or sets; each gives the same")
                )  # fmt: skip
            options.engine = value
        case "--canary":
            if not (value.isascii() and value.isdigit() and 0 < int(value) < 10**9):
                raise UserError(Diagnostic("SOP-U001", f"--canary {value}: not a number of items", found=value))
            options.canary = int(value)
        case "--resume":
            options.resume = value
        case "--limit-memory":
            options.memory_mb = _megabytes(value)


_SIZES: Final = {"": 1, "MB": 1, "MIB": 1, "GB": 1_000, "GIB": 1_024}


def _megabytes(text: str) -> int:
    """Read a size: a number of megabytes, or with MB or GB."""
    digits = text.rstrip("MGBIbmgi ")
    unit = _SIZES.get(text[len(digits) :].strip().upper())
    if unit is None or not digits.isascii() or not digits.replace(".", "", 1).isdigit():
        raise UserError(Diagnostic("SOP-U001", f"{text!r} is not a size", found=text, expected="600MB or 2GB"))
    return int(float(digits) * unit)


def _json_inputs(value: str) -> dict[str, Any]:
    source = "--inputs"
    if value == "-":
        text = sys.stdin.read()
    elif value.startswith("@"):
        source = value[1:]
        try:
            with open(source, encoding="utf-8-sig") as file:
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(Diagnostic("SOP-U002", f"{source}: {error}")) from None
    else:
        text = value
    try:
        found = parse_json(text)
    except ValueError as error:
        raise UserError(Diagnostic("SOP-U002", f"{source} is not JSON: {error}")) from None
    if not isinstance(found, dict):
        raise UserError(
            Diagnostic(
                "SOP-U002", f"{source} must be a JSON object", found=type(found).__name__, expected='{"name": value}'
            )
        )
    return found
