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


class ClientServer:
    """Sends each request through the client, which adds its own cookies."""

    def __init__(self, client: Any, base_url: str) -> None:  # noqa: ANN401
        self.client = client
        self.base_url = base_url
        parameters = inspect.signature(client.request).parameters
        self._is_httpx = "follow_redirects" in parameters

    def send(self, request: Request, timeout: float) -> Reply:
        """Return the response that the client was given."""
        name = urllib.parse.urlsplit(request.url).netloc
        try:
            return within(timeout, lambda reply: self._send(request, reply), give_up=lambda: None, name=name)
        except Exception as error:
            for kind in type(error).__mro__:
                if kind.__name__ in _ERRORS:
                    raise NoReplyError(_ERRORS[kind.__name__], f"no response from {name}: {error}") from error
            raise

    def _send(self, request: Request, reply: Reply) -> None:
        options: dict[str, Any] = (
            {"headers": request.headers, "content": request.body or None, "follow_redirects": False}
            if self._is_httpx
            else {"headers": dict(request.headers), "data": request.body or None, "allow_redirects": False}
        )
        response = self.client.request(request.method, request.url, **options)
        lines = getattr(response.headers, "multi_items", None)
        if lines is None:
            # The response of requests joins repeated headers. The response of urllib3 inside of it does
            # not.
            lines = getattr(getattr(response, "raw", None), "headers", response.headers).items
        reply.body.extend(response.content)
        reply.start(response.status_code, list(lines()))
