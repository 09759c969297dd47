"""Settings that are refused while a server starts the application.

Starlette and FastAPI build their middleware when they are called for the first time. A server makes that call to ask
whether there is anything to do at the start (the ASGI lifespan). If it raises an exception, servers assume that there
is nothing to do, start, and answer every request with 500. So the middleware is built anyway, and reports that the
start has failed.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # explained in corsac/__init__.py
if TYPE_CHECKING:
    from types import FrameType

    from corsac._types import ASGIApp, Receive, Scope, Send


def is_starting(middleware: object) -> bool:
    """Whether a framework builds the middleware because a server has called the application to start it.

    In that case, the innermost coroutine is the application's, was called with the lifespan scope, and has called a
    function that builds the middleware. Code of the application that builds a middleware at the start runs in another
    coroutine, inside that one. An exception there reaches the framework, which reports it.
    """
    from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE

    frame: FrameType | None = sys._getframe(1)
    is_built_by_a_function = False
    while frame is not None:
        arguments = _arguments(frame)
        if frame.f_code.co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE | CO_ASYNC_GENERATOR):
            return is_built_by_a_function and any(map(_is_lifespan, arguments))
        # The frames of the constructor do not count, including those of subclasses.
        if not arguments or arguments[0] is not middleware:
            is_built_by_a_function = True
        frame = frame.f_back
    return False


def failing_app(error: Exception) -> ASGIApp:
    """The application that replaces the middleware. It fails the start, and every request, with the error."""
    import traceback

    message = "".join(traceback.format_exception_only(error)).strip()

    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        if _is_lifespan(scope):
            await receive()
            await send({"type": "lifespan.startup.failed", "message": message})
        # The error is raised again and again, and must not keep every traceback.
        raise error.with_traceback(None)

    return fail


def _arguments(frame: FrameType) -> list[object]:
    code = frame.f_code
    values = frame.f_locals
    return [values[name] for name in code.co_varnames[: code.co_argcount] if name in values]


def _is_lifespan(scope: object) -> bool:
    from collections.abc import MutableMapping

    return isinstance(scope, MutableMapping) and scope.get("type") == "lifespan"
