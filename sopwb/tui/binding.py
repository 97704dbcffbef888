"""Textual bindings made from the action registry, and the way from a key to its method.

Every binding carries its action's id, so that the person's key map can give it other keys (``App.set_keymap``).
"""

from __future__ import annotations

from textual.binding import Binding

from sopwb.tui.actions import BY_ID, Pane, of_pane
from sopwb.tui.keys import Keymap, types_text


def bindings(pane: Pane) -> list[Binding]:
    """Make the bindings of a pane.

    The chat's keys and what works everywhere come before a text field's own keys (a text area has its F6), except for
    keys that write a character.
    """
    made = []
    for action in of_pane(pane):
        for key in action.keys:
            first = pane in ("chat", "everywhere") and not types_text(key)
            made.append(Binding(key, f"perform('{action.id}')", action.words, show=False, priority=first, id=action.id))
    return made


def textual_keymap(keys: Keymap) -> dict[str, str]:
    """Write what differs from the registry as Textual takes it."""
    return {id_: ",".join(texts) for id_, texts in keys.keys.items() if texts != BY_ID[id_].keys}


class Performs:
    """Carries out registered actions by the method that the registry names."""

    def action_perform(self, id_: str) -> None:
        """Carry out the action ``id_``, which belongs to this widget's pane."""
        getattr(self, BY_ID[id_].handler)()
