"""The middleware for WSGI: Flask, Django and every other application of that interface."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Unpack

from corsac._asgi import chosen, hook
from corsac._corsac import Decision, Policy, WsgiMiddleware
from corsac._reload import Reloadable
from corsac._types import PolicyOptions, StartResponse, WSGIApp

__all__ = ["CORSMiddleware"]


class CORSMiddleware(WsgiMiddleware):
    """Puts a CORS policy around a WSGI application, with the same answers as :class:`corsac.CORSMiddleware`.

    Flask: ``app.wsgi_app = CORSMiddleware(app.wsgi_app, allow_origins=[...])``.
    Django: ``application = CORSMiddleware(get_wsgi_application(), allow_origins=[...])``.

    Args:
        app: the WSGI application inside.
        policy: a policy that is built already, or a :class:`corsac.Reloadable`, in place of the settings.
        on_decision: called with each :class:`corsac.Decision` and the environ, for metrics. What it raises is logged,
            and the request goes on.
        **settings: the settings of a policy, described at :class:`corsac.Policy`. An ``allow_origin`` function is
            given the environ as its request and cannot be async.

    Raises:
        ConfigError: the settings are refused: every issue at once, each with its fix.
        TypeError: both a policy and settings are given, or ``policy`` is none.
    """

    def __init__(
        self,
        app: WSGIApp,
        *,
        policy: Policy | Reloadable | None = None,
        on_decision: Callable[[Decision, dict[str, Any]], object] | None = None,
        **settings: Unpack[PolicyOptions],
    ) -> None:
        self._setup(app, chosen(policy, settings), hook(on_decision), respond)


def respond(start_response: StartResponse, status: int, headers: list[tuple[str, str]], body: bytes) -> list[bytes]:
    """Answer without the application."""
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body] if body else []
