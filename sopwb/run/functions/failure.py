"""The one exception of running expressions."""

from __future__ import annotations


class ExpressionFailure(Exception):
    """A computation that has no result for this data.

    ``code`` is one of ``run.expression_codes``, ``message`` says what happened with the values, ``text``
    is the part of the expression in which it happened (empty until the closure around it has filled it
    in).
    """

    def __init__(self, code: str, message: str, text: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.text = code, message, text
