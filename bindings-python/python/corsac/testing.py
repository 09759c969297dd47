"""Tests that play the browser: may a page of this origin read the answer?

    >>> from corsac.testing import assert_readable, assert_blocked
    >>> assert_readable(app, "/items", origin="https://app.example.com", credentials=True)  # doctest: +SKIP
    >>> assert_blocked(app, "/items", origin="https://evil.example")  # doctest: +SKIP

They work with any server, whatever puts its CORS headers on.
"""

import asyncio
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPMethod
from typing import Any

from corsac._corsac import BrowserFetch

__all__ = ["Answer", "assert_blocked", "assert_readable"]

_Headers = Mapping[str, str] | list[tuple[str, str]] | None


@dataclass(frozen=True)
class Answer:
    """A server's answer.

    Attributes:
        status: the HTTP status.
        headers: pairs of name and value, names in lower case, repeated lines apart.
        body: the content.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def assert_readable(
    client: Any,  # noqa: ANN401
    path: str = "/",
    *,
    origin: str,
    method: str = HTTPMethod.GET,
    headers: _Headers = None,
    credentials: bool = False,
) -> Answer:
    """Fail unless a browser lets a page's script read the answer to this request.

    The preflight is sent first where a browser would send one.

    Args:
        client: an ASGI application, a test client with a ``request`` method (Starlette's, httpx, requests), or the
            URL of a running server.
        path: the path and query to ask for.
        origin: the page's origin: ``https://app.example.com``.
        method: the method that the script uses.
        headers: the headers that the script sets.
        credentials: the script's ``credentials: "include"``. Cookies are the client's own affair.

    Returns:
        The answer that the script would read.

    Raises:
        AssertionError: the browser would block it; the message says why.

    Source: Fetch, "CORS-preflight fetch" and "CORS check".
    """
    answer, blocked = _play(client, path, origin, method, headers, credentials)
    if blocked is not None or answer is None:
        raise AssertionError(f"{origin} may not read {method} {path}: {blocked}")
    return answer


def assert_blocked(
    client: Any,  # noqa: ANN401
    path: str = "/",
    *,
    origin: str,
    method: str = HTTPMethod.GET,
    headers: _Headers = None,
    credentials: bool = False,
) -> str:
    """Fail if a browser lets a page's script read the answer to this request. The reverse of assert_readable.

    Returns:
        Why the browser blocks it.

    Raises:
        AssertionError: the script could read the answer.
    """
    _, blocked = _play(client, path, origin, method, headers, credentials)
    if blocked is None:
        raise AssertionError(f"{origin} may read {method} {path}")
    return blocked


def _play(
    client: Any,  # noqa: ANN401
    path: str,
    origin: str,
    method: str,
    headers: _Headers,
    credentials: bool,
) -> tuple[Answer | None, str | None]:
    """The answer if the request was sent, and why it is blocked if it is."""
    lines: list[tuple[str, str]] = list(headers.items()) if isinstance(headers, Mapping) else list(headers or ())
    fetch = BrowserFetch(origin, str(method), lines, credentials)
    preflight = fetch.preflight()
    if preflight is not None:
        asked = _ask(client, HTTPMethod.OPTIONS, path, [("origin", origin), *preflight])
        blocked = fetch.check_preflight(asked.status, asked.headers)
        if blocked is not None:
            return None, f"preflight: {blocked} ({_told(asked)})"
    answer = _ask(client, str(method), path, [("origin", origin), *lines])
    blocked = fetch.check(answer.headers)
    return answer, blocked and f"{blocked} ({_told(answer)})"


def _told(answer: Answer) -> str:
    """What the server said, for the message."""
    body = answer.body[:80].decode(errors="replace").strip()
    return f"{answer.status} {body!r}" if body else str(answer.status)


def _ask(client: Any, method: str, path: str, headers: list[tuple[str, str]]) -> Answer:  # noqa: ANN401
    if isinstance(client, str):
        return _from_url(urllib.parse.urljoin(client, path), method, headers)
    if hasattr(client, "request") and not asyncio.iscoroutinefunction(client.request):
        response = client.request(method, path, headers=dict(headers))
        pairs = getattr(response.headers, "multi_items", response.headers.items)()
        return Answer(response.status_code, [(name.lower(), value) for name, value in pairs], response.content)
    if callable(client):
        return _from_asgi(client, method, path, headers)
    raise TypeError(f"client must be an ASGI application, a test client or a URL, not {type(client).__name__}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """A preflight must not be redirected, and an answer is judged as it is."""


def _from_url(url: str, method: str, headers: list[tuple[str, str]]) -> Answer:
    request = urllib.request.Request(url, method=method, headers=dict(headers))  # noqa: S310
    response: Any
    try:
        response = urllib.request.build_opener(_NoRedirects).open(request, timeout=30)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        pairs = [(name.lower(), value) for name, value in response.headers.items()]
        return Answer(response.status, pairs, response.read())


def _from_asgi(app: Any, method: str, path: str, headers: list[tuple[str, str]]) -> Answer:  # noqa: ANN401
    """Call the application in a thread and a loop of its own: a test may have a loop already."""
    target = urllib.parse.urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": str(method),
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

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401
        match message["type"]:
            case "http.response.start":
                started.append(message)
            case "http.response.body":
                body.extend(message.get("body", b""))

    def run() -> None:
        try:
            asyncio.run(app(scope, receive, send))
        except BaseException as error:  # it belongs to the caller's thread
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if not started:
        raise raised[0] if raised else AssertionError("the application did not answer")
    pairs = [(bytes(n).decode("latin-1").lower(), bytes(v).decode("latin-1")) for n, v in started[0].get("headers", ())]
    return Answer(started[0]["status"], pairs, bytes(body))
