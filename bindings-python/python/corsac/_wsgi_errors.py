"""Exceptions that leave a WSGI application, in response to a request of a page.

Servers answer with a 500 that has no CORS headers, so the browser reports a CORS error and hides the real one. Here,
the 500 is sent through the policy's ``start_response``. The exception then continues to the server, which logs it.
"""

import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from corsac._types import StartResponse

_STATUS = f"{HTTPStatus.INTERNAL_SERVER_ERROR.value} {HTTPStatus.INTERNAL_SERVER_ERROR.phrase}"
_BODY = f"{HTTPStatus.INTERNAL_SERVER_ERROR.phrase}\n".encode("ascii")
_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(_BODY)))]


def respond_to_exception(environ: dict[str, Any], start_response: StartResponse, error: Exception) -> list[bytes]:
    """Send the response to an exception that the application raised when it was called, and raise the exception again.

    Returns:
        list[bytes]: the body, from servers that cannot send anything before the call returns.
    """
    write = _start(start_response, error)
    body = _body(environ)
    if callable(write):
        write(body)
        raise error
    traceback.print_exception(error, file=environ.get("wsgi.errors"))
    return [body]


class CoveredBody:
    """The body of a response. If its iteration raises an exception before the head is sent, a response is sent for it.

    Args:
        environ: the request.
        start_response: the policy's.
        body: the iterator that the application returned.
    """

    def __init__(self, environ: dict[str, Any], start_response: StartResponse, body: Iterator[bytes]) -> None:
        self._environ = environ
        self._start_response = start_response
        self._body = body
        self._next = body.__next__
        self._error: Exception | None = None

    def __iter__(self) -> "CoveredBody":
        return self

    def __next__(self) -> bytes:
        if self._error is not None:
            raise self._error
        try:
            return self._next()
        except StopIteration:
            raise
        except Exception as error:
            # If the head is sent already, the server's `start_response` raises the exception again.
            _start(self._start_response, error)
            self._error = error
            return _body(self._environ)

    def close(self) -> None:
        """Close the application's body, whether or not it was read to its end."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def _start(start_response: StartResponse, error: Exception) -> Callable[[bytes], object] | None:
    write: Callable[[bytes], object] | None = start_response(
        _STATUS, list(_HEADERS), (type(error), error, error.__traceback__)
    )
    return write


def _body(environ: dict[str, Any]) -> bytes:
    return b"" if environ["REQUEST_METHOD"] == "HEAD" else _BODY
