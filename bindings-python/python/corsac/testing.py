"""Tests that do what a browser does: may a page of this origin read the response?

    >>> from corsac.testing import assert_readable, assert_blocked
    >>> assert_readable(app, "/items", origin="https://app.example.com", credentials=True)  # doctest: +SKIP
    >>> assert_blocked(app, "/items", origin="https://evil.example")  # doctest: +SKIP

They work with any server, whatever sets its CORS headers.
"""

from collections.abc import Mapping
from http import HTTPMethod
from typing import Any

from corsac._corsac import BrowserFetch
from corsac._test_clients import Response, send

__all__ = ["Response", "assert_blocked", "assert_readable"]

_Headers = Mapping[str, str] | list[tuple[str, str]] | None

# Bytes of a body that a message quotes.
_QUOTED_BYTES = 80


def assert_readable(
    client: Any,  # noqa: ANN401
    path: str = "/",
    *,
    origin: str,
    method: str = HTTPMethod.GET,
    headers: _Headers = None,
    credentials: bool = False,
) -> Response:
    """Fail unless a browser lets a page's script read the response to this request.

    The preflight is sent first if a browser would send one.

    Args:
        client: an ASGI application, a test client with a ``request`` method (Starlette's, httpx, requests), or the
            URL of a running server as a str.
        path (str): the path and query to request.
        origin (str): the page's origin: ``https://app.example.com``.
        method (str): the method that the script uses.
        headers (Mapping[str, str] | list[tuple[str, str]]): the headers that the script sets.
        credentials (bool): whether the script says ``credentials: "include"``. Cookies are for the client to send.

    Returns:
        Response: what the script would read.

    Raises:
        AssertionError: the browser would block it; the message says why.
        TypeError: ``client`` has another type.

    Source: Fetch, "CORS-preflight fetch" and "CORS check".
    """
    response, blocked = _fetch(client, path, origin, method, headers, credentials)
    if blocked is not None or response is None:
        raise AssertionError(f"{origin} may not read {method} {path}: {blocked}")
    return response


def assert_blocked(
    client: Any,  # noqa: ANN401
    path: str = "/",
    *,
    origin: str,
    method: str = HTTPMethod.GET,
    headers: _Headers = None,
    credentials: bool = False,
) -> str:
    """Fail if a browser lets a page's script read the response to this request. The reverse of assert_readable.

    Args:
        client: as in :func:`assert_readable`.
        path (str): the path and query to request.
        origin (str): the page's origin: ``https://evil.example``.
        method (str): the method that the script uses.
        headers (Mapping[str, str] | list[tuple[str, str]]): the headers that the script sets.
        credentials (bool): whether the script says ``credentials: "include"``.

    Returns:
        str: why the browser blocks it.

    Raises:
        AssertionError: the script could read the response.
        TypeError: ``client`` is of another type than :func:`assert_readable` takes.
    """
    _, blocked = _fetch(client, path, origin, method, headers, credentials)
    if blocked is None:
        raise AssertionError(f"{origin} may read {method} {path}")
    return blocked


def _fetch(
    client: Any,  # noqa: ANN401
    path: str,
    origin: str,
    method: str,
    headers: _Headers,
    credentials: bool,
) -> tuple[Response | None, str | None]:
    """The response if the request was sent, and why it is blocked if it is."""
    pairs: list[tuple[str, str]] = list(headers.items()) if isinstance(headers, Mapping) else list(headers or ())
    fetch = BrowserFetch(origin, str(method), pairs, credentials)
    preflight = fetch.preflight()
    if preflight is not None:
        response = send(client, fetch.PREFLIGHT_METHOD, path, [("origin", origin), *preflight])
        blocked = fetch.check_preflight(response.status, response.headers)
        if blocked is not None:
            return None, f"preflight: {blocked} ({_described(response)})"
    response = send(client, str(method), path, [("origin", origin), *pairs])
    blocked = fetch.check(response.headers)
    return response, blocked and f"{blocked} ({_described(response)})"


def _described(response: Response) -> str:
    """The response, for a message."""
    body = response.body[:_QUOTED_BYTES].decode(errors="replace").strip()
    return f"{response.status} {body!r}" if body else str(response.status)
