"""A proxy in front of CKAN that does one wrong thing to one request, chosen by its number: what networks do, on demand.

HTTP/1.1, one request per connection, on loopback. Requests are numbered from 0 in the order in which they arrive.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from urllib.parse import urlsplit


class Fault(StrEnum):
    """What happens to the request. "before": CKAN never sees it. "after": CKAN has done it, and we never hear of it."""

    REFUSED = "refused"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    SILENT_BEFORE = "silent-before"
    SILENT_AFTER = "silent-after"
    ERROR_500 = "error-500"
    BAD_GATEWAY = "bad-gateway"
    SLOW_DOWN = "slow-down"
    TRUNCATED = "truncated"
    HTML = "html"


@dataclass(frozen=True)
class Seen:
    """A request that came by."""

    number: int
    method: str
    path: str

    @property
    def is_write(self) -> bool:
        """Whether it changes something on CKAN: all calls are POST, reads among them."""
        action = self.path.rsplit("/", 1)[-1]
        return self.method == "POST" and not action.endswith(("_show", "_search", "_list", "_info"))


class FaultProxy:
    """Listens on `url`. `faults(seen)` decides per request; `hooks` are called before and after it is passed on."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen: list[Seen] = []
        self.decide: Callable[[Seen], Fault | None] = lambda _seen: None
        self.before: Callable[[Seen], None] = lambda _seen: None
        self.after: Callable[[Seen], None] = lambda _seen: None
        self.alter: Callable[[Seen, bytes], bytes] = lambda _seen, answer: answer  # what a server in front may do to it
        self.silence_seconds = 3.0
        self.longest_replacement = 0.0  # seconds that CKAN took for a request that carries files
        self.struck = 0  # requests that something was done to since `clear`
        self._lock = threading.Lock()
        self._closing = False
        self._is_up = threading.Event()
        self._is_up.set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._listener.close()

    def clear(self) -> None:
        """Forget what was seen and do nothing wrong any more; returns when the port is open again."""
        self.decide = lambda _seen: None
        self._is_up.wait(10)
        self.seen = []
        self.struck = 0
        self.before = self.after = lambda _seen: None

    def once(self, number: int, fault: Fault) -> None:
        """The request of this number fails, all others go well."""
        self.decide = lambda seen: fault if seen.number == number else None

    def from_on(self, number: int, fault: Fault) -> None:
        """This request and all that follow fail."""
        self.decide = lambda seen: fault if seen.number >= number else None

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                head, body = _read_message(connection)
            except (OSError, ValueError):
                return
            if not head:
                return
            method, path = head.split(b"\r\n", 1)[0].split(b" ")[:2]
            with self._lock:
                seen = Seen(len(self.seen), method.decode(), path.decode())
                self.seen.append(seen)
            fault = self.decide(seen)
            self.struck += fault is not None
            try:
                self.before(seen)
                self._answer(connection, seen, head, body, fault)
            except OSError:
                return
            finally:
                self.after(seen)

    def _answer(self, connection: socket.socket, seen: Seen, head: bytes, body: bytes, fault: Fault | None) -> None:
        if fault is Fault.REFUSED:
            self._refuse(connection)
            return
        if fault is Fault.RESET_BEFORE:
            _reset(connection)
            return
        if fault is Fault.SILENT_BEFORE:
            time.sleep(self.silence_seconds)
            _reset(connection)
            return
        if fault is Fault.ERROR_500:
            _send(connection, b"500 Internal Server Error", b"<html>Internal Server Error</html>")
            return
        if fault is Fault.SLOW_DOWN:
            _send(connection, b"429 Too Many Requests", b"slow down", b"Retry-After: 1\r\n")
            return
        answer = self._pass_on(head, body)
        if fault is None:
            connection.sendall(_of_right_length(self.alter(seen, answer)))
        elif fault is Fault.RESET_AFTER:
            _reset(connection)
        elif fault is Fault.SILENT_AFTER:
            time.sleep(self.silence_seconds)
            _reset(connection)
        elif fault is Fault.BAD_GATEWAY:
            _send(connection, b"502 Bad Gateway", b"<html>bad gateway</html>")
        elif fault is Fault.HTML:
            _send(connection, b"200 OK", b"<!doctype html><title>Welcome to the hotel</title>")
        elif fault is Fault.TRUNCATED:
            start = answer.index(b"\r\n\r\n") + 4
            connection.sendall(answer[: start + (len(answer) - start) // 2])

    def _refuse(self, connection: socket.socket) -> None:
        """Close the port for a moment: this connection ends before its answer, and the next ones are refused."""
        self._is_up.clear()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept, which would hold the port
        self._listener.close()
        _reset(connection)
        time.sleep(0.15)
        for _attempt in range(100):
            try:
                self._listener = socket.create_server(("127.0.0.1", self.port))
                break
            except OSError:
                time.sleep(0.02)
        threading.Thread(target=self._accept, daemon=True).start()
        self._is_up.set()

    def _pass_on(self, head: bytes, body: bytes) -> bytes:
        lines = [
            line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"accept-encoding:"))
        ]
        began = time.monotonic()
        with socket.create_connection(self._upstream, timeout=120) as upstream:
            upstream.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            answer = b""
            while chunk := upstream.recv(1 << 16):
                answer += chunk
        if b"multipart/form-data" in head:
            self.longest_replacement = max(self.longest_replacement, time.monotonic() - began)
        return answer


def _of_right_length(answer: bytes) -> bytes:
    head, gap, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + gap + body


def _send(connection: socket.socket, status: bytes, body: bytes, more: bytes = b"") -> None:
    length = str(len(body)).encode()
    connection.sendall(
        b"HTTP/1.1 "
        + status
        + b"\r\nContent-Type: text/html\r\nContent-Length: "
        + length
        + b"\r\nConnection: close\r\n"
        + more
        + b"\r\n"
        + body
    )


def _reset(connection: socket.socket) -> None:
    """Close with RST, as a process that dies does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _read_message(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head without its empty line, and the body by its Content-Length or its chunks."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(1 << 16)
        if not chunk:
            return b"", b""
        data += chunk
    head, body = data.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    wanted = int(fields.get(b"content-length", b"0"))
    while len(body) < wanted:
        chunk = connection.recv(1 << 16)
        if not chunk:
            raise ValueError("the request broke off")
        body += chunk
    return head, body
