"""The WSGI middleware: call by call, and with Flask and Django in gunicorn."""

import gc
import logging
import socket
import weakref
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from corsac import ConfigError, Policy
from corsac.wsgi import CORSMiddleware
from serving import Server, serving

ORIGIN = "https://app.example.com"
EVIL = "https://evil.example"
SETTINGS: Any = {
    "allow_origins": [ORIGIN],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-A"],
    "allow_credentials": True,
}
ALLOWED = [
    ("access-control-allow-origin", ORIGIN),
    ("access-control-allow-credentials", "true"),
    ("vary", "Origin"),
]
REFUSED = [("vary", "Origin")]


class App:
    def __init__(self, *headers: Any, again: bool = False) -> None:
        self.headers = list(headers)
        self.again = again
        self.calls: list[Any] = []

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        self.calls.append(environ)
        start_response("200 OK", self.headers)
        if self.again:
            start_response("500 Oops", self.headers, (ValueError, ValueError(), None))
        return [b"ok"]


def environ(origin: str | None = ORIGIN, method: str = "GET", **more: str) -> dict[str, Any]:
    made: dict[str, Any] = {"REQUEST_METHOD": method, "QUERY_STRING": "", **more}
    setup_testing_defaults(made)
    if origin is not None:
        made["HTTP_ORIGIN"] = origin
    return made


def preflight(origin: str = ORIGIN) -> dict[str, Any]:
    asks = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "x-a"}
    return environ(origin, "OPTIONS", **asks)


def play(middleware: Any, asked: dict[str, Any]) -> tuple[list[Any], bytes]:
    """Returns the calls to the server's start_response, and the body."""
    started: list[Any] = []
    body = b"".join(middleware(asked, lambda *arguments: started.append(arguments)))
    return started, body


def headers(middleware: Any, asked: dict[str, Any]) -> Any:
    return play(middleware, asked)[0][0][1]


def test_allowed_refused_and_without_origin() -> None:
    middleware = CORSMiddleware(App(("X-A", "1")), **SETTINGS)
    assert headers(middleware, environ()) == [("X-A", "1"), *ALLOWED]
    assert headers(middleware, environ(EVIL)) == [("X-A", "1"), *REFUSED]
    assert headers(middleware, environ(None)) == [("X-A", "1"), *REFUSED]


def test_preflights() -> None:
    app = App()
    middleware = CORSMiddleware(app, **SETTINGS)
    ((status, lines),), body = play(middleware, preflight())
    assert (status, body) == ("204 No Content", b"")
    assert dict(lines)["access-control-allow-methods"] == "GET, HEAD, POST, PUT"
    lines.clear()
    ((status, lines),), body = play(middleware, preflight(EVIL))
    assert (status, body) == ("403 Forbidden", b"corsac: origin-not-allowed\n")
    assert play(middleware, preflight())[0][0][1], "the next one has its headers"
    assert app.calls == []


def test_the_applications_own(caplog: pytest.LogCaptureFixture) -> None:
    own = [("Vary", "Accept"), ("vary", "Cookie"), ("Access-Control-Allow-Origin", "*"), ("Set-Cookie", "a=b")]
    app = App(*own)
    middleware = CORSMiddleware(app, **SETTINGS)
    with caplog.at_level(logging.WARNING, "corsac"):
        assert headers(middleware, environ()) == [own[3], *ALLOWED[:2], ("vary", "Accept, Cookie, Origin")]
    assert app.headers == own, "its list is not changed"
    assert "access-control-allow-origin" in caplog.text


def test_start_response_is_called_again_after_an_error() -> None:
    middleware = CORSMiddleware(App(again=True), **SETTINGS)
    first, second = play(middleware, environ(None))[0]
    assert first == ("200 OK", REFUSED)
    assert second[:2] == ("500 Oops", REFUSED)
    assert second[2][0] is ValueError
    (only,) = play(middleware, environ())[0]
    assert only[:2] == ("500 Oops", ALLOWED), "some servers send the headers of both"
    assert only[2][0] is ValueError


def test_the_requirements_of_the_standard() -> None:
    for asked in (environ(), environ(EVIL), environ(None), preflight(), preflight(EVIL)):
        app = validator(CORSMiddleware(validator(App(("Content-Type", "text/plain"))), **SETTINGS))
        started: list[Any] = []

        def start(status: str, headers: Any, exc_info: Any = None, started: list[Any] = started) -> Any:
            started.append(status)
            return lambda data: None

        body = app(asked, start)
        assert b"".join(body) in (b"ok", b"", b"corsac: origin-not-allowed\n")
        body.close()  # type: ignore[attr-defined]
        assert len(started) == 1


def test_predicates() -> None:
    seen: list[Any] = []

    def predicate(origin: str, request: Any) -> bool:
        seen.append(request)
        return origin == EVIL

    middleware = CORSMiddleware(App(), allow_origin=predicate)
    asked = environ(EVIL)
    assert headers(middleware, asked)[0] == ("access-control-allow-origin", EVIL)
    assert seen[0] is asked

    async def later(origin: str) -> bool:
        return True

    with pytest.raises(TypeError, match="async"):
        play(CORSMiddleware(App(), allow_origin=later), environ(EVIL))


def test_building() -> None:
    policy = Policy(**SETTINGS)
    assert CORSMiddleware(App(), policy=policy).policy is policy
    with pytest.raises(ConfigError):
        CORSMiddleware(App(), allow_origins=ORIGIN)
    with pytest.raises(TypeError):
        CORSMiddleware(App(), [ORIGIN])  # type: ignore[call-arg, arg-type]
    reasons: list[str] = []
    play(CORSMiddleware(App(), **SETTINGS, on_decision=lambda d, _: reasons.append(d.reason)), environ())
    assert reasons == ["origin-allowed"]


def test_it_is_collected_with_its_application() -> None:
    app = App()
    app.inner = CORSMiddleware(app, **SETTINGS)  # type: ignore[attr-defined]
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None


# --- under gunicorn


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    command = ["gunicorn", "--bind", "127.0.0.1:{port}", "--log-level", "critical", "--threads", "2"]
    with serving({name: [*command, f"wsgi_apps:{name}"] for name in ("flask", "application", "guarded")}) as running:
        yield running


@pytest.mark.parametrize("name", ["flask", "application"])
def test_under_gunicorn(servers: dict[str, Server], name: str) -> None:
    server = servers[name]
    allowed = {header: [value] for header, value in ALLOWED}
    answer = server.ask("GET", "/", origin=ORIGIN)
    assert (answer.body, answer.cors()) == (b"hello", {**allowed, "vary": ["Accept-Encoding, Origin"]})
    assert server.ask("GET", "/", origin=EVIL).cors() == {"vary": ["Accept-Encoding, Origin"]}
    assert server.ask("GET", "/own", origin=EVIL).cors() == {"vary": ["Origin"]}
    for path, status in (("/missing", 404), ("/crash", 500)):
        answer = server.ask("GET", path, origin=ORIGIN)
        assert (answer.status, answer.cors()) == (status, allowed)
    asks = {"access_control_request_method": "PUT", "access_control_request_headers": "x-a"}
    assert server.ask("OPTIONS", "/", origin=ORIGIN, **asks).status == 204
    refused = server.ask("OPTIONS", "/", origin=EVIL, **asks)
    assert (refused.status, refused.body) == (403, b"corsac: origin-not-allowed\n")
    if name == "flask":
        assert server.ask("GET", "/stream", origin=ORIGIN).body == b"0\n1\n2\n3\n4\n"


def test_protection_under_gunicorn(servers: dict[str, Server]) -> None:
    server = servers["guarded"]
    for headers in ({}, {"origin": ORIGIN}, {"origin": f"http://127.0.0.1:{server.port}"}):
        assert server.ask("POST", "/", **headers).body == b"written"
    assert server.ask("POST", "/", origin=EVIL, sec_fetch_site="same-origin").body == b"written", "the browser knows"
    for headers in ({"origin": EVIL}, {"origin": "null"}, {"sec_fetch_site": "same-site"}):
        refused = server.ask("POST", "/", **headers)
        assert (refused.status, refused.body) == (403, b"corsac: write-refused\n")
        assert refused.cors() == {"vary": ["Origin, Sec-Fetch-Site"]}
        assert refused.headers["cache-control"] == ["no-store"]
    handshake = {"connection": "Upgrade", "upgrade": "websocket", "origin": EVIL}
    assert server.ask("GET", "/", **handshake).body == b"corsac: websocket-refused\n"
    assert server.ask("GET", "/", origin=EVIL).status == 200


def test_a_header_that_only_looks_like_another(servers: dict[str, Server]) -> None:
    """Names with `-` and `_` become the same key of the environ; gunicorn leaves out those with `_`."""
    server = servers["guarded"]
    for lines in (["Sec_Fetch_Site: same-origin"], ["Sec_Fetch_Site: same-origin", "Sec-Fetch-Site: cross-site"]):
        with socket.create_connection(("127.0.0.1", server.port), 30) as client:
            sent = ["POST / HTTP/1.1", "Host: x", f"Origin: {EVIL}", "Content-Length: 0", "Connection: close", *lines]
            client.sendall("\r\n".join([*sent, "", ""]).encode())
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 403")
        assert b"corsac: write-refused\n" in answer
