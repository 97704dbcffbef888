"""The meaning of the strict functions of expressions: one plain Python function each, over values.

A function trusts its arguments' types (the checker proved them) and raises ``ExpressionFailure`` and
nothing else. ``table`` says which function is which ``op`` of the catalogue.
"""
