"""The applications for the servers of test_websockets: an echo over WebSockets and an ordinary path, with
protection."""

from typing import Any

from corsac import CORSMiddleware

ORIGIN = "https://app.example.com"
ACCEPTED = "accepted a handshake"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
    else:
        print(ACCEPTED, flush=True)
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})


async def known(origin: str) -> bool:
    return origin == "https://tenant.example"


PROTECTION: Any = {"writes": "reject", "websockets": "reject"}
guarded = CORSMiddleware(
    echo,
    allow_origins=[ORIGIN],
    allow_origin=known,
    allow_credentials=True,
    protection=PROTECTION,
    routes=[{"path": "/open", "protection": {"websockets": "off"}}],
)

REPORTED: Any = {**PROTECTION, "report_only": True}
reporting = CORSMiddleware(echo, allow_origins=[ORIGIN], protection=REPORTED)
