"""The part of the workbench that an author may use: Commands in, Outputs out, and what scripts are checked against.

Deliberately not here: the store, files and engines. An author can do what a person at the keyboard can, no more.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from sopwb.app.commands import Command
from sopwb.app.outputs import Output
from sopwb.lang.environment import Environment


class Bench(Protocol):
    """An open workspace. ``do`` never raises for a user's mistake: it answers ``Failed``."""

    @property
    def zone(self) -> dt.tzinfo: ...
    @property
    def zone_name(self) -> str: ...
    def environment(self) -> Environment: ...
    def do(self, command: Command) -> Output: ...
