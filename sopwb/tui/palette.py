"""The command palette: every registered action by its words. Imported when it is first opened."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from sopwb.tui.actions import ACTIONS, Action
from sopwb.tui.screens.main import MainScreen

_NEVER = frozenset({"everywhere.palette", "chat.send", "chat.newline", "chat.recall", "chat.forward", "chat.complete"})


class ActionProvider(Provider):
    """Finds actions for the palette."""

    async def discover(self) -> Hits:
        for action, main in self._actions():
            yield DiscoveryHit(self._words(action, main), partial(main.action_perform, action.id))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action, main in self._actions():
            words = self._words(action, main)
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), partial(main.action_perform, action.id))

    def _actions(self) -> list[tuple[Action, MainScreen]]:
        main: Screen[object] = self.screen
        if not isinstance(main, MainScreen):
            return []
        return [(action, main) for action in ACTIONS if action.id not in _NEVER]

    def _words(self, action: Action, main: MainScreen) -> str:
        words = action.words[:1].upper() + action.words[1:]
        pane = "" if action.pane == "everywhere" else f"{action.pane}: "
        return f"{pane}{words} ({main.keys.shown(action)})"
