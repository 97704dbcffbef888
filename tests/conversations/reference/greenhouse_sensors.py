"""Greenhouse: the last 24 hours of a sensor, an alarm, its silence in hours, and the alarms of a bay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def sensor_check(t: Tables, sensor_id: str) -> Row:
    sensor, found = t.one("sensors", sensor_id), t.rows("readings", sensor_id=sensor_id)
    day = timedelta(hours=24)
    temps = [row["temp"] for row in found if row["temp"] is not None and t.now - row["measured_at"] <= day]
    latest = max((row["measured_at"] for row in found), default=None)
    silent = None if latest is None else half_up(Decimal(int((t.now - latest).total_seconds())) / 3600, 1)
    peak = max(temps, default=None)
    return {
        "samples": len(temps),
        "average": half_up(mean(temps), 1) if temps else None,
        "peak": peak,
        "alarm": peak is None or peak > sensor["max_temp"],
        "hours_silent": silent,
    }


def bay_alarms(t: Tables, bay: str) -> Row:
    found = [sensor_check(t, sensor["id"])["alarm"] for sensor in t.rows("sensors", bay=bay)]
    return {"sensors": len(found), "alarms": sum(found)}


RUNS = {"sensor_check": sensor_check, "bay_alarms": bay_alarms}
