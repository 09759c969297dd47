"""The output of a middleware on standard error and in responses, while its application is developed.

The engine writes the blocks, and says which of them are new.
"""

from __future__ import annotations

import sys

from corsac._corsac import is_debug_requested

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, Protocol

    from corsac._types import Message, Scope, Send

    class _DebuggedResponse(Protocol):
        """The engine's object for inspecting the response to one request."""

        @property
        def header(self) -> tuple[str, str]:
            """The name and the value of the header to add."""
            ...  # type checkers want a body

        def inspect(self, status: int, headers: list[Any], /) -> str | None:
            """Return the block to print."""


# The largest number of middlewares that are examined.
_MOST_LAYERS = 100


class Debugger:
    """Prints blocks, and inspects responses before they are sent. The subclasses know the interface of the server."""

    def print(self, block: str) -> None:
        """Print a block, which ends with a line feed."""
        try:
            if sys.stderr is not None:
                sys.stderr.write(block)
                sys.stderr.flush()
        except (OSError, ValueError):
            # Programs without a console have no standard error, and others have closed it.
            return

    def called(self, middleware: object, call: Any) -> None:  # noqa: ANN401
        """Inspect the arguments of a call to the middleware."""

    def inspect(self, response: _DebuggedResponse, status: int | str, headers: list[Any]) -> None:
        """Print what is new about a response. The server refuses responses that are not valid."""
        try:
            block = response.inspect(int(status), headers)
        except Exception:
            return
        if block is not None:
            self.print(block)


class AsgiDebugger(Debugger):
    """The debugger of an ASGI middleware."""

    def __init__(self) -> None:
        self._seen = False

    def around(self, send: Send, response: _DebuggedResponse) -> Callable[[Message], Awaitable[None]]:
        """Return a ``send`` that inspects the response."""

        async def debugged(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = list(message.get("headers", ()))
                self.inspect(response, message.get("status", 0), headers)
                name, value = response.header
                headers.append((name.encode("latin-1"), value.encode("latin-1")))
                message = {**message, "headers": headers}
            await send(message)

        return debugged

    def called(self, middleware: object, call: Scope) -> None:
        """Print once which middleware of a Starlette or FastAPI application is outside corsac's."""
        if self._seen:
            return
        self._seen = True
        outside = _outside(call.get("app"), middleware)
        errors = [layer for layer in outside if type(layer).__module__.startswith("starlette.middleware.errors")]
        others = [type(layer).__name__ for layer in outside if layer not in errors]
        help_ = "  help: use corsac.install(app, ...), which puts the policy outside everything in the application"
        if others:
            run, own = ("runs", "its") if len(others) == 1 else ("run", "their")
            self.print(
                f"corsac: {', '.join(others)} {run} outside corsac: {own} own responses, such as a 401, have no "
                f"CORS headers, so a browser reports a CORS error instead\n{help_}; "
                "or add CORSMiddleware last, since the middleware that is added last is the outermost one\n"
            )
        elif errors:
            self.print(
                "corsac: the 500 of an unhandled exception has no CORS headers, because Starlette's own error "
                f"middleware is outside corsac\n{help_}\n"
            )


class WsgiDebugger(Debugger):
    """The debugger of a WSGI middleware, which cannot see what is outside it."""

    def around(self, start_response: Callable[..., Any], response: _DebuggedResponse) -> Callable[..., Any]:
        """Return a ``start_response`` that inspects the response."""

        def debugged(status: str, headers: list[tuple[str, str]], *exc_info: object) -> Any:  # noqa: ANN401
            self.inspect(response, status.split(" ", 1)[0], headers)
            return start_response(status, [*headers, response.header], *exc_info)

        return debugged


class FrameworkDebugger(Debugger):
    """The debugger of a middleware of Django or aiohttp, which have objects for responses."""

    def around(self, send: None, response: _DebuggedResponse) -> Callable[[int, list[Any]], list[Any]]:
        """Return a function that inspects a response and returns its headers."""

        def debugged(status: int, headers: list[Any]) -> list[Any]:
            self.inspect(response, status, headers)
            return [*headers, response.header]

        return debugged


def framework_debugger(debug: bool | None) -> FrameworkDebugger | None:
    """Return a debugger if the setting, or the environment, asks for one."""
    return FrameworkDebugger() if is_requested(debug) else None


def asgi_debugger(debug: bool | None) -> AsgiDebugger | None:
    """Return a debugger if the setting, or the environment, asks for one."""
    return AsgiDebugger() if is_requested(debug) else None


def wsgi_debugger(debug: bool | None) -> WsgiDebugger | None:
    """Return a debugger if the setting, or the environment, asks for one."""
    return WsgiDebugger() if is_requested(debug) else None


def is_requested(debug: bool | None) -> bool:
    """Whether a middleware is in debug mode.

    Raises:
        TypeError: the setting is neither a bool nor None.
    """
    if debug is not None and not isinstance(debug, bool):
        raise TypeError(f"debug must be True, False or None, not {type(debug).__name__}")
    return is_debug_requested(debug)


def _outside(app: Any, middleware: object) -> list[object]:  # noqa: ANN401
    """The middlewares of an application that are called before this one; none if this one is not among them."""
    found: list[object] = []
    layer = getattr(app, "middleware_stack", None)
    # A middleware may have anything as its `app`, even itself.
    while layer is not None and layer is not middleware and len(found) < _MOST_LAYERS:
        found.append(layer)
        layer = getattr(layer, "app", None)
    return found if layer is middleware else []
