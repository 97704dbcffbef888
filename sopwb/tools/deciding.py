"""What tools give while a run decides (``run.ports.ToolPort``): a mock's answer, a placeholder, never an act.

    pure                          a placeholder for what is derived at dispatch
    effect, mocked or dry run     the mock's answer
    effect, for real              a receipt: placeholders for the reply's texts; refused where not configured
    observe, for real             what the world answers now, or answered the run that is replayed (``observing``)
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Value
from sopwb.lang.types import RecordType, Scalar
from sopwb.run.identity import placeholder
from sopwb.run.ports import PlannedEffect
from sopwb.tools.mocking import mock_answer
from sopwb.tools.observing import Observations
from sopwb.tools.registry import Registry


class DecidingTools:
    """The tools of one run. ``dry_run``: every effect is only shown; ``mocks``: tools that their mocks answer
    for."""

    def __init__(
        self,
        registry: Registry,
        mocks: Iterable[str] = (),
        dry_run: bool = False,
        observations: Observations | None = None,
    ) -> None:
        self._registry = registry
        self._mocks = frozenset(mocks)
        self._dry_run = dry_run
        self._observations = observations

    def __enter__(self) -> DecidingTools:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._observations is not None:
            self._observations.close()

    def answers(self) -> list[dict[str, Any]] | None:
        """Give what tools that read the world answered, for a replay; None where it was too much to keep."""
        return [] if self._observations is None else self._observations.answers()

    def mocked(self, tool: str) -> bool:
        return tool in self._mocks

    def decide(self, effect: PlannedEffect) -> Value:
        signature = self._registry.signature(effect.tool)
        assert signature is not None, "a checked script uses known tools"
        if self._dry_run or effect.tool in self._mocks or (effect.kind == "pure" and signature.configured):
            return mock_answer(signature.returns, effect)
        if effect.kind == "observe" and self._observations is not None:
            return self._observations.observe(effect.tool, effect.args, signature.returns)
        if not signature.configured or effect.kind == "observe":
            raise UserError(self._registry.not_configured(effect.tool))
        if not isinstance(signature.returns, RecordType):
            return mock_answer(signature.returns, effect)
        answer: dict[str, Value] = mock_answer(signature.returns, effect)
        for name, type_ in signature.returns.fields:
            if type_ == Scalar("string"):
                answer[name] = placeholder(effect.path, effect.ordinal, name)
        return answer
