"""An application of aiohttp with another inside it, under one policy. Run as a program, it listens on port `PORT`."""

import asyncio
import os
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler
from corsac.aiohttp import setup

ORIGIN = "https://app.example.com"
SETTINGS: Any = {
    "allow_origins": [ORIGIN],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-A"],
    "allow_credentials": True,
}


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello", headers={"Vary": "Accept-Encoding"})


async def own(request: web.Request) -> web.Response:
    response = web.Response(
        text="own", headers=[("Access-Control-Allow-Origin", "*"), ("Vary", "Cookie"), ("Vary", "A")]
    )
    response.set_cookie("seen", "1")
    return response


async def crash(request: web.Request) -> web.Response:
    raise ZeroDivisionError


async def forbidden(request: web.Request) -> web.Response:
    raise web.HTTPForbidden


async def moved(request: web.Request) -> web.Response:
    raise web.HTTPFound("/")


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(5):
        await response.write(b"%d\n" % number)
    return response


async def breaking(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"one\n")
    raise ZeroDivisionError


async def file(request: web.Request) -> web.FileResponse:
    return web.FileResponse(Path(__file__))


async def later(request: web.Request) -> web.Response:
    await asyncio.sleep(0.01)
    return web.Response(text=request.query.get("n", ""))


async def echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path == "/private":
        raise web.HTTPUnauthorized
    return await handler(request)


def build(**settings: Any) -> web.Application:
    app, inside = web.Application(middlewares=[authenticate]), web.Application()
    handlers = [own, crash, forbidden, moved, stream, breaking, file, later]
    for each in (app, inside):
        each.router.add_get("/", hello)
        each.router.add_put("/", hello)
        each.router.add_post("/", hello)
        each.router.add_get("/ws", echo)
        for handler in handlers:
            each.router.add_get(f"/{handler.__name__}", handler)
    app.add_subapp("/inside", inside)
    setup(app, **(settings or SETTINGS))
    return app


if __name__ == "__main__":
    web.run_app(build(), host="127.0.0.1", port=int(os.environ["PORT"]), print=None)
