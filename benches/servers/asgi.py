"""The applications that uvicorn serves: no CORS, the same headers written by hand, Starlette's class, and corsac."""

from corsac import CORSMiddleware
from starlette.middleware.cors import CORSMiddleware as Starlette

ORIGIN = "https://app.example.com"
PLAIN = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")]
CORS = [
    (b"access-control-allow-origin", ORIGIN.encode()),
    (b"access-control-allow-credentials", b"true"),
    (b"vary", b"Origin"),
]


async def without(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [*PLAIN]})
    await send({"type": "http.response.body", "body": b"ok"})


async def by_hand(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [*PLAIN, *CORS]})
    await send({"type": "http.response.body", "body": b"ok"})


starlette = Starlette(without, allow_origins=[ORIGIN], allow_credentials=True)
corsac = CORSMiddleware(without, allow_origins=[ORIGIN], allow_credentials=True)
