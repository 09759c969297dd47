"""What `benches/python.py` starts under uvicorn: headers set by hand, and the same headers by a policy."""

from corsac import CORSMiddleware

ORIGIN = "https://app.example.com"


async def bare(scope, receive, send):
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


async def by_hand(scope, receive, send):
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"2"),
        (b"access-control-allow-origin", ORIGIN.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


guarded = CORSMiddleware(bare, allow_origins=[ORIGIN], allow_credentials=True)
