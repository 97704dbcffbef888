"""What a run, and an effect of it, is called.

    run id     = id of kind ``run`` over the exact JSON of {script, inputs, now, zone, tzdata, sources, mocks,
                 nonce}
    effect key = hex BLAKE3(run id, item key, step path, ordinal), each length-prefixed

A slot of a schedule gives its schedule and due instant as the nonce, so that a slot is one run only. A
placeholder (``{{steps/2#0}}``) names a value that a pure tool gives only when an effect is dispatched: the
path and ordinal of its step. Deliberately not here: entropy (a port) and codes made from the keys
(``sopwb.tools.coupon``).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

import msgspec

from sopwb.kernel.ids import digest, object_id
from sopwb.kernel.values import Value
from sopwb.run.exact_text import exact_text
from sopwb.run.ports import Fingerprint

PLACEHOLDER: Final = re.compile(r"\{\{([a-z0-9/]+)#([0-9]+)(?:\.([A-Za-z_][A-Za-z0-9_]*))?\}\}")


class RunIdentity(msgspec.Struct, frozen=True):
    """Everything that makes a run this run. ``mocks`` are tools' names; ``nonce`` hex entropy or a slot's
    text."""

    script: str
    inputs: dict[str, Value]
    now: dt.datetime
    zone: str
    tzdata: str
    sources: tuple[Fingerprint, ...]
    mocks: tuple[str, ...]
    nonce: str


def run_id(identity: RunIdentity) -> str:
    """Hash a run's identity to its id (``b3:…``). The order of sources and mocks does not matter."""
    exact = exact_text(
        {
            "script": identity.script,
            "inputs": identity.inputs,
            "now": identity.now,
            "zone": identity.zone,
            "tzdata": identity.tzdata,
            "sources": sorted([f.source, f.kind, f.digest] for f in identity.sources),
            "mocks": sorted(set(identity.mocks)),
            "nonce": identity.nonce,
        }
    )
    return object_id("run", exact.encode("utf-8", "surrogatepass"))


def effect_key(run: str, item: str, path: str, ordinal: int) -> str:
    """Give an effect's idempotency key: 64 hex digits."""
    return digest(
        run.encode("ascii"), item.encode("utf-8", "surrogatepass"), path.encode("ascii"), b"%d" % ordinal
    ).hex()


def item_text(keys: tuple[str, ...]) -> str:
    """Write the keys of an item and of those that it is nested in as one text: "" outside of ``each``, the
    key itself, or a JSON list of keys from the outermost in. Together with the step's path it is
    unambiguous."""
    if not keys:
        return ""
    return keys[0] if len(keys) == 1 else exact_text(list(keys))


def placeholder(path: str, ordinal: int, field: str = "") -> str:
    """Write what stands in plans and traces for a value that is known only at dispatch."""
    return "{{" + f"{path}#{ordinal}" + (f".{field}" if field else "") + "}}"


def placeholder_item(path: str, keys: tuple[str, ...]) -> str:
    """Find the item that a placeholder's step ran for, seen from an effect of the item ``keys``.

    A step outside of some of the loops ran for the outer keys only: as many as its path has ``do``.
    """
    return item_text(keys[: path.split("/").count("do")])
