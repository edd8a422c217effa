"""What the client makes of a server's answers, and that the token goes nowhere else. No CKAN: a server of bare sockets."""

from __future__ import annotations

import json
import logging
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dulieumo.ckan.client import Client, Conflict, NotThere, Patience, Uncertain, Upload
from dulieumo.errors import NotAuthorized, Rejected, RemoteError, Unreachable

TOKEN = "bi-mat-khong-duoc-lo"
QUICK = Patience(attempts=3, first_wait_seconds=0.01, longest_wait_seconds=0.3, connect_seconds=1, read_seconds=0.6)
Answer = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        self.server.requests.append(self)
        self.server.tokens.append(self.headers.get("Authorization"))
        length = int(self.headers.get("Content-Length") or 0)
        self.body_bytes = 0
        while self.body_bytes < length:
            self.body_bytes += len(self.rfile.read(min(1 << 16, length - self.body_bytes)))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    do_GET = do_POST  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[Answer] = [ok({})]
        self.requests: list[_Handler] = []
        self.tokens: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def ok(result: Any) -> Answer:
    return status(200, {"success": True, "result": result})


def status(code: int, body: Any, **headers: str) -> Answer:
    def answer(handler: _Handler) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        handler.send_response(code)
        kind = "text/html" if isinstance(body, str) else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def error(code: int, kind: str, **fields: Any) -> Answer:
    return status(code, {"success": False, "error": {"__type": kind, "message": "lỗi", **fields}})


def silence(handler: _Handler) -> None:
    time.sleep(1.2)


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()


def client(server: _Server) -> Client:
    return Client(server.url, TOKEN, patience=QUICK)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(404, "Not Found Error"), NotThere),
        (error(403, "Authorization Error"), NotAuthorized),
        (error(409, "Validation Error", name=["đã có"]), Conflict),
        (status(404, "<html>not here</html>"), Unreachable),
        (status(403, "<html>firewall</html>"), NotAuthorized),
        (status(200, "<html>log in</html>"), Unreachable),
        (status(500, "<html>oh</html>"), Unreachable),
        (status(502, "<html>oh</html>"), Unreachable),
        (status(413, "<html>too large</html>"), Rejected),
        (status(301, "", Location="https://elsewhere.example/"), Unreachable),
        (status(200, {"success": False}), Unreachable),
        (status(200, ["nonsense"]), Unreachable),
        (silence, Unreachable),
    ],
)
def test_an_answer_means_one_thing(server: _Server, answer: Answer, expected: type[RemoteError]) -> None:
    server.answers = [answer]
    with pytest.raises(RemoteError) as raised:
        client(server).read("package_show", id="x")
    assert isinstance(raised.value, expected)
    assert type(raised.value) is NotThere or not isinstance(raised.value, NotThere)
    assert TOKEN not in f"{raised.value!r} {raised.value.hint} {raised.value.__cause__!r}"


def test_only_ckans_own_word_means_that_something_is_not_there(server: _Server) -> None:
    server.answers = [error(404, "Not Found Error")]
    assert client(server).find("package_show", id="x") is None
    server.answers = [status(404, "<html>a proxy's page</html>")]
    with pytest.raises(Unreachable):
        client(server).find("package_show", id="x")


def test_a_refused_connection_is_unreachable_with_advice() -> None:
    with pytest.raises(Unreachable) as raised:
        Client("http://127.0.0.1:9", TOKEN, patience=QUICK).read("status_show")
    assert raised.value.hint


def test_a_read_is_repeated_until_it_answers(server: _Server) -> None:
    server.answers = [status(500, "<html>"), status(200, "<html>"), ok("gì đó")]
    assert client(server).read("status_show") == "gì đó"
    assert len(server.requests) == 3


def test_retry_after_is_respected(server: _Server) -> None:
    server.answers = [status(429, "<html>", Retry_After="0"), ok(1)]
    began = time.monotonic()
    assert client(server).write("package_create", {}) == 1
    assert time.monotonic() - began < 0.25


def test_a_write_that_may_have_happened_is_not_repeated_unasked(server: _Server) -> None:
    server.answers = [status(502, "<html>")]
    with pytest.raises(Uncertain):
        client(server).write("resource_view_create", {})
    assert len(server.requests) == 1


def test_a_write_reads_back_before_it_repeats(server: _Server) -> None:
    server.answers = [status(502, "<html>"), status(500, "<html>"), ok("lần ba")]
    looked: list[int] = []

    def landed() -> Any | None:
        looked.append(1)
        return None if len(looked) < 2 else "đã có"

    assert client(server).write("package_create", {}, landed=landed) == "đã có"
    assert len(server.requests) == 2


def test_the_token_goes_to_its_own_origin_only(server: _Server) -> None:
    other = _Server()
    threading.Thread(target=other.serve_forever, daemon=True).start()
    server.answers = [status(302, "", Location=f"{other.url}/file")]
    client(server).read_file(f"{other.url}/file", limit_bytes=1000)
    assert server.tokens == []
    assert other.tokens == [None]
    assert TOKEN not in repr(client(server))
    other.shutdown()


def test_the_token_is_in_no_log(server: _Server, caplog: pytest.LogCaptureFixture) -> None:
    server.answers = [status(500, "<html>"), ok({})]
    with caplog.at_level(logging.DEBUG):
        client(server).read("status_show")
    assert server.tokens == [TOKEN, TOKEN]
    assert TOKEN not in caplog.text


def test_an_upload_is_streamed_and_not_held_in_memory(server: _Server, tmp_path: Path) -> None:
    size = 200_000_000
    file = tmp_path / "x.csv"
    with file.open("wb") as made:
        made.truncate(size)
    server.answers = [ok({})]
    upload = Upload(field="upload", file_name="x.csv", media_type="text/csv", open=lambda: file.open("rb"))
    speaking = Client(server.url, TOKEN, patience=Patience(read_seconds=60))
    tracemalloc.start()
    speaking.write("resource_update", {"id": "x", "number": "1"}, uploads=[upload])
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert server.requests[0].body_bytes > size
    assert peak < 20_000_000
