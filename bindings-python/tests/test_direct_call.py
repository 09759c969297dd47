"""How the ASGI middleware is called: arguments in any form, exceptions, and references."""

import contextlib
import functools
import gc
import sys
import weakref
from typing import Any

import pytest
from asgi_kit import BODY, SETTINGS, App, from_origin, head, never, play, preflight, request
from corsac import CORSMiddleware, Policy, Reloadable
from corsac._corsac import AsgiMiddleware


async def send(message: Any) -> None:
    pass


def run(awaitable: Any) -> None:
    with pytest.raises(StopIteration):
        awaitable.send(None)


def test_arguments_are_given_by_position_and_by_name() -> None:
    app = App(head(), BODY)
    middleware = CORSMiddleware(app, **SETTINGS)
    scope = from_origin()
    run(middleware(scope, never, send))
    run(middleware(scope, never, send=send))
    run(middleware(scope, send=send, receive=never))
    run(middleware(scope=scope, receive=never, send=send))
    run(middleware(*(scope, never), send=send))
    run(middleware.__call__(scope, never, send))
    run(CORSMiddleware.__call__(middleware, scope, never, send))
    run(functools.partial(middleware, scope, never)(send))
    run(functools.partial(middleware, send=send)(scope, never))
    assert [(one is scope, receive is never) for one, receive, _ in app.calls] == [(True, True)] * 9


def test_wrong_arguments_are_type_errors() -> None:
    middleware: Any = CORSMiddleware(App(), **SETTINGS)
    scope = from_origin()
    for positional, named, message in (
        ((), {}, "missing 3 required"),
        ((scope, never), {}, "missing 1 required positional argument: 'send'"),
        ((scope, never, send, send), {}, "takes 3 positional arguments but 4 were given"),
        ((scope, never, send), {"send": send}, "multiple values"),
        ((scope, never), {"sent": send}, "unexpected keyword argument 'sent'"),
        ((scope, never, send), {"more": 1}, "unexpected keyword argument 'more'"),
    ):
        with pytest.raises(TypeError, match=message):
            middleware(*positional, **named)
    with pytest.raises(TypeError, match="not an ASGI call"):
        middleware({}, never, send)
    with pytest.raises(KeyError, match="method"):
        middleware({"type": "http", "headers": []}, never, send)
    for method in (None, 1, ["OPTIONS"]):
        with pytest.raises(TypeError, match="the scope's method must be str or bytes"):
            middleware({"type": "http", "method": method, "headers": []}, never, send)


def test_an_exception_of_the_application_is_raised_as_it_is() -> None:
    error = ZeroDivisionError()

    def application(scope: Any, receive: Any, send: Any) -> Any:
        raise error

    middleware: Any = CORSMiddleware(application, **SETTINGS)
    for scope in (from_origin(), from_origin(), {"type": "lifespan"}):
        with pytest.raises(ZeroDivisionError) as raised:
            middleware(scope, never, send)
        assert raised.value is error


def test_a_subclass_may_be_called_in_its_own_way() -> None:
    class Own(CORSMiddleware):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # type: ignore[override,unused-ignore]
            await super().__call__({**scope, "own": True}, receive, send)

    app = App(head(), BODY)
    assert (b"vary", b"Origin") in play(Own(app, **SETTINGS), from_origin())[0]["headers"]
    assert app.calls[0][0]["own"]


def test_an_instance_without_its_constructor_is_not_called() -> None:
    middleware: Any = CORSMiddleware.__new__(CORSMiddleware)
    for arguments in ({}, {"send": send}):
        with pytest.raises(RuntimeError, match="__init__ was not called"):
            middleware(from_origin(), never, *([] if arguments else [send]), **arguments)


def test_calls_keep_no_references() -> None:
    class Scope(dict[str, Any]):
        """Not exactly a dict, so that it is read in the general way."""

    def receive() -> None:
        pass

    def own_send(message: Any) -> Any:
        return send(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(head())

    middleware: Any = CORSMiddleware(application, **SETTINGS)
    headers = [(b"origin", bytes(bytearray(SETTINGS["allow_origins"][0].encode())))]
    plain = {"type": "http", "method": "GET", "headers": headers}
    scopes = [plain, Scope(plain), from_origin(), preflight(), request(), {"type": "lifespan"}]

    def calls() -> None:
        for scope in scopes:
            run(middleware(scope, receive, own_send))
            run(middleware(scope, receive=receive, send=own_send))
            with pytest.raises(TypeError):
                middleware(scope, receive)
            with pytest.raises(TypeError):
                middleware(scope, receive, own_send, more=1)

    watched = [application, receive, own_send, headers, headers[0], headers[0][1], middleware, CORSMiddleware, *scopes]
    calls()
    gc.collect()
    before = [sys.getrefcount(one) for one in watched]
    for _ in range(100):
        calls()
    gc.collect()
    assert [sys.getrefcount(one) for one in watched] == before


def test_a_middleware_in_a_cycle_is_collected() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(head())

    middleware: Any = CORSMiddleware(application, **SETTINGS)
    application.middleware = middleware  # type: ignore[attr-defined]
    for scope in (from_origin(), from_origin(), preflight(), preflight()):
        run(middleware(scope, never, send))
    collected = weakref.ref(middleware)
    del middleware, application
    gc.collect()
    assert collected() is None


def test_a_policy_that_the_application_replaces_is_released_when_the_call_ends() -> None:
    def allow(origin: str) -> bool:
        return True

    def application(scope: Any, receive: Any, send: Any) -> Any:
        reloadable.swap(Policy(**SETTINGS))

    reloadable = Reloadable(Policy(allow_origin=allow))
    released = weakref.ref(allow)
    del allow
    middleware: Any = CORSMiddleware(application, policy=reloadable)
    middleware(from_origin(), never, send)
    assert released() is None


def test_middlewares_that_are_nested_too_deep_do_not_use_up_the_stack() -> None:
    def application(scope: Any, receive: Any, send: Any) -> None:
        pass

    policy = Policy(**SETTINGS)
    # This is the compiled class, because in 3.11, the interpreter calls a class written in Python with a tuple instead.
    outer: Any = application
    for _ in range(2000):
        inner, outer = outer, AsgiMiddleware()
        outer._setup(inner, policy, (None, None), never, never, never)
    # From Python 3.12, each version has a limit of its own for calls to compiled functions.
    is_refused = sys.version_info < (3, 12)
    with pytest.raises(RecursionError) if is_refused else contextlib.nullcontext():
        outer(from_origin(), never, send)


@pytest.mark.parametrize("size", [0, 1, 2, 40])
def test_a_list_of_headers_may_change_while_it_is_read(size: int) -> None:
    """A pair of an unusual type runs Python's code, which can shorten or move the list."""

    class Changing(tuple[bytes, bytes]):
        def __getitem__(self, index: Any) -> Any:
            headers[:] = [(bytes([index]), bytes(bytearray(b"value")))] * size
            return super().__getitem__(index)

    headers: list[Any] = [(b"accept", b"*/*"), Changing((b"origin", b"https://app.example.com")), *[(b"a", b"b")] * 9]
    app = App(head(), BODY)
    middleware = CORSMiddleware(app, **SETTINGS)
    run(middleware({"type": "http", "method": "GET", "headers": headers}, never, send))
    assert len(headers) == size
    assert len(app.calls) == 1
