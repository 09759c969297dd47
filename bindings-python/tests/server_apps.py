"""The applications for the servers: one API, with the policy around it in different ways."""

from collections.abc import AsyncIterator
from typing import Any

from corsac import CORSMiddleware, install
from fastapi import FastAPI, Response
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

ORIGIN = "https://app.example.com"
SETTINGS: Any = {
    "allow_origins": [ORIGIN],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-A"],
    "allow_credentials": True,
}


async def chunks() -> AsyncIterator[bytes]:
    for number in range(5):
        yield b"%d\n" % number


def fastapi(**options: Any) -> FastAPI:
    app = FastAPI(**options)

    @app.get("/")
    def hello(response: Response) -> dict[str, str]:
        response.headers["Vary"] = "Accept-Encoding"
        return {"hello": "world"}

    @app.get("/own")
    def own(response: Response) -> dict[str, str]:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return {}

    @app.get("/stream")
    def stream() -> StreamingResponse:
        return StreamingResponse(chunks())

    @app.get("/crash")
    def crash() -> None:
        raise ZeroDivisionError

    return app


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello", headers={"vary": "Accept-Encoding"})


async def own(request: Request) -> PlainTextResponse:
    return PlainTextResponse("own", headers={"access-control-allow-origin": "*"})


async def stream(request: Request) -> StreamingResponse:
    return StreamingResponse(chunks())


async def crash(request: Request) -> PlainTextResponse:
    raise ZeroDivisionError


def starlette(**options: Any) -> Starlette:
    routes = [Route("/", hello), Route("/own", own), Route("/stream", stream), Route("/crash", crash)]
    return Starlette(routes=routes, **options)


wrapped = CORSMiddleware(fastapi(), **SETTINGS)

added = fastapi()
added.add_middleware(CORSMiddleware, **SETTINGS)

listed = starlette(middleware=[Middleware(CORSMiddleware, **SETTINGS)])

installed = starlette()
install(installed, **SETTINGS)


async def twice(scope: Any, receive: Any, send: Any) -> None:
    """A broken application, which sends two heads."""
    for status in (200, 500):
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})


broken = CORSMiddleware(twice, **SETTINGS)
