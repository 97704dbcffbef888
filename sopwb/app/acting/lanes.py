"""A lane: one tool of an acting run, with its connections, its pace, and the effects that wait for it."""

from __future__ import annotations

import asyncio
from collections import deque

from sopwb.app.acting.chains import Work
from sopwb.kernel.limits import INTENT_GROUP_MAX
from sopwb.run.acting import Actor


class Lane:
    """``wanted`` are effects that may be done next, ``ready`` those whose intent is durable, ``open`` counts intents
    without an end."""

    def __init__(self, tool: str, actor: Actor) -> None:
        protection = actor.protection
        self.tool = tool
        self.actor = actor
        self.kind = protection.kind
        self.key_hours = protection.key_hours
        self.connections = max(1, min(protection.connections, INTENT_GROUP_MAX))
        self.wanted: deque[Work] = deque()
        self.ready: deque[Work] = deque()
        self.open = 0
        self.awake = asyncio.Event()
        self.paced = protection.per_second > 0
        self._gap_s = 1 / protection.per_second if self.paced else 0.0
        self._next_s = 0.0

    async def turn(self) -> None:
        """Wait until the tool's rate allows one more."""
        now = asyncio.get_running_loop().time()
        mine = max(self._next_s, now)
        self._next_s = mine + self._gap_s
        if mine > now:
            await asyncio.sleep(mine - now)
