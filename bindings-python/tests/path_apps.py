"""The applications for the servers of test_paths: public routes, with the policy outside mounts and in them."""

from typing import Any

from corsac import CORSMiddleware
from corsac.wsgi import CORSMiddleware as WsgiMiddleware
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

SETTINGS: Any = {
    "allow_origins": ["https://app.example.com"],
    "routes": [
        {"path": "/api/public/{*rest}", "allow_origins": ["*"]},
        {"path": "/api/{version}/files/{*rest}", "allow_origins": ["https://files.example.com"]},
    ],
}


async def ok(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.scope["path"])


def pages() -> Starlette:
    return Starlette(routes=[Route("/{path:path}", ok)])


outside = CORSMiddleware(Starlette(routes=[Mount("/api", pages()), Mount("/", pages())]), **SETTINGS)

mounted = Starlette(routes=[Mount("/api", CORSMiddleware(pages(), **SETTINGS)), Mount("/", pages())])

sub = FastAPI()
sub.mount("/api", CORSMiddleware(pages(), **SETTINGS))


def hello(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"ok"]


wsgi = WsgiMiddleware(hello, **SETTINGS)
wsgi_mounted = DispatcherMiddleware(hello, {"/api": wsgi})
wsgi_behind_a_proxy = ProxyFix(wsgi, x_prefix=1)
