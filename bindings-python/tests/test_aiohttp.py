"""The policy of an aiohttp application, through its own client and over raw sockets."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp_app import ORIGIN, SETTINGS, build
from corsac import ConfigError, Policy, PredicateCache, Reloadable
from corsac.aiohttp import setup
from serving import Server, serving
from test_apply_vectors import VECTORS as APPLY_VECTORS
from test_apply_vectors import by_name
from test_vectors import Json
from test_vectors_in_middleware import OVER_WSGI, expected, is_raised, is_refused_anyway, octets, policy_of

EVIL = "https://evil.example"
ALLOWED = {"access-control-allow-origin": [ORIGIN], "access-control-allow-credentials": ["true"], "vary": ["Origin"]}
REFUSED = {"vary": ["Origin"]}
ASKS = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a"}
LOOP = asyncio.Runner()

Ask = Callable[..., Awaitable[ClientResponse]]


@asynccontextmanager
async def serving_app(app: web.Application) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(app)) as client:
        yield client


def run(test: Callable[[TestClient[Any, Any]], Awaitable[None]], app: web.Application | None = None) -> None:
    async def main() -> None:
        async with serving_app(app or build()) as client:
            await test(client)

    LOOP.run(main())


async def ask(client: Any, path: str, origin: str | None = ORIGIN, method: str = "GET", **headers: str) -> Any:
    given = {**headers, **({} if origin is None else {"Origin": origin})}
    return await client.request(method, path, headers=given, allow_redirects=False)


def cors(response: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in response.headers.items():
        if name.lower().startswith("access-control") or name.lower() == "vary":
            found.setdefault(name.lower(), []).append(value)
    return found


# --- the vectors


def asked(request: Json) -> web.Request:
    headers: Any = [(octets(name), octets(value)) for name, value in request["headers"]]
    if "authority" in request:
        headers.append((b":authority", octets(request["authority"])))
    path = octets(request.get("path", "/")).decode("utf-8", "surrogateescape")

    class Asked:
        """A stand-in with what the policy reads: the tests' client refuses to send some of the vectors' requests."""

        method = request["method"]
        raw_headers = tuple(headers)
        raw_path = path
        scheme = "https" if request.get("secure") else "http"

        def __init__(self) -> None:
            self.kept: dict[str, Any] = {}

        def __contains__(self, key: str) -> bool:
            return key in self.kept

        def __getitem__(self, key: str) -> Any:
            return self.kept[key]

        def __setitem__(self, key: str, value: Any) -> None:
            self.kept[key] = value

    found: Any = Asked()
    return found  # type: ignore[no-any-return]


async def responded(app: web.Application, request: web.Request, response: web.Response) -> web.Response:
    """The response after the middleware and the signal, which aiohttp calls in this order."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return response

    (middleware,) = app.middlewares
    (signal,) = app.on_response_prepare
    sent: Any = await middleware(request, handler)
    await signal(request, sent)
    return sent  # type: ignore[no-any-return]


# aiohttp has only the target as it was sent.
VECTORS = [
    vector
    for vector in OVER_WSGI
    if not vector["request"].get("path_decoded")
    and ("path" in vector["request"] or not vector.get("config", {}).get("routes"))
    and "text" not in vector
]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vectors(vector: Json) -> None:
    policy, predicate = policy_of(vector)
    app = web.Application()
    setup(app, policy=policy)
    inner = web.Response(body=b"ok")
    inner.headers.clear()
    if is_raised(vector) and not is_refused_anyway(vector):
        with pytest.raises(LookupError):
            LOOP.run(responded(app, asked(vector["request"]), inner))
        return
    response = LOOP.run(responded(app, asked(vector["request"]), inner))
    status, headers, body = expected(vector)
    found = [(octets(name), octets(value)) for name, value in response.headers.items()]
    assert (response.status, found, response.body or b"") == (status, headers, body)
    if predicate is not None:
        assert predicate.asked == vector["expect"]["asked"]


@pytest.mark.parametrize("vector", APPLY_VECTORS, ids=[vector["id"] for vector in APPLY_VECTORS])
def test_apply_vectors(vector: Json) -> None:
    app = web.Application()
    setup(app, policy=Policy(**vector["config"]))
    inner = web.Response(body=b"ok")
    inner.headers.clear()
    inner.headers.extend(vector["application"])
    response = LOOP.run(responded(app, asked(vector["request"]), inner))
    assert by_name(response.headers.items()) == by_name(vector["response"])


def test_there_are_many() -> None:
    assert len(VECTORS) > 500


# --- a server


def test_every_response_has_the_headers() -> None:
    async def test(client: Any) -> None:
        for prefix in ("", "/inside"):
            for path, status in {
                "/later": 200,
                "/stream": 200,
                "/file": 200,
                "/missing": 404,
                "/crash": 500,
                "/forbidden": 403,
                "/moved": 302,
            }.items():
                response = await ask(client, prefix + path)
                assert (response.status, cors(response)) == (status, ALLOWED), path
                for other in (EVIL, "null", None):
                    assert cors(await ask(client, prefix + path, other)) == REFUSED, path
            assert cors(await ask(client, prefix + "/")) == {**ALLOWED, "vary": ["Accept-Encoding, Origin"]}
            own = await ask(client, prefix + "/own")
            assert cors(own) == {**ALLOWED, "vary": ["Cookie, A, Origin"]}
            assert own.cookies["seen"].value == "1"
            assert cors(await ask(client, prefix + "/own", EVIL)) == {"vary": ["Cookie, A, Origin"]}
            assert await (await ask(client, prefix + "/stream")).read() == b"0\n1\n2\n3\n4\n"
        not_allowed = await ask(client, "/", method="DELETE")
        assert (not_allowed.status, cors(not_allowed)) == (405, ALLOWED)
        private = await ask(client, "/private")
        assert (private.status, cors(private)) == (401, ALLOWED)
        head = await ask(client, "/later", method="HEAD")
        assert (head.status, cors(head)) == (200, ALLOWED)
        part = await ask(client, "/file", Range="bytes=0-9")
        assert (part.status, cors(part)) == (206, ALLOWED)
        file = await ask(client, "/file")
        unchanged = await ask(client, "/file", **{"If-None-Match": file.headers["Etag"]})
        assert (unchanged.status, cors(unchanged)) == (304, ALLOWED)

    run(test)


def test_an_unknown_expectation_is_answered_before_any_middleware(caplog: pytest.LogCaptureFixture) -> None:
    async def test(client: Any) -> None:
        for method in ("PUT", "OPTIONS"):
            response = await ask(client, "/", method=method, Expect="something")
            assert (response.status, cors(response)["access-control-allow-origin"]) == (417, [ORIGIN])
        refused = await ask(client, "/", EVIL, "PUT", Expect="something")
        assert (refused.status, cors(refused)) == (417, REFUSED)
        preflight = await ask(client, "/", EVIL, "OPTIONS", Expect="something", **ASKS)
        assert (preflight.status, cors(preflight)) == (417, REFUSED)

    async def protected(client: Any) -> None:
        write = await ask(client, "/", EVIL, "POST", Expect="something", **{"Sec-Fetch-Site": "cross-site"})
        assert (write.status, cors(write)) == (417, REFUSED)

    async def failed(client: Any) -> None:
        caplog.clear()
        response = await ask(client, "/", EVIL, Expect="something")
        assert (response.status, cors(response)) == (417, REFUSED)
        assert "LookupError" in caplog.text

    def failing(origin: str) -> bool:
        raise LookupError

    async def failing_later(origin: str) -> bool:
        raise LookupError

    run(test)
    run(protected, build(**SETTINGS, protection={"writes": "reject"}))
    for predicate in (failing, failing_later):
        run(failed, build(**SETTINGS, allow_origin=predicate))


def test_preflights() -> None:
    async def test(client: Any) -> None:
        for path in ("/", "/missing", "/crash", "/private", "/inside/", "/inside/missing"):
            response = await ask(client, path, method="OPTIONS", **ASKS)
            assert (response.status, await response.read()) == (204, b"")
            assert response.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT"
            assert "content-type" not in response.headers
            assert "content-length" not in response.headers
            refused = await ask(client, path, EVIL, "OPTIONS", **ASKS)
            assert (refused.status, await refused.text()) == (403, "corsac: origin-not-allowed\n")
            assert refused.headers["content-type"] == "text/plain; charset=utf-8"
            assert "access-control-allow-origin" not in refused.headers
        other = await ask(client, "/", method="OPTIONS")
        assert other.status == 405, "OPTIONS that is not a preflight reaches the application"

    run(test)


def test_websockets() -> None:
    protected = build(**SETTINGS, protection={"websockets": "reject", "writes": "reject"})

    async def test(client: Any) -> None:
        for path in ("/ws", "/inside/ws"):
            async with client.ws_connect(path, origin=ORIGIN) as ws:
                await ws.send_str("ping")
                assert (await ws.receive()).data == "ping"
                assert not [name for name in ws._response.headers if name.lower().startswith("access-control")]
            with pytest.raises(WSServerHandshakeError) as refused:
                await client.ws_connect(path, origin=EVIL)
            assert refused.value.status == 403
        write = await ask(client, "/", EVIL, "POST", **{"Sec-Fetch-Site": "cross-site"})
        assert (write.status, await write.text()) == (403, "corsac: write-refused\n")
        assert write.headers["cache-control"] == "no-store"

    run(test, protected)


def test_predicates() -> None:
    asked_about: list[str] = []

    async def is_tenant(origin: str, request: web.Request) -> bool:
        assert request.path == "/"
        await asyncio.sleep(0)
        return origin == "https://tenant.example"

    async def remembered(origin: str) -> bool:
        asked_about.append(origin)
        await asyncio.sleep(0.01)
        return True

    def failing(origin: str) -> bool:
        raise LookupError

    async def failing_later(origin: str) -> bool:
        raise LookupError

    async def undecided(origin: str) -> Any:
        return None

    async def tenants(client: Any) -> None:
        assert cors(await ask(client, "/", "https://tenant.example"))["access-control-allow-origin"]
        assert "access-control-allow-origin" not in cors(await ask(client, "/", EVIL))

    async def failed(client: Any) -> None:
        response = await ask(client, "/", EVIL)
        assert (response.status, cors(response)) == (500, REFUSED)
        assert (await ask(client, "/")).status == 200

    async def many(client: Any) -> None:
        for response in await asyncio.gather(*(ask(client, "/", EVIL) for _ in range(20))):
            assert cors(response)["access-control-allow-origin"] == [EVIL]

    run(tenants, build(**SETTINGS, allow_origin=is_tenant))
    for predicate in (failing, failing_later, undecided):
        run(failed, build(**SETTINGS, allow_origin=predicate))
    run(many, build(**SETTINGS, allow_origin=remembered, predicate_cache=PredicateCache(size=10, ttl=60)))
    assert asked_about == [EVIL]


def test_routes_use_the_path_as_it_was_sent() -> None:
    app = build(**SETTINGS, routes=[{"path": "/own", "allow_origins": ["*"], "allow_credentials": False}])

    async def test(client: Any) -> None:
        for target, is_public in (("/own", True), ("/own?x=1", True), ("/x/../own", False), ("/x%2f..%2fown", False)):
            reader, writer = await asyncio.open_connection("127.0.0.1", client.server.port)
            writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nOrigin: {EVIL}\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            assert (b"access-control-allow-origin: *" in answer.lower()) is is_public, target

    run(test, app)


def test_requests_side_by_side() -> None:
    async def test(client: Any) -> None:
        asks = [ask(client, f"/later?n={number}", (ORIGIN, EVIL)[number % 2]) for number in range(100)]
        for number, response in enumerate(await asyncio.gather(*asks)):
            assert await response.text() == str(number)
            assert cors(response) == (REFUSED if number % 2 else ALLOWED)

    run(test)


def test_a_policy_that_is_swapped_and_one_that_is_observed() -> None:
    policies = Reloadable(Policy(allow_origins=[]))
    reasons: list[tuple[str, str]] = []
    app = build(policy=policies, on_decision=lambda decision, request: reasons.append((decision.reason, request.path)))

    async def test(client: Any) -> None:
        assert cors(await ask(client, "/later")) == {}
        policies.swap(Policy(**SETTINGS))
        assert cors(await ask(client, "/later")) == ALLOWED

    run(test, app)
    assert reasons == [("no-origins", "/later"), ("origin-allowed", "/later")] or reasons[1][0] == "origin-allowed"


def test_debugging_and_logs(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    async def test(client: Any) -> None:
        for _ in range(2):
            response = await ask(client, "/later", EVIL)
            assert response.headers["Server-Timing"] == 'corsac;desc="origin-not-allowed"'

    with caplog.at_level(logging.INFO, "corsac"):
        run(test, build(**SETTINGS, debug=True))
    assert capsys.readouterr().err.count("corsac: origin-not-allowed: ") == 1
    assert f"refused: origin-not-allowed: GET /later from `{EVIL}`" in caplog.text


def test_setups_that_are_refused() -> None:
    app = build()
    with pytest.raises(RuntimeError, match="already"):
        setup(app, **SETTINGS)
    frozen = web.Application()
    frozen.freeze()
    with pytest.raises(RuntimeError, match="started"):
        setup(frozen, **SETTINGS)
    with pytest.raises(TypeError, match="applications of aiohttp, not list"):
        setup([], **SETTINGS)  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        setup(web.Application(), allow_origins=["*"], allow_credentials=True)
    with pytest.raises(TypeError, match="not both"):
        setup(web.Application(), policy=Policy(**SETTINGS), max_age=1)


# --- in a process of its own


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving({"aiohttp": ["aiohttp_app.py"]}) as running:
        yield running["aiohttp"]


def test_clients_that_go_away_and_bodies_that_break(server: Server) -> None:
    for path in ("/stream", "/breaking", "/file") * 5:
        with socket.create_connection(("127.0.0.1", server.port), 30) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nOrigin: {ORIGIN}\r\n\r\n".encode())
            assert client.recv(12) == b"HTTP/1.1 200"
    assert server.ask("GET", "/later", origin=ORIGIN).cors() == ALLOWED


def test_requests_that_aiohttp_cannot_read_reflect_nothing(server: Server) -> None:
    for lines in (["GET / HTTP/1.1", "Host: x", f"Origin: {EVIL}", "X-A b"], ["GET /\x01 HTTP/1.1", f"Origin: {EVIL}"]):
        with socket.create_connection(("127.0.0.1", server.port), 30) as client:
            client.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.0 400")
        assert b"access-control" not in answer.lower()
