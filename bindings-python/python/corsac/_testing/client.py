"""A test client as the server: Starlette's, or a client of httpx or requests."""

import inspect
import urllib.parse
from typing import Any

from corsac._testing.wire import NoReplyError, Reply, Request, within

# The names of the clients' error classes. They are compared by name, because no client has to be installed.
_ERRORS: dict[str, str] = {
    "Timeout": "timeout",
    "TimeoutException": "timeout",
    "ConnectionError": "connection",
    "TransportError": "connection",
}


# Headers that clients set by themselves, and not because a test wants them.
_OF_CLIENTS = ("accept", "accept-encoding", "connection", "user-agent")


class ClientServer:
    """Sends each request through the client, with only the browser's headers.

    A browser would not send the client's own headers and cookies with preflights. So the client's headers count as
    headers that the script sets, and the client's cookies as cookies that the browser has for the server.

    Raises:
        TypeError: the client authenticates, which the browser cannot see.
    """

    def __init__(self, client: Any, base_url: str) -> None:  # noqa: ANN401
        self.client = client
        self.base_url = base_url
        parameters = inspect.signature(client.request).parameters
        self._is_httpx = "follow_redirects" in parameters
        if getattr(client, "auth", None) is not None:
            raise TypeError(
                "the browser cannot see the header that a client with `auth` adds: set `Authorization` in `headers` "
                "instead"
            )
        headers = getattr(client, "headers", {}).items()
        self.headers = [(name, value) for name, value in headers if name.lower() not in _OF_CLIENTS]
        cookies = getattr(client, "cookies", ())
        self.cookies = {cookie.name: cookie.value for cookie in getattr(cookies, "jar", cookies)}

    def send(self, request: Request, timeout: float) -> Reply:
        """Return the response that the client received."""
        name = urllib.parse.urlsplit(request.url).netloc
        try:
            return within(timeout, lambda reply: self._send(request, reply), give_up=lambda: None, name=name)
        except Exception as error:
            for kind in type(error).__mro__:
                # An exception of the application may pass through the client.
                if kind.__module__ != "builtins" and kind.__name__ in _ERRORS:
                    raise NoReplyError(_ERRORS[kind.__name__], f"no response from {name}: {error}") from error
            raise

    def _send(self, request: Request, reply: Reply) -> None:
        def with_these_headers(prepared: Any) -> Any:  # noqa: ANN401
            prepared.headers.clear()
            prepared.headers.update(request.headers)
            return prepared

        content, redirects = ("content", "follow_redirects") if self._is_httpx else ("data", "allow_redirects")
        # The client calls `auth` last, so the function there can undo what the client has added.
        options = {content: request.body or None, redirects: False, "auth": with_these_headers}
        response = self.client.request(request.method, request.url, **options)
        if self._is_httpx:
            # If httpx decoded the headers, it would guess their encoding.
            lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
        else:
            # A response of requests joins repeated headers, but the urllib3 response inside it does not.
            lines = list(getattr(getattr(response, "raw", None), "headers", response.headers).items())
        reply.body.extend(response.content)
        reply.start(response.status_code, lines)
