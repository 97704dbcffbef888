"""Archive: which documents are still closed, once it is said that this goes by their year."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def may_consult(t: Tables, document_id: str) -> Row:
    document = t.one("documents", document_id)
    return {"box": document["box"], "closed": document["year"] > 1996}


RUNS = {"may_consult": may_consult}
