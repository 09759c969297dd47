"""Protection through the bindings: refused requests never reach the application, and protection does not change the
others."""

import asyncio
import logging
from typing import Any

import pytest
from asgi_kit import BODY, EVIL, ORIGIN, App, head, play
from corsac import CORSMiddleware, Decision
from corsac.testing import assert_blocked
from corsac.wsgi import CORSMiddleware as WsgiMiddleware

HOST = (b"host", b"api.example.com")
SETTINGS: Any = {
    "allow_origins": [ORIGIN.decode()],
    "allow_credentials": True,
    "protection": {"writes": "reject", "websockets": "reject"},
}
REFUSED = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Origin, Sec-Fetch-Site"),
]
REFUSED_HANDSHAKE = [*REFUSED[:2], (b"vary", b"Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key")]
PUBLIC: Any = {"allow_origins": ["*"], "allow_headers": ["*"], "protection": {"writes": "reject"}}
DENIAL: Any = {"extensions": {"websocket.http.response": {}}}


def scope(kind: str, *headers: Any, method: str = "POST", **more: Any) -> dict[str, Any]:
    made = {"type": kind, "path": "/", "raw_path": b"/", "scheme": "http", "headers": [HOST, *headers], **more}
    return made if kind == "websocket" else {"method": method, **made}


def from_site(site: bytes) -> tuple[bytes, bytes]:
    return (b"sec-fetch-site", site)


def origin(origin: bytes) -> tuple[bytes, bytes]:
    return (b"origin", origin)


def passes(asked: dict[str, Any], **settings: Any) -> bool:
    """Returns whether the application ran. If not, checks that the refusal is complete."""
    app = App() if asked["type"] == "websocket" else App(head(), BODY)
    sent = play(CORSMiddleware(app, **(SETTINGS | settings)), asked)
    if app.calls:
        return True
    if asked["type"] == "http":
        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
        assert sent[0]["status"] == 403
        assert sent[1]["body"] in (b"corsac: write-refused\n", b"corsac: websocket-refused\n")
    else:
        assert sent == [{"type": "websocket.close"}]
    return False


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], True),
        ([origin(ORIGIN)], True),
        ([origin(EVIL)], False),
        ([origin(b"null")], False),
        ([origin(b"http://api.example.com")], True),
        ([origin(EVIL), origin(EVIL)], False),
        ([from_site(b"cross-site")], False),
        ([from_site(b"same-origin"), origin(b"https://api.example.com")], True),
        ([from_site(b"none")], True),
        ([from_site(b"none"), from_site(b"none")], False),
    ],
)
def test_writes_and_handshakes(headers: list[Any], expected: bool) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "BREW"):
        assert passes(scope("http", *headers, method=method)) is expected
    for method in ("GET", "HEAD", "OPTIONS"):
        assert passes(scope("http", *headers, method=method))
    assert passes(scope("websocket", *headers)) is expected
    # If the server does not support WebSockets, a handshake is an ordinary request.
    assert passes(scope("http", (b"upgrade", b"WebSocket"), *headers, method="GET")) is expected


def test_the_whole_refusal() -> None:
    app = App()
    middleware = CORSMiddleware(app, **SETTINGS)
    start, body = play(middleware, scope("http", origin(EVIL)))
    assert (start["status"], start["headers"], body["body"]) == (403, REFUSED, b"corsac: write-refused\n")
    start, body = play(middleware, scope("websocket", origin(EVIL), **DENIAL))
    assert start == {"type": "websocket.http.response.start", "status": 403, "headers": REFUSED_HANDSHAKE}
    assert body == {"type": "websocket.http.response.body", "body": b"corsac: websocket-refused\n"}
    assert app.calls == []


def test_servers_may_change_the_headers_of_responses() -> None:
    middleware = CORSMiddleware(App(), **SETTINGS)
    for _ in range(2):
        start = play(middleware, scope("websocket", origin(EVIL), **DENIAL))[0]
        assert start["headers"] == REFUSED_HANDSHAKE
        start["headers"].clear()


def test_tls_is_known_by_the_scheme() -> None:
    page = origin(b"http://api.example.com")
    for scheme, expected in [("http", True), ("https", False), ("ws", True), ("wss", False), (None, True)]:
        assert passes(scope("http", page, scheme=scheme)) is expected
        assert passes(scope("websocket", page, scheme=scheme)) is expected
    without = scope("websocket", page)
    del without["scheme"]
    assert passes(without)


def test_http_2_has_an_authority() -> None:
    asked = scope("http", origin(b"https://api.example.com"))
    asked["headers"][0] = (b":authority", b"api.example.com")
    assert passes(asked)


def test_handshakes_are_checked_only_if_a_setting_says_so() -> None:
    decisions: list[Decision] = []
    hook = {"on_decision": lambda decision, scope: decisions.append(decision)}
    hostile = scope("websocket", origin(EVIL))
    assert passes(hostile, protection={"writes": "reject"}, **hook)
    assert passes(hostile, protection={}, **hook)
    assert decisions == []
    play(CORSMiddleware(App(), **(SETTINGS | hook)), hostile)
    assert [decision.reason for decision in decisions] == ["websocket-refused"]


def test_a_handshake_that_passes_is_not_changed() -> None:
    app = App()
    middleware = CORSMiddleware(app, **SETTINGS)
    asked = scope("websocket", origin(ORIGIN))

    async def receive() -> Any: ...

    async def send(message: Any) -> None: ...

    asyncio.run(middleware(asked, receive, send))
    assert app.calls == [(asked, receive, send)]
    assert app.calls[0][2] is send


def test_routes_have_their_own() -> None:
    routes = [{"path": "/hooks/{*rest}", "protection": {"writes": "off", "websockets": "off"}}]
    for path, expected in [(b"/hooks/x", True), (b"/x", False), (b"/x/../hooks/x", False), (b"*", False)]:
        for kind in ("http", "websocket"):
            assert passes(scope(kind, origin(EVIL), raw_path=path), routes=routes) is expected


def test_an_async_predicate_is_asked_about_handshakes_too() -> None:
    async def known(origin: str) -> bool:
        if origin.endswith(".broken"):
            raise LookupError(origin)
        return origin == "https://known.example"

    def settings(**more: Any) -> Any:
        return {**SETTINGS, "allow_origin": known, **more}

    for name, expected in [(b"https://known.example", True), (EVIL, False)]:
        for kind in ("http", "websocket"):
            assert passes(scope(kind, origin(name)), **settings()) is expected
    decisions: list[Decision] = []
    app = App()
    middleware = CORSMiddleware(app, **settings(on_decision=lambda decision, scope: decisions.append(decision)))
    for kind in ("http", "websocket"):
        with pytest.raises(LookupError):
            play(middleware, scope(kind, origin(b"https://x.broken")))
    assert [decision.reason for decision in decisions] == ["write-refused", "websocket-refused"]
    assert app.calls == []


def test_reports_are_logged_and_in_the_decision(caplog: pytest.LogCaptureFixture) -> None:
    decisions: list[Any] = []
    protection = SETTINGS["protection"] | {"report_only": True}
    settings = {"protection": protection, "on_decision": lambda decision, scope: decisions.append(decision.reported)}
    caplog.set_level(logging.WARNING, "corsac")
    assert passes(scope("http", origin(EVIL)), **settings)
    assert passes(scope("websocket", origin(EVIL)), **settings)
    assert passes(scope("http", origin(ORIGIN)), **settings)
    assert decisions == ["write-refused", "websocket-refused", None]
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split("; help: ")[0] for line in lines] == [
        "report only: write-refused: POST / from `https://evil.example`",
        "report only: websocket-refused: websocket / from `https://evil.example`",
    ]
    assert "trusted_origins" in lines[0]


def test_refusals_say_what_to_change(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "corsac")
    play(CORSMiddleware(App(), **SETTINGS), scope("http", origin(b"null")))
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("refused: write-refused: POST / from `null`; help: ")
    assert "Referrer-Policy: same-origin" in line


# --- WSGI


def ask(environ: dict[str, Any], **settings: Any) -> tuple[Any, ...] | None:
    """The response if the application did not run, or None if it ran."""
    run: list[Any] = []
    started: list[Any] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        run.append(environ)
        return []

    made = {"REQUEST_METHOD": "POST", "HTTP_HOST": "api.example.com", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
    body = WsgiMiddleware(app, **(SETTINGS | settings))(made | environ, lambda *given: started.extend(given))
    return None if run else (*started, b"".join(body))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"HTTP_ORIGIN": ORIGIN.decode()}, True),
        ({"HTTP_ORIGIN": EVIL.decode()}, False),
        ({"HTTP_ORIGIN": "http://api.example.com"}, True),
        ({"HTTP_ORIGIN": "http://api.example.com", "wsgi.url_scheme": "https"}, False),
        ({"HTTP_ORIGIN": "https://api.example.com", "HTTP_SEC_FETCH_SITE": "same-origin"}, True),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, False),
        # Servers that read `Sec_Fetch_Site` as the header join the two lines.
        ({"HTTP_SEC_FETCH_SITE": "same-origin,cross-site"}, False),
        ({"HTTP_SEC_FETCH_SITE": "cross-site, same-origin"}, False),
        ({"HTTP_SEC_FETCH_SITE": "cross-site", "REQUEST_METHOD": "GET"}, True),
        ({"HTTP_SEC_FETCH_SITE": "cross-site", "REQUEST_METHOD": "HEAD"}, True),
        ({"HTTP_ORIGIN": EVIL.decode(), "REQUEST_METHOD": "GET", "HTTP_UPGRADE": "websocket"}, False),
        ({"HTTP_ORIGIN": EVIL.decode(), "REQUEST_METHOD": "GET", "HTTP_SEC_WEBSOCKET_KEY": "x"}, False),
    ],
)
def test_wsgi(environ: dict[str, Any], expected: bool) -> None:
    answer = ask(environ)
    assert (answer is None) is expected
    if answer is not None:
        is_write = environ.get("REQUEST_METHOD") is None
        headers = [(name.decode(), value.decode()) for name, value in (REFUSED if is_write else REFUSED_HANDSHAKE)]
        body = b"corsac: write-refused\n" if is_write else b"corsac: websocket-refused\n"
        assert answer == ("403 Forbidden", headers, body)


def test_no_page_sends_a_header_that_a_server_mistakes_for_another() -> None:
    for app in (CORSMiddleware(App(head(), BODY), **SETTINGS), CORSMiddleware(App(head(), BODY), **PUBLIC)):
        for method in ("POST", "PUT"):
            forged = {"Sec_Fetch_Site": "same-origin"}
            explanation = assert_blocked(app, origin=EVIL.decode(), method=method, headers=forged, credentials=True)
            assert explanation.verdict == "blocked", "the request itself is never sent"


def test_wsgi_reports(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "corsac")
    protection = {"writes": "reject", "report_only": True}
    assert ask({"HTTP_ORIGIN": EVIL.decode()}, protection=protection) is None
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("report only: write-refused: POST / from `https://evil.example`; help: ")
