"""An ASGI application as the server."""

import asyncio
import urllib.parse
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from corsac._testing.wire import LONGEST_BODY, Reply, Request, port_of, within

Message = MutableMapping[str, Any]


class AsgiServer:
    """Calls the application once for each request, in a separate thread and loop, since the test may run in a loop."""

    def __init__(self, app: Any, base_url: str) -> None:  # noqa: ANN401
        self.app = app
        self.base_url = base_url

    def send(self, request: Request, timeout: float) -> Reply:
        """Return the application's response."""
        loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

        def give_up() -> None:
            for loop, task in loops:
                # A loop that has ended by now needs no cancellation.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(task.cancel)

        async def call(reply: Reply) -> None:
            task = asyncio.ensure_future(_call(self.app, request, reply))
            loops.append((asyncio.get_running_loop(), task))
            # If the task was cancelled, the test has given up on the request.
            with suppress(asyncio.CancelledError):
                await task

        return within(timeout, lambda reply: asyncio.run(call(reply)), give_up=give_up, name="the application")


async def _call(app: Any, request: Request, reply: Reply) -> None:  # noqa: ANN401
    finished = asyncio.Event()
    received = False

    async def receive() -> Message:
        nonlocal received
        if not received:
            received = True
            return {"type": "http.request", "body": request.body, "more_body": False}
        # The client does not disconnect before it has the response.
        await finished.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                pairs = message.get("headers", ())
                headers = [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in pairs]
                reply.start(message["status"], headers)
                if reply.is_enough:
                    finished.set()
            case "http.response.body":
                # The application may continue for a moment after the test has given up.
                if len(reply.body) < LONGEST_BODY:
                    reply.body.extend(message.get("body", b""))
                if reply.is_enough or not message.get("more_body", False):
                    finished.set()

    running = asyncio.ensure_future(app(_scope(request), receive, send))
    ending = asyncio.ensure_future(finished.wait())
    await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if reply.is_enough and finished.is_set() and not running.done():
        running.cancel()
    await running


def _scope(request: Request) -> dict[str, Any]:
    target = urllib.parse.urlsplit(request.url)
    scheme = target.scheme
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": scheme,
        "path": urllib.parse.unquote(target.path),
        "raw_path": target.path.encode(),
        "query_string": target.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers],
        "client": ("127.0.0.1", 1),
        "server": (target.hostname, port_of(target)),
    }
