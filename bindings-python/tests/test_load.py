"""Nothing of a request stays in memory: cycles through scope and send are collected, and memory does not grow."""

import asyncio
import gc
import weakref
from typing import Any

import load
import pytest
from asgi_kit import SETTINGS, from_origin
from corsac import CORSMiddleware


def test_memory_does_not_grow(capsys: pytest.CaptureFixture[str]) -> None:
    assert load.main(20_000) == 0, capsys.readouterr().out


def test_cycles_are_collected() -> None:
    class Request:
        pass

    gone: list[weakref.ref[Request]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        request: Any = Request()
        request.scope, request.send = scope, send
        scope["request"] = request
        gone.append(weakref.ref(request))

    def run() -> None:
        middleware = CORSMiddleware(application, **SETTINGS)
        for _ in range(100):
            scope = from_origin()

            async def send(message: Any, scope: Any = scope) -> None:
                pass

            asyncio.run(middleware(scope, send, send))

    gc.disable()
    try:
        run()
        assert any(request() is not None for request in gone), "they are cycles"
        gc.collect()
        assert all(request() is None for request in gone)
    finally:
        gc.enable()


def test_the_middleware_is_collected_with_its_application() -> None:
    class Application:
        def __init__(self) -> None:
            self.stack = CORSMiddleware(self, **SETTINGS)

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            pass

    gone = weakref.ref(Application())
    gc.collect()
    assert gone() is None
