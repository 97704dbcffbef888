"""The tools of a workspace: what there is, what can act, and what mocks answer."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Secret
from sopwb.lang.environment import ToolSignature
from sopwb.lang.types import STRING, RecordType, parse_type, type_text
from sopwb.run.ports import PlannedEffect
from sopwb.tools.coupon import ALPHABET, coupon_code
from sopwb.tools.deciding import DecidingTools
from sopwb.tools.mocking import mock_answer, need_mocks
from sopwb.tools.registry import Registry
from sopwb.tools.tool import Tool
from tests.tools.acting import FixedClock

EMAIL = {"email": {"host": "127.0.0.1", "from": "shop@example.com"}}


def effect(
    tool: str = "email.send", item: str = "C1", path: str = "steps/0", key: str = "00", kind: str = "effect"
) -> PlannedEffect:
    return PlannedEffect(key=key, tool=tool, item=item, path=path, ordinal=0, args={}, kind=kind)


# --- registry -------------------------------------------------------------------------------------


def test_only_what_is_built_is_listed():
    assert Registry({}).names() == ("coupon.generate", "email.send", "file.write", "http.get", "http.request")


def test_the_signatures_are_those_of_the_language():
    found = {}
    for name in Registry({}).names():
        tool = Registry({}).signature(name)
        assert tool is not None
        args = ", ".join(f"{arg.name}: {type_text(arg.type)}" for arg in tool.args)
        found[name] = (args, type_text(tool.returns), tool.kind, tool.protection)
    assert found == {
        "coupon.generate": ("", "{code: secret}", "pure", "idempotent"),
        "email.send": (
            "to: string, subject: string, body: string, html: string?",
            "{id: string}",
            "effect",
            "unprotected",
        ),
        "file.write": ("path: string, text: string, mode: string?", "{path: string}", "effect", "idempotent"),
        "http.get": (
            "url: string, headers: map<string, string>?",
            "{status: int, body: string}",
            "observe",
            "idempotent",
        ),
        "http.request": (
            "method: string, url: string, headers: map<string, string>?, json: map<string, string>?, body: string?",
            "{status: string, body: string}",
            "effect",
            "unprotected",
        ),
    }


@pytest.mark.parametrize(("settings", "configured"), [
    ({}, False), ({"email": {"host": "x"}}, False), ({"email": {"host": "", "from": "a@b"}}, False), (EMAIL, True),
])  # fmt: skip
def test_mail_can_be_sent_where_host_and_sender_are_set(settings: dict[str, Any], configured: bool):
    tool = Registry(settings).signature("email.send")
    assert tool is not None
    assert tool.configured is configured


def test_coupons_need_no_configuration():
    Registry({}).need_configured(["coupon.generate"])


def test_a_real_run_of_unconfigured_tools_is_refused_with_what_they_need():
    with pytest.raises(UserError) as caught:
        Registry({}).need_configured(["email.send", "coupon.generate"])
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "SOP-K001"
    assert "[tools.email] needs host and from" in diagnostic.hint


def test_an_unknown_tool_is_looked_for_among_installed_packages_once(monkeypatch: pytest.MonkeyPatch):
    asked: list[dict[str, str]] = []
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **how: asked.append(how) or ())
    registry = Registry({})
    assert registry.signature("email.send") is not None
    assert asked == []
    assert registry.signature("sms.send") is None
    assert registry.signature("sms.send") is None
    assert asked == [{"group": "sopwb.tools", "name": "sms.send"}]


def install(monkeypatch: pytest.MonkeyPatch, load: Any) -> Registry:
    point = SimpleNamespace(load=load, value="acme:sms", name="sms.send", dist=SimpleNamespace(name="acme-sms"))
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **how: (point,))
    return Registry({"sms": {"token": "secret://sms"}})


SMS = ToolSignature("sms.send", (), RecordType((("id", STRING),)))


def test_an_installed_tool_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch):
    registry = install(monkeypatch, lambda: Tool(SMS, "sms"))
    assert registry.signature("sms.send") == SMS
    assert registry.names() == (*Registry({}).names(), "sms.send")


@pytest.mark.parametrize(("needs", "able", "configured"), [
    ((), True, True), (("token",), True, True), (("token", "url"), True, False), ((), False, False),
])  # fmt: skip
def test_an_installed_tool_acts_where_it_can_and_its_settings_are_there(
    monkeypatch: pytest.MonkeyPatch, needs: tuple[str, ...], able: bool, configured: bool
):
    tool = Tool(SMS, "sms", needs, actor=(lambda equipment: equipment) if able else None)  # type: ignore[arg-type,return-value]
    registry = install(monkeypatch, lambda: tool)
    found = registry.signature("sms.send")
    assert found is not None
    assert found.configured is configured
    if configured:
        given: Any = registry.actor("sms.send", clock=FixedClock(), folder="/shop")
        assert (given.settings, given.folder) == ({"token": "secret://sms"}, "/shop")
    else:
        with pytest.raises(UserError, match="SOP-K001"):
            registry.actor("sms.send", clock=FixedClock(), folder="/shop")


def broken() -> Any:
    raise ImportError("no acme")


BROKEN = (
    broken,
    lambda: SimpleNamespace(signature=SMS),
    lambda: Tool(msgspec.structs.replace(SMS, name="sms.sent"), "sms"),
    lambda: Tool(msgspec.structs.replace(SMS, kind="pure"), "sms"),
)


@pytest.mark.parametrize("load", BROKEN)
def test_a_broken_installed_tool_is_the_users_error(monkeypatch: pytest.MonkeyPatch, load: Any):
    with pytest.raises(UserError, match="SOP-K003"):
        install(monkeypatch, load).signature("sms.send")


def test_the_list_has_every_tool_with_what_it_lacks(monkeypatch: pytest.MonkeyPatch):
    registry = install(monkeypatch, lambda: Tool(SMS, "sms", ("url",), actor=lambda equipment: equipment))  # type: ignore[arg-type,return-value]
    rows = {row.name: row for row in registry.listed()}
    assert list(rows) == sorted(rows)
    assert (rows["email.send"].section, rows["email.send"].lacks, rows["email.send"].package) == (
        "email",
        ("host", "from"),
        "",
    )
    assert (rows["sms.send"].lacks, rows["sms.send"].package) == (("url",), "acme-sms")


def test_the_list_has_a_broken_tool_with_its_problem(monkeypatch: pytest.MonkeyPatch):
    (row,) = (row for row in install(monkeypatch, broken).listed() if row.package)
    assert row.signature is None
    assert row.problem is not None
    assert row.problem.code == "SOP-K003"


def test_a_request_is_as_safe_to_repeat_as_the_settings_say():
    for settings, expected in (({}, "unprotected"), ({"idempotent": True}, "idempotent")):
        tool = Registry({"http": {"allow": ["a.b"], **settings}}).signature("http.request")
        assert tool is not None
        assert tool.protection == expected


def test_every_built_in_tool_that_acts_can_be_made(tmp_path: Path):
    settings: dict[str, dict[str, Any]] = {**EMAIL, "http": {"allow": ["a.b"]}, "file": {"folder": "out"}}
    registry = Registry(settings)
    for row in registry.listed():
        assert row.signature is not None
        if row.signature.kind == "effect":
            actor = registry.actor(row.name, clock=FixedClock(), folder=str(tmp_path))
            assert actor.protection.kind == row.signature.protection
        elif row.signature.kind == "observe":
            registry.observer(row.name, clock=FixedClock(), folder=str(tmp_path)).close()


# --- mocks ----------------------------------------------------------------------------------------


def test_a_mock_gives_an_answer_of_the_tools_type():
    returns = parse_type("{id: string, n: int, when: date?, parts: list<int>, code: secret}")
    answer = mock_answer(returns, effect())
    assert answer == {"id": answer["id"], "n": 0, "when": None, "parts": [], "code": Secret("{{steps/0#0}}")}
    assert answer["id"].startswith("mock-")


def test_a_mock_answers_the_same_for_the_same_place_whatever_the_run():
    returns = parse_type("{id: string}")
    assert mock_answer(returns, effect(key="00")) == mock_answer(returns, effect(key="ff"))
    assert mock_answer(returns, effect(item="C1")) != mock_answer(returns, effect(item="C2"))
    assert mock_answer(returns, effect(path="steps/0")) != mock_answer(returns, effect(path="steps/1"))


def test_a_mock_of_a_tool_that_is_not_used_is_refused_with_the_nearest():
    need_mocks(["email.send"], ["email.send", "coupon.generate"])
    with pytest.raises(UserError) as caught:
        need_mocks(["email.sent"], ["email.send"])
    assert (caught.value.diagnostics[0].code, caught.value.diagnostics[0].nearest) == ("SOP-K002", "email.send")


# --- deciding -------------------------------------------------------------------------------------


def check(expected: Any, tools: DecidingTools, asked: PlannedEffect) -> None:
    assert tools.decide(asked) == expected


def test_a_coupon_is_a_placeholder_in_every_mode():
    code = {"code": Secret("{{steps/0#0}}")}
    for tools in (
        DecidingTools(Registry({})),
        DecidingTools(Registry({}), dry_run=True),
        DecidingTools(Registry({}), mocks=["coupon.generate"]),
    ):
        check(code, tools, effect("coupon.generate", kind="pure"))


def test_a_real_effect_gives_a_receipt():
    check({"id": "{{steps/0#0.id}}"}, DecidingTools(Registry(EMAIL)), effect())


def test_an_unconfigured_effect_is_refused_for_real_and_answered_when_mocked_or_dry():
    with pytest.raises(UserError, match="SOP-K001"):
        DecidingTools(Registry({})).decide(effect())
    for tools in (DecidingTools(Registry({}), dry_run=True), DecidingTools(Registry({}), mocks=["email.send"])):
        assert tools.decide(effect())["id"].startswith("mock-")


def test_only_mocked_tools_are_marked_as_mocked():
    tools = DecidingTools(Registry(EMAIL), mocks=["email.send"])
    assert (tools.mocked("email.send"), tools.mocked("coupon.generate")) == (True, False)


# --- coupons --------------------------------------------------------------------------------------


def test_a_coupon_is_sixteen_signs_in_fours():
    code = coupon_code(b"s" * 32, "ab" * 32)
    assert [len(part) for part in code.split("-")] == [4, 4, 4, 4]
    assert set(code) <= {*ALPHABET, "-"}


def test_a_coupon_depends_on_the_secret_and_the_key_and_on_nothing_else():
    codes = {coupon_code(secret * 32, key) for secret in (b"a", b"b") for key in ("00", "01")}
    assert len(codes) == 4
    assert coupon_code(b"a" * 32, "00") == coupon_code(b"a" * 32, "00")
