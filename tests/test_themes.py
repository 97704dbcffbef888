"""Every theme that is shipped has the twelve keys of ``themes/README.md`` and colours that can be read."""

import tomllib
from pathlib import Path

import pytest

from sopwb.tui.themes import COLOURS, contrast, read_theme

THEMES = Path(__file__).parents[1] / "themes"
FILES = sorted(THEMES.glob("*.toml"))


def test_the_three_themes_are_shipped_and_told_of() -> None:
    assert {"sop-dark", "sop-light", "high-contrast"} <= {path.stem for path in FILES}
    words = (THEMES / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in words for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_theme_has_exactly_the_keys_of_the_format_and_readable_colours(path: Path) -> None:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(raw) == {"name", "dark", *COLOURS}
    assert isinstance(raw["dark"], bool)
    theme, problems = read_theme(path)
    assert theme is not None
    assert problems == ()
    assert (contrast(raw["background"], "#ffffff") > contrast(raw["background"], "#000000")) is raw["dark"]


def test_the_high_contrast_theme_keeps_seven_to_one_everywhere() -> None:
    theme, _ = read_theme(THEMES / "high-contrast.toml")
    assert theme is not None
    for ink in ("foreground", "primary", "secondary", "accent", "warning", "error", "success"):
        for ground in ("background", "surface", "panel"):
            assert contrast(theme.colours[ink], theme.colours[ground]) >= 7, (ink, ground)
