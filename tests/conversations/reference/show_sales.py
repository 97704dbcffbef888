"""Theatre: tickets that were not refunded, early ones among them, what is left, and the shows to come."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def show_sales(t: Tables, show_id: str) -> Row:
    show, kept = t.one("shows", show_id), t.rows("tickets", show_id=show_id, refunded=False)
    left = show["capacity"] - len(kept)
    if left == 0:
        status = "sold out"
    else:
        status = "almost" if 100 * left <= 20 * show["capacity"] else "plenty"
    return {
        "sold": len(kept),
        "revenue": sum(row["price"] for row in kept),
        "left": left,
        "early": sum((show["starts_on"] - row["sold_on"]).days > 30 for row in kept),
        "status": status,
    }


def upcoming(t: Tables) -> Row:
    shows = sorted((show for show in t.rows("shows") if show["starts_on"] >= t.today), key=lambda s: s["starts_on"])
    revenue = sum(show_sales(t, show["id"])["revenue"] for show in shows)
    return {"titles": [show["title"] for show in shows], "revenue": revenue}


RUNS = {"show_sales": show_sales, "upcoming": upcoming}
