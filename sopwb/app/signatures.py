"""Signatures as people read them."""

from __future__ import annotations

from typing import Any

from sopwb.lang.environment import Signature
from sopwb.lang.signature import signature_of
from sopwb.lang.types import type_text


def signature_text(signature: Signature) -> str:
    """Write a signature: ``check_churn_risk(customer_id: string) → {is_risk: bool, reason: string}``."""
    params = ", ".join(f"{p.name}: {type_text(p.type)}" for p in signature.params)
    gives = type_text(signature.returns) if signature.returns is not None else "null"
    return f"{signature.name}({params}) → {gives}"


def signature_line(name: str, raw: dict[str, Any]) -> str:
    """Write the signature of a raw script, or its bare name where it has none that reads."""
    found = signature_of(raw, name)
    return signature_text(found) if isinstance(found, Signature) else name
