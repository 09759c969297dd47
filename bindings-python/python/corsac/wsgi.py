"""The middleware for WSGI: Flask, Django and every other application of that interface."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Unpack

from corsac._corsac import Decision, Policy, WsgiMiddleware
from corsac._debug import wsgi_debugger
from corsac._middleware_arguments import checked_hook, policy_or_settings
from corsac._reloadable import Reloadable
from corsac._types import PolicyOptions, StartResponse, WSGIApp
from corsac._wsgi_errors import begin_body, respond_to_exception

__all__ = ["CORSMiddleware"]


class CORSMiddleware(WsgiMiddleware):
    """Puts a CORS policy around a WSGI application. It decides in the same way as :class:`corsac.CORSMiddleware`.

    Flask: ``app.wsgi_app = CORSMiddleware(app.wsgi_app, allow_origins=[...])``.
    Django: ``application = CORSMiddleware(get_wsgi_application(), allow_origins=[...])``, or :mod:`corsac.django`.

    If an exception leaves the application before the status and headers of the response are sent, and the request has
    an ``Origin``, the response is a 500 with the policy's headers, so that the page sees the 500 and not a CORS error.
    The exception continues to the server, which logs it. For every request with an ``Origin``, the server gets the
    status and headers with the first chunk of the body. If the server then raises an exception because it refuses them,
    the response is this 500 as well: the application has returned, and can no longer catch that exception.

    Args:
        app (WSGIApp): the WSGI application inside.
        policy (Policy | Reloadable): a policy that is built already, or one that is reloaded while requests run,
            instead of the settings.
        on_decision (Callable[[Decision, dict], object]): called with each :class:`corsac.Decision` and the environ, for
            metrics; not async. If it raises an exception, that is logged, and the request continues.
        debug (bool): as in :class:`corsac.CORSMiddleware`.
        **settings: the settings of a policy, described in :class:`corsac.Policy`. An ``allow_origin`` function is
            called with the environ as its request and cannot be async.

    Raises:
        ConfigError: the settings are refused. ``issues`` lists everything that is wrong, each with its fix.
        TypeError: both a policy and settings are given, or ``policy`` or ``on_decision`` is of another type.
    """

    def __init__(
        self,
        app: WSGIApp,
        *,
        policy: Policy | Reloadable | None = None,
        on_decision: Callable[[Decision, dict[str, Any]], object] | None = None,
        debug: bool | None = None,
        **settings: Unpack[PolicyOptions],
    ) -> None:
        debugger = wsgi_debugger(debug)
        observers, on_exception = (checked_hook(on_decision), debugger), (respond_to_exception, begin_body)
        self._setup(app, policy_or_settings(policy, settings), observers, respond, on_exception)


def respond(start_response: StartResponse, status: int, headers: list[tuple[str, str]], body: bytes) -> list[bytes]:
    """Respond without the application."""
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body] if body else []
