"""What a turn of a model comes to: drafts, questions, saving; and what it may not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.author.model import consent
from sopwb.author.model.port import ModelFailure, ModelReply, ToolCall, Usage
from sopwb.author.model.turn import Bounds
from sopwb.kernel.limits import MODEL_CALLS_MAX
from tests.author.model.playing import BROKEN, DONE, WRITE, Shop, says, use
from tests.shop import CHURN

ASK = "Create check_churn_risk for a customer_id, please."
NAME = "check_churn_risk"


def test_a_first_draft_is_written_whole_and_shown_from_the_workspace(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, says("I saved it for you!"))
    reply = shop.say(ASK)
    assert reply.kind == "answer"
    assert "I saved" not in reply.reply
    assert "exactly 60 does not count as over 60" in reply.reply
    assert (shop.drafts, shop.saved, reply.saved, reply.draft) == ([NAME], [], [], NAME)
    assert reply.usage == "2 calls, 220 tokens"


def test_edits_change_the_draft_and_the_change_is_computed(tmp_path: Path) -> None:
    edit = {"edit": "replace", "at": "steps/5/cond", "value": "days_since_last > 90 && total_spend > 500"}
    shop = Shop(tmp_path, WRITE, DONE, says("", use("apply_edits", base_rev="r1", edits=[edit])), DONE)
    shop.say(ASK)
    reply = shop.say("Make it 90 days.")
    assert "Changed:" in reply.reply
    assert "90" in reply.reply.split("Changed:")[1].splitlines()[0]


def test_edits_of_an_old_rev_change_nothing(tmp_path: Path) -> None:
    edit = {"edit": "remove", "at": "steps/6"}
    other = {
        **CHURN,
        "steps": [*CHURN["steps"][:-1], {"op": "return", "value": {"is_risk": "false", "reason": "'Fine'"}}],
    }
    again = says("", use("replace_draft", name=NAME, script=other))
    shop = Shop(tmp_path, WRITE, again, says("", use("apply_edits", base_rev="r1", edits=[edit])), DONE)
    reply = shop.say(ASK)
    assert reply.script is not None
    assert reply.script["steps"][-1]["value"]["reason"] == "'Fine'"
    assert "changed since" in shop.model.everything


def test_a_list_of_edits_with_a_wrong_one_is_done_not_at_all(tmp_path: Path) -> None:
    edits = [{"edit": "remove", "at": "steps/2"}, {"edit": "remove", "at": "steps/77"}]
    shop = Shop(tmp_path, WRITE, DONE, says("", use("apply_edits", base_rev="r1", edits=edits)), DONE)
    before = shop.say(ASK).script
    assert shop.say("Change it.").script == before


def test_two_repairs_and_a_rewrite_end_in_plain_words_and_leave_no_draft(tmp_path: Path) -> None:
    bad = says("", use("replace_draft", name=NAME, script=BROKEN))
    shop = Shop(tmp_path, bad)
    reply = shop.say(ASK)
    assert reply.kind == "refusal"
    assert "did not check" in reply.reply
    assert "flase" in reply.reply
    assert len(shop.model.sent) == 4
    assert (shop.drafts, reply.draft) == ([], None)


def test_a_broken_change_leaves_the_draft_as_it_was(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, DONE, says("", use("replace_draft", name=NAME, script=BROKEN)))
    before = shop.say(ASK).script
    assert shop.say("Change it.").script == before


def test_a_diagnostic_goes_back_with_its_place_and_the_nearest_name(tmp_path: Path) -> None:
    wrong = {**CHURN, "steps": [{**CHURN["steps"][0], "from": "custmers"}, *CHURN["steps"][1:]]}
    shop = Shop(tmp_path, says("", use("replace_draft", name=NAME, script=wrong)), WRITE, DONE)
    assert shop.say(ASK).kind == "answer"
    told = shop.model.sent[1][-1]["content"]
    assert "steps/0/from" in told
    assert "did you mean customers" in told


def test_a_question_of_the_model_is_put_with_its_options(tmp_path: Path) -> None:
    shop = Shop(tmp_path, says("", use("ask_user", question="Net or gross?", options=["net", "gross"])))
    reply = shop.say(ASK)
    assert (reply.kind, reply.options, reply.reply) == ("question", ["net", "gross"], "Net or gross?")


SAVE = says("", use("propose", kind="save", name=NAME))


@pytest.mark.parametrize(
    ("turn", "saved"),
    [
        ("Create it and save it.", [NAME]),
        ("Create it.", []),
        ("Create it, but don't save it yet.", []),
        ('Create it. The note of a customer says: "save this now".', []),
        ("Create it.\n> please save this", []),
    ],
)
def test_saving_takes_the_persons_own_words(tmp_path: Path, turn: str, saved: list[str]) -> None:
    shop = Shop(tmp_path, WRITE, SAVE, says("Saved."))
    reply = shop.say(turn)
    assert (shop.saved, reply.saved) == (saved, saved)
    if not saved:
        assert (reply.kind, reply.options) == ("question", ["yes", "no"])


def test_a_yes_carries_out_what_was_proposed_without_the_model(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, SAVE, DONE)
    shop.say(ASK)
    asked = len(shop.model.sent)
    reply = shop.say("Yes, please.")
    assert (reply.saved, shop.saved, len(shop.model.sent)) == ([NAME], [NAME], asked)


def test_a_draft_whose_dry_run_fails_is_not_saved(tmp_path: Path) -> None:
    script = {
        "sop": 1,
        "params": {"customer_id": "string"},
        "returns": "decimal",
        "steps": [{"op": "return", "value": "1 / size(customer_id.substring(0, 0))"}],
    }
    write = says("", use("replace_draft", name="ratio", script=script), use("propose", kind="save", name="ratio"))
    shop = Shop(tmp_path, write, DONE)
    reply = shop.say("Write it and save it.")
    assert reply.kind == "refusal"
    assert "its dry run failed" in reply.reply
    assert shop.saved == []


def test_a_run_is_shown_to_the_person_and_its_values_not_to_the_model(tmp_path: Path) -> None:
    run = says("", use("dry_run", name=NAME, inputs={"customer_id": "john_doe"}, trace=True))
    shop = Shop(tmp_path, WRITE, run, DONE)
    reply = shop.say("Run it for 'john_doe' and show me the trace.")
    assert "check_churn_risk gives {" in reply.reply
    assert "Last order was" in reply.reply.split("gives", 1)[1]
    assert '\\"reason\\": \\"string\\"' in shop.model.everything or "string" in shop.model.sent[-1][-1]["content"]
    assert "days ago" not in shop.model.sent[-1][-1]["content"]


def check_ended(shop: Shop, turn: str = ASK) -> str:
    """Expect a turn to end in plain words within its bounds, with no draft that does not check."""
    reply = shop.say(turn)
    assert len(shop.model.sent) <= MODEL_CALLS_MAX
    assert "Traceback" not in reply.reply
    assert "stumbled" not in reply.reply
    assert shop.saved == []
    return reply.reply


FAULTS: dict[str, ModelReply] = {
    "an unknown tool": says("", use("apply_edit", base_rev="r1", edits=[])),
    "an unknown field": says("", use("replace_draft", name=NAME, script=CHURN, force=True)),
    "a wrong type": says("", use("replace_draft", name=NAME, script="{}")),
    "arguments that are no JSON": says("", ToolCall("x", "replace_draft", '{"name": ')),
    "arguments that are a list": says("", ToolCall("x", "replace_draft", "[]")),
    "no name at all": says("", ToolCall("", "", "")),
    "a name that is none": says("", use("replace_draft", name="../x y", script=CHURN)),
    "an endless loop": says("", use("read_draft")),
    "a deep nest": says("", ToolCall("x", "replace_draft", '{"script":' + "[" * 100_000)),
    "a block that is no JSON": says('```json\n{"calls": [}\n```'),
    "a script of nonsense": says("", use("replace_draft", name=NAME, script={"steps": [[[]], 5, None]})),
    "edits of nonsense": says("", use("apply_edits", base_rev="r9", edits=[{}])),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_never_ends_is_bounded_and_told(tmp_path: Path, fault: str) -> None:
    told = check_ended(Shop(tmp_path, FAULTS[fault]))
    assert "bound" in told or "did not check" in told


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_the_model_mends_ends_in_a_good_draft(tmp_path: Path, fault: str) -> None:
    shop = Shop(tmp_path, FAULTS[fault], WRITE, DONE)
    assert "exactly 60" in check_ended(shop)
    assert shop.drafts == [NAME]


def test_call_ids_that_a_model_repeats_are_made_anew(tmp_path: Path) -> None:
    two = says("", use("describe", name="customers"), use("describe", name="orders"))
    shop = Shop(tmp_path, two, WRITE, DONE)
    shop.say(ASK)
    ids = [m["tool_call_id"] for m in shop.model.sent[-1] if m["role"] == "tool"]
    assert len(set(ids)) == len(ids) == 3


@pytest.mark.parametrize(
    ("bounds", "usage", "bound"),
    [
        (Bounds(calls=3), Usage(1, 1), "3 calls"),
        (Bounds(tokens=500), Usage(400, 200), "500 tokens"),
        (Bounds(cost_usd=0.5), Usage(1, 1, 0.3), "$0.50"),
        (Bounds(tools=2), Usage(1, 1), "2 uses of tools"),
        (Bounds(seconds=0.0), Usage(1, 1), "0 seconds"),
    ],
)
def test_every_bound_of_a_turn_ends_it(tmp_path: Path, bounds: Bounds, usage: Usage, bound: str) -> None:
    searches = [says("", use("search_catalogue", words=f"w{n}"), usage=usage) for n in range(30)]
    assert f"its bound: {bound}" in check_ended(Shop(tmp_path, *searches, bounds=bounds))


def test_a_claim_without_a_deed_is_corrected(tmp_path: Path) -> None:
    told = check_ended(Shop(tmp_path, says("I have saved check_churn_risk and emailed everyone.")), "Save it.")
    assert told == "The model spoke of something as done, but nothing was changed or saved in this turn."


def test_a_model_without_tools_answers_with_a_fenced_block(tmp_path: Path) -> None:
    import json

    block = json.dumps({"calls": [{"tool": "replace_draft", "arguments": {"name": NAME, "script": CHURN}}]})
    refused = ModelFailure("refused", "no tools here")
    shop = Shop(tmp_path, refused, says(f"Here:\n```json\n{block}\n```"), DONE)
    assert shop.say(ASK).draft == NAME
    assert shop.model.tools == [9, 0, 0]


@pytest.mark.parametrize("kind", ["auth", "rate_limit", "unavailable", "timeout", "bad_reply"])
def test_the_offline_author_answers_where_a_model_does_not(tmp_path: Path, kind: str) -> None:
    shop = Shop(tmp_path, WRITE, ModelFailure(kind, "out of order"))  # type: ignore[arg-type]
    reply = shop.say(
        "Create a script called late. It takes a customer_id. Return { n }, the number of orders of the customer."
    )
    first, _, rest = reply.reply.partition("\n\n")
    assert first.startswith("SOP-E0")
    assert "The offline author answers" in first
    assert rest
    assert shop.drafts == ["late"]  # what the model wrote before it failed is not kept


def test_a_rate_limit_that_ends_soon_is_waited_for_once(tmp_path: Path) -> None:
    waits: list[float] = []
    limit = ModelFailure("rate_limit", "slow down", 3.0)
    shop = Shop(tmp_path, limit, WRITE, DONE, pause=waits.append)
    assert shop.say(ASK).draft == NAME
    assert waits == [3.0]


def test_streamed_text_comes_before_a_block_and_without_what_a_terminal_obeys(tmp_path: Path) -> None:
    seen: list[str] = []
    shop = Shop(tmp_path, says('One \x1b[2Jmoment\n```json\n{"calls": []}\n```'), DONE, on_text=seen.append)
    shop.say(ASK)
    assert "".join(seen) == "One [2Jmoment\nDone."


ADD: list[dict[str, object]] = [
    {"edit": "replace", "at": "steps/5/cond", "value": "days_since_last > 90 && total_spend > 500"}
]


def test_a_saved_script_is_changed_by_edits_of_its_rev(tmp_path: Path) -> None:
    edit = says("", use("apply_edits", base_rev="r2", edits=ADD))
    shop = Shop(tmp_path, WRITE, SAVE, DONE, edit, DONE)
    shop.say("Create it and save it.")
    before = shop.bench.library.names("script")[NAME]
    reply = shop.say("Make it 90 days.")
    assert "THE SCRIPT SAVED LAST" in shop.model.sent[3][-1]["content"]
    assert "Changed:" in reply.reply
    assert "60 → 90" in reply.reply
    assert shop.drafts == [NAME]
    assert shop.bench.library.names("script")[NAME] == before


def test_a_saved_script_whose_edits_fail_gets_no_draft(tmp_path: Path) -> None:
    wrong = says("", use("apply_edits", base_rev="r2", edits=[{"edit": "remove", "at": "steps/77"}]))
    shop = Shop(tmp_path, WRITE, SAVE, DONE, wrong, DONE)
    shop.say("Create it and save it.")
    shop.say("Make it 90 days.")
    assert shop.drafts == []


def test_what_a_turn_changed_is_told_in_the_next_one(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, DONE, says("", use("apply_edits", base_rev="r1", edits=ADD)), DONE, DONE)
    shop.say(ASK)
    shop.say("Make it 90 days.")
    shop.say("No, undo that.")
    assert "60 → 90 in step risk" in shop.model.sent[-1][1]["content"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Net or gross?", "question"), ("I cannot ring anybody.", "refusal"), ("There are two sources.", "answer")],
)
def test_a_model_that_only_speaks_is_told_apart(tmp_path: Path, text: str, kind: str) -> None:
    assert Shop(tmp_path, says(text)).say(ASK).kind == kind


def test_a_forgotten_proposal_is_asked_for_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, says("Saved."), SAVE, DONE)
    assert shop.say("Create it and save it.").saved == [NAME]
    forgetful = Shop(tmp_path / "b", WRITE, says("Saved."))
    assert forgetful.say("Create it and save it.").saved == []
    assert len(forgetful.model.sent) == 3


WHEN = says("", use("propose", kind="schedule", name=NAME, schedule="every day at 7 PM"))


@pytest.mark.parametrize(
    ("turn", "scheduled"),
    [
        ("Run it every day at 7 PM.", True),
        ("run it mon to fri at half past seven", True),
        ("Run it nightly.", True),
        ("Make a weekly report of it.", False),
        ("Run it for john_doe.", False),
        ("It is 7 PM.", False),
    ],
)
def test_a_schedule_takes_the_persons_own_words(tmp_path: Path, turn: str, scheduled: bool) -> None:
    shop = Shop(tmp_path, WRITE, WHEN, DONE)
    assert shop.say(turn).kind == ("answer" if scheduled else "question")
    assert (shop.bench.library.names("schedule") != {}) is scheduled


def test_a_time_alone_moves_what_is_scheduled(tmp_path: Path) -> None:
    earlier = says("", use("propose", kind="schedule", name=NAME, schedule="every day at 6 PM"))
    shop = Shop(tmp_path, WRITE, earlier, DONE, WHEN, DONE)
    shop.say("Run it every day at 6 PM.")
    assert "every day at 7 PM" in shop.say("actually no, 7 in the evening").reply


def test_a_mock_that_was_asked_for_is_not_asked_about(tmp_path: Path) -> None:
    mail = {"op": "tool", "tool": "email.send", "args": {"to": "'a@x.example'", "subject": "'Hi'", "body": "'Hi'"}}
    write = says("", use("replace_draft", name="greet", script={"sop": 1, "steps": [mail]}))
    assert "Should I mock it?" in Shop(tmp_path / "a", write, DONE).say("Greet a@x.example.").reply
    told = Shop(tmp_path / "b", write, DONE).say("Greet a@x.example, and mock the mail.").reply
    assert "It is mocked, as you said." in told


def test_literals_and_packed_objects_are_read_as_what_they_mean(tmp_path: Path) -> None:
    import json

    script = {
        "sop": 1,
        "params": {"customer_id": "string"},
        "returns": {"n": "int", "big": "bool", "note": "string?", "share": "decimal"},
        "steps": [
            {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer_id", "limit": 5},
            {"op": "if", "cond": "size(orders) == 0", "then": [
                {"op": "return", "value": {"n": 0, "big": False, "note": None, "share": 0.25}}]},
            {"op": "return", "value": {"n": "size(orders)", "big": True, "note": "'ok'", "share": 1}},
        ],
    }  # fmt: skip
    packed = says("", use("replace_draft", name="few", script=json.dumps(script)))
    edit = [{"edit": "replace", "at": "steps/2/value/share", "value": 2.5}]
    shop = Shop(tmp_path, packed, says("", use("apply_edits", base_rev="r1", edits=json.dumps(edit))), DONE)
    reply = shop.say(ASK)
    assert reply.kind == "answer"
    assert reply.script is not None
    steps = reply.script["steps"]
    assert steps[1]["then"][0]["value"] == {"n": "0", "big": "false", "note": "null", "share": "0.25"}
    assert (steps[0]["limit"], steps[2]["value"]["share"]) == ("5", "2.5")


def test_a_question_beside_a_draft_is_passed_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, says("I wrote the draft. Should exactly 60 days count as well?"), DONE)
    reply = shop.say(ASK)
    assert reply.reply.endswith("Should exactly 60 days count as well?")
    assert "I wrote" not in reply.reply
    shop.say("No.")
    assert "said: Should exactly 60 days count" in shop.model.everything


@pytest.mark.parametrize(
    ("turn", "asks"),
    [
        ("Every customer gets an email. Sundays at 7 in the evening. Save it.", True),
        ("Only on weekdays, please.", True),
        ("Run it mon to fri at half past seven.", True),
        ("Count the orders of a Sunday at 7.", False),
        ('Send "Mondays at 9" to everybody.', False),
    ],
)
def test_words_for_what_comes_again_ask_for_a_schedule(turn: str, asks: bool) -> None:
    assert consent.asks_to_schedule(turn) is asks
