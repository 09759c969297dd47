"""A bare ASGI application and a bare server around it, message by message."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

ORIGIN = b"https://app.example.com"
EVIL = b"https://evil.example"
SETTINGS: Any = {
    "allow_origins": [ORIGIN.decode()],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-A"],
    "allow_credentials": True,
    "expose_headers": ["ETag"],
}
ALLOWED = [
    (b"access-control-allow-origin", ORIGIN),
    (b"access-control-allow-credentials", b"true"),
    (b"access-control-expose-headers", b"etag"),
    (b"vary", b"Origin"),
]
REFUSED = [(b"vary", b"Origin")]
BODY = {"type": "http.response.body", "body": b"ok"}
Message = MutableMapping[str, Any]


class App:
    """Sends the given messages, and records its arguments."""

    def __init__(self, *messages: Any) -> None:
        self.messages = messages
        self.calls: list[tuple[Any, Any, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.calls.append((scope, receive, send))
        for message in self.messages:
            await send(message)


def head(headers: Any = ()) -> dict[str, Any]:
    return {"type": "http.response.start", "status": 200, "headers": headers}


def request(method: str = "GET", *headers: Any, kind: str = "http") -> dict[str, Any]:
    return {"type": kind, "method": method, "path": "/", "headers": list(headers)}


def from_origin(origin: bytes = ORIGIN) -> dict[str, Any]:
    return request("GET", (b"host", b"x"), (b"origin", origin))


def preflight(origin: bytes = ORIGIN) -> dict[str, Any]:
    asks = [(b"access-control-request-method", b"PUT"), (b"access-control-request-headers", b"x-a")]
    return request("OPTIONS", (b"origin", origin), *asks)


async def never() -> Message:
    raise AssertionError("there is nothing to receive")


def play(middleware: Any, scope: Any) -> list[Message]:
    """The messages that the server gets for this scope."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(middleware(scope, never, send))
    return sent
