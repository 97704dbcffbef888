"""The workbench as an application: style sheets, themes, keys, the size of the terminal and leaving it clean.

``run`` is all that a caller needs. Deliberately not here: opening a workspace and making a dialogue (the caller
does), and what the panes do (``screens.main``).
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.kernel.limits import HANG_UP_S_MAX
from sopwb.tui import settings, themes
from sopwb.tui.binding import textual_keymap
from sopwb.tui.desk import Desk
from sopwb.tui.keys import keymap
from sopwb.tui.ports import Bench, TalkFactory
from sopwb.tui.screens.main import MainScreen
from sopwb.tui.screens.small import COLUMNS_MIN, ROWS_MIN, SmallScreen
from sopwb.tui.visible import Visible

_HERE: Final = Path(__file__).parent
_STYLES: Final = (
    "screens/main",
    "screens/form",
    "screens/pick",
    "screens/reading",
    "screens/small",
    "widgets/top_bar",
    "widgets/key_bar",
    "widgets/chat",
    "widgets/script_pane",
    "widgets/trace_view",
    "widgets/field_row",
)


class WorkbenchApp(App[int]):
    """The terminal workbench over an open workspace."""

    TITLE = "SOP Workbench"
    CSS_PATH: ClassVar[list[str | Path]] = [_HERE / f"{style}.tcss" for style in _STYLES]  # type: ignore[assignment]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", "Leave", show=False, priority=True, system=True)
    ]

    def __init__(self, bench: Bench, dialogue_factory: TalkFactory, as_of: str = "") -> None:
        super().__init__()
        self._visible = Visible()
        self._give_back_signals: Callable[[], object] = lambda: None
        self.desk = Desk(bench, dialogue_factory)
        self.as_of = as_of
        overrides, wrong_file = settings.read_keys()
        self.keys, wrong_keys = keymap(overrides)
        self.theme_files, wrong_themes = themes.read_themes(themes.folders(settings.folder()))
        self._said: tuple[Diagnostic, ...] = (*wrong_file, *wrong_keys, *wrong_themes)
        self._place = f"{bench.name} · {bench.zone_name}" + (f" · as of {as_of}" if as_of else "")
        for theme in self.theme_files.values():
            self.register_theme(themes.textual_theme(theme))
        wanted = (settings.read_theme_choice(), themes.DEFAULT)
        self.theme = next((id_ for id_ in wanted if id_ in self.theme_files), next(iter(self.theme_files)))

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(self.desk, self.keys, self._place, self.as_of)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give none of Textual's own: the palette has the registry's actions."""
        return ()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Have every drawn line pass the gate, before Textual's own filters."""
        return [self._visible, *super().get_line_filters()]

    def on_mount(self) -> None:
        self.set_keymap(textual_keymap(self.keys))
        self._leave_clean_on_signals()
        # After fg the terminal shows an empty screen, of which Textual believes that it is drawn.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        for diagnostic in self._said[:3]:
            self.notify(diagnostic.line(), severity="warning", timeout=10, markup=False)

    def on_unmount(self) -> None:
        self.desk.close(wait_s=0.5)
        self._give_back_signals()

    def _leave_clean_on_signals(self) -> None:
        loop = asyncio.get_running_loop()

        def hung_up(number: int, _frame: object) -> None:
            # The terminal is gone. Textual's writer dies of that, and whoever draws then waits for it for ever, the
            # event loop too: the end must not depend on the loop, so the system is asked for it.
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, HANG_UP_S_MAX)
            loop.call_soon_threadsafe(self.exit, 128 + number)

        try:
            loop.add_signal_handler(signal.SIGTERM, self.exit, 128 + signal.SIGTERM)
            before = signal.signal(signal.SIGHUP, hung_up)
        except (ValueError, NotImplementedError, RuntimeError):
            # Only the main thread may take signals; a test that drives the app from another one needs none.
            return
        # asyncio's own handler goes with its loop.
        self._give_back_signals = lambda: signal.signal(signal.SIGHUP, before)

    # --- size -------------------------------------------------------------------------------------------
    def on_resize(self, event: events.Resize) -> None:
        """Put the notice above everything while the terminal is too small, and take it away after."""
        small = event.size.width < COLUMNS_MIN or event.size.height < ROWS_MIN
        shown = isinstance(self.screen, SmallScreen)
        if small and not shown:
            self.push_screen(SmallScreen())
        elif shown and not small:
            self.pop_screen()
        elif shown and isinstance(self.screen, SmallScreen) and self.screen.is_mounted:
            self.screen.say()

    # --- actions of the app itself ----------------------------------------------------------------------
    def action_leave(self) -> None:
        """Leave; the main screen asks first while a run is going."""
        if isinstance(self.screen, MainScreen):
            self.screen.act_quit()
        else:
            self.exit(0)

    def on_theme_wanted(self) -> None:
        """Choose the colours, seeing each while it is marked."""
        from sopwb.tui.screens.pick import PickScreen

        before = self.theme

        def preview(name: str) -> None:
            self.theme = name

        def picked(name: str | None) -> None:
            self.theme = name or before
            if name and not settings.keep_theme_choice(name):
                self.notify("the choice could not be kept for next time", severity="warning")

        choices = [(theme.id, theme.name + ("" if theme.dark else " (light)")) for theme in self.theme_files.values()]
        self.push_screen(PickScreen("Colours", choices, before, preview), picked)


def run(bench: Bench, dialogue_factory: TalkFactory, as_of: str = "") -> int:
    """Open the workbench in this terminal until the person leaves. Gives the exit code: 0, or 128 + signal."""
    code = WorkbenchApp(bench, dialogue_factory, as_of).run()
    return 0 if code is None else code
