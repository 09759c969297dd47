"""The middleware for ASGI: FastAPI, Starlette, Litestar, Quart and every other application of that interface."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, Unpack

from corsac._corsac import AsgiMiddleware, Decision, Policy
from corsac._types import ASGIApp, PolicyOptions, Receive, Scope, Send

Hook = TypeVar("Hook", bound=Callable[..., object])


class CORSMiddleware(AsgiMiddleware):
    """Puts a CORS policy around an ASGI application. The place of FastAPI's and Starlette's own.

    ``app.add_middleware(CORSMiddleware, allow_origins=[...])``, ``Middleware(CORSMiddleware, ...)`` and
    ``app = CORSMiddleware(app, ...)`` all work. :func:`corsac.install` also covers what is outside of a FastAPI or
    Starlette application's own middleware: the 500 of an unhandled exception.

    Args:
        app: the ASGI application inside.
        policy (Policy): a policy that is built already, in place of the settings.
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
        **settings: the other settings of a policy. :class:`corsac.Policy` describes each of them.

    Raises:
        ConfigError: the settings are refused: every issue at once, each with its fix.
        TypeError: both a policy and settings are given, or ``policy`` is not a :class:`corsac.Policy`.

    Only HTTP requests are looked at; WebSocket and lifespan scopes go to the application as they are.

    Source: Fetch, "CORS protocol".
    """

    __module__ = "corsac"

    def __init__(
        self,
        app: ASGIApp,
        *,
        policy: Policy | None = None,
        on_decision: Callable[[Decision, Scope], object] | None = None,
        **settings: Unpack[PolicyOptions],
    ) -> None:
        self._setup(app, chosen(policy, settings), hook(on_decision), respond, ask)
        show_as_async(self)


def chosen(policy: Policy | None, settings: PolicyOptions) -> Policy:
    """The policy to use: the one that is given, or one that is built from the settings."""
    if policy is None:
        return Policy(**settings)
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a corsac.Policy, not {type(policy).__name__}")
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
    middleware: AsgiMiddleware, answer: Awaitable[object], scope: Scope, receive: Receive, send: Send
) -> None:
    """Await the predicate's answer, then go on with the request."""
    try:
        said = await answer
    except Exception:
        middleware._failed(scope)
        raise
    await middleware._answered(scope, receive, send, said)


async def respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Answer without the application."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def show_as_async(middleware: AsgiMiddleware) -> None:
    """Let servers that look for an ``async def __call__`` find one; calls themselves go to the type's own."""
    call = type(middleware).__call__

    async def __call__(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, N807
        await call(middleware, scope, receive, send)

    middleware.__dict__["__call__"] = __call__
