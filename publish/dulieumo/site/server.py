"""A small static server for the built site, on loopback: byte ranges, cache validation, compression, CORS, media types.

For looking at the site and for tests; in production any static server that answers ranges will do.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

from dulieumo.site.render import POLICY

LOOPBACK = "127.0.0.1"
TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".ttl": "text/turtle; charset=utf-8",
    ".rdf": "application/rdf+xml",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
# Text that browsers read whole; data files stay as they are, so that sizes, hashes and ranges are those of the file.
PACKED = frozenset({".html", ".css", ".js", ".json", ".jsonld", ".ttl", ".rdf", ".xml", ".svg", ".wasm"})
PACK_BYTES = range(1_000, 8_000_000)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
_CHUNK = 1 << 18


class Handler(BaseHTTPRequestHandler):
    """Serves the files under `root`, nothing above it and no link out of it."""

    server_version = "dulieumo"
    protocol_version = "HTTP/1.1"
    root: Path

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_OPTIONS(self) -> None:
        self.send_response(HTTPStatus.NO_CONTENT)
        self._common_headers()
        self.send_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        self.send_header("Access-Control-Allow-Headers", "Range, If-None-Match, If-Modified-Since")
        self.send_header("Access-Control-Max-Age", "86400")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: a page makes dozens of requests."""

    def _answer(self, *, with_body: bool) -> None:
        address = urlsplit(self.path)
        file = self._file(unquote(address.path))
        if file is None:
            missing = self.root / "404.html"
            if missing.is_file():
                self._send(missing, with_body=with_body, status=HTTPStatus.NOT_FOUND)
            else:
                self.send_error(HTTPStatus.NOT_FOUND)
            return
        if file.is_dir():
            location = quote(unquote(address.path)) + "/" + (f"?{address.query}" if address.query else "")
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self._common_headers()
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(file, with_body=with_body, status=HTTPStatus.OK)

    def _file(self, path: str) -> Path | None:
        """The file that answers `path`, a folder where a slash is missing, None where there is nothing (or nothing to show)."""
        if "\\" in path or "\0" in path or path.startswith("//"):
            return None
        target = (self.root / path.lstrip("/")).resolve()
        if not target.is_relative_to(self.root):
            return None
        if target.is_dir():
            index = target / "index.html"
            if not index.is_file():
                return None
            return index if path.endswith("/") else target
        return target if target.is_file() else None

    def _send(self, file: Path, *, with_body: bool, status: HTTPStatus) -> None:
        facts = file.stat()
        tag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
        packed = self._packed(file, facts.st_size)
        if packed is not None:
            tag = f'{tag[:-1]}-gzip"'  # another representation of the file
        if status is HTTPStatus.OK and self._is_known(tag, facts.st_mtime):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self._common_headers()
            self.send_header("ETag", tag)
            self.end_headers()
            return
        first, last = 0, facts.st_size - 1
        wanted = self.headers.get("Range")
        if wanted and status is HTTPStatus.OK and self.headers.get("If-Range", tag) == tag:
            span = _span(wanted, facts.st_size)
            if span is None:
                self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self._common_headers()
                self.send_header("Content-Range", f"bytes */{facts.st_size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if span != (0, -1):
                first, last = span
                status = HTTPStatus.PARTIAL_CONTENT
        self.send_response(status)
        self._common_headers()
        ending = file.suffix.lower()
        self.send_header(
            "Content-Type", TYPES.get(ending) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        )
        self.send_header("Content-Length", str(last - first + 1 if packed is None else len(packed)))
        if packed is not None:
            self.send_header("Content-Encoding", "gzip")
        if ending in PACKED:
            self.send_header("Vary", "Accept-Encoding")
        self.send_header("Last-Modified", formatdate(facts.st_mtime, usegmt=True))
        self.send_header("ETag", tag)
        if status is HTTPStatus.PARTIAL_CONTENT:
            self.send_header("Content-Range", f"bytes {first}-{last}/{facts.st_size}")
        if ending == ".html":
            self.send_header("Content-Security-Policy", f"{POLICY}; frame-ancestors 'none'")
        self.end_headers()
        if with_body and packed is not None:
            self._write(packed)
        elif with_body:
            with file.open("rb") as source:
                self._copy(source, first, last - first + 1)

    def _packed(self, file: Path, size: int) -> bytes | None:
        """The file compressed, for a reader that takes it so and wants all of it, as any public server would send it."""
        accepted = "gzip" in self.headers.get("Accept-Encoding", "") and "Range" not in self.headers
        if not accepted or file.suffix.lower() not in PACKED or size not in PACK_BYTES:
            return None
        return gzip.compress(file.read_bytes(), compresslevel=6, mtime=0)

    def _write(self, body: bytes) -> None:
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the reader went away

    def _copy(self, source: BinaryIO, start: int, count: int) -> None:
        source.seek(start)
        try:
            if start == 0 and count > _CHUNK and count == Path(source.name).stat().st_size:
                copyfileobj(source, self.wfile, _CHUNK)
                return
            while count > 0 and (piece := source.read(min(_CHUNK, count))):
                self.wfile.write(piece)
                count -= len(piece)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the reader went away

    def _is_known(self, tag: str, changed: float) -> bool:
        """Whether the reader has this very version."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return tag in tags or tags.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return int(changed) <= parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False

    def _common_headers(self) -> None:
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag, Accept-Ranges")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "strict-origin-when-cross-origin")


def _span(header: str, size: int) -> tuple[int, int] | None:
    """The first and last byte of a `Range`; (0, -1) for one that we do not serve in part, None for one beyond the file.

    Several ranges in one request are answered with the whole file, as RFC 9110 allows."""
    match = _RANGE.match(header.strip())
    if match is None or match.group() == "bytes=-":
        return (0, -1)
    start, end = match.groups()
    if not start:
        length = int(end)
        return (max(size - length, 0), size - 1) if length and size else None
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if first >= size:
        return None
    return (0, -1) if end and int(end) < first else (first, last)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(root: Path, port: int = 0) -> Server:
    """A server for `root`, bound to loopback and not yet running; port 0 takes a free one. Raises OSError for a port in use."""

    class Bound(Handler):
        pass

    Bound.root = root.resolve()
    return Server((LOOPBACK, port), Bound)
