"""Allotments: warnings for plots that are often untidy or whose rent is not paid."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def plot_warning(t: Tables, plot_id: str) -> Row:
    plot = t.one("plots", plot_id)
    found = t.rows("inspections", plot_id=plot_id, tidy=False)
    untidy = sum(inspection["inspected_on"].year == t.today.year for inspection in found)
    return {"untidy": untidy, "warning": untidy >= 3 or not plot["rent_paid"]}


RUNS = {"plot_warning": plot_warning}
