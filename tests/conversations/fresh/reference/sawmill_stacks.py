"""Saw mill: whether a stack of timber is dry, by its age and its three latest measurements."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def stack_ready(t: Tables, stack_id: str) -> Row:
    stack = t.one("stacks", stack_id)
    days = (t.today - stack["stacked_on"]).days
    measured = sorted(t.rows("measurements", stack_id=stack_id), key=lambda measurement: measurement["measured_on"])
    moisture = mean([measurement["moisture"] for measurement in measured[-3:]])
    ready = days > (120 if stack["species"] == "oak" else 60) and moisture <= 18
    return {"ready": ready, "days_stacked": days, "moisture": half_up(moisture, 1)}


RUNS = {"stack_ready": stack_ready}
