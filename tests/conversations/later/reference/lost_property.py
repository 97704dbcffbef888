"""Lost property: what is to become of an item, and what is left on a shelf."""

from __future__ import annotations

from datetime import date

from tests.conversations.reference.tables import Row, Tables


def item_fate(t: Tables, item_id: str) -> str:
    item = t.one("found_items", item_id)
    if item["claimed_on"] is not None:
        return "back"
    if (t.today - item["found_on"]).days < 90:
        return "keep"
    return "wipe" if item["category"] in ("phone", "laptop") else "donate"


def shelf_list(t: Tables, shelf: str) -> Row:
    fates = [(item, item_fate(t, item["id"])) for item in t.rows("found_items", shelf=shelf)]
    there = [item for item, fate in fates if fate != "back"]
    counts: Row = {word: sum(fate == word for _, fate in fates) for word in ("donate", "wipe", "keep")}

    def found_on(item: Row) -> date:
        day: date = item["found_on"]
        return day

    return {**counts, "oldest": min(there, key=found_on)["description"] if there else None}


RUNS = {"item_fate": item_fate, "shelf_list": shelf_list}
