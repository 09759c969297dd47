"""Hostile and friendly WebSocket handshakes, and writes, with each server."""

import contextlib
import http.client
import socket
from collections.abc import Iterator

import h2.connection
import h2.events
import httpx
import pytest
from serving import SECONDS, Server, serving
from socket_apps import ACCEPTED, ORIGIN
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

UVICORN = ["uvicorn", "--port", "{port}", "--log-level", "warning"]
COMMANDS = {
    "uvicorn": [*UVICORN],
    "uvicorn-wsproto": [*UVICORN, "--ws", "wsproto", "--http", "h11"],
    "hypercorn": ["hypercorn", "--bind", "127.0.0.1:{port}"],
    "granian": ["granian", "--interface", "asgi", "--port", "{port}"],
    "daphne": ["daphne", "--port", "{port}", "--verbosity", "0"],
}
EVIL = "https://evil.example"
BODY = b"corsac: websocket-refused\n"


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    commands = {name: [*command, "socket_apps:guarded"] for name, command in COMMANDS.items()}
    commands["reporting"] = [*UVICORN, "socket_apps:reporting"]
    with serving(commands) as running:
        yield running


@pytest.fixture(params=COMMANDS)
def server(request: pytest.FixtureRequest, servers: dict[str, Server]) -> Server:
    return servers[request.param]


def says(server: Server, origin: str | None, path: str = "/", host: str | None = None) -> str:
    """The message of the echo, or the refusal's status and body."""
    uri = f"ws://{host or '127.0.0.1'}:{server.port}{path}"
    sock = socket.create_connection(("127.0.0.1", server.port), SECONDS)
    try:
        with connect(uri, sock=sock, origin=origin, open_timeout=SECONDS, proxy=None) as client:  # type: ignore[arg-type]
            client.send("hello")
            return str(client.recv(SECONDS))
    except InvalidStatus as refused:
        answer = refused.response
        return f"{answer.status_code} {answer.headers.get('vary')} {bytes(answer.body or b'')!r}"


def test_origins_that_may_connect(server: Server) -> None:
    own = f"http://127.0.0.1:{server.port}"
    for origin in (ORIGIN, "https://tenant.example", own, None):
        assert says(server, origin) == "hello"
    assert says(server, f"http://Server.Test:{server.port}".lower(), host="server.test") == "hello"
    assert says(server, EVIL, "/open?x") == "hello"


def test_origins_that_may_not_connect(server: Server, request: pytest.FixtureRequest) -> None:
    for origin in (EVIL, "null", "junk", f"http://127.0.0.1:{server.port + 1}", "http://localhost"):
        received = says(server, origin)
        if "daphne" in request.node.name:
            # Daphne has no denial response, and refuses a malformed origin itself.
            assert received.startswith("400 None " if origin == "junk" else "403 None ")
        else:
            assert received == f"403 Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key {BODY!r}"
    assert says(server, EVIL, "/x/../open").startswith("403 ")
    assert says(server, ORIGIN) == "hello"


def test_writes(server: Server) -> None:
    assert server.ask("POST", "/", origin=ORIGIN).status == 200
    assert server.ask("POST", "/").status == 200
    for headers in ({"origin": EVIL}, {"origin": EVIL, "sec_fetch_site": "cross-site"}, {"origin": "null"}):
        refused = server.ask("POST", "/", **headers)
        assert (refused.status, refused.body) == (403, b"corsac: write-refused\n")
        assert refused.cors() == {"vary": ["Origin, Sec-Fetch-Site"]}
    assert server.ask("HEAD", "/", origin=EVIL).status == 200
    assert server.ask("GET", "/", origin=EVIL).status == 200


@pytest.mark.parametrize("server", [name for name in COMMANDS if name != "daphne"], indirect=True)
def test_the_response_does_not_wait_for_a_large_body(server: Server) -> None:
    """The response comes although the body was not read. Daphne reads the body before it calls any application."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    with contextlib.closing(connection):
        connection.putrequest("POST", "/")
        connection.putheader("Origin", EVIL)
        connection.putheader("Content-Length", str(64 * 1024 * 1024))
        connection.endheaders()
        with contextlib.suppress(ConnectionError):
            for _ in range(4):
                connection.send(b"x" * 65536)
            assert connection.getresponse().status == 403
    assert server.ask("GET", "/").status == 200


def test_http_2(servers: dict[str, Server]) -> None:
    base = f"http://127.0.0.1:{servers['hypercorn'].port}"
    with httpx.Client(http1=False, http2=True, base_url=base) as client:
        # The request has no body, because in this server a body that no application reads may end the whole connection.
        refused = client.delete("/", headers={"origin": EVIL})
        assert (refused.http_version, refused.status_code, refused.text) == ("HTTP/2", 403, "corsac: write-refused\n")
        assert client.delete("/", headers={"origin": base}).status_code == 200, "`:authority` is the host"


@pytest.mark.parametrize(("origin", "status"), [(ORIGIN, b"200"), (EVIL, b"403")])
def test_handshakes_over_http_2(servers: dict[str, Server], origin: str, status: bytes) -> None:
    """Extended CONNECT (RFC 8441)."""
    port = servers["hypercorn"].port
    connection = h2.connection.H2Connection()
    with socket.create_connection(("127.0.0.1", port), SECONDS) as client:
        connection.initiate_connection()
        client.sendall(connection.data_to_send())
        headers: dict[bytes, bytes] = {}
        sent = False
        while b":status" not in headers:
            for event in connection.receive_data(client.recv(65536)):
                if isinstance(event, h2.events.ResponseReceived):
                    headers.update(dict(event.headers))
                elif isinstance(event, h2.events.RemoteSettingsChanged) and not sent:
                    sent = True
                    asked = {
                        ":method": "CONNECT",
                        ":protocol": "websocket",
                        ":scheme": "http",
                        ":path": "/",
                        ":authority": f"127.0.0.1:{port}",
                        "sec-websocket-version": "13",
                        "origin": origin,
                    }
                    connection.send_headers(1, list(asked.items()))
            client.sendall(connection.data_to_send())
    assert headers[b":status"] == status


def test_reports_refuse_nothing(servers: dict[str, Server]) -> None:
    server = servers["reporting"]
    assert says(server, EVIL) == "hello"
    assert server.ask("POST", "/", origin=EVIL).status == 200
    printed = server.stop()
    assert "report only: websocket-refused: websocket / from `https://evil.example`" in printed
    assert "report only: write-refused: POST / from" in printed


@pytest.mark.parametrize("name", COMMANDS)
def test_no_refused_handshake_is_accepted(name: str) -> None:
    """The application itself counts the accepted handshakes, in a separate server."""
    with serving({name: [*COMMANDS[name], "socket_apps:guarded"]}) as running:
        server = running[name]
        for _ in range(5):
            assert says(server, EVIL).startswith("403 ")
        assert says(server, ORIGIN) == "hello"
        printed = server.stop()
    assert printed.count(ACCEPTED) == 1
    assert "Traceback" not in printed
