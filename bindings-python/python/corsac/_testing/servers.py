"""Turning the value that a test gives as its server into an object that answers requests."""

import asyncio
import inspect
import urllib.parse
from typing import Any

from corsac._corsac import AsgiMiddleware, Policy, WsgiMiddleware
from corsac._reloadable import Reloadable
from corsac._testing.asgi import AsgiServer
from corsac._testing.client import ClientServer
from corsac._testing.network import NetworkServer
from corsac._testing.wire import Server
from corsac._testing.wsgi import WsgiServer

# The address of an application that is called in the same process. It is https, so that pages that were loaded over
# https may request it.
APPLICATION_URL = "https://testserver"

# The address of Starlette's test client, unless the test sets another.
_CLIENT_URL = "http://testserver"

_WSGI_ARGUMENTS = 2
_ASGI_ARGUMENTS = 3


def server_of(given: Any, base_url: str | None = None) -> Server:  # noqa: ANN401
    """Return the server for an application, a test client or a URL.

    Raises:
        TypeError: it is none of these, or it is not clear which.
        ValueError: the URL is not absolute.
    """
    if isinstance(given, str):
        return NetworkServer(_checked(given))
    if callable(getattr(given, "request", None)) and not asyncio.iscoroutinefunction(given.request):
        own = str(getattr(given, "base_url", "")).rstrip("/")
        return _client(given, base_url or (APPLICATION_URL if own in ("", _CLIENT_URL) else own))
    if callable(given):
        url = _checked(base_url or APPLICATION_URL)
        return WsgiServer(given, url) if _is_wsgi(given) else AsgiServer(given, url)
    name = type(given).__name__
    raise TypeError(f"a server is an ASGI or WSGI application, a test client or a URL, not {name}")


def _client(given: Any, url: str) -> ClientServer:  # noqa: ANN401
    parameters = list(inspect.signature(given.request).parameters.values())
    if len(parameters) < _WSGI_ARGUMENTS or parameters[0].kind is inspect.Parameter.VAR_KEYWORD:
        name = f"{type(given).__module__}.{type(given).__name__}"
        raise TypeError(f"{name} is a test client that is not supported: give the application itself")
    return ClientServer(given, _checked(url))


def _checked(url: str) -> str:
    target = urllib.parse.urlsplit(url)
    if target.scheme not in ("http", "https") or not target.hostname:
        raise ValueError(f"`{url}` is not the URL of a server")
    return url


def _is_wsgi(app: Any) -> bool:  # noqa: ANN401
    """Whether an application takes two arguments, as WSGI says, and not three, as ASGI says."""
    # Compiled classes do not show their arguments.
    if isinstance(app, (AsgiMiddleware, WsgiMiddleware)):
        return isinstance(app, WsgiMiddleware)
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(app).parameters.values()
    required = sum(parameter.kind in positional and parameter.default is parameter.empty for parameter in parameters)
    if required not in (_WSGI_ARGUMENTS, _ASGI_ARGUMENTS):
        count = "1 argument" if required == 1 else f"{required} arguments"
        raise TypeError(f"{type(app).__name__} takes {count}: WSGI applications take 2, and ASGI applications take 3")
    return required == _WSGI_ARGUMENTS


def policy_of(given: Any) -> Policy | None:  # noqa: ANN401
    """Return the policy of an application that corsac wraps, if the application shows it."""
    if callable(getattr(given, "request", None)):
        # A test client.
        given = getattr(given, "app", None)
    inside = (given, getattr(given, "wsgi_app", None), getattr(given, "asgi_app", None))
    for app in inside:
        if isinstance(app, (AsgiMiddleware, WsgiMiddleware)):
            return app.policy
    installed = getattr(getattr(given, "build_middleware_stack", None), "_corsac", None)
    found = installed.policy if isinstance(installed, Reloadable) else installed
    return found if isinstance(found, Policy) else None
