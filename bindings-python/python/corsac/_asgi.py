"""The middleware for ASGI: FastAPI, Starlette, Litestar, Quart and every other application of that interface."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Never, TypeVar, Unpack

from corsac._corsac import AsgiMiddleware, Decision, Policy
from corsac._reload import Reloadable
from corsac._startup import is_starting, refusal
from corsac._types import ASGIApp, PolicyOptions, Receive, Scope, Send

Hook = TypeVar("Hook", bound=Callable[..., object])


class CORSMiddleware(AsgiMiddleware):
    """Puts a CORS policy around an ASGI application. The place of FastAPI's and Starlette's own.

    ``app.add_middleware(CORSMiddleware, allow_origins=[...])``, ``Middleware(CORSMiddleware, ...)`` and
    ``app = CORSMiddleware(app, ...)`` all work. :func:`corsac.install` also covers what is outside of a FastAPI or
    Starlette application's own middleware: the 500 of an unhandled exception.

    Args:
        app: the ASGI application inside.
        policy (Policy | Reloadable): a policy that is built already, or one that is read again while requests run, in
            place of the settings.
        on_decision (Callable): called with each :class:`corsac.Decision` and the scope, for metrics; not async. What
            it raises is logged, and the request goes on.
        allow_origins (list[str]): origin patterns, or ``["*"]``: who may read responses.
        allow_origin_regex (str | list[str]): regexes, each matched against the whole origin.
        allow_origin (Callable): a function of the origin, or of the origin and the scope, sync or async, asked where
            nothing else matches.
        allow_methods (list[str]): methods, or ``["*"]``; GET, HEAD and POST are always allowed.
        allow_headers (list[str]): request-header names, or ``["*"]``.
        allow_credentials (bool): whether cookies and HTTP authentication are allowed; default False.
        expose_headers (list[str]): response-header names that scripts may read, or ``["*"]``.
        max_age (int): for how many seconds a browser may keep a preflight's answer; default 600.
        routes (list[dict]): other settings for some paths.
        protection (dict): what is refused on the server: writes and WebSocket handshakes from foreign pages.
        **settings: the other settings of a policy. :class:`corsac.Policy` describes each of them.

    Raises:
        ConfigError: the settings are refused: every issue at once, each with its fix.
        TypeError: both a policy and settings are given, or ``policy`` is none.

    Where a framework builds its middleware only when the server starts it (``app.add_middleware``), the error is the
    server's to print: it is told that the start has failed, and exits.

    HTTP requests are looked at, and WebSocket handshakes where ``protection`` says so: one that is refused is answered
    with 403 before it is accepted. Every other scope goes to the application as it is.

    Source: Fetch, "CORS protocol".
    """

    __module__ = "corsac"

    def __init__(
        self,
        app: ASGIApp,
        *positional: Never,
        policy: Policy | Reloadable | None = None,
        on_decision: Callable[[Decision, Scope], object] | None = None,
        **settings: Unpack[PolicyOptions],
    ) -> None:
        try:
            if positional:
                raise TypeError("settings are given by name: write CORSMiddleware(app, allow_origins=[...])")
            policy, on_decision = chosen(policy, settings), hook(on_decision)
        except Exception as error:
            if not is_starting(self):
                raise
            self._refuse(refusal(error))
        else:
            self._setup(app, policy, on_decision, (respond, deny, ask))
        show_as_async(self)


def chosen(policy: Policy | Reloadable | None, settings: PolicyOptions) -> Policy | Reloadable:
    """The policy to use: the one that is given, or one that is built from the settings."""
    if policy is None:
        return Policy(**settings)
    if not isinstance(policy, (Policy, Reloadable)):
        raise TypeError(f"policy must be a corsac.Policy or a corsac.Reloadable, not {type(policy).__name__}")
    if settings:
        raise TypeError(f"give either policy= or settings, not both: {', '.join(sorted(settings))}")
    return policy


def hook(on_decision: Hook | None) -> Hook | None:
    """The hook itself, if it can be one."""
    if on_decision is None:
        return None
    called = getattr(on_decision, "__call__", None)  # noqa: B004  # of an object, its method
    if called is None or inspect.iscoroutinefunction(on_decision) or inspect.iscoroutinefunction(called):
        raise TypeError("on_decision must be a function that is not async: it is called while the request waits")
    return on_decision


async def ask(
    middleware: AsgiMiddleware, policy: Policy, answer: Awaitable[object], scope: Scope, receive: Receive, send: Send
) -> None:
    """Await the predicate's answer, then go on with the request, by the policy that asked."""
    try:
        said = await answer
    except Exception:
        middleware._failed(policy, scope)
        raise
    await middleware._answered(policy, scope, receive, send, said)


async def respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Answer without the application."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def deny(scope: Scope, send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Refuse a WebSocket handshake before it is accepted, with the whole answer where the server can send it."""
    if "websocket.http.response" in (scope.get("extensions") or ()):
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        # Servers answer 403 to this.
        await send({"type": "websocket.close"})


def show_as_async(middleware: AsgiMiddleware) -> None:
    """Let servers that look for an ``async def __call__`` find one; calls themselves go to the type's own."""
    call = type(middleware).__call__

    async def __call__(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, N807
        await call(middleware, scope, receive, send)

    middleware.__dict__["__call__"] = __call__
