"""Every way in which frameworks accept a middleware, with their test clients."""

import asyncio
from typing import Any

import httpx
import pytest
from corsac import ConfigError, CORSMiddleware, Policy, Reloadable, install
from fastapi import BackgroundTasks, FastAPI, HTTPException, WebSocket
from litestar import Litestar, get
from litestar.middleware import DefineMiddleware
from litestar.testing import TestClient as LitestarClient
from quart import Quart
from server_apps import ORIGIN, SETTINGS, fastapi, starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient, WebSocketDenialResponse

HEADERS = {"Origin": ORIGIN}
ASKS = {**HEADERS, "Access-Control-Request-Method": "PUT"}


def readable(response: Any) -> bool:
    return bool(response.headers.get("access-control-allow-origin") == ORIGIN)


def test_every_form_in_the_test_client() -> None:
    added, installed = fastapi(), starlette()
    added.add_middleware(CORSMiddleware, **SETTINGS)
    install(installed, **SETTINGS)
    with_policy = FastAPI(middleware=[Middleware(CORSMiddleware, policy=Policy(**SETTINGS))])
    wrapped: Any = CORSMiddleware(fastapi(), **SETTINGS)
    twice: Any = CORSMiddleware(CORSMiddleware(fastapi(), **SETTINGS), **SETTINGS)
    for app in (added, installed, with_policy, wrapped, twice):
        with TestClient(app) as client:
            response = client.get("/", headers=HEADERS)
            assert readable(response)
            assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]
            assert response.headers.get_list("vary") in (["Origin"], ["Accept-Encoding, Origin"])
            assert client.options("/", headers=ASKS).status_code == 204


def test_asgi_transport() -> None:
    async def run() -> None:
        transport = httpx.ASGITransport(app=CORSMiddleware(fastapi(), **SETTINGS))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            assert readable(await client.get("/", headers=HEADERS))

    asyncio.run(run())


def test_inside_and_outside_of_other_middleware() -> None:
    orders: Any = ((GZipMiddleware, CORSMiddleware), (CORSMiddleware, GZipMiddleware))
    for order in orders:
        app = fastapi()

        @app.get("/long")
        def long() -> str:
            return "x" * 5000

        for middleware in order:
            app.add_middleware(middleware, **(SETTINGS if middleware is CORSMiddleware else {}))

        @app.middleware("http")
        async def header(request: Request, call_next: Any) -> Any:
            response = await call_next(request)
            response.headers["X-Outer"] = "1"
            return response

        response = TestClient(app).get("/long", headers={**HEADERS, "Accept-Encoding": "gzip"})
        assert readable(response)
        assert response.headers["content-encoding"] == "gzip"
        assert {field.strip() for field in response.headers["vary"].split(",")} == {"Accept-Encoding", "Origin"}
        assert response.headers["x-outer"] == "1"


def test_litestar() -> None:
    @get("/")
    async def hello() -> str:
        return "hello"

    @get("/crash")
    async def crash() -> str:
        raise ZeroDivisionError

    app = Litestar([hello, crash], middleware=[DefineMiddleware(CORSMiddleware, **SETTINGS)])
    with LitestarClient(app, raise_server_exceptions=False) as client:
        assert readable(client.get("/", headers=HEADERS))
        assert readable(client.get("/crash", headers=HEADERS))
        assert client.options("/", headers=ASKS).status_code == 204
        assert not readable(client.get("/missing", headers=HEADERS)), "as the docs say"
    around: Any = CORSMiddleware(Litestar([hello, crash]), **SETTINGS)
    with TestClient(around, raise_server_exceptions=False) as other:
        assert readable(other.get("/", headers=HEADERS))
        assert readable(other.get("/crash", headers=HEADERS))
        assert readable(other.get("/missing", headers=HEADERS))
        assert other.options("/", headers=ASKS).status_code == 204


def test_quart() -> None:
    async def run() -> None:
        app = Quart(__name__)

        @app.get("/")
        async def hello() -> str:
            return "hello"

        app.asgi_app = CORSMiddleware(app.asgi_app, **SETTINGS)  # type: ignore[method-assign]
        client = app.test_client()
        assert readable(await client.get("/", headers=HEADERS))
        assert (await client.options("/", headers=ASKS)).status_code == 204

    asyncio.run(run())


def test_lifespan_and_websockets_pass_through() -> None:
    seen: list[str] = []
    app = FastAPI(on_startup=[lambda: seen.append("up")], on_shutdown=[lambda: seen.append("down")])

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    install(app, **SETTINGS)
    with TestClient(app) as client, client.websocket_connect("/ws") as websocket:
        websocket.send_text("ping")
        assert websocket.receive_text() == "ping"
    assert seen == ["up", "down"]


# --- install


def crashing(**options: Any) -> FastAPI:
    app = fastapi(**options)
    install(app, **SETTINGS)
    return app


def test_the_500_of_an_unhandled_exception() -> None:
    with TestClient(crashing(), raise_server_exceptions=False) as client:
        response = client.get("/crash", headers=HEADERS)
        assert (response.status_code, readable(response)) == (500, True)
        assert not readable(client.get("/crash", headers={"Origin": "https://evil.example"}))
    with TestClient(crashing()) as client, pytest.raises(ZeroDivisionError):
        client.get("/crash", headers=HEADERS)


def test_handlers_debug_pages_and_background_tasks_are_left_intact() -> None:
    app = crashing(debug=True)
    done: list[int] = []

    @app.exception_handler(HTTPException)
    async def handler(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"handled": True}, status_code=418)

    @app.get("/teapot")
    def teapot() -> None:
        raise HTTPException(400)

    @app.get("/later")
    def later(tasks: BackgroundTasks) -> None:
        tasks.add_task(done.append, 1)

    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/crash", headers=HEADERS)
        assert "ZeroDivisionError" in response.text
        assert readable(response)
        response = client.get("/teapot", headers=HEADERS)
        assert (response.status_code, response.json(), readable(response)) == (418, {"handled": True}, True)
        assert readable(client.get("/later", headers=HEADERS))
    assert done == [1]


def test_a_handler_of_every_exception_gets_the_headers_too() -> None:
    app = crashing()

    @app.exception_handler(Exception)
    async def handler(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"handled": True}, status_code=500)

    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/crash", headers=HEADERS)
        assert (response.json(), readable(response)) == ({"handled": True}, True)


def test_middleware_added_after_is_inside() -> None:
    app = crashing()

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Any:
        return JSONResponse({}, status_code=401)

    with TestClient(app) as client:
        response = client.get("/", headers=HEADERS)
        assert (response.status_code, readable(response)) == (401, True)
        assert client.options("/", headers=ASKS).status_code == 204, "preflights are answered before authentication"


def test_applications_on_which_install_fails() -> None:
    app = crashing()
    with pytest.raises(RuntimeError, match="already"):
        install(app, **SETTINGS)
    with TestClient(app) as client:
        client.get("/")
    with pytest.raises(RuntimeError, match="started"):
        install(app, **SETTINGS)
    with pytest.raises(TypeError, match="CORSMiddleware"):
        install(Quart(__name__), **SETTINGS)  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        install(FastAPI(), allow_origins=["*"], allow_credentials=True)


def test_install_takes_a_policy_that_is_swapped() -> None:
    policies = Reloadable(Policy(allow_origins=[]))
    app = starlette()
    install(app, policy=policies)
    with TestClient(app) as client:
        assert not readable(client.get("/", headers=HEADERS))
        policies.swap(Policy(**SETTINGS))
        assert readable(client.get("/", headers=HEADERS))


def test_a_refused_handshake_in_the_test_client() -> None:
    api = FastAPI()

    @api.websocket("/")
    async def hello(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    install(api, allow_origins=[], protection={"websockets": "reject"})
    with TestClient(api) as client:
        with pytest.raises(WebSocketDenialResponse) as refused:
            client.websocket_connect("/", headers={"Origin": "https://evil.example"}).__enter__()
        assert (refused.value.status_code, refused.value.text) == (403, "corsac: websocket-refused\n")
        with client.websocket_connect("/", headers={"Origin": "http://testserver"}):
            pass
