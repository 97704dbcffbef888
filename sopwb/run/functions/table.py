"""Which Python function is which ``op`` of the catalogue (``lang.expression.functions``).

Not here: ops that need the run's zone (``contextual``) and those that the compiler of expressions makes
itself (comparisons, ``matches`` of a constant pattern, ``widen_deep``, the n-ary ``greatest`` and
``least``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from sopwb.kernel.values import Value, show
from sopwb.run.functions import lists, numbers, strings, times

COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt,
    "ge": operator.ge, "in_list": lists.in_list, "in_map": lists.in_map,
}  # fmt: skip
"""These never fail."""


def _itself(value: Value) -> Value:
    return value


STRICT: Final[dict[str, Callable[..., Value]]] = {
    "add_int": numbers.add_int, "sub_int": numbers.sub_int, "mul_int": numbers.mul_int, "mod_int": numbers.mod_int,
    "neg_int": numbers.neg_int, "abs_int": numbers.abs_int, "sign_int": numbers.sign_int,
    "add_decimal": numbers.add_decimal, "sub_decimal": numbers.sub_decimal, "mul_decimal": numbers.mul_decimal,
    "div_decimal": numbers.div_decimal, "neg_decimal": numbers.neg_decimal, "abs_decimal": numbers.abs_decimal,
    "sign_decimal": numbers.sign_decimal, "ceil": numbers.ceil, "floor": numbers.floor,
    "round": numbers.round_half_away, "round_whole": numbers.round_whole, "round_places": numbers.round_places,
    "fixed": numbers.fixed, "int_of_int": _itself, "int_of_decimal": numbers.int_of_decimal,
    "int_of_string": numbers.int_of_string, "double_of_decimal": _itself,
    "double_of_string": numbers.double_of_string, "widen": lists.widen, "not": operator.not_,
    "string": show, "concat": strings.concat, "concat_secret": strings.concat_secret, "size_string": len,
    "contains": strings.contains, "starts_with": strings.starts_with, "ends_with": strings.ends_with,
    "matches": strings.matches, "substring_from": strings.substring_from, "substring": strings.substring,
    "replace": strings.replace, "replace_times": strings.replace_times, "split": strings.split,
    "split_times": strings.split_times, "join": strings.join, "join_with": strings.join_with, "trim": strings.trim,
    "lower_ascii": strings.lower_ascii, "upper_ascii": strings.upper_ascii, "lower": strings.lower,
    "upper": strings.upper, "size_list": len, "size_map": len, "concat_list": lists.concat_list,
    "distinct": lists.distinct, "reverse": lists.reverse, "first": lists.first, "last": lists.last,
    "map_keys": lists.map_keys, "greatest_list": lists.greatest, "least_list": lists.least,
    "add_timestamp_duration": times.later, "add_duration_timestamp": times.duration_later,
    "add_duration": times.longer, "sub_timestamp": times.elapsed, "sub_timestamp_duration": times.earlier,
    "sub_duration": times.shorter, "timestamp_of_timestamp": _itself,
    "timestamp_of_string": times.timestamp_of_string, "timestamp_of_int": times.timestamp_of_int,
    "int_of_timestamp": times.int_of_timestamp, "duration_of_duration": _itself,
    "duration_of_string": times.duration_of_string, "days_between": times.days_between,
    "hours_between": times.hours_between, "minutes_between": times.minutes_between, "add_days": times.add_days,
    "add_months": times.add_months, "date_of_string": times.date_of_string, "date_of_parts": times.date_of_parts,
    "year": times.year, "month": times.month, "day": times.day, "weekday": times.weekday,
    "start_of_month": times.start_of_month, "duration_hours": times.duration_hours,
    "duration_minutes": times.duration_minutes, "duration_seconds": times.duration_seconds,
    "duration_milliseconds": times.duration_milliseconds, **times.SELECTORS,
}  # fmt: skip
"""Functions of their arguments' values alone."""
