"""Notices reach their channels once, later when a channel was down, and never touch a run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import Tick
from sopwb.app.daemon import Daemon
from sopwb.app.firing.delivery import deliver
from sopwb.app.outputs import Fired
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.run.acting import Rejected
from tests.app.firing.world import TOML, Shop


class Receiver:
    """What an ``json://`` channel was sent. ``status`` is what it answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.status == 200:
                    receiver.got.append(json.loads(body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_address[1]}/"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()


def failing_shop(folder: Path, *urls: str) -> Shop:
    listed = ", ".join(json.dumps(url) for url in urls)
    shop = Shop(folder, toml=TOML + f"[notify]\nurls = [{listed}]\n", behave=lambda _: Rejected("550", "no mailbox"))
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T09:00:00+00:00")
    return shop


def test_a_channel_that_is_down_delays_the_notice_and_not_the_run(tmp_path: Path) -> None:
    with receiving() as receiver:
        receiver.status = 503
        shop = failing_shop(tmp_path / "shop", receiver.url)
        fired = shop.do(Tick())
        assert isinstance(fired, Fired)
        assert [(row.state, row.status) for row in fired.rows] == [("failed", "failed")]
        assert fired.undelivered == 1
        assert [problem.code for problem in fired.problems] == ["SOP-A042"]
        assert receiver.got == []
        receiver.status = 200
        assert shop.do(Tick()).undelivered == 0
        shop.do(Tick())
        [message] = receiver.got
        assert message["title"] == "shop: failed"
        assert "no mailbox" in message["message"]


def test_each_channel_has_what_it_missed_in_one_message(tmp_path: Path) -> None:
    with receiving() as good, receiving() as bad:
        bad.status = 500
        shop = failing_shop(tmp_path / "shop", good.url, bad.url)
        for hour in range(9, 35):
            shop.clock.move(hours=hour > 9)
            shop.do(Tick())
        assert len(good.got) == 26
        bad.status = 200
        assert deliver(shop.bench) == (0, ())
        [message] = bad.got
        assert message["title"] == "shop: 26 notices"
        assert message["message"].startswith("6 older ones: sopwb notices list")
        assert message["message"].count("no mailbox") == 20
        assert len(good.got) == 26


def test_a_channel_behind_a_secret_is_found_and_never_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = failing_shop(tmp_path / "shop", "secret://ops-channel")
    shop.round()
    left, [trouble] = deliver(shop.bench)
    assert (left, trouble.code) == (1, "SOP-K006")
    with receiving() as receiver:
        monkeypatch.setenv("SOPWB_SECRET_OPS_CHANNEL", receiver.url + "?+X-Token=hush-hush")
        receiver.status = 500
        left, [trouble] = deliver(shop.bench)
        assert left == 1
        assert "hush-hush" not in trouble.line()
        receiver.status = 200
        assert deliver(shop.bench) == (0, ())
        assert len(receiver.got) == 1


def test_what_apprise_raises_is_said_without_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = failing_shop(tmp_path / "shop", "json://user:secret://token@127.0.0.1")
    monkeypatch.setenv("SOPWB_SECRET_TOKEN", "hush-hush")
    shop.round()

    def send(url: str, title: str, text: str) -> bool:
        raise OSError(f"cannot reach {url}")

    left, [trouble] = deliver(shop.bench, send)
    assert left == 1
    assert "hush-hush" not in trouble.line()
    assert "cannot reach" in trouble.line()


def test_an_url_that_apprise_does_not_know_is_a_trouble(tmp_path: Path) -> None:
    shop = failing_shop(tmp_path / "shop", "carrier-pigeon://loft")
    shop.round()
    left, [trouble] = deliver(shop.bench)
    assert (left, trouble.code) == (1, "SOP-A042")


def mend(shop: Shop, *urls: str) -> None:
    """Change the channels, as a person does while a daemon runs."""
    (shop.folder / "sopwb.toml").write_text(TOML + f"[notify]\nurls = {json.dumps(urls)}\n")


def test_what_waited_for_a_wrong_url_goes_to_the_one_that_replaces_it_and_to_no_other_twice(tmp_path: Path) -> None:
    with receiving() as good, receiving() as mended:
        shop = failing_shop(tmp_path / "shop", good.url, "carrier-pigeon://loft", "carrier-pigeon://roof")
        assert shop.do(Tick()).undelivered == 2
        mend(shop, good.url, mended.url)
        shop.bench = shop.opened()
        assert shop.do(Tick()).undelivered == 0
        assert (len(good.got), len(mended.got)) == (1, 1)
        assert shop.bench.store.refs("outbox/") == {}
        shop.do(Tick())
        assert (len(good.got), len(mended.got)) == (1, 1)


def test_a_daemon_sends_to_a_channel_that_was_set_while_it_runs(tmp_path: Path) -> None:
    with receiving() as receiver:
        shop = failing_shop(tmp_path / "shop")
        daemon = Daemon(shop.opened, clock=shop.clock)
        daemon._bench = shop.bench
        mend(shop, receiver.url)
        for _ in range(2):
            daemon.tick()
            daemon.join()
        assert [message["title"] for message in receiver.got] == ["shop: failed"]
        assert shop.states() == ["09:00 failed"]


def test_a_channel_that_is_listed_twice_is_one(tmp_path: Path) -> None:
    with receiving() as receiver:
        shop = failing_shop(tmp_path / "shop", receiver.url, receiver.url)
        assert shop.do(Tick()).undelivered == 0
        assert len(receiver.got) == 1


def test_a_channel_that_is_no_text_is_refused_when_the_workspace_opens(tmp_path: Path) -> None:
    shop = failing_shop(tmp_path / "shop")
    (shop.folder / "sopwb.toml").write_text(TOML + "[notify]\nurls = [1]\n")
    with pytest.raises(UserError) as refused:
        shop.opened()
    assert [d.code for d in refused.value.diagnostics] == ["SOP-W005"]


def test_a_reason_of_several_lines_ends_its_slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = failing_shop(tmp_path / "shop")

    def broken(*_: object) -> None:
        raise UserError(Diagnostic("SOP-A015", "first\nsecond \x1b[31m \ud800" + "x" * 5_000))

    monkeypatch.setattr("sopwb.app.handlers.running.prepare_target", broken)
    assert shop.round() == ["09:00 failed"]
    assert len(shop.notices()) == 1


def test_a_channel_that_hangs_holds_no_slot_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = failing_shop(tmp_path / "shop", "json://127.0.0.1")
    reached, released = threading.Event(), threading.Event()

    def hang(url: str, title: str, text: str) -> bool:
        reached.set()
        return released.wait(30)

    monkeypatch.setattr("sopwb.app.firing.delivery._apprise", hang)
    daemon = Daemon(shop.opened, clock=shop.clock)
    daemon._bench = shop.bench
    try:
        daemon.tick()
        daemon.join()
        daemon.tick()
        assert reached.wait(30)
        shop.clock.move(hours=1)
        daemon.tick()
        daemon._workers["mail"].join()
        assert shop.states() == ["09:00 failed", "10:00 failed"]
    finally:
        released.set()
        daemon.join()
