"""Requests and responses on the wire. A test waits for a response only for a limited time."""

import contextvars
import http.client
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

# A response of this type has no end, so a browser's script reads it while it arrives.
_ENDLESS_TYPE = "text/event-stream"


# The largest number of bytes of a body that are read. A longer body may be endless, whatever its type.
LONGEST_BODY = 64 * 1024 * 1024


def port_of(url: urllib.parse.SplitResult) -> int:
    """The port of a URL, or the default port of its scheme if the URL has none."""
    return url.port or (http.client.HTTPS_PORT if url.scheme.endswith("s") else http.client.HTTP_PORT)


@dataclass(frozen=True)
class Request:
    """A request as a browser sends it. `url` is absolute and has no fragment."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Reply:
    """The reply so far. Header names are in lower case, and repeated headers are not joined."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Store the status and the headers of the response."""
        self.headers = [(name.lower(), value) for name, value in headers]
        self.status = status

    @property
    def is_enough(self) -> bool:
        """Whether nobody waits for the rest of the body."""
        is_endless = any(name == "content-type" and value.startswith(_ENDLESS_TYPE) for name, value in self.headers)
        return is_endless or len(self.body) >= LONGEST_BODY


class NoReplyError(Exception):
    """There is no response. ``error`` is the word for the cause in exchanges, such as ``timeout``."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


class Server(Protocol):
    """An object that answers requests."""

    base_url: str

    def send(self, request: Request, timeout: float) -> Reply:
        """Return the response.

        Raises:
            NoReplyError: there is no response.
        """
        ...  # type checkers want a body


def within(timeout: float, work: Callable[[Reply], None], *, give_up: Callable[[], None], name: str) -> Reply:
    """Run `work`, which fills in the reply, in a thread of its own, with the context variables of the caller.

    A thread that does not end in time is abandoned. If the status and headers have arrived by then, they are the
    response, because a browser decides by the headers.

    Raises:
        NoReplyError: there was no response in time, or none at all.
        Exception: the exception that `work` raised before there was a response.
    """
    reply = Reply()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work(reply)
        except BaseException as error:  # it belongs to the caller's thread
            raised.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), name="corsac.testing", daemon=True)
    thread.start()
    thread.join(timeout)
    # This has to be known before `give_up`, which may end the thread.
    is_late = thread.is_alive()
    if is_late:
        give_up()
    if reply.status:
        return reply
    if is_late:
        raise NoReplyError("timeout", f"{name} did not respond within {timeout:g} seconds")
    if raised:
        raise raised[0]
    raise NoReplyError("connection", f"{name} ended without a response")
