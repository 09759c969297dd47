"""A WSGI application as the server."""

import io
import sys
import urllib.parse
from collections.abc import Callable
from typing import Any

from corsac._testing.wire import Reply, Request, port_of, within


class WsgiServer:
    """Calls the application once for each request, in a thread that is abandoned if it does not end."""

    def __init__(self, app: Any, base_url: str) -> None:  # noqa: ANN401
        self.app = app
        self.base_url = base_url

    def send(self, request: Request, timeout: float) -> Reply:
        """Return the application's response."""
        return within(
            timeout, lambda reply: _call(self.app, request, reply), give_up=lambda: None, name="the application"
        )


def _call(app: Any, request: Request, reply: Reply) -> None:  # noqa: ANN401
    head: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _exc_info: object = None
    ) -> Callable[[bytes], object]:
        head[:] = [(status, headers)]
        return write

    def write(chunk: bytes) -> None:
        # An application may change its status and headers until the first bytes are sent.
        if not reply.status:
            status, headers = head[0]
            reply.start(int(status.split(" ", 1)[0]), headers)
        reply.body.extend(chunk)

    chunks = app(_environ(request), start_response)
    try:
        for chunk in chunks:
            write(chunk)
            if reply.is_enough:
                break
        if head:
            write(b"")
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def _environ(request: Request) -> dict[str, Any]:
    target = urllib.parse.urlsplit(request.url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": urllib.parse.unquote_to_bytes(target.path).decode("latin-1"),
        "QUERY_STRING": target.query,
        "REQUEST_URI": urllib.parse.urlunsplit(("", "", target.path, target.query, "")),
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": target.hostname,
        "SERVER_PORT": str(port_of(target)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": target.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    return environ
