"""Sending a test's request to whatever the test has: an application, a test client or the URL of a running server."""

import asyncio
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Response:
    """A server's response.

    Attributes:
        status (int): the HTTP status.
        headers (list[tuple[str, str]]): pairs of name and value, names in lower case. Repeated headers are not joined.
        body (bytes): the content.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def send(client: Any, method: str, path: str, headers: list[tuple[str, str]]) -> Response:  # noqa: ANN401
    """Send a request.

    Raises:
        TypeError: the client has a type to which no request can be sent.
    """
    if isinstance(client, str):
        return _send_to_url(urllib.parse.urljoin(client, path), method, headers)
    if hasattr(client, "request") and not asyncio.iscoroutinefunction(client.request):
        response = client.request(method, path, headers=dict(headers))
        pairs = getattr(response.headers, "multi_items", response.headers.items)()
        return Response(response.status_code, [(name.lower(), value) for name, value in pairs], response.content)
    if callable(client):
        return _send_to_asgi(client, method, path, headers)
    raise TypeError(f"client must be an ASGI application, a test client or a URL, not {type(client).__name__}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """A preflight must not be redirected, and a response is judged as it is."""


def _send_to_url(url: str, method: str, headers: list[tuple[str, str]]) -> Response:
    request = urllib.request.Request(url, method=method, headers=dict(headers))  # noqa: S310
    response: Any
    try:
        response = urllib.request.build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        pairs = [(name.lower(), value) for name, value in response.headers.items()]
        return Response(response.status, pairs, response.read())


def _send_to_asgi(app: Any, method: str, path: str, headers: list[tuple[str, str]]) -> Response:  # noqa: ANN401
    """Call the application in a thread and a loop of its own, because a test may be running in a loop."""
    target = urllib.parse.urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": urllib.parse.unquote(target.path),
        "raw_path": target.path.encode(),
        "query_string": target.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 1),
    }
    started: list[Any] = []
    body = bytearray()
    raised: list[BaseException] = []

    async def receive_message() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send_message(message: Any) -> None:  # noqa: ANN401
        match message["type"]:
            case "http.response.start":
                started.append(message)
            case "http.response.body":
                body.extend(message.get("body", b""))

    def run() -> None:
        try:
            asyncio.run(app(scope, receive_message, send_message))
        except BaseException as error:  # it belongs to the caller's thread
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if not started:
        raise raised[0] if raised else AssertionError("the application did not answer")
    pairs = [(bytes(n).decode("latin-1").lower(), bytes(v).decode("latin-1")) for n, v in started[0].get("headers", ())]
    return Response(started[0]["status"], pairs, bytes(body))
