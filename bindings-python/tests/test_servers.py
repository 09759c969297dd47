"""The middleware in real servers, as the outermost application and inside FastAPI and Starlette."""

import http.client
import socket
from collections.abc import Iterator

import httpx
import pytest
from server_apps import ORIGIN
from serving import Response, Server, serving

COMMANDS = {
    "uvicorn": ["uvicorn", "--port", "{port}", "--log-level", "warning", "server_apps:"],
    "hypercorn": ["hypercorn", "--bind", "127.0.0.1:{port}", "server_apps:"],
    "granian": ["granian", "--interface", "asgi", "--port", "{port}", "--no-ws", "server_apps:"],
    "daphne": ["daphne", "--port", "{port}", "--verbosity", "0", "server_apps:"],
}
FORMS = {
    "uvicorn": ["wrapped", "added", "listed", "installed"],
    "hypercorn": ["wrapped", "installed"],
    "granian": ["wrapped", "added"],
    "daphne": ["wrapped", "listed"],
}
CASES = [f"{server}-{form}" for server, forms in FORMS.items() for form in forms]
ALLOWED = {"access-control-allow-origin": [ORIGIN], "access-control-allow-credentials": ["true"], "vary": ["Origin"]}
EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    commands = {}
    for case in CASES:
        server, _, form = case.partition("-")
        *command, application = COMMANDS[server]
        commands[case] = [*command, application + form]
    commands["broken"] = [*COMMANDS["uvicorn"][:-1], "server_apps:broken"]
    with serving(commands) as running:
        yield running


@pytest.fixture(params=CASES)
def server(request: pytest.FixtureRequest, servers: dict[str, Server]) -> Server:
    return servers[request.param]


def preflight(server: Server, origin: str) -> Response:
    asks = {"access_control_request_method": "PUT", "access_control_request_headers": "x-a"}
    return server.ask("OPTIONS", "/", origin=origin, **asks)


def test_every_answer(server: Server) -> None:
    answer = server.ask("GET", "/", origin=ORIGIN)
    assert (answer.status, answer.cors()) == (200, {**ALLOWED, "vary": ["Accept-Encoding, Origin"]})
    assert server.ask("GET", "/", origin=EVIL).cors() == {"vary": ["Accept-Encoding, Origin"]}
    assert server.ask("GET", "/").cors() == {"vary": ["Accept-Encoding, Origin"]}
    assert server.ask("GET", "/own", origin=ORIGIN).cors() == ALLOWED
    assert server.ask("GET", "/own", origin=EVIL).cors() == {"vary": ["Origin"]}
    missing = server.ask("GET", "/missing", origin=ORIGIN)
    assert (missing.status, missing.cors()) == (404, ALLOWED)
    stream = server.ask("GET", "/stream", origin=ORIGIN)
    assert (stream.body, stream.cors()) == (b"0\n1\n2\n3\n4\n", ALLOWED)


def test_preflights(server: Server) -> None:
    answer = preflight(server, ORIGIN)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-methods"] == ["GET, HEAD, POST, PUT"]
    refused = preflight(server, EVIL)
    assert (refused.status, refused.body) == (403, b"corsac: origin-not-allowed\n")
    assert refused.headers["content-type"] == ["text/plain; charset=utf-8"]
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("case", CASES)
def test_unhandled_exceptions(servers: dict[str, Server], case: str) -> None:
    crash = servers[case].ask("GET", "/crash", origin=ORIGIN)
    assert crash.status == 500
    outside = case.endswith(("-wrapped", "-installed"))
    assert crash.cors() == (ALLOWED if outside else {}), "Starlette's error middleware is outside add_middleware"


def test_http_2(servers: dict[str, Server]) -> None:
    for form in FORMS["hypercorn"]:
        with httpx.Client(
            http1=False, http2=True, base_url=f"http://127.0.0.1:{servers[f'hypercorn-{form}'].port}"
        ) as h2:
            answer = h2.get("/", headers={"origin": ORIGIN})
            assert answer.http_version == "HTTP/2"
            assert answer.headers.get_list("access-control-allow-origin") == [ORIGIN]
            assert answer.headers.get_list("vary") == ["Accept-Encoding, Origin"]
            asks = {"origin": ORIGIN, "access-control-request-method": "PUT"}
            assert h2.options("/", headers=asks).status_code == 204
            assert h2.get("/stream", headers={"origin": ORIGIN}).text == "0\n1\n2\n3\n4\n"


def test_servers_refuse_two_heads(servers: dict[str, Server]) -> None:
    server = servers["broken"]
    for _ in range(2):
        try:
            cors = server.ask("GET", "/", origin=ORIGIN).cors()
        except http.client.RemoteDisconnected:
            continue
        assert cors == ALLOWED
    printed = server.stop()
    assert "Expected ASGI message 'http.response.body'" in printed


def test_clients_that_disconnect(server: Server) -> None:
    for amid in (False, True) * 10:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(f"GET /stream HTTP/1.1\r\nHost: x\r\nOrigin: {ORIGIN}\r\n\r\n".encode())
            if amid:
                client.recv(10)
    assert server.ask("GET", "/", origin=ORIGIN).status == 200
