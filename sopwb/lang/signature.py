"""The signature of a script: what it takes and gives, readable even while its steps are wrong."""

from __future__ import annotations

from typing import Any

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.lang import script as ast
from sopwb.lang.environment import Parameter, Signature
from sopwb.lang.parse import parse_signature


def signature_of(
    source: dict[str, Any] | ast.Script, name: str, pin: str = ""
) -> Signature | tuple[Diagnostic, ...]:
    """Give a script's signature under ``name``, or the diagnostics of its ``params`` and ``returns``.

    ``pin`` is the frozen script's id, "" for a draft. The steps are not looked at.
    """
    if isinstance(source, ast.Script):
        params, returns = source.params, source.returns
    else:
        params, returns, found = parse_signature(source)
        if found:
            return found
    return Signature(name, tuple(Parameter(param, type_) for param, type_ in params), returns, pin)
