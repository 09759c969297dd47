"""The debug mode: what a middleware prints, and what it adds to responses."""

import asyncio
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import corsac
import pytest
from asgi_kit import ORIGIN, App, from_origin, head, play, preflight
from corsac import CORSMiddleware, Policy, Reloadable, install
from corsac import wsgi as wsgi_middleware
from corsac.testing import Browser
from fastapi import FastAPI, Response
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

PAGE = ORIGIN.decode()
EVIL = "https://evil.example"
SETTINGS: Any = {"allow_origins": [PAGE], "allow_methods": ["PUT"]}
BODY = {"type": "http.response.body", "body": b"ok"}


def app() -> FastAPI:
    api = FastAPI()

    @api.get("/items")
    def items(response: Response) -> dict[str, str]:
        response.headers["Content-Disposition"] = "attachment"
        response.headers["Server-Timing"] = "db;dur=1"
        return {}

    return api


def timing(fetched: Any) -> list[str]:
    assert fetched.response is not None
    return [value for name, value in fetched.response.headers if name == "server-timing"]


def test_a_block_for_each_new_combination(capsys: pytest.CaptureFixture[str]) -> None:
    browser = Browser(CORSMiddleware(app(), debug=True, **SETTINGS))
    for _ in range(3):
        browser.fetch("/items", origin=EVIL)
    printed = capsys.readouterr().err
    assert printed.startswith(f"corsac: origin-not-allowed: a page of {EVIL} sends GET /items\n  error[")
    assert printed.count("corsac: ") == 1
    assert f"help: add `{EVIL}` to `allow_origins`" in printed
    browser.fetch("/items", origin=PAGE, method="DELETE")
    printed = capsys.readouterr().err
    assert "corsac: preflight-method-not-allowed: " in printed
    assert "help: add `DELETE` to `allow_methods`" in printed


def test_headers_that_scripts_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    browser = Browser(CORSMiddleware(app(), debug=True, **SETTINGS), origin=PAGE)
    browser.fetch("/items")
    browser.fetch("/items")
    printed = capsys.readouterr().err
    assert printed.count("has headers that no script can read") == 1
    assert "add `content-disposition` to `expose_headers`" in printed
    Browser(CORSMiddleware(app(), debug=True, expose_headers=["Content-Disposition"], **SETTINGS), origin=PAGE).fetch(
        "/items"
    )
    assert "no script can read" not in capsys.readouterr().err


def test_responses_have_reasons_and_no_data_from_the_request() -> None:
    for server in (CORSMiddleware(app(), debug=True, **SETTINGS), installed(debug=True)):
        browser = Browser(server)
        assert timing(browser.fetch("/items", origin=PAGE)) == ["db;dur=1", 'corsac;desc="origin-allowed"']
        assert timing(browser.fetch("/items", origin=EVIL)) == ["db;dur=1", 'corsac;desc="origin-not-allowed"']
    sent = play(CORSMiddleware(App(), debug=True, **SETTINGS), preflight(b"https://evil.example"))
    assert (b"server-timing", b'corsac;desc="origin-not-allowed"') in sent[0]["headers"]


def installed(**options: Any) -> FastAPI:
    api = app()
    install(api, **SETTINGS, **options)
    return api


def test_wsgi(capsys: pytest.CaptureFixture[str]) -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("ETag", "1")])
        return [b"ok"]

    browser = Browser(wsgi_middleware.CORSMiddleware(application, debug=True, **SETTINGS))
    assert timing(browser.fetch("/items", origin=PAGE)) == ['corsac;desc="origin-allowed"']
    assert timing(browser.fetch("/items", origin=EVIL)) == ['corsac;desc="origin-not-allowed"']
    browser.fetch("/items", origin=PAGE, method="DELETE")
    printed = capsys.readouterr().err
    assert "add `etag` to `expose_headers`" in printed
    assert f"add `{EVIL}` to `allow_origins`" in printed
    assert "add `DELETE` to `allow_methods`" in printed


def test_it_is_off_by_default(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CORSAC_DEBUG", raising=False)
    monkeypatch.setenv("NODE_ENV", "development")
    for debug in (None, False):
        assert timing(Browser(CORSMiddleware(app(), debug=debug, **SETTINGS)).fetch("/items", origin=EVIL)) == [
            "db;dur=1"
        ]
        assert capsys.readouterr().err == ""
    for value, is_on in (("1", True), ("true", True), ("0", False), ("", False), ("no", False)):
        monkeypatch.setenv("CORSAC_DEBUG", value)
        found = timing(Browser(CORSMiddleware(app(), **SETTINGS)).fetch("/items", origin=EVIL))
        assert (len(found) == 2) is is_on, value
        assert (capsys.readouterr().err != "") is is_on, value
        assert timing(Browser(CORSMiddleware(app(), debug=False, **SETTINGS)).fetch("/items", origin=EVIL)) == [
            "db;dur=1"
        ]
        assert capsys.readouterr().err == ""
    with pytest.raises(TypeError, match="debug must be True, False or None, not str"):
        CORSMiddleware(app(), debug="yes", **SETTINGS)  # type: ignore[arg-type]


def test_the_site_s_own_pages_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Browser(CORSMiddleware(app(), debug=True, **SETTINGS)).fetch("/items", origin="https://testserver", method="POST")
    assert "corsac: origin" not in capsys.readouterr().err


def test_blocks_are_printed_again_for_a_new_policy(capsys: pytest.CaptureFixture[str]) -> None:
    policies = Reloadable(Policy(**SETTINGS))
    browser = Browser(CORSMiddleware(app(), debug=True, policy=policies), origin=EVIL)
    browser.fetch("/items")
    policies.swap(Policy(allow_origins=[]))
    browser.fetch("/items")
    assert capsys.readouterr().err.count("corsac: origin-not-allowed") == 2


def test_terminals_are_not_controlled(capsys: pytest.CaptureFixture[str]) -> None:
    middleware = CORSMiddleware(App(head(), BODY), debug=True, **SETTINGS)
    scope = from_origin(b"https://\x1b[2J\x07.example")
    scope["path"] = "/\x1b[31m\u202e"
    scope["method"] = "G\x9bET"
    play(middleware, scope)
    printed = capsys.readouterr().err
    assert "origin-malformed" in printed
    assert all(character.isprintable() for character in printed.replace("\n", ""))


class Auth:
    """A middleware that responds itself, as authentication does."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await PlainTextResponse("who are you?", 401)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def started(*middleware: Middleware) -> None:
    with TestClient(Starlette(middleware=list(middleware), routes=[Route("/", lambda request: None)])):
        pass


def test_middleware_outside_is_named_when_the_application_starts(capsys: pytest.CaptureFixture[str]) -> None:
    ours = Middleware(CORSMiddleware, debug=True, **SETTINGS)
    started(Middleware(Auth), ours)
    printed = capsys.readouterr().err
    assert printed.startswith(
        "corsac: Auth runs outside corsac: its own responses, such as a 401, have no CORS headers"
    )
    assert "help: use corsac.install(app, ...)" in printed
    started(ours, Middleware(Auth))
    printed = capsys.readouterr().err
    assert printed.startswith("corsac: the 500 of an unhandled exception has no CORS headers")
    assert printed.count("corsac: ") == 1
    api = app()
    api.add_middleware(Auth)
    install(api, debug=True, **SETTINGS)
    with TestClient(api):
        pass
    assert capsys.readouterr().err == ""


def test_without_standard_error() -> None:
    code = (
        "import sys; sys.stderr = None\n"
        "from corsac import CORSMiddleware\nfrom corsac.testing import Browser\n"
        "async def app(scope, receive, send):\n"
        "    await send({'type': 'http.response.start', 'status': 200})\n"
        "    await send({'type': 'http.response.body'})\n"
        "fetched = Browser(CORSMiddleware(app, allow_origins=[], debug=True)).fetch(origin='https://a.example')\n"
        "print(fetched.is_blocked)"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(corsac.__file__).parents[1])}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == ("True\n", 0)


async def called(application: Any, **scope: Any) -> list[Any]:
    """Call an ASGI application, and return what it sends."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    kind = scope.pop("type", "http")
    headers = scope.pop("headers", [(b"origin", PAGE.encode()), (b"host", b"api.example.com")])
    whole = {
        "type": kind,
        "method": "GET",
        "path": "/",
        "root_path": "",
        "scheme": "https",
        "headers": headers,
        **scope,
    }
    await application(whole, receive, send)
    return sent


def starting(**start: Any) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], **start})
        await send({"type": "http.response.body", "body": b""})

    return application


@pytest.mark.parametrize("start", [{"headers": [[b"x-a", b"1"]]}, {"status": "200"}, {"status": 70000}])
def test_applications_that_work_without_it_work_with_it(start: Any) -> None:
    plain, debugged = (
        asyncio.run(called(CORSMiddleware(starting(**start), debug=debug, **SETTINGS))) for debug in (False, True)
    )
    assert debugged[0]["status"] == plain[0]["status"]
    added = [(b"server-timing", b'corsac;desc="origin-allowed"')]
    assert list(map(tuple, debugged[0]["headers"])) == [*map(tuple, plain[0]["headers"]), *added]


def test_wsgi_statuses_without_a_reason() -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("odd", [("X-A", "1")])
        return []

    heads: list[Any] = []
    middleware = wsgi_middleware.CORSMiddleware(application, debug=True, **SETTINGS)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_ORIGIN": PAGE}
    list(middleware(environ, lambda *values: heads.append(values)))
    assert heads[0][0] == "odd"
    assert ("server-timing", 'corsac;desc="origin-allowed"') in heads[0][1]


def test_a_standard_error_that_is_closed_breaks_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)
    sent = asyncio.run(called(CORSMiddleware(starting(), debug=True, allow_origins=[])))
    assert sent[0]["status"] == 200


def test_a_middleware_that_is_its_own_application() -> None:
    class Own:
        def __init__(self) -> None:
            self.app = self

    class Application:
        middleware_stack = Own()

    sent = asyncio.run(called(CORSMiddleware(starting(), debug=True, **SETTINGS), app=Application()))
    assert sent[0]["status"] == 200


def test_a_refused_handshake_has_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    middleware = CORSMiddleware(starting(), debug=True, protection={"websockets": "reject"}, **SETTINGS)
    headers = [(b"origin", EVIL.encode()), (b"host", b"api.example.com")]
    extensions: Any = {"websocket.http.response": {}}
    sent = asyncio.run(called(middleware, type="websocket", scheme="wss", headers=headers, extensions=extensions))
    assert sent[0]["type"] == "websocket.http.response.start"
    assert (b"server-timing", b'corsac;desc="websocket-refused"') in sent[0]["headers"]
    assert "opens a WebSocket at /" in capsys.readouterr().err


def test_own_pages_behind_a_proxy_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    headers = [(b"origin", b"https://shop.example"), (b"host", b"backend:8000"), (b"sec-fetch-site", b"same-origin")]
    open_to_all = CORSMiddleware(starting(headers=[(b"etag", b"1")]), debug=True, allow_origins=["*"])
    asyncio.run(called(open_to_all, headers=headers))
    assert capsys.readouterr().err == ""

    async def failing(origin: str) -> bool:
        raise ZeroDivisionError

    own = [(b"origin", b"https://api.example.com"), (b"host", b"api.example.com")]
    with pytest.raises(ZeroDivisionError):
        asyncio.run(called(CORSMiddleware(starting(), debug=True, allow_origin=failing), headers=own))
    assert "corsac: predicate-failed" not in capsys.readouterr().err


def test_paths_are_printed_decoded(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(called(CORSMiddleware(starting(), debug=True, allow_origins=[]), path="/caf\u00e9"))
    middleware = wsgi_middleware.CORSMiddleware(lambda environ, start: [], debug=True, allow_origins=[])
    path = "/caf\u00e9".encode().decode("latin-1")
    list(middleware({"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_ORIGIN": PAGE}, lambda *values: None))
    assert capsys.readouterr().err.count("sends GET /caf\u00e9\n") == 2
