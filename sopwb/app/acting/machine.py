"""What acting needs of the machine, as ports: its boot, its clock, secure bytes, and faults for tests.

A boot id tells whether what a dead process wrote without a sync is still what it wrote: pages survive a process, not
a restart. Where there is none, every boot counts as another one, which only puts more in doubt.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import msgspec

from sopwb.store.disk import Disk


def boot_id() -> str:
    """Give the id of this boot of the machine, "" where it has none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def now_us() -> int:
    """Give the wall clock in µs since 1970."""
    return time.time_ns() // 1_000


def no_fault(point: str) -> None:
    """Let a named point pass; tests put a crash here."""


class Machine(msgspec.Struct, frozen=True):
    """The ports. ``fault`` is called at every boundary by its name (``after-intent-sync``)."""

    boot: Callable[[], str] = boot_id
    now_us: Callable[[], int] = now_us
    entropy: Callable[[int], bytes] = os.urandom
    disk: Disk = Disk()
    fault: Callable[[str], None] = no_fault
