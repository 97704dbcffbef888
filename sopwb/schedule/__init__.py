"""When a job is due: pure code from a spec, a zone's rules and an instant to due times.

Deliberately not here: clocks, zone files and firing. The caller loads the zone (``zoneinfo`` with the
``tzdata`` package) and hands it in as a ``datetime.tzinfo``; ``app`` fires slots and keeps what was missed.
"""
