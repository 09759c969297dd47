#!/usr/bin/env python3
"""A million requests through the middleware in this process, with a check of its memory.

Usage: PYTHONPATH=python python tests/load.py [requests]

Allowed, refused, preflighted, cyclic and cancelled requests in turn; exits with 1 if memory or the number of objects
grows. `test_load.py` runs a short version.
"""

import asyncio
import gc
import sys
from pathlib import Path
from typing import Any

from corsac import CORSMiddleware

ORIGIN = b"https://app.example.com"
PAGE = 4096


async def application(scope: Any, receive: Any, send: Any) -> None:
    # As in frameworks, the scope refers to the request, and the request refers to `send`.
    scope["extensions"] = {"send": send, "scope": scope}
    if scope["path"] == "/wait":
        await receive()
    headers = [(b"content-type", b"text/plain"), (b"Vary", b"Accept"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


async def allowed(origin: str) -> bool:
    await asyncio.sleep(0)
    return origin.endswith(".tenant.example")


MIDDLEWARE = CORSMiddleware(application, allow_origins=[ORIGIN.decode()], allow_methods=["PUT"], allow_origin=allowed)


def request(number: int) -> dict[str, Any]:
    headers = [(b"host", b"x")]
    kind = number % 5
    if kind:
        origins = [ORIGIN, b"https://a%d.tenant.example" % number, b"https://evil.example", ORIGIN]
        headers.append((b"origin", origins[kind - 1]))
    if kind == 4:
        headers.append((b"access-control-request-method", b"PUT"))
    return {"type": "http", "method": "OPTIONS" if kind == 4 else "GET", "path": "/", "headers": headers}


async def send(message: Any) -> None:
    pass


async def receive() -> Any:
    await asyncio.sleep(60)


async def run(requests: int) -> None:
    for number in range(requests):
        await MIDDLEWARE(request(number), receive, send)
        if number % 1000 == 0:
            waiting = asyncio.ensure_future(MIDDLEWARE({**request(0), "path": "/wait"}, receive, send))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def main(requests: int) -> int:
    asyncio.run(run(requests // 10))
    gc.collect()
    objects, memory = len(gc.get_objects()), resident()
    asyncio.run(run(requests))
    gc.collect()
    more_objects, more_memory = len(gc.get_objects()) - objects, resident() - memory
    print(f"{requests} requests: {more_objects} objects more, {more_memory // 1024} KiB more")
    return 1 if more_objects > 100 or more_memory > 4 * 1024 * 1024 else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
