"""Theme files are read, refused and checked for contrast."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.share import share_folder
from sopwb.tui.themes import (
    COLOURS,
    DEFAULT,
    FALLBACK,
    ThemeFile,
    contrast,
    folders,
    read_theme,
    read_themes,
    textual_theme,
    weak_contrasts,
)


def write(folder: Path, name: str, **changes: str) -> Path:
    colours = {**FALLBACK.colours, **changes}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\ndark = true\n' + "".join(f'{k} = "{v}"\n' for k, v in colours.items() if v))
    return path


def test_every_theme_that_is_shipped_reads_without_a_complaint() -> None:
    found, problems = read_themes([share_folder("themes")])
    assert problems == ()
    assert DEFAULT in found
    assert any(not theme.dark for theme in found.values()), "there is a light one"


def test_the_fallback_can_be_read() -> None:
    assert weak_contrasts(FALLBACK) == []
    assert read_themes([Path("/nowhere")]) == ({FALLBACK.id: FALLBACK}, ())


def test_a_persons_theme_goes_before_a_shipped_one(tmp_path: Path) -> None:
    write(tmp_path / "themes", DEFAULT, primary="#ffffff")
    found, _ = read_themes(folders(tmp_path))
    assert found[DEFAULT].colours["primary"] == "#ffffff"


@pytest.mark.parametrize("broken", ["blueish", "#12345", "", "#1234567"])
def test_a_theme_with_a_colour_that_is_none_is_refused_with_its_name(tmp_path: Path, broken: str) -> None:
    theme, problems = read_theme(write(tmp_path, "odd", accent=broken))
    assert theme is None
    assert [(p.code, p.message) for p in problems] == [("SOP-V002", "accent is not a colour")]


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("= =")
    assert [p.code for p in read_theme(tmp_path / "odd.toml")[1]] == ["SOP-V002"]


def test_a_weak_contrast_is_said_and_the_theme_stays(tmp_path: Path) -> None:
    theme, problems = read_theme(write(tmp_path, "pale", foreground="#3a3b45"))
    assert theme is not None
    assert any("foreground on background" in p.message for p in problems)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", read_themes([share_folder("themes")])[0].values(), ids=lambda theme: theme.id)
def test_the_marked_line_can_be_read_in_every_theme(theme: ThemeFile) -> None:
    made = textual_theme(theme)
    assert contrast(made.variables["block-cursor-foreground"], made.variables["block-cursor-background"]) >= 4.5
    assert all(getattr(made, colour) for colour in COLOURS)
