"""CORS around a whole Starlette or FastAPI application, its error pages included."""

from __future__ import annotations

import corsac._annotations as t
from corsac._asgi import CORSMiddleware
from corsac._debug import is_requested
from corsac._middleware_arguments import checked_hook, policy_or_settings

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from corsac._types import ASGIApp


def install(
    app: t.StarletteLike,
    *,
    policy: t.Policy | t.Reloadable | None = None,
    on_decision: t.Callable[[t.Decision, t.Scope], object] | None = None,
    debug: bool | None = None,
    **settings: t.Unpack[t.PolicyOptions],
) -> None:
    """Put a CORS policy around a FastAPI or Starlette application, outside everything in it.

    ``app.add_middleware`` cannot do that: Starlette's own error middleware stays outside it. The 500 of an unhandled
    exception then has no CORS headers, and a browser reports a CORS problem instead of the real one. With this
    function, every response has the headers. Exception handlers, debug pages and background tasks work as before, and
    ``app`` stays the object to serve.

    Args:
        app (Starlette): a ``FastAPI`` or ``Starlette`` application that has not started.
        policy (Policy | Reloadable): a policy that is built already, or one that is reloaded while requests run,
            instead of the settings.
        on_decision (Callable[[Decision, Scope], object]): as in :class:`corsac.CORSMiddleware`.
        debug (bool): as in :class:`corsac.CORSMiddleware`.
        **settings: the settings of a policy, described in :class:`corsac.Policy`.

    Raises:
        ConfigError: the settings are refused. ``issues`` lists everything that is wrong, each with its fix.
        RuntimeError: the application has started, or a policy is installed already.
        TypeError: it is another kind of application, for which ``app = CORSMiddleware(app, ...)`` is right; or the
            arguments are refused as in :class:`corsac.CORSMiddleware`.
    """
    build = getattr(app, "build_middleware_stack", None)
    if build is None or not hasattr(app, "middleware_stack"):
        kind = type(app).__name__
        raise TypeError(f"install() is for Starlette and FastAPI; write app = CORSMiddleware(app, ...) for {kind}")
    if app.middleware_stack is not None:
        raise RuntimeError("the application has started: install the policy before it starts")
    if getattr(build, "_corsac", None) is not None:
        raise RuntimeError("a policy is installed already: an application has only one; write exceptions as `routes`")
    is_debugged = is_requested(debug)
    policy, on_decision = policy_or_settings(policy, settings), checked_hook(on_decision)

    def build_middleware_stack() -> ASGIApp:
        return CORSMiddleware(build(), policy=policy, on_decision=on_decision, debug=is_debugged)

    build_middleware_stack._corsac = policy  # type: ignore[attr-defined]
    app.__dict__["build_middleware_stack"] = build_middleware_stack
