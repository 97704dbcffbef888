"""The expression language: text → syntax tree → typed IR, and back to canonical text.

The way through: ``parse`` (text to tree), ``check`` (tree to typed IR, with ``scope`` for names and what is
known of them), ``printer`` (tree to canonical text), ``show`` (IR to text, with values for spoken lines).
``functions`` is the one catalogue of operators and functions. What an expression evaluates to is
``sopwb.run.expression``.
"""
