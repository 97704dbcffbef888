"""How the benchmarks measure: every turn in a fresh process, turns interleaved, ratios within a round, their medians.

A noisy machine slows a round's turns alike, so the ratio of two of them says more than their times; medians drop the
rounds where it did not. Wall time, CPU time of all threads, and peak memory are the process's own. Nothing here
knows what is measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]


class Taken(NamedTuple):
    """Seconds on the wall and of the processors, scaled up where a sample was measured; peak MiB of the process."""

    wall: float
    cpu: float
    peak: float = 0


class Timer:
    """Runs from its making on; imports and preparations stand before it."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def done(self, scale: float = 1) -> Taken:
        return Taken((time.perf_counter() - self._wall) * scale, (time.process_time() - self._cpu) * scale)


def peak_mib() -> float:
    """Give this process's peak memory. (``getrusage`` would count what its parent held before it.)"""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("Linux tells a process's peak")


class TooSlow(Exception):
    """A program was stopped because it took longer than the benchmark waits."""


def command(words: Sequence[str], cwd: Path, patience_s: float) -> Taken:
    """Run a program to its end and give what it took, all of it. Raises ``TooSlow``.

    Its peak counts at least the memory of the process that asks, which therefore should be small.
    """
    began = time.perf_counter()
    with open(os.devnull, "wb") as nowhere, subprocess.Popen(words, cwd=cwd, stdout=nowhere, stderr=nowhere) as child:
        while True:
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            wall = time.perf_counter() - began
            if pid:
                break
            if wall > patience_s:
                child.kill()
                raise TooSlow(f"not done within {patience_s:.0f} s")
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, f"{' '.join(words)} gave exit code {child.returncode}"
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def own_process(module: str, words: Iterable[str], threads: int) -> Taken | str:
    """Have a module measure one turn in a fresh process, whose last line is ``answer``'s."""
    env = {**os.environ, "POLARS_MAX_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    asked = [sys.executable, "-m", module, *words]
    done = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=env)
    reply = json.loads(done.stdout.splitlines()[-1])
    return reply if isinstance(reply, str) else Taken(*reply)


def answer(taken: Taken | str) -> None:
    """Reply to ``own_process``. A peak that was measured of another process stays."""
    print(json.dumps(taken if isinstance(taken, str) or taken.peak else taken._replace(peak=peak_mib())))


def interleaved(names: Sequence[str], rounds: int, turn: Callable[[str], Taken | str]) -> dict[str, list[Taken] | str]:
    """Let each have a turn a round. Who cannot says why, once, and has no further turn."""
    found: dict[str, list[Taken] | str] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            so_far = found[name]
            if isinstance(so_far, str):
                continue
            taken = turn(name)
            if isinstance(taken, str):
                found[name] = taken
            else:
                so_far.append(taken)
    return found


class Line(NamedTuple):
    """A line of a table: medians of what was taken, and of the ratios to its base, with the least and the most."""

    taken: Taken
    wall: tuple[float, float, float]
    cpu: tuple[float, float, float]


def line(mine: Sequence[Taken], base: Sequence[Taken]) -> Line:
    """Compare round by round."""
    wall = [a.wall / b.wall for a, b in zip(mine, base, strict=True)]
    cpu = [a.cpu / b.cpu for a, b in zip(mine, base, strict=True)]
    taken = Taken(*(statistics.median(part) for part in zip(*mine, strict=True)))
    spread = [(statistics.median(ratios), min(ratios), max(ratios)) for ratios in (wall, cpu)]
    return Line(taken, spread[0], spread[1])


def show(found: dict[str, list[Taken] | str], titles: dict[str, str], bases: dict[str, str]) -> None:
    """Print a table; ``bases`` names what each is compared with."""
    width = max(map(len, titles.values()))
    print(f"{'':{width}} {'seconds':>9} {'ratio':>7} {'least–most':>12} {'CPU s':>9} {'ratio':>7} {'peak MiB':>9}")
    for name, takes in found.items():
        if isinstance(takes, str):
            print(f"{titles[name]:{width}}   – {takes}")
            continue
        base = found[bases[name]]
        assert not isinstance(base, str), "what others are compared with has been measured"
        own = line(takes, base)
        ratio, least, most = own.wall
        print(
            f"{titles[name]:{width}} {own.taken.wall:9.3f} {ratio:7.2f} {f'{least:.2f}–{most:.2f}':>12}"
            f" {own.taken.cpu:9.3f} {own.cpu[0]:7.2f} {own.taken.peak:9.0f}"
        )
