"""Installs the example package for a test, without pip: its module and the metadata that an installer would write."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

EXAMPLE = Path(__file__).parent / "example_package"


def install_example(folder: Path) -> Path:
    """Put the package into a folder for ``sys.path``."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    shutil.copytree(EXAMPLE / "sopwb_pager", folder / "sopwb_pager", ignore=shutil.ignore_patterns("__pycache__"))
    info = folder / f"sopwb_pager-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{name} = {value}" for name, value in project["entry-points"]["sopwb.tools"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[sopwb.tools]", *lines, ""]))
    return folder
