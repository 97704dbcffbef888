"""Finds what travels beside the code: themes and sample data, in an installed copy or a checkout."""

from __future__ import annotations

from pathlib import Path


def share_folder(name: str) -> Path:
    """Give the folder ``themes`` or ``sample_data``. An installed copy has it in the package, a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_share" / name
    return installed if installed.is_dir() else package.parent / name
