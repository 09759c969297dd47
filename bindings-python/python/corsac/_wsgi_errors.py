"""Exceptions that leave a WSGI application, in response to a request of a page.

Servers answer with a 500 that has no CORS headers, so the browser reports a CORS error and hides the real one. Here,
the 500 is sent through the policy's ``start_response``. The exception then continues to the server, which logs it.
"""

import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import chain
from typing import Any, Protocol

_STATUS = f"{HTTPStatus.INTERNAL_SERVER_ERROR.value} {HTTPStatus.INTERNAL_SERVER_ERROR.phrase}"
_BODY = f"{HTTPStatus.INTERNAL_SERVER_ERROR.phrase}\n".encode("ascii")
_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(_BODY)))]


class _StartResponse(Protocol):
    """The policy's ``start_response``. It keeps the application's head until it is passed on to the server."""

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = ..., /) -> Any:  # noqa: ANN401
        """Give the head."""
        ...  # type checkers want a body

    def pass_head(self) -> None:
        """Give the head that is kept to the server."""

    def drop_head(self) -> None:
        """Forget the head that is kept."""


def respond_to_exception(environ: dict[str, Any], start_response: _StartResponse, error: Exception) -> list[bytes]:
    """Send the response to an exception of the application, and raise the exception again.

    Returns:
        list[bytes]: the body, for servers that cannot send anything before the call returns.
    """
    start_response.drop_head()
    write: Callable[[bytes], object] | None = start_response(
        _STATUS, list(_HEADERS), (type(error), error, error.__traceback__)
    )
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else _BODY
    if callable(write):
        write(body)
        raise error
    traceback.print_exception(error, file=environ.get("wsgi.errors"))
    return [body]


def begin_body(
    environ: dict[str, Any], start_response: _StartResponse, body: Iterator[bytes]
) -> Iterator[bytes] | list[bytes]:
    """Take the first chunk of a body, which may raise an exception, and return the whole body."""
    try:
        first = next(body)
    except StopIteration:
        start_response.pass_head()
        return body
    except BaseException as error:
        _close(body)
        if not isinstance(error, Exception):
            raise
        return respond_to_exception(environ, start_response, error)
    start_response.pass_head()
    return BegunBody(first, body)


class BegunBody:
    """A body whose first chunk was taken already."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._rest = rest
        self._chunks = chain([first], rest)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        """Close the application's body, whether or not it was read to its end."""
        _close(self._rest)


def _close(body: Iterator[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
