"""The script tree: drafts, frozen scripts and jobs, each opening into its steps with their diagnostics.

Deliberately not here: editing (``widgets.script_pane``) and loading; opening a script that was not seen yet posts
``Wanted``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from sopwb.app.outputs import ScriptRow, ScriptView
from sopwb.kernel.ids import short_id
from sopwb.tui.present.places import GROUPS, Kind, Place, script_place, state_words, step_places
from sopwb.tui.present.values import clip

Key = tuple[Kind, str]


class ScriptTree(Tree[Place], inherit_bindings=False):
    """Shows scripts. The cursor's place is ``here``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_up", show=False),
        Binding("down,j", "cursor_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("home,g", "scroll_home", show=False),
        Binding("end,G", "scroll_end", show=False),
        Binding("space", "toggle_node", show=False),
        Binding("left,h", "close_node", show=False),
        Binding("right,l", "open_node", show=False),
    ]

    class Wanted(Message):
        """A script is needed whose steps are not known yet: to open, run or read it (``purpose``)."""

        def __init__(self, place: Place, purpose: str = "open") -> None:
            super().__init__()
            self.place, self.purpose = place, purpose

    def __init__(self) -> None:
        super().__init__("workspace", id="tree")
        self.show_root = False
        self.guide_depth = 2
        self.auto_expand = False
        self.views: dict[Key, ScriptView] = {}
        self.changed = False

    # --- what it shows ------------------------------------------------------------------------------
    def show_list(self, rows: Sequence[ScriptRow]) -> None:
        """Show what there is, keeping what was open and where the cursor was."""
        here, opened = self.here, {self._key(node.data) for node in self._scripts() if node.is_expanded and node.data}
        places = [script_place(row) for row in rows]
        by_key = {(place.kind, place.name): place for place in places}
        self.views = {
            key: view
            for key, view in self.views.items()
            if key in by_key and (key[0] == "draft" or view.hash == by_key[key].hash or key[0] == "job")
        }
        self.clear()
        for kind, title in GROUPS:
            own = [place for place in places if place.kind == kind]
            group = self.root.add(Text(title), Place("group", text=title), expand=True)
            if not own:
                group.add_leaf(Text("none yet"), Place("note", text="none yet"))
            for place in own:
                node = group.add(Text(place.name), place)
                key = (place.kind, place.name)
                if key in self.views:
                    self._fill(node, place, self.views[key])
                if key in opened:
                    node.expand()
        if here is not None:
            self.go_to(here.owner if here.owner != "group" else here.kind, here.name, here.path)
        if here is None or self.cursor_line < 0:
            first = next(self._scripts(), None)
            _ = self._tree_lines
            self.move_cursor(first if first is not None else self.root.children[0])

    def show_view(self, kind: Kind, view: ScriptView, cursor: str | None = None, opened: bool = True) -> None:
        """Show a script's steps; ``cursor`` is the path where the cursor goes (None: it stays)."""
        self.views[(kind, view.name)] = view
        node = self._script(kind, view.name)
        if node is None or node.data is None:
            return
        here = self.here
        self._fill(node, node.data, view)
        if opened:
            node.expand()
        if cursor is not None:
            self.go_to(kind, view.name, cursor)
        elif here is not None and here.name == view.name and here.owner == kind:
            self.go_to(kind, view.name, here.path)

    def _fill(self, node: TreeNode[Place], owner: Place, view: ScriptView) -> None:
        node.remove_children()
        stack: list[tuple[int, TreeNode[Place]]] = [(-1, node)]
        rows = step_places(owner, view)
        for n, row in enumerate(rows):
            while stack[-1][0] >= row.depth:
                stack.pop()
            parent = stack[-1][1]
            deeper = n + 1 < len(rows) and rows[n + 1].depth > row.depth
            text = Text(row.text or "?")
            if deeper:
                stack.append((row.depth, parent.add(text, row, expand=True)))
            else:
                parent.add_leaf(text, row)

    # --- where the cursor is ------------------------------------------------------------------------
    @property
    def here(self) -> Place | None:
        """What the cursor is on."""
        node = self.cursor_node
        return node.data if node is not None else None

    def view_of(self, place: Place) -> ScriptView | None:
        """Give the view of the script that a place belongs to, where it is known."""
        return self.views.get((place.owner, place.name))

    def go_to(self, kind: Kind, name: str, path: str = "") -> None:
        """Put the cursor on a step, or the nearest thing that is still there: its owner, its script."""
        script = self._script(kind, name)
        if script is None:
            return
        target = script
        for node in self._below(script):
            place = node.data
            if place is None or place.kind not in ("step", "block"):
                continue
            if place.path == path:
                target = node
                break
            if path and (path + "/").startswith(place.path + "/"):
                target = node
        above = target.parent
        while above is not None:
            above.expand()
            above = above.parent
        # A node that was added just now has no line before the tree has built its lines.
        _ = self._tree_lines
        self.move_cursor(target)

    def _scripts(self) -> Iterator[TreeNode[Place]]:
        for group in self.root.children:
            yield from (node for node in group.children if node.data is not None and node.data.kind != "note")

    def _script(self, kind: Kind, name: str) -> TreeNode[Place] | None:
        return next(
            (node for node in self._scripts() if node.data is not None and self._key(node.data) == (kind, name)), None
        )

    def _below(self, node: TreeNode[Place]) -> Iterator[TreeNode[Place]]:
        for child in node.children:
            yield child
            yield from self._below(child)

    def _key(self, place: Place) -> Key:
        return (place.kind, place.name)

    # --- opening and closing ------------------------------------------------------------------------
    def action_toggle_node(self) -> None:
        node = self.cursor_node
        if node is not None and node.allow_expand:
            self.action_close_node() if node.is_expanded else self.action_open_node()

    def action_open_node(self) -> None:
        node = self.cursor_node
        if node is None or node.data is None or not node.allow_expand:
            return
        node.expand()

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Place]) -> None:
        """Have the steps of a script loaded that is opened for the first time, by key or by mouse."""
        event.stop()
        place = event.node.data
        if (
            place is not None
            and place.kind in ("draft", "frozen", "job")
            and (place.kind, place.name) not in self.views
        ):
            self.post_message(self.Wanted(place))

    def action_close_node(self) -> None:
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.allow_expand:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    # --- drawing ------------------------------------------------------------------------------------
    def render_label(self, node: TreeNode[Place], base_style: Style, style: Style) -> Text:
        """Draw a node: a symbol, its words, and for scripts their state in words."""
        place = node.data
        if place is None:
            return super().render_label(node, base_style, style)
        variables = self.app.theme_variables
        icon = ("▾ " if node.is_expanded else "▸ ") if node.allow_expand else ""
        plain = style.bgcolor is not None and node is self.cursor_node and self.has_focus

        def ink(colour: str, extra: str = "") -> Style:
            return style if plain else style + Style.parse(f"{extra} {variables[colour]}".strip())

        match place.kind:
            case "group":
                return Text.assemble((icon, base_style), (place.text, ink("primary", "bold")))
            case "draft" | "frozen" | "job":
                view = self.views.get((place.kind, place.name))
                words = state_words(view) if place.kind == "draft" and view is not None else short_id(place.hash)
                good = place.kind != "draft" or view is None or view.checks
                words = "" if place.kind == "draft" and view is None else words
                return Text.assemble(
                    (icon, base_style),
                    (place.name, style + Style(bold=True)),
                    ("  ", style),
                    (words, ink("secondary" if good else "error")),
                )
            case "problem":
                return Text(f"✗ {clip(place.text, 300)}", ink("error"))
            case "note":
                return Text(clip(place.text, 300), ink("secondary"))
            case _:
                return Text.assemble((icon, base_style), (clip(place.text, 300), style))
