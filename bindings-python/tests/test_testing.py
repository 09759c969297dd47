"""The browser of `corsac.testing`, with corsac, the middleware of others, and servers with mistakes."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import httpx
import pytest
from asgi_kit import App, head
from corsac import CORSMiddleware, ExchangeError, Policy, install, wsgi
from corsac.testing import Browser, assert_blocked, assert_readable
from django.test import Client as DjangoClient
from flask import Flask
from flask_cors import CORS
from server_apps import ORIGIN, SETTINGS, fastapi
from serving import serving
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware as StarletteCORS
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

EVIL = "https://evil.example"
OURS = CORSMiddleware(fastapi(), **{**SETTINGS, "allow_headers": ["X-A", "Content-Type"]})


def answering(*headers: tuple[bytes, bytes], status: int = 200) -> Any:
    return App({**head(list(headers)), "status": status}, {"type": "http.response.body", "body": b"body"})


def test_a_request_that_the_policy_allows() -> None:
    response = assert_readable(OURS, origin=ORIGIN)
    assert (response.status, response.body, response.url) == (200, b'{"hello":"world"}', "https://testserver/")
    assert response.explanation.verdict == "readable"
    assert_readable(OURS, "/missing?x=1", origin=ORIGIN, credentials=True)
    assert_readable(OURS, "/", origin=ORIGIN, method="PUT", headers={"X-A": "1"}, credentials=True)
    assert_readable(OURS, "/", origin=ORIGIN, method="POST", headers=[("Content-Type", "application/json")])
    assert_readable(OURS, "/crash", origin=ORIGIN)


def test_a_request_that_it_does_not_allow_and_the_reason() -> None:
    explanation = assert_blocked(OURS, origin=EVIL, code="allow-origin-mismatch")
    assert explanation.findings[0]["policy"]["field"] == "allow_origins"
    assert_blocked(OURS, origin=EVIL, method="PUT", code="allow-origin-mismatch")
    assert_blocked(OURS, origin=ORIGIN, method="DELETE", code="method-not-allowed")
    assert_blocked(OURS, origin=ORIGIN, headers={"X-B": "1"}, code="header-not-allowed")


def test_the_message_of_a_failure() -> None:
    with pytest.raises(AssertionError) as failure:
        assert_readable(OURS, "/items", origin=EVIL, method="PUT")
    message = str(failure.value)
    assert message.startswith(f"a page of {EVIL} cannot read the response\n\nblocked: the browser does not send PUT ")
    assert f"help: add `{EVIL}` to `allow_origins`" in message
    assert message.endswith("OPTIONS https://testserver/items: 403 'corsac: origin-not-allowed'")
    with pytest.raises(
        AssertionError, match=r"a page of https://app\.example\.com can read the response\n\nreadable: "
    ):
        assert_blocked(OURS, origin=ORIGIN)
    with pytest.raises(AssertionError, match="blocked, but not with `timed-out`: found allow-origin-mismatch"):
        assert_blocked(OURS, origin=EVIL, code="timed-out")
    with pytest.raises(ValueError, match="no finding with the code `alow-origin`"):
        assert_blocked(OURS, origin=EVIL, code="alow-origin")


def test_servers_with_mistakes() -> None:
    acao, acac = b"Access-Control-Allow-Origin", b"Access-Control-Allow-Credentials"
    star = answering((acao, b"*"), (acac, b"true"))
    assert_readable(star, origin=ORIGIN)
    assert_blocked(star, origin=ORIGIN, credentials=True, code="allow-origin-any-with-credentials")
    assert_blocked(answering((acao, b"*"), (acao, b"*")), origin=ORIGIN, code="allow-origin-multiple")
    own = answering((acao, ORIGIN.encode()))
    assert_blocked(own, origin=ORIGIN, credentials=True, code="allow-credentials-missing")
    assert_blocked(answering((acao, b"*"), status=404), origin=ORIGIN, method="PUT", code="preflight-not-found")


def flask_app() -> Flask:
    app = Flask("app")

    @app.get("/")
    @app.put("/")
    def hello() -> str:
        return "hello"

    return app


def test_every_kind_of_server() -> None:
    starlette: Any = StarletteCORS(fastapi(), **SETTINGS)
    installed = fastapi()
    install(installed, **SETTINGS)
    flask, flask_cors = flask_app(), flask_app()
    flask.wsgi_app = wsgi.CORSMiddleware(flask.wsgi_app, **SETTINGS)  # type: ignore[method-assign]
    CORS(flask_cors, origins=[ORIGIN], methods=["PUT"], allow_headers=["X-A"], supports_credentials=True)
    servers = [OURS, starlette, installed, TestClient(OURS), TestClient(starlette), flask, flask_cors, flask.wsgi_app]
    for server in servers:
        assert_readable(server, "/", origin=ORIGIN, method="PUT", headers={"X-A": "1"}, credentials=True)
        assert_blocked(server, "/", origin=EVIL, method="PUT")
        assert_blocked(server, "/", origin=ORIGIN, method="DELETE")
    for server in (OURS, installed, flask, flask.wsgi_app):
        explanation = assert_blocked(server, "/", origin=ORIGIN, method="DELETE", code="method-not-allowed")
        assert explanation.findings[0]["help"] == "add `DELETE` to `allow_methods`"
    with serving(
        {"uvicorn": ["uvicorn", "--port", "{port}", "--log-level", "warning", "server_apps:wrapped"]}
    ) as running:
        url = f"http://127.0.0.1:{running['uvicorn'].port}"
        with httpx.Client(base_url=url) as client:
            for other in (url, url + "/", client):
                assert_readable(other, "/", origin=ORIGIN, method="PUT", headers={"X-A": "1"})
                assert assert_readable(other, "/missing", origin=ORIGIN).status == 404
                assert assert_readable(other, "/stream", origin=ORIGIN).body == b"0\n1\n2\n3\n4\n"
                assert_blocked(other, "/", origin=EVIL)


def test_a_known_policy_is_not_blamed_for_others() -> None:
    """A middleware outside the policy responds without headers."""

    async def outside(scope: Any, receive: Any, send: Any) -> None:
        await App({**head(), "status": 401}, {"type": "http.response.body"})(scope, receive, send)

    policy = Policy(**SETTINGS)
    explanation = assert_blocked(outside, origin=ORIGIN, policy=policy, code="error-without-headers")
    assert "policy" not in explanation.findings[0]
    assert_blocked(outside, origin=ORIGIN, method="PUT", policy=policy, code="preflight-unauthorized")


def recording(calls: list[Any]) -> Starlette:
    """An application that redirects, and records its requests."""

    async def note(request: Request) -> PlainTextResponse:
        body = await request.body()
        calls.append((request.method, request.url.path, dict(request.headers), body))
        return PlainTextResponse("done")

    async def elsewhere(request: Request) -> RedirectResponse:
        calls.append((request.method, request.url.path, dict(request.headers), await request.body()))
        return RedirectResponse(request.query_params["to"], int(request.query_params["status"]))

    routes = [
        Route("/items/", note, methods=["GET", "PUT", "POST"]),
        Route("/go", elsewhere, methods=["GET", "PUT", "POST"]),
    ]
    return Starlette(routes=routes)


def around(app: Any, **settings: Any) -> Any:
    defaults: Any = {
        "allow_origins": [ORIGIN],
        "allow_methods": ["GET", "POST", "PUT"],
        "allow_headers": ["Authorization", "X-A", "Content-Type"],
        "allow_credentials": True,
    }
    return StarletteCORS(app, **{**defaults, **settings})


def test_redirects_are_followed_as_browsers_do() -> None:
    calls: list[Any] = []
    app = around(recording(calls))
    # Starlette's own redirect to the path with a slash.
    response = assert_readable(app, "/items", origin=ORIGIN, method="PUT", json={"a": 1})
    assert response.url == "https://testserver/items/"
    assert [(method, path) for method, path, _, _ in calls] == [("PUT", "/items/")]
    assert (calls[0][3], calls[0][2]["content-type"]) == (b'{"a": 1}', "application/json")
    calls.clear()
    asked: Any = {"origin": ORIGIN, "method": "POST", "body": "text", "headers": {"Authorization": "x", "X-A": "1"}}
    assert_readable(app, "/go?status=303&to=/items/", **asked)
    (_, _, first, body), (method, _, second, nothing) = calls
    assert (body, method, nothing) == (b"text", "GET", b"")
    assert first["content-type"] == "text/plain;charset=UTF-8"
    assert "content-type" not in second
    assert (second["authorization"], second["x-a"]) == ("x", "1")


def test_redirects_to_other_servers() -> None:
    here: list[Any] = []
    there: list[Any] = []
    app, other = around(recording(here)), around(recording(there), allow_origins=["null"], allow_credentials=False)
    path = "/go?status=302&to=https://other.example/items/"
    asked: Any = {"origin": ORIGIN, "headers": {"Authorization": "x"}}
    assert_readable(app, path, servers={"https://other.example": other}, **asked)
    assert "authorization" not in there[0][2]
    assert there[0][2]["origin"] == "null"
    with pytest.raises(
        AssertionError, match="not sent, because the test has no server at this address: add one to `servers`"
    ):
        assert_readable(app, path, **asked)
    with pytest.raises(AssertionError, match="is not blocked"):
        assert_blocked(app, path, **asked)
    assert_blocked(app, "/go?status=302&to=/items/", redirect="error", code="redirect-not-followed", **asked)


def test_cookies_go_where_browsers_send_them() -> None:
    calls: list[Any] = []
    browser = Browser(around(recording(calls)), origin=ORIGIN, cookies={"sid": "1", "theme": "dark"})
    assert_readable(browser, "/items/", credentials=True, method="PUT")
    assert_readable(browser, "/items/")
    assert_readable(browser, "/items/", origin="https://testserver")
    assert [call[2].get("cookie") for call in calls] == ["sid=1; theme=dark", None, "sid=1; theme=dark"]
    assert calls[0][2]["sec-fetch-site"] == "cross-site"
    assert calls[2][2]["sec-fetch-site"] == "same-origin"
    with pytest.raises(TypeError, match="arguments of the Browser"):
        assert_readable(browser, cookies={})


def test_the_result_of_a_request() -> None:
    fetched = Browser(OURS, origin=ORIGIN).fetch("/own", credentials="include")
    assert fetched.is_readable
    assert not fetched.is_blocked
    assert fetched.sent == ["GET https://testserver/own: 200 '{}'"]
    assert fetched.response is not None
    opaque = Browser(OURS, origin=EVIL).fetch("/", mode="no-cors")
    assert (opaque.is_readable, opaque.is_blocked, opaque.explanation.verdict) == (False, False, "opaque")
    invalid = Browser(OURS, origin=EVIL).fetch("/", method="TRACE")
    assert (invalid.sent, invalid.explanation.verdict) == ([], "invalid")
    assert "Sent by the test:\n  nothing" in str(invalid)


def test_a_secure_page_and_a_plain_server() -> None:
    assert_blocked(OURS, origin=ORIGIN, base_url="http://api.example.com", code="mixed-content")
    assert_readable(OURS, origin=ORIGIN, base_url="http://localhost:8000")


def test_inside_a_running_loop() -> None:
    async def test() -> None:
        assert_readable(OURS, origin=ORIGIN)

    asyncio.run(test())


def test_values_that_are_not_servers() -> None:
    with pytest.raises(TypeError, match="a server is an ASGI or WSGI application"):
        assert_readable(None, origin=ORIGIN)
    with pytest.raises(TypeError, match="takes 1 argument:"):
        assert_readable(lambda request: None, origin=ORIGIN)
    with pytest.raises(ValueError, match=r"`example\.com` is not the URL of a server"):
        assert_readable("example.com", origin=ORIGIN)
    with pytest.raises(TypeError, match="`origin` is missing"):
        assert_readable(OURS)
    with pytest.raises(ExchangeError, match="is not an origin as browsers write it"):
        assert_readable(OURS, origin="https://app.example.com/")
    with pytest.raises(TypeError, match="either body or json"):
        assert_readable(OURS, origin=ORIGIN, body="", json={})
    with pytest.raises(ValueError, match="positive number of seconds"):
        Browser(OURS, timeout=0)
    with pytest.raises(TypeError, match="give the application itself"):
        assert_readable(DjangoClient(), origin=ORIGIN)

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        pass

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="the application ended without a response"):
        assert_readable(silent, origin=ORIGIN)
    with pytest.raises(ZeroDivisionError):
        assert_readable(failing, origin=ORIGIN)


def hanging_asgi() -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    return app


def blocking_asgi() -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        time.sleep(3)

    return app


def waiting_asgi() -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    return app


def hanging_wsgi() -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        time.sleep(3)
        return []

    return app


@pytest.mark.parametrize("make", [hanging_asgi, blocking_asgi, waiting_asgi, hanging_wsgi])
def test_an_application_that_hangs(make: Callable[[], Any]) -> None:
    start = time.monotonic()
    with pytest.raises(AssertionError, match=r"timed-out(.|\n)*the application did not respond within 0\.2 seconds"):
        assert_readable(make(), origin=ORIGIN, timeout=0.2)
    with pytest.raises(AssertionError, match="is not blocked: the request ended in another way"):
        assert_blocked(make(), origin=ORIGIN, timeout=0.2)
    assert time.monotonic() - start < 2


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def answers(listening: socket.socket, content: bytes) -> None:
    """Answer each connection with these bytes, and close it."""

    def run() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(content)

    threading.Thread(target=run, daemon=True).start()


def test_urls_that_do_not_respond(listener: socket.socket) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    start = time.monotonic()
    with pytest.raises(AssertionError, match=r"timed-out(.|\n)*did not respond within 0\.2 seconds"):
        assert_readable(url, origin=ORIGIN, timeout=0.2)
    assert time.monotonic() - start < 2
    answers(listener, b"")
    with pytest.raises(AssertionError, match=r"connection-failed(.|\n)*no response from 127\.0\.0\.1"):
        assert_readable(url, origin=ORIGIN)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    with pytest.raises(AssertionError, match=r"connection-failed(.|\n)*refused"):
        assert_readable(url, origin=ORIGIN)
    with pytest.raises(AssertionError, match="name-not-resolved"):
        assert_readable("http://nothing.invalid", origin="http://app.example.com")


def test_responses_that_do_not_end(listener: socket.socket) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    allowed = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 9\r\n\r\nhalf"
    answers(listener, allowed)
    response = assert_readable(url, origin=ORIGIN, timeout=2)
    assert response.body.startswith(b"half")

    async def events(request: Request) -> StreamingResponse:
        async def forever() -> Any:
            while True:
                yield b"data: 1\n\n"
                await asyncio.sleep(0.01)

        return StreamingResponse(forever(), media_type="text/event-stream")

    start = time.monotonic()
    app = StarletteCORS(Starlette(routes=[Route("/", events)]), allow_origins=["*"])
    assert_readable(app, origin=ORIGIN)
    assert time.monotonic() - start < 5


def test_bytes_that_are_not_text(listener: socket.socket) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    answers(listener, b"HTTP/1.1 200 \xff\xfe\r\nAccess-Control-Allow-Origin: \xe9\r\nX-\x1b[1m: a\r\n\r\n\x00\xff")
    with pytest.raises(AssertionError) as failure:
        assert_readable(url, origin=ORIGIN)
    assert "\x1b" not in str(failure.value)
    assert "allow-origin-invalid" in str(failure.value)


def test_headers_of_a_client_count_as_the_script_s() -> None:
    calls: list[Any] = []
    client = TestClient(around(recording(calls), allow_headers=["authorization"]))
    client.headers["Authorization"] = "Bearer t"
    client.cookies.set("sid", "1")
    assert_readable(client, "/items/", origin=ORIGIN, method="PUT", credentials=True)
    assert [(call[2].get("authorization"), call[2].get("cookie")) for call in calls] == [("Bearer t", "sid=1")]
    strict = TestClient(around(recording(calls), allow_headers=[]), headers={"Authorization": "Bearer t"})
    assert_blocked(strict, "/items/", origin=ORIGIN, code="header-not-allowed")
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["method"], {name for name, _ in scope["headers"]}))
        await answering((b"access-control-allow-origin", b"*"))(scope, receive, send)

    secret = TestClient(application, headers={"X-Key": "1"}, cookies={"sid": "1"})
    assert_blocked(secret, origin=ORIGIN)
    assert [method for method, _ in seen] == ["OPTIONS"]
    assert not seen[0][1] & {b"x-key", b"cookie", b"user-agent"}
    with pytest.raises(TypeError, match="a client with `auth`"):
        Browser(httpx.Client(auth=("user", "password")))


def test_headers_of_a_client_are_bytes() -> None:
    headers = [(b"access-control-allow-origin", b"*"), (b"x-name", "\u65e5".encode())]
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, headers=headers)))
    names = [dict(assert_readable(server, origin=ORIGIN).headers) for server in (answering(*headers), client)]
    assert names[0]["x-name"] == names[1]["x-name"] == "\u65e5".encode().decode("latin-1")


def test_an_error_of_the_application_is_not_one_of_the_connection() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        Browser(TestClient(application)).fetch(origin=ORIGIN)


def test_addresses_are_compared_as_browsers_write_them() -> None:
    for base_url in ("https://api.example.com:443", "https://API.example.com"):
        assert_readable(OURS, origin=ORIGIN, base_url=base_url)
    other = answering((b"access-control-allow-origin", b"*"))
    away = answering((b"access-control-allow-origin", b"*"), (b"location", b"https://other.example/"), status=302)
    assert_readable(away, origin=ORIGIN, servers={"https://OTHER.example:443": other})


def test_an_ipv6_address_without_a_port() -> None:
    fetched = Browser("http://[::1]", timeout=2).fetch(origin="http://a.example")
    assert "no response from [::1]" in fetched.sent[0] or "200" in fetched.sent[0]


def test_context_variables_of_the_test() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    variable.set("set")

    def of_wsgi(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Access-Control-Allow-Origin", "*")])
        return [variable.get().encode()]

    async def of_asgi(scope: Any, receive: Any, send: Any) -> None:
        await send({**head([(b"access-control-allow-origin", b"*")]), "status": 200})
        await send({"type": "http.response.body", "body": variable.get().encode()})

    for application in (of_wsgi, of_asgi):
        assert assert_readable(application, origin=ORIGIN).body == b"set"


def test_streams_without_an_end() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await send(head([(b"content-type", b"text/event-stream"), (b"access-control-allow-origin", b"*")]))
        while (await receive())["type"] != "http.disconnect":
            pass

    start = time.monotonic()
    assert_readable(silent, origin=ORIGIN, timeout=5)
    assert time.monotonic() - start < 4

    async def fast(scope: Any, receive: Any, send: Any) -> None:
        await send(head([(b"access-control-allow-origin", b"*")]))
        while True:
            await send({"type": "http.response.body", "body": bytes(8 * 1024 * 1024), "more_body": True})
            await asyncio.sleep(0)

    assert len(assert_readable(fast, origin=ORIGIN).body) == 64 * 1024 * 1024


def test_a_request_without_a_body_has_the_length_that_browsers_send() -> None:
    lengths: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        lengths.append((scope["method"], dict(scope["headers"]).get(b"content-length")))
        await OURS(scope, receive, send)

    assert_readable(application, origin=ORIGIN, method="POST")
    assert_readable(application, origin=ORIGIN)
    assert lengths == [("POST", b"0"), ("GET", None)]


def test_wrong_arguments_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(TypeError, match=r"policy must be a corsac\.Policy, not dict"):
        Browser(OURS, policy={})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="positive number of seconds"):
        Browser(OURS, timeout=float("inf"))


def test_the_policy_behind_a_test_client_is_known() -> None:
    explanation = assert_blocked(TestClient(OURS), origin=EVIL)
    assert explanation.findings[0]["policy"]["field"] == "allow_origins"
