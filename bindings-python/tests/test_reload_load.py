"""A thousand reloads while requests run: every response follows a single policy, and no memory leaks."""

import asyncio
import gc
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from asgi_kit import BODY, App, from_origin, head, play
from corsac import CORSMiddleware, Reloadable
from corsac.wsgi import CORSMiddleware as WsgiMiddleware
from test_reload import A, B, text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cors.toml"
    path.write_text(text(A))
    return path


@pytest.fixture(autouse=True)
def threads_take_turns() -> Iterator[None]:
    """A thread that reads a file waits for the interpreter many times, so a thousand reloads would otherwise take
    minutes.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    yield
    sys.setswitchinterval(before)


class Both:
    """Two policies that differ in everything, alternating in the file. Each response has to follow one of them."""

    ORIGINS = (A, B)
    EXPOSED = ("x-a", "x-b")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.policies = Reloadable.from_file(path)

    def reload(self, number: int) -> None:
        which = number % 2
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text(self.ORIGINS[which], self.EXPOSED[which]))
        fresh.replace(self.path)
        self.policies.reload()

    def check(self, origin: str, headers: dict[str, str]) -> None:
        assert headers.pop("vary") == "Origin"
        assert headers in (
            {},
            {
                "access-control-allow-origin": origin,
                "access-control-expose-headers": self.EXPOSED[self.ORIGINS.index(origin)],
            },
        )


def test_a_thousand_reloads_under_load_in_threads(path: Path) -> None:
    both = Both(path)
    ready = threading.Event()
    done = threading.Event()
    answers = [0] * 3
    failures: list[BaseException] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return []

    middleware = WsgiMiddleware(app, policy=both.policies)

    def ask(thread: int) -> None:
        try:
            while not done.is_set():
                origin = Both.ORIGINS[answers[thread] % 2]
                started: list[Any] = []
                middleware(
                    {"REQUEST_METHOD": "GET", "HTTP_ORIGIN": origin}, lambda *given, to=started: to.append(given)
                )
                ((_, headers),) = started
                both.check(origin, dict(headers))
                answers[thread] += 1
                ready.set()
        except BaseException as error:
            failures.append(error)
            ready.set()

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(len(answers))]
    for thread in asking:
        thread.start()
    ready.wait(10)
    for number in range(1000):
        both.reload(number)
    done.set()
    for thread in asking:
        thread.join()
    assert failures == []
    assert sum(answers) > 1000


def test_a_thousand_reloads_under_load_in_asyncio(path: Path) -> None:
    both = Both(path)
    answered = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(head([]))
        await asyncio.sleep(0)
        await send(BODY)

    middleware = CORSMiddleware(app, policy=both.policies)

    async def ask(origin: str) -> None:
        nonlocal answered
        sent: list[Any] = []

        async def send(message: Any) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        await middleware(from_origin(origin.encode()), None, send)
        start, body = sent
        both.check(origin, {bytes(name).decode(): bytes(value).decode() for name, value in start["headers"]})
        assert body is BODY
        answered += 1

    async def run() -> None:
        async def reloads() -> None:
            for number in range(1000):
                await asyncio.to_thread(both.reload, number)

        reloading = asyncio.create_task(reloads())
        while not reloading.done():
            await asyncio.gather(*(ask(origin) for origin in Both.ORIGINS * 10))
            # If the loop never waited, no other thread could read a file.
            await asyncio.sleep(0.0005)
        await reloading

    asyncio.run(run())
    assert answered > 1000


def growth_in_a_thousand_reloads(path: Path) -> tuple[int, int]:
    """By how many objects and by how many bytes this process grows in a thousand reloads, once it has warmed up."""
    both = Both(path)
    middleware = CORSMiddleware(App(head(), BODY), policy=both.policies)

    def reload(times: int) -> tuple[int, int]:
        for number in range(times):
            both.reload(number)
            play(middleware, from_origin(A.encode()))
            middleware.app.calls.clear()  # type: ignore[attr-defined]
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return len(gc.get_objects()), pages * os.sysconf("SC_PAGE_SIZE")

    objects, size = reload(2000)
    objects_after, size_after = reload(1000)
    return objects_after - objects, size_after - size


def test_a_thousand_reloads_leak_nothing(path: Path) -> None:
    # In a process of its own: this one holds what thousands of tests left behind, and its size varies by megabytes.
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        objects, size = alone.submit(growth_in_a_thousand_reloads, path).result()
    assert objects < 100
    assert size < 1024 * 1024


def test_cycles_are_collected(path: Path) -> None:
    def make() -> tuple[weakref.ref[Any], ...]:
        app = App(head(), BODY)

        def known(origin: str) -> bool:
            return bool(middleware)

        policies = Reloadable.from_file(path, allow_origin=known)
        middleware = CORSMiddleware(app, policy=policies)
        app.middleware = middleware  # type: ignore[attr-defined]
        play(middleware, from_origin(b"https://x.example"))
        policies.reload()
        return weakref.ref(app), weakref.ref(policies), weakref.ref(known)

    gone = make()
    gc.collect()
    assert [reference() for reference in gone] == [None] * 3
