"""Themes: read from ``*.toml`` files, checked for contrast, and turned into Textual's.

    name = "SOP dark"        dark = true
    primary secondary accent warning error success foreground background surface panel = "#rrggbb"

Files are found in the person's folder and beside the program (``app.share``); the first of a name wins. A pair of
colours that people read text in must have a contrast of at least
``CONTRAST_MIN`` (WCAG 2.1). Deliberately not here: which theme is chosen (``settings``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.app.share import share_folder
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.tui import codes

if TYPE_CHECKING:
    from textual.theme import Theme

COLOURS: Final = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)
CONTRAST_MIN: Final = 4.5
"""Text on its background, WCAG 2.1 level AA."""
SIGNAL_CONTRAST_MIN: Final = 3.0
"""Symbols that words stand beside, WCAG 2.1 for graphical objects."""
DEFAULT: Final = "sop-dark"
"""The theme of a person who has chosen none; where it is missing, the first dark one."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


class ThemeFile(msgspec.Struct, frozen=True):
    """A theme as its file has it. ``id`` is the file's stem."""

    id: str
    name: str
    dark: bool
    colours: dict[str, str]


FALLBACK: Final = ThemeFile(
    "plain",
    "Plain",
    True,
    {
        "primary": "#7aa2f7",
        "secondary": "#9aa5ce",
        "accent": "#e0af68",
        "warning": "#e0af68",
        "error": "#f7768e",
        "success": "#9ece6a",
        "foreground": "#d5d9e8",
        "background": "#16171d",
        "surface": "#1e2029",
        "panel": "#2a2d3a",
    },
)
"""Used where no theme file is found at all."""


def folders(own: Path) -> tuple[Path, ...]:
    """Give the folders that hold themes, the person's first."""
    return (own / "themes", share_folder("themes"))


def read_themes(places: Iterable[Path]) -> tuple[dict[str, ThemeFile], tuple[Diagnostic, ...]]:
    """Read every theme file: themes by id in order of their names, and what is wrong with files."""
    found: dict[str, ThemeFile] = {}
    problems: list[Diagnostic] = []
    for place in places:
        for path in sorted(place.glob("*.toml")) if place.is_dir() else ():
            theme, wrong = read_theme(path)
            problems += wrong
            if theme is not None:
                found.setdefault(theme.id, theme)
    if not found:
        found[FALLBACK.id] = FALLBACK
    return dict(sorted(found.items(), key=lambda item: (not item[1].dark, item[1].name.lower()))), tuple(problems)


def read_theme(path: Path) -> tuple[ThemeFile | None, tuple[Diagnostic, ...]]:
    """Read one file. None with diagnostics where it is no theme; a weak contrast is said and the theme stays."""
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return None, (Diagnostic(codes.THEME_INVALID.id, str(error), path=path.name),)
    problems = [
        Diagnostic(
            codes.THEME_INVALID.id,
            f"{key} is not a colour",
            path=path.name,
            expected="#rrggbb",
            found=str(raw.get(key, "nothing")),
        )
        for key in COLOURS
        if not _COLOUR.match(str(raw.get(key, "")))
    ]
    if problems:
        return None, tuple(problems)
    theme = ThemeFile(
        path.stem,
        str(raw.get("name", path.stem)),
        raw.get("dark", True) is not False,
        {key: str(raw[key]) for key in COLOURS},
    )
    return theme, tuple(weak_contrasts(theme))


def weak_contrasts(theme: ThemeFile) -> list[Diagnostic]:
    """List the pairs of a theme that are hard to read."""
    found = []
    for ground in ("background", "surface", "panel"):
        pairs = [("foreground", CONTRAST_MIN)]
        if ground != "panel":
            pairs += [(signal, SIGNAL_CONTRAST_MIN) for signal in ("primary", "accent", "warning", "error", "success")]
        for ink, least in pairs:
            ratio = contrast(theme.colours[ink], theme.colours[ground])
            if ratio < least:
                found.append(
                    Diagnostic(
                        codes.THEME_INVALID.id,
                        f"{ink} on {ground} has a contrast of {ratio:.1f}",
                        path=f"{theme.id}.toml",
                        expected=f"at least {least}",
                        found=f"{ratio:.2f}",
                    )
                )
    return found


def contrast(one: str, other: str) -> float:
    """Compute the WCAG contrast of two ``#rrggbb`` colours: 1 (the same) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def textual_theme(theme: ThemeFile) -> Theme:
    """Turn a theme file into Textual's, with the colours of cursor and selection derived from it."""
    from textual.theme import Theme

    colours = theme.colours
    ink = max(("#000000", "#ffffff", colours["background"]), key=lambda c: contrast(c, colours["primary"]))
    return Theme(
        name=theme.id,
        dark=theme.dark,
        **colours,  # type: ignore[arg-type]  # the keys are Theme's own fields
        variables={
            "block-cursor-background": colours["primary"],
            "block-cursor-foreground": ink,
            "block-cursor-blurred-background": colours["panel"],
            "block-cursor-blurred-foreground": colours["foreground"],
            "input-selection-background": colours["primary"] + "55",
            "footer-key-foreground": colours["accent"],
        },
    )


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
