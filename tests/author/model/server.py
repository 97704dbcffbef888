"""A loopback OpenAI-compatible server that answers as it is told, faults included.

An answer is ``{"content", "calls": [[name, arguments]]}``, ``{"status": 429, "headers": {…}}``, or one with
``{"fault": NAME}``: ``cut`` (the stream ends in the middle), ``stall`` (headers, then nothing), ``whisper`` (comments
for ever), ``garbage`` (no JSON), ``half`` (the arguments end in the middle, with a finish reason).
The last answer is given for ever. Usage is 50 and 5 tokens, or with ``{"rough": true}`` a token for four characters.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = dict[str, Any]


class FakeProvider:
    """The server. ``asked`` holds the requests, ``authorizations`` their keys."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def __enter__(self) -> FakeProvider:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


def _handler(provider: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            self.asked_bytes = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(self.asked_bytes))
            provider.asked.append(asked)
            provider.authorizations.append(self.headers.get("Authorization", ""))
            answer = provider.next()
            with suppress(OSError):  # the client goes away, as some of these answers make it do
                self.answer(answer, str(answer.get("fault", "")))
            self.close_connection = True

        def answer(self, answer: Answer, fault: str) -> None:
            if "status" in answer:
                body = json.dumps({"error": {"message": "refused, with sk-canary-in-an-error"}}).encode()
                self.head(
                    answer["status"],
                    "application/json",
                    {"Content-Length": str(len(body)), **answer.get("headers", {})},
                )
                self.wfile.write(body)
                return
            self.head(200, "text/event-stream", {"Connection": "close"})
            if fault == "stall":
                provider.over.wait(20)
                return
            if fault == "whisper":
                while not provider.over.wait(0.05):
                    self.wfile.write(b": still here\n\n")
                return
            if fault == "garbage":
                self.wfile.write(b"data: {nonsense\n\n")
                return
            self.stream(answer, fault)

        def stream(self, answer: Answer, fault: str) -> None:
            text = str(answer.get("content") or "")
            self.chunk({"role": "assistant", "content": ""})
            for start in range(0, len(text), 24):
                self.chunk({"content": text[start : start + 24]})
            for index, (name, arguments) in enumerate(answer.get("calls", ())):
                written = arguments if isinstance(arguments, str) else json.dumps(arguments)
                middle = len(written) // 2
                head = {"index": index, "id": "same", "type": "function"}
                self.chunk({"tool_calls": [{**head, "function": {"name": name, "arguments": written[:middle]}}]})
                if fault == "cut":
                    return
                if fault != "half":
                    self.chunk({"tool_calls": [{"index": index, "function": {"arguments": written[middle:]}}]})
            took = (self.asked_bytes // 4, len(json.dumps(answer)) // 4) if answer.get("rough") else (50, 5)
            usage = {"prompt_tokens": took[0], "completion_tokens": took[1], "total_tokens": sum(took)}
            self.chunk({}, "tool_calls" if answer.get("calls") else "stop", usage=usage)
            self.wfile.write(b"data: [DONE]\n\n")

        def head(self, status: int, kind: str, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def chunk(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            line = {
                "id": "x",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "x",
                "choices": [choice],
                **more,
            }
            self.wfile.write(b"data: " + json.dumps(line).encode() + b"\n\n")
            self.wfile.flush()

    return Handler
