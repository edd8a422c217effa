"""Signed messages: a real receiver on this machine verifies each one, and fails now and then."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dulieumo import config
from dulieumo.errors import ConfigError, NotAuthorized, Rejected, Unreachable
from dulieumo.governance import webhook
from dulieumo.governance.webhook import Message, Webhook
from dulieumo.transport import Patience
from tests import catalogues as made
from tests.catalogues import field

DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))
GUIDES = Path(__file__).resolve().parents[2] / "docs" / "pages" / "guides"
KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
QUICK = Patience(attempts=4, first_wait_seconds=0.01, longest_wait_seconds=0.05, read_seconds=2)
MESSAGE = Message(kind="data.due", data={"publisher": "so-moi", "title": "Sở Mới"})


class Receiver:
    """Takes what is signed with `KEY` and is not old; answers `statuses` first, one per request, then 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.retry_after = ""
        self.ids: list[str] = []
        self.timestamps: list[str] = []
        self.refused = 0
        self.bodies: list[dict[str, Any]] = []
        self.url = ""


def verified(headers: Any, body: bytes) -> bool:
    """By the letter of the scheme, not by our own code."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    is_new = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return is_new and hmac.compare_digest(expected, headers["webhook-signature"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.ids.append(self.headers["webhook-id"])
            state.timestamps.append(self.headers["webhook-timestamp"])
            status = state.statuses.pop(0) if state.statuses else 204
            if not verified(self.headers, body):
                state.refused += 1
                status = 401
            if status == 0:  # the connection breaks off
                self.connection.close()
                return
            if status == 204:
                state.bodies.append(json.loads(body))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/")
            if state.retry_after:
                self.send_header("Retry-After", state.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/nhan/khoa-trong-dia-chi"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def to(receiver: Receiver, secret: bytes = KEY) -> Webhook:
    return Webhook(url=receiver.url, secret=secret)


def test_the_signature_is_the_one_of_the_scheme() -> None:
    """The example of the Standard Webhooks specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = webhook.sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_arrives_signed_and_whole(receiver: Receiver) -> None:
    webhook.post(to(receiver), MESSAGE, patience=QUICK)
    assert receiver.refused == 0
    (body,) = receiver.bodies
    assert body["type"] == "data.due"
    assert body["data"] == {"publisher": "so-moi", "title": "Sở Mới"}


def test_a_receiver_that_fails_is_asked_again_under_the_same_id_and_a_new_signature(receiver: Receiver) -> None:
    receiver.statuses = [503, 0, 429]
    times = iter(int(time.time()) + step for step in range(10))
    webhook.post(to(receiver), MESSAGE, patience=QUICK, clock=lambda: next(times))
    assert len(receiver.bodies) == 1
    assert receiver.ids == [MESSAGE.id] * 4
    assert len(set(receiver.timestamps)) == 4
    assert receiver.refused == 0


def test_the_same_message_has_the_same_id_and_another_one_another(receiver: Receiver) -> None:
    assert MESSAGE.id == Message(kind="data.due", data={"title": "Sở Mới", "publisher": "so-moi"}).id
    assert MESSAGE.id != replace(MESSAGE, data={"publisher": "so-khac"}).id
    assert MESSAGE.id != replace(MESSAGE, kind="release.published").id


def test_patience_ends_and_the_error_shows_neither_address_nor_secret(receiver: Receiver) -> None:
    receiver.statuses = [500] * 9
    with pytest.raises(Unreachable) as caught:
        webhook.post(to(receiver), MESSAGE, patience=QUICK)
    assert len(receiver.ids) == QUICK.attempts
    text = f"{caught.value.message} {caught.value.hint} {to(receiver)!r}"
    assert "khoa-trong-dia-chi" not in text
    assert KEY.decode() not in text
    assert SECRET not in text


@pytest.mark.parametrize("status", [400, 404, 410, 302])
def test_what_will_not_change_is_not_asked_again(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status] * 3
    with pytest.raises(Rejected, match=str(status)):
        webhook.post(to(receiver), MESSAGE, patience=QUICK)
    assert len(receiver.ids) == 1


def test_a_receiver_with_another_secret_refuses(receiver: Receiver) -> None:
    with pytest.raises(Rejected, match="401"):
        webhook.post(to(receiver, b"x" * 32), MESSAGE, patience=QUICK)
    assert receiver.refused == 1


def test_the_wait_that_the_receiver_asks_for_is_kept_but_not_for_ever(receiver: Receiver) -> None:
    receiver.statuses, receiver.retry_after = [429], "3600"
    began = time.monotonic()
    webhook.post(to(receiver), MESSAGE, patience=replace(QUICK, longest_wait_seconds=0.4))
    assert time.monotonic() - began >= 0.4
    assert len(receiver.bodies) == 1


def test_nobody_there_is_told(receiver: Receiver) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9"):
        webhook.post(Webhook(url="http://127.0.0.1:9/bi-mat", secret=KEY), MESSAGE, patience=QUICK)


# Settings


def settings(folder: Path, **keys: str) -> config.Settings:
    (folder / "dulieumo.toml").write_text("".join(f'{key} = "{value}"\n' for key, value in keys.items()))
    return config.load(folder, {})


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://nhac.langmau.example/x", True),
        ("http://127.0.0.1:8000/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:80/x", True),
        ("http://nhac.langmau.example/x", False),
        ("http://127.0.0.1.langmau.example/", False),
        ("ftp://localhost/x", False),
        ("https://ai:mat-khau@langmau.example/", False),
        ("", False),
    ],
)
def test_only_https_but_for_this_machine(tmp_path: Path, url: str, is_taken: bool) -> None:
    found = settings(tmp_path, webhook=url)
    environment = {webhook.SECRET_VARIABLE: SECRET}
    if is_taken:
        assert webhook.find(found, environment).secret == KEY
        return
    with pytest.raises(ConfigError) as caught:
        webhook.find(found, environment)
    assert "mat-khau" not in f"{caught.value.message}{caught.value.hint}"


def test_a_secret_file_is_made_for_its_owner_alone_and_read_only_so(tmp_path: Path) -> None:
    file = tmp_path / "webhook.secret"
    webhook.new_secret(file)
    assert file.stat().st_mode & 0o777 == 0o600
    found = settings(tmp_path, webhook="https://langmau.example/", webhook_secret_file=str(file))
    assert len(webhook.find(found, {}).secret) == 32
    assert webhook.find(found, {webhook.SECRET_VARIABLE: SECRET}).secret == KEY, "the environment goes first"
    with pytest.raises(ConfigError):
        webhook.new_secret(file)
    file.chmod(0o640)
    with pytest.raises(ConfigError, match=r"secret|bí mật"):
        webhook.find(found, {})


@pytest.mark.parametrize("text", ["whsec_ngan", "whsec_" + base64.b64encode(b"ngan").decode(), "không phải base64"])
def test_a_secret_that_is_none_is_told_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        webhook.find(settings(tmp_path, webhook="https://langmau.example/"), {webhook.SECRET_VARIABLE: text})
    assert text not in f"{caught.value.message}{caught.value.hint}"
    with pytest.raises(NotAuthorized):
        webhook.find(settings(tmp_path, webhook="https://langmau.example/"), {})


# Through the installed command


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A late dataset of one publisher and one that comes due of another, committed nowhere."""
    late = {"dulieumo:frequency": "MONTHLY", "dulieumo:dataAsOf": "2026-01"}
    packages = [made.package("qua-han", [made.resource("bang", [field("ma")], ["ma"])], **late)]
    made.write(tmp_path, packages, {"qua-han/bang.csv": "ma\na\n"})
    (tmp_path / "dulieumo.toml").write_text("")
    return tmp_path


def run(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DULIEUMO")}
    return subprocess.run(
        [DULIEUMO, "--lang", "vi", *words],
        cwd=project,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_reminders_are_sent_by_the_command(project: Path, receiver: Receiver) -> None:
    receiver.statuses = [502]
    there = {"DULIEUMO_WEBHOOK": receiver.url, webhook.SECRET_VARIABLE: SECRET}
    done = run(project, "due", "--webhook", "--today", "2026-11-22", **there)
    assert done.returncode == 0, done.stderr
    (body,) = receiver.bodies
    assert body["type"] == "data.due"
    assert body["data"]["publishers"][0]["overdue"][0]["dataset"] == "qua-han"
    assert body["data"]["markdown"].startswith("# ")
    assert "khoa-trong-dia-chi" not in done.stdout + done.stderr
    receiver.statuses = [400]
    refused = run(project, "due", "--webhook", "--today", "2026-11-22", **there)
    assert refused.returncode == 3
    assert "0 trong 1 tin" in refused.stderr
    assert "khoa-trong-dia-chi" not in refused.stdout + refused.stderr
    assert SECRET not in refused.stdout + refused.stderr


def test_a_release_is_told_of_by_the_command(project: Path, receiver: Receiver) -> None:
    assert run(project, "check").returncode == 0
    assert run(project, "build", "--name", "v1").returncode == 0
    done = run(project, "notify", DULIEUMO_WEBHOOK=receiver.url, DULIEUMO_WEBHOOK_SECRET=SECRET)
    assert done.returncode == 0, done.stderr
    (body,) = receiver.bodies
    assert body["type"] == "release.published"
    assert body["data"]["release"] == "v1"
    assert [(item["dataset"], item["before"], item["after"]) for item in body["data"]["datasets"]] == [
        ("qua-han", None, "1.0.0")
    ]


@pytest.mark.parametrize("guide", ["ci.md", "ci.en.md"])
def test_the_receiver_of_the_guide_verifies_our_messages(guide: str) -> None:
    """The snippet of the guide, as it stands there."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    (snippet,) = [code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "webhook-signature" in code]
    names: dict[str, Any] = {}
    exec(snippet, names)
    verify: Callable[[str, dict[str, str], bytes], bool] = names["is_genuine"]
    now = int(time.time())
    body = MESSAGE.body(webhook.datetime.now(webhook.UTC))
    headers = {
        "webhook-id": MESSAGE.id,
        "webhook-timestamp": str(now),
        "webhook-signature": webhook.sign(KEY, MESSAGE.id, now, body),
    }
    assert verify(SECRET, headers, body)
    assert not verify(SECRET, headers, body + b" ")
    assert not verify(SECRET, {**headers, "webhook-id": "msg_khac"}, body)
    old = str(now - 3600)
    stale = {**headers, "webhook-timestamp": old, "webhook-signature": webhook.sign(KEY, MESSAGE.id, int(old), body)}
    assert not verify(SECRET, stale, body), "a message that was listened to is worth nothing an hour later"
