"""Exceptions that leave a WSGI application while it handles the request of a page.

Servers answer with a 500 that has no CORS headers, so the browser reports a CORS error and hides the real one. Here,
the 500 is sent through the policy's ``start_response``. The exception then continues to the server, which logs it.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import chain, islice
from typing import Any, Protocol

_STATUS = f"{HTTPStatus.INTERNAL_SERVER_ERROR.value} {HTTPStatus.INTERNAL_SERVER_ERROR.phrase}"
_BODY = f"{HTTPStatus.INTERNAL_SERVER_ERROR.phrase}\n".encode("ascii")
_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(_BODY)))]


class _StartResponse(Protocol):
    """The policy's ``start_response``.

    It keeps the application's status and headers until they are passed on to the server.
    """

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = ..., /) -> Any:  # noqa: ANN401
        """Take the status and the headers."""
        ...  # type checkers want a body

    def pass_head(self) -> None:
        """Pass the kept status and headers on to the server."""

    def drop_head(self) -> None:
        """Forget the kept status and headers."""


def respond_to_exception(
    environ: dict[str, Any], start_response: _StartResponse, error: Exception, body: object = None
) -> list[bytes]:
    """Send the response to an exception, and raise the exception again.

    Args:
        environ (dict[str, Any]): the environ of the request.
        start_response: the policy's.
        error (Exception): an exception of the application, or of the server, which refuses the application's headers.
        body: what the application has returned, which is closed; None if it has not returned.

    Returns:
        list[bytes]: the body, for servers that cannot send anything before the call returns.
    """
    _close_after_failure(environ, body)
    start_response.drop_head()
    write: Callable[[bytes], object] | None = start_response(
        _STATUS, list(_HEADERS), (type(error), error, error.__traceback__)
    )
    content = b"" if environ["REQUEST_METHOD"] == "HEAD" else _BODY
    if callable(write):
        write(content)
        raise error
    traceback.print_exception(error, file=environ.get("wsgi.errors"))
    return [content]


def begin_body(environ: dict[str, Any], start_response: _StartResponse, body: Iterable[bytes]) -> Iterable[bytes]:
    """Take the first chunk of a body, which may raise an exception, and return the whole body."""
    try:
        chunks = iter(body)
        first = list(islice(chunks, 1))
        # The server may refuse the headers. The application has returned, so it cannot catch that exception any more.
        start_response.pass_head()
    except Exception as error:
        return respond_to_exception(environ, start_response, error, body)
    except BaseException:
        _close_after_failure(environ, body)
        raise
    return BegunBody(chain(first, chunks), body)


class BegunBody:
    """A body whose first chunk has already been taken."""

    def __init__(self, chunks: Iterator[bytes], body: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        """Close the application's body, whether or not it was read to its end."""
        _close(self._body)


def _close_after_failure(environ: dict[str, Any], body: object) -> None:
    """Close a body. An exception of `close` is only printed, because the earlier exception says what went wrong."""
    try:
        _close(body)
    except Exception as error:
        traceback.print_exception(error, file=environ.get("wsgi.errors"))


def _close(body: object) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
