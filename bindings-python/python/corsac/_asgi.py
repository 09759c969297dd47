"""The middleware for ASGI: FastAPI, Starlette, Litestar, Quart and every other application of that interface."""

from __future__ import annotations

import corsac._annotations as t
from corsac._corsac import AsgiMiddleware
from corsac._debug import asgi_debugger
from corsac._middleware_arguments import checked_hook, policy_or_settings
from corsac._startup import failing_app, is_starting

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Any

    from corsac._corsac import Policy
    from corsac._types import Message, Receive, Scope, Send


class CORSMiddleware(AsgiMiddleware):
    """Puts a CORS policy around an ASGI application. It replaces the middleware of FastAPI and Starlette.

    ``app.add_middleware(CORSMiddleware, allow_origins=[...])``, ``Middleware(CORSMiddleware, ...)`` and
    ``app = CORSMiddleware(app, ...)`` all work. :func:`corsac.install` also covers the 500 of an unhandled exception,
    which a FastAPI or Starlette application sends outside its own middleware.

    Args:
        app (ASGIApp): the ASGI application inside.
        policy (Policy | Reloadable): a policy that is built already, or one that is reloaded while requests run, used
            instead of the settings.
        on_decision (Callable[[Decision, Scope], object]): called with each :class:`corsac.Decision` and the scope, for
            metrics; not async. If it raises an exception, that is logged, and the request continues.
        debug (bool): whether reasons are printed on standard error, for development, and are in the ``Server-Timing``
            of responses; by default, only if the environment has ``CORSAC_DEBUG=1``.
        allow_origins (list[str]): who may read responses: origin patterns, or ``["*"]``.
        allow_origin_regex (str | list[str]): regexes, each matched against the whole origin.
        allow_origin (Callable): a function of the origin, or of the origin and the scope, sync or async, called if
            nothing else matches.
        allow_methods (list[str]): methods, or ``["*"]``; GET, HEAD and POST are always allowed.
        allow_headers (list[str]): names of request headers, or ``["*"]``.
        allow_credentials (bool): whether cookies and HTTP authentication are allowed; default False.
        expose_headers (list[str]): names of response headers that scripts may read, or ``["*"]``.
        max_age (int): for how many seconds a browser may keep the response to a preflight; default 600.
        routes (list[dict]): other settings for some paths.
        protection (dict): what is refused on the server: writes and WebSocket handshakes from foreign pages.
        **settings: the other settings of a policy. :class:`corsac.Policy` describes each of them.

    Raises:
        ConfigError: the settings are refused. ``issues`` lists everything that is wrong, each with its fix.
        TypeError: both a policy and settings are given, ``policy`` or ``on_decision`` is of another type, or a setting
            is given by position.

    If a framework builds its middleware only when the server starts the application (``app.add_middleware``), refused
    settings make that start fail: the server is notified, prints the error and exits.

    HTTP requests are checked, and so are WebSocket handshakes if ``protection`` is set to check them. A refused
    handshake is answered with 403 and never accepted. Every other scope reaches the application unchanged.

    Source: Fetch, "CORS protocol".
    """

    __module__ = "corsac"

    def __init__(
        self,
        app: t.ASGIApp,
        *positional: t.Never,
        policy: t.Policy | t.Reloadable | None = None,
        on_decision: t.Callable[[t.Decision, t.Scope], object] | None = None,
        debug: bool | None = None,
        **settings: t.Unpack[t.PolicyOptions],
    ) -> None:
        try:
            if positional:
                raise TypeError("settings are given by name: write CORSMiddleware(app, allow_origins=[...])")
            debugger = asgi_debugger(debug)
            policy, on_decision = policy_or_settings(policy, settings), checked_hook(on_decision)
        except Exception as error:
            if not is_starting(self):
                raise
            self._replace(failing_app(error))
        else:
            self._setup(app, policy, (on_decision, debugger), respond, deny, await_predicate)
        show_as_async(self)


async def await_predicate(
    middleware: AsgiMiddleware, policy: Policy, call: Awaitable[object], scope: Scope, receive: Receive, send: Send
) -> None:
    """Await the predicate's answer, then continue the request with the policy that asked."""
    try:
        answer = await call
    except Exception:
        middleware._report_failure(policy, scope)
        raise
    await middleware._resume(policy, scope, receive, send, answer)


async def respond(send: Send, start: Message, body: Message) -> None:
    """Respond without the application."""
    await send(start)
    await send(body)


async def deny(scope: Scope, send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Refuse a WebSocket handshake before it is accepted, with the whole response if the server can send it."""
    if "websocket.http.response" in (scope.get("extensions") or ()):
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        # Servers answer 403 to this.
        await send({"type": "websocket.close"})


def show_as_async(middleware: AsgiMiddleware) -> None:
    """Show an ``async def __call__`` to servers that look for one. Calls go to the ``__call__`` of the type."""
    call = type(middleware).__call__

    async def __call__(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, N807
        await call(middleware, scope, receive, send)

    middleware.__dict__["__call__"] = __call__
