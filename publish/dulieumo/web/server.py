"""The page's server: loopback, a free port, a private folder, and an end."""

from __future__ import annotations

import logging
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from dulieumo.site import server as static
from dulieumo.web.app import application
from dulieumo.web.desk import Desk

LOOPBACK = static.LOOPBACK
FAREWELL_SECONDS = 1.0


def serve(datasets: Path, port: int, opened: Callable[[str, str], None]) -> None:
    """Serve until the owner ends it. `opened` is called with the address, and the same with the token to open it.

    Raises OSError for a port in use."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door,
        tempfile.TemporaryDirectory(prefix="dulieumo-web-") as scratch,
    ):
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((LOOPBACK, port))
        door.listen()
        host = f"{LOOPBACK}:{door.getsockname()[1]}"
        logging.getLogger("python_multipart").setLevel(
            logging.CRITICAL
        )  # it tells of every request that it cannot read
        token = secrets.token_urlsafe(32)
        desk = Desk(datasets=datasets, folder=Path(scratch) / "files", public=Path(scratch) / "public")
        # Pages of datasets have scripts and are of another origin than this one; nobody guesses the folder they lie in.
        hidden = secrets.token_urlsafe(32)
        for folder in (desk.folder, desk.public / hidden):
            folder.mkdir(parents=True, mode=0o700)
        with static.serve(desk.public) as pages:
            threading.Thread(target=pages.serve_forever, daemon=True).start()
            desk.public = desk.public / hidden
            preview = f"http://{LOOPBACK}:{pages.server_address[1]}/{hidden}"
            running = _Server(uvicorn.Config(
                application(desk, host=host, token=token, preview=preview, stop=lambda: running.end()),
                access_log=False, log_config=None, server_header=False, lifespan="off", ws="none", timeout_graceful_shutdown=3,
            ))  # fmt: skip
            opened(f"http://{host}/", f"http://{host}/?token={token}")
            running.run(sockets=[door])
            pages.shutdown()


class _Server(uvicorn.Server):
    """Ends, too, when the window of its terminal is closed: the private folder must go."""

    def end(self) -> None:
        """End, a moment later: the answer that says so has a style sheet to fetch."""
        threading.Timer(FAREWELL_SECONDS, self._end).start()

    def _end(self) -> None:
        self.should_exit = True

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn raises a signal once more when it has ended, for the handler before it: that must not be the system's.
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self.handle_exit)
        super().run(sockets)
