"""Queries that were written before, by ``plan.sql.query.query_key``: a second run plans nothing.

A kept query is a file of the workspace's cache; whatever is wrong with one, it is written anew. Deliberately not
here: what a key depends on (``plan.sql.query``).
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sopwb.kernel.limits import KEPT_QUERIES_MAX
from sopwb.plan.sql.query import SetQuery, decode_query, encode_query


def kept_query(folder: Path, key: str) -> SetQuery | None:
    """Find a query; None where it is not kept."""
    try:
        return decode_query((folder / f"{key}.json").read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def keep_query(folder: Path, key: str, query: SetQuery) -> None:
    """Keep a query, and no more than ``KEPT_QUERIES_MAX``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        passing = folder / f"{key}.{os.getpid()}"
        passing.write_bytes(encode_query(query))
        passing.replace(folder / f"{key}.json")
        kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        for old in kept[:-KEPT_QUERIES_MAX]:
            old.unlink(missing_ok=True)
    except OSError:
        return  # a cache that cannot be written costs time, nothing else
