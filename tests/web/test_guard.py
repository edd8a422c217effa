"""Who is refused: other names, other sites, whoever has no token. And what every answer carries."""

from __future__ import annotations

import pytest

from tests.web.conftest import Opened

pytestmark = pytest.mark.browser


def test_the_browser_that_opened_the_address_has_a_cookie_that_no_script_and_no_other_site_can_use(
    opened: Opened,
) -> None:
    [cookie] = opened.cookies
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["value"] != opened.token
    assert opened.ask("GET", "/")[0] == 200


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"Host": "localhost:{port}"}, 400),
        ({"Host": "127.0.0.1"}, 400),
        ({"Host": None}, 400),
        ({"Cookie": None}, 403),
        ({"Cookie": "dulieumo-{port}=guess"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_from_elsewhere_is_refused(
    opened: Opened, method: str, changed: dict[str, str | None], status: int
) -> None:
    port = opened.host.partition(":")[2]
    headers = {name: value and value.format(port=port) for name, value in changed.items()}
    path = "/" if method == "GET" else "/stop"
    assert opened.ask(method, path, **headers)[0] == status
    assert opened.process.poll() is None


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://localhost:{port}", "http://127.0.0.1"])
@pytest.mark.parametrize("path", ["/stop", "/files", "/language"])
def test_a_form_of_another_origin_is_refused(opened: Opened, path: str, origin: str | None) -> None:
    port = opened.host.partition(":")[2]
    assert opened.ask("POST", path, Origin=origin and origin.format(port=port), Content_Length="0")[0] == 403
    assert opened.process.poll() is None


def test_the_token_opens_the_page_once(opened: Opened) -> None:
    assert opened.ask("GET", f"/?token={opened.token}", Cookie=None)[0] == 403
    assert opened.ask("GET", "/?token=guess", Cookie=None)[0] == 403
    status, headers, _text = opened.ask("GET", f"/?token={opened.token}")
    assert (status, headers["location"]) == (303, "/"), "for who is in already it is taken out of the address again"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing(opened: Opened, method: str) -> None:
    assert opened.ask(method, "/")[0] in (403, 405, 501)


def test_files_of_the_program_only_are_open_and_nothing_above_them(opened: Opened) -> None:
    assert opened.ask("GET", "/static/web.css", Cookie=None)[0] == 200
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"):
        status, _headers, text = opened.ask("GET", path)
        assert status == 404, path
        assert "import" not in text


def test_every_answer_forbids_scripts_of_others_frames_and_caches(opened: Opened) -> None:
    for path, status in (("/", 200), ("/none", 404), ("/static/web.js", 200)):
        answer = opened.ask("GET", path)
        assert answer[0] == status
        policy = answer[1]["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer[1]["cache-control"] == "no-store"
        assert answer[1]["x-content-type-options"] == "nosniff"
        assert "server" not in answer[1]
