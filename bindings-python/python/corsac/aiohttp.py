"""The policy of an aiohttp server: every response of an application and of the applications inside it.

from aiohttp import web
from corsac.aiohttp import setup

app = web.Application()
setup(app, allow_origins=["https://app.example.com"])
"""

from collections.abc import Callable
from typing import Any, Unpack

from aiohttp import web
from aiohttp.log import server_logger
from aiohttp.typedefs import Handler

from corsac._corsac import Decision, FrameworkDecider, PendingDecision, Policy, RequestDecision
from corsac._debug import framework_debugger
from corsac._middleware_arguments import checked_hook, policy_or_settings
from corsac._reloadable import Reloadable
from corsac._types import PolicyOptions

__all__ = ["setup"]

# Older versions of aiohttp have no keys with types.
_DECIDED: Any = web.RequestKey("corsac.decision", object) if hasattr(web, "RequestKey") else "corsac.decision"
_DECIDER: web.AppKey[FrameworkDecider] = web.AppKey("corsac.decider", FrameworkDecider)


def setup(
    app: web.Application,
    *,
    policy: Policy | Reloadable | None = None,
    on_decision: Callable[[Decision, web.Request], object] | None = None,
    debug: bool | None = None,
    **settings: Unpack[PolicyOptions],
) -> None:
    """Put a CORS policy around an application of aiohttp, and all applications inside it.

    Preflights are answered, and handshakes are checked, before any other middleware runs. The headers are added when a
    response is prepared, so a 404, a raised ``HTTPException``, the 500 of an unhandled exception, streams and files
    have them as well.

    Args:
        app (web.Application): an application that has not started. It is usually the outermost one.
        policy (Policy | Reloadable): a policy that is built already, or one that is reloaded while requests run, in
            place of the settings.
        on_decision (Callable[[Decision, web.Request], object]): called with each :class:`corsac.Decision` and the
            request, for metrics; not async. If it raises an exception, that is logged, and the request continues.
        debug (bool): as in :class:`corsac.CORSMiddleware`.
        **settings: the settings of a policy, described in :class:`corsac.Policy`. An ``allow_origin`` function is
            called with the ``web.Request`` as its request, and may be async.

    Raises:
        ConfigError: the settings are refused. ``issues`` lists everything that is wrong, each with its fix.
        RuntimeError: the application has started, or has a policy already.
        TypeError: ``app`` is not an application of aiohttp, both a policy and settings are given, or an argument is of
            another type.
    """
    if not isinstance(app, web.Application):
        raise TypeError(f"setup() is for applications of aiohttp, not {type(app).__name__}")
    if app.frozen:
        raise RuntimeError("the application has started: call setup() before it starts")
    if _DECIDER in app:
        raise RuntimeError("the application has a policy already: it can have only one; write exceptions as `routes`")
    observers = (checked_hook(on_decision), framework_debugger(debug))
    decider = FrameworkDecider(policy_or_settings(policy, settings), observers)

    @web.middleware
    async def corsac(request: web.Request, handler: Handler) -> web.StreamResponse:
        # `add_headers` adds nothing as long as there is no decision, and nothing to corsac's own response.
        request[_DECIDED] = None
        decided = await _decide(decider, request)
        if decided.responds:
            return _own_response(decided)
        request[_DECIDED] = decided
        if decided.error is not None:
            raise decided.error
        return await handler(request)

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        # Browsers do not apply CORS to handshakes.
        if isinstance(response, web.WebSocketResponse):
            return
        if _DECIDED not in request:
            # The middleware did not run: aiohttp refuses an unknown `Expect` before any middleware, or an application
            # around this one has responded.
            request[_DECIDED] = await _decide_late(decider, request)
        decided = request[_DECIDED]
        if decided is not None:
            _replace_headers(response, decided)

    app[_DECIDER] = decider
    app.middlewares.insert(0, corsac)
    app.on_response_prepare.append(add_headers)


async def _decide(decider: FrameworkDecider, request: web.Request) -> RequestDecision:
    scope = _scope(request)
    decided = decider.decide_scope(scope, request)
    if not isinstance(decided, PendingDecision):
        return decided
    try:
        answer = await decided.awaitable
    except Exception as error:
        return decider.resume_scope(decided, scope, request, None, error)
    return decider.resume_scope(decided, scope, request, answer, None)


async def _decide_late(decider: FrameworkDecider, request: web.Request) -> RequestDecision:
    """Decide on a response that was made outside the middleware.

    It is too late to replace it by corsac's own response, or by the response to an exception of the predicate.
    """
    decided = await _decide(decider, request)
    if decided.error is not None:
        server_logger.error("Error handling request", exc_info=decided.error)
    return decider.decide_replaced_response(_scope(request)) if decided.responds else decided


def _scope(request: web.Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "headers": request.raw_headers,
        # The target as the client sent it.
        "raw_path": request.raw_path.encode("utf-8", "surrogateescape"),
        "scheme": request.scheme,
    }


def _own_response(decided: RequestDecision) -> web.Response:
    assert decided.status is not None  # noqa: S101  # for type checkers
    response = web.Response(status=decided.status, body=decided.body or None)
    _replace_headers(response, decided)
    return response


def _replace_headers(response: web.StreamResponse, decided: RequestDecision) -> None:
    headers: Any = response.headers
    pairs = decided.apply(response.status, list(headers.items()))
    headers.clear()
    headers.extend(pairs)
