"""What tools give while a run decides (``run.ports.ToolPort``): a mock's answer, a placeholder, never an act.

    pure                          a placeholder for what is derived at dispatch
    effect, mocked or dry run     the mock's answer
    effect, for real              a receipt: placeholders for the reply's texts; refused where not configured
"""

from __future__ import annotations

from collections.abc import Iterable

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Value
from sopwb.lang.types import RecordType, Scalar
from sopwb.run.identity import placeholder
from sopwb.run.ports import PlannedEffect
from sopwb.tools.mocking import mock_answer
from sopwb.tools.registry import Registry


class DecidingTools:
    """The tools of one run. ``dry_run``: every effect is only shown; ``mocks``: tools that their mocks answer
    for."""

    def __init__(self, registry: Registry, mocks: Iterable[str] = (), dry_run: bool = False) -> None:
        self._registry = registry
        self._mocks = frozenset(mocks)
        self._dry_run = dry_run

    def mocked(self, tool: str) -> bool:
        return tool in self._mocks

    def decide(self, effect: PlannedEffect) -> Value:
        signature = self._registry.signature(effect.tool)
        assert signature is not None, "a checked script uses known tools"
        if self._dry_run or effect.tool in self._mocks or (effect.kind == "pure" and signature.configured):
            return mock_answer(signature.returns, effect)
        if not signature.configured or effect.kind == "observe":
            raise UserError(self._registry.not_configured(effect.tool))
        if not isinstance(signature.returns, RecordType):
            return mock_answer(signature.returns, effect)
        answer: dict[str, Value] = mock_answer(signature.returns, effect)
        for name, type_ in signature.returns.fields:
            if type_ == Scalar("string"):
                answer[name] = placeholder(effect.path, effect.ordinal, name)
        return answer
