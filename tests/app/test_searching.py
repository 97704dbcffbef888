"""The catalogue finds what is saved by the words of its name, signature, sources and tools, and follows names."""

from __future__ import annotations

import pytest

from sopwb.app.commands import AddSchedule, FreezeScript, ListScripts, RemoveSchedule, RenameScript, SaveDraft, SaveJob
from sopwb.app.outputs import ScriptList
from sopwb.app.searching import find_names
from sopwb.app.workbench import Workbench
from tests.shop import CHURN, WEEKLY


@pytest.fixture
def saved(bench: Workbench) -> Workbench:
    bench.do(SaveDraft("check_churn_risk", CHURN))
    bench.do(SaveDraft("weekly", WEEKLY))
    bench.do(FreezeScript("weekly"))
    bench.do(SaveJob("weekly", mocks=("email.send",)))
    bench.do(AddSchedule("weekly", "every monday at 09:00"))
    return bench


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("churn", {"check_churn_risk"}),
        ("risk CHURN", {"check_churn_risk"}),
        ("orders customers", {"check_churn_risk"}),
        ("email", {"weekly"}),
        ("monday", {"weekly"}),
        ("customer_id", {"check_churn_risk"}),
        ("nothing", set()),
    ],
)
def test_words_find_what_has_all_of_them(saved: Workbench, words: str, names: set[str]) -> None:
    assert find_names(saved.store, words) == names


def test_a_list_can_be_narrowed(saved: Workbench) -> None:
    output = saved.do(ListScripts("email"))
    assert isinstance(output, ScriptList)
    assert [(row.name, row.kind) for row in output.rows] == [("weekly", "job"), ("weekly", "script")]


def test_documents_follow_names(saved: Workbench) -> None:
    saved.do(RenameScript("weekly", "mailing"))
    assert find_names(saved.store, "email") == {"mailing"}
    assert find_names(saved.store, "weekly") == set()
    saved.do(RemoveSchedule("mailing"))
    assert find_names(saved.store, "monday") == set()
