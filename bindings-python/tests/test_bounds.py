"""The limits of a predicate: how long it may take, and how long its answers are remembered."""

import asyncio
import gc
import logging
import time
import traceback
import weakref
from pathlib import Path
from typing import Any

import pytest
from asgi_kit import BODY, App, from_origin, head, play
from corsac import ConfigError, CORSMiddleware, Policy, PredicateCache, Reloadable
from corsac.wsgi import CORSMiddleware as WsgiMiddleware

KNOWN, OTHER = "https://known.example", "https://other.example"


class Database:
    """A predicate that counts its calls."""

    def __init__(self, *known: str) -> None:
        self.known = set(known or (KNOWN,))
        self.asked: list[str] = []
        self.waits = 0.0

    def sync(self, origin: str) -> bool:
        self.asked.append(origin)
        return origin in self.known

    async def later(self, origin: str) -> bool:
        self.asked.append(origin)
        await asyncio.sleep(self.waits)
        return origin in self.known


def allowed(middleware: Any, origin: str) -> bool:
    return len(play(middleware, from_origin(origin.encode()))[0]["headers"]) == 2


def app(**settings: Any) -> CORSMiddleware:
    return CORSMiddleware(App(head(), BODY), **settings)


# --- time


def test_a_function_that_hangs_counts_as_failed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "corsac")
    reasons: list[str] = []
    database = Database()
    database.waits = 60
    inner = App(head(), BODY)
    middleware = CORSMiddleware(
        inner,
        allow_origin=database.later,
        predicate_timeout=0.05,
        on_decision=lambda decision, scope: reasons.append(decision.reason),
    )
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"allow_origin function took more than 0\.05 seconds"):
        play(middleware, from_origin(KNOWN.encode()))
    assert time.monotonic() - start < 5
    assert reasons == ["predicate-failed"]
    assert inner.calls == []
    assert "predicate-failed" in caplog.records[0].getMessage()
    database.waits = 0
    assert allowed(middleware, KNOWN)


def test_a_function_that_swallows_its_cancellation() -> None:
    async def stubborn(origin: str) -> bool:
        for _ in range(20):
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue
        return True

    async def run() -> None:
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            await app(allow_origin=stubborn, predicate_timeout=0.05)(from_origin(KNOWN.encode()), None, None)
        assert time.monotonic() - start < 0.5

    asyncio.run(run())


def test_a_client_that_disconnects_cancels_its_question() -> None:
    cancelled = []

    async def slow(origin: str) -> bool:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(origin)
            raise
        return True

    async def run() -> None:
        request = asyncio.create_task(
            app(allow_origin=slow, predicate_timeout=60)(from_origin(KNOWN.encode()), None, None)
        )
        await asyncio.sleep(0.01)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await asyncio.sleep(0.01)

    asyncio.run(run())
    assert cancelled == [KNOWN]


def test_with_the_request_too() -> None:
    async def known(origin: str, scope: Any) -> bool:
        await asyncio.sleep(0 if scope["path"] == "/" else 60)
        return True

    middleware = app(allow_origin=known, predicate_timeout=0.05)
    assert allowed(middleware, KNOWN)
    with pytest.raises(TimeoutError):
        play(middleware, {**from_origin(KNOWN.encode()), "path": "/slow"})


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e300])
def test_times_that_are_not_positive(timeout: float) -> None:
    with pytest.raises(ValueError, match="predicate_timeout must be more than 0 seconds"):
        Policy(allow_origin=Database().later, predicate_timeout=timeout)


@pytest.mark.parametrize("timeout", ["1", True, [], object()])
def test_times_that_are_not_numbers(timeout: Any) -> None:
    with pytest.raises(TypeError, match="predicate_timeout must be a number of seconds"):
        Policy(allow_origin=Database().later, predicate_timeout=timeout)


# --- memory


@pytest.mark.parametrize("kind", ["sync", "later"])
def test_each_origin_is_asked_about_once(kind: str) -> None:
    database = Database()
    cache = PredicateCache(size=100, ttl=60)
    middleware = app(allow_origin=getattr(database, kind), predicate_cache=cache)
    for _ in range(3):
        assert allowed(middleware, KNOWN)
        assert not allowed(middleware, OTHER)
    assert database.asked == [KNOWN, OTHER]
    cache.clear()
    database.known = {OTHER}
    assert not allowed(middleware, KNOWN)
    assert allowed(middleware, OTHER)


@pytest.mark.parametrize("kind", ["sync", "later"])
def test_a_pending_answer_is_forgotten_too(kind: str) -> None:
    cache = PredicateCache(size=100, ttl=60)
    asked: list[str] = []

    def revoked_meanwhile(origin: str) -> bool:
        asked.append(origin)
        if len(asked) == 1:
            cache.clear()
        return len(asked) == 1

    async def later(origin: str) -> bool:
        await asyncio.sleep(0)
        return revoked_meanwhile(origin)

    middleware = app(allow_origin=revoked_meanwhile if kind == "sync" else later, predicate_cache=cache)
    assert allowed(middleware, KNOWN)
    assert not allowed(middleware, KNOWN)
    assert not allowed(middleware, KNOWN)
    assert len(asked) == 2


def test_answers_age() -> None:
    database = Database()
    middleware = app(allow_origin=database.sync, predicate_cache=PredicateCache(size=2, ttl=0.05))
    assert allowed(middleware, KNOWN)
    database.known.clear()
    assert allowed(middleware, KNOWN)
    time.sleep(0.06)
    assert not allowed(middleware, KNOWN)


def test_a_flood_of_origins_does_not_push_out_the_real_ones() -> None:
    database = Database()
    policy = Policy(allow_origin=database.sync, predicate_cache=PredicateCache(size=10, ttl=60))
    for origin in (KNOWN, *(f"https://{number}.evil.example" for number in range(1000)), KNOWN):
        policy.evaluate("GET", [("Origin", origin)])
    assert database.asked.count(KNOWN) == 1


def test_questions_at_the_same_time_are_one() -> None:
    database = Database()
    database.waits = 0.05
    middleware = app(allow_origin=database.later, predicate_cache=PredicateCache(size=100, ttl=60), predicate_timeout=5)

    async def ask(origin: str) -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await middleware(from_origin(origin.encode()), None, send)
        return len(sent[0]["headers"])

    async def run() -> None:
        answers = await asyncio.gather(*(ask(origin) for origin in [KNOWN, OTHER] * 50))
        assert answers == [2, 1] * 50
        # If one request is cancelled, the others still get the answer.
        requests = [asyncio.create_task(ask("https://third.example")) for _ in range(3)]
        await asyncio.sleep(0.01)
        requests[0].cancel()
        done = await asyncio.gather(*requests, return_exceptions=True)
        assert isinstance(done[0], asyncio.CancelledError)
        assert done[1:] == [1, 1]

    asyncio.run(run())
    assert sorted(database.asked) == sorted([KNOWN, OTHER, "https://third.example"])


def test_failures_are_not_remembered() -> None:
    outcomes: list[Any] = [LookupError("down"), 1, None, True]

    async def known(origin: str) -> Any:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    middleware = app(allow_origin=known, predicate_cache=PredicateCache(size=2, ttl=60))
    with pytest.raises(LookupError):
        allowed(middleware, KNOWN)
    for _ in range(2):
        with pytest.raises(TypeError, match="must return True or False"):
            allowed(middleware, KNOWN)
    assert allowed(middleware, KNOWN)
    assert allowed(middleware, KNOWN)
    assert outcomes == []


def test_a_failed_question_fails_for_all_requests_that_waited() -> None:
    async def broken(origin: str) -> bool:
        await asyncio.sleep(0.02)
        raise LookupError(origin)

    middleware = app(allow_origin=broken, predicate_cache=PredicateCache(size=2, ttl=60))

    async def run() -> list[Any]:
        asks = (middleware(from_origin(KNOWN.encode()), None, None) for _ in range(50))
        return await asyncio.gather(*asks, return_exceptions=True)

    for _ in range(2):
        failures = asyncio.run(run())
        assert [type(failure) for failure in failures] == [LookupError] * 50
        # It is one object, which is raised again and again, and its traceback must not grow.
        assert len(traceback.extract_tb(failures[0].__traceback__)) < 10


def test_failures_that_nobody_awaits_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(origin: str) -> bool:
        await asyncio.sleep(0.02)
        raise LookupError(origin)

    async def run(**bounds: Any) -> None:
        asked = app(allow_origin=broken, predicate_timeout=5, **bounds)(from_origin(KNOWN.encode()), None, None)
        request = asyncio.create_task(asked)
        await asyncio.sleep(0.01)
        request.cancel()
        await asyncio.wait({request})
        await asyncio.sleep(0.03)

    asyncio.run(run())
    asyncio.run(run(predicate_cache=PredicateCache(size=2, ttl=60)))
    gc.collect()
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_each_function_has_answers_of_its_own() -> None:
    cache = PredicateCache(size=100, ttl=60)
    routes: Any = [{"path": "/a", "allow_origin": lambda origin: True}]
    policy = Policy(allow_origin=lambda origin: False, routes=routes, predicate_cache=cache)
    for _ in range(2):
        assert policy.evaluate("GET", [("Origin", KNOWN)], "/a").reason == "origin-allowed"
        assert policy.evaluate("GET", [("Origin", KNOWN)], "/b").reason == "origin-not-allowed"


def test_reloads_keep_the_answers(tmp_path: Path) -> None:
    (tmp_path / "cors.json").write_text('{"allow_origins": []}')
    database = Database()
    cache = PredicateCache(size=100, ttl=60)
    policies = Reloadable.from_file(tmp_path / "cors.json", allow_origin=database.later, predicate_cache=cache)
    middleware = app(policy=policies)
    for _ in range(3):
        assert allowed(middleware, KNOWN)
        policies.reload()
    assert database.asked == [KNOWN]
    cache.clear()
    assert allowed(middleware, KNOWN)
    assert len(database.asked) == 2


def test_async_functions_where_nothing_can_be_awaited() -> None:
    database = Database()
    policy = Policy(allow_origin=database.later, predicate_cache=PredicateCache(size=2, ttl=60), predicate_timeout=1)
    for _ in range(2):
        with pytest.raises(TypeError, match="is async"):
            policy.evaluate("GET", [("Origin", KNOWN)])
        with pytest.raises(TypeError, match="is async"):
            WsgiMiddleware(lambda environ, start: [], policy=policy)(
                {"REQUEST_METHOD": "GET", "HTTP_ORIGIN": KNOWN}, None
            )


def test_a_cache_cannot_be_used_with_the_request() -> None:
    def known(origin: str, request: Any) -> bool:
        return True

    cache = PredicateCache(size=100, ttl=60)
    with pytest.raises(TypeError, match=r"takes the request.*let it take only the origin"):
        Policy(allow_origin=known, predicate_cache=cache)
    with pytest.raises(TypeError, match="takes the request"):
        Policy(allow_origins=[], routes=[{"path": "/", "allow_origin": known}], predicate_cache=cache)
    with pytest.raises(TypeError, match="takes the request"):
        Policy.from_json('{"allow_origins": []}', allow_origin=known, predicate_cache=cache)


@pytest.mark.parametrize(
    ("size", "ttl"), [(0, 1), (1, 1), (10_000_001, 1), (-1, 1), (2, 0), (2, -1), (2, 86_401), (2, float("nan"))]
)
def test_impossible_caches(size: int, ttl: float) -> None:
    with pytest.raises(ValueError, match="2 to 10000000 origins"):
        PredicateCache(size=size, ttl=ttl)


@pytest.mark.parametrize("cache", [{"size": 2, "ttl": 1}, 1, "x"])
def test_values_that_are_not_caches(cache: Any) -> None:
    with pytest.raises(TypeError, match=r"predicate_cache must be a corsac\.PredicateCache, not"):
        Policy(allow_origin=Database().sync, predicate_cache=cache)


def test_limits_without_a_function() -> None:
    for settings in ({"predicate_timeout": 1.0}, {"predicate_cache": PredicateCache(size=2, ttl=1)}):
        with pytest.raises(TypeError, match="is given without an allow_origin function"):
            Policy(allow_origins=[], **settings)
        with pytest.raises(TypeError, match="is given without an allow_origin function"):
            Policy.from_json('{"allow_origins": []}', **settings)
    assert Policy(allow_origins=[], predicate_timeout=None, predicate_cache=None)
    with pytest.raises(ConfigError, match="unknown-key"):
        Policy(allow_origins=[], allow_origin="x")  # type: ignore[arg-type]


def test_caches_are_collected() -> None:
    cache = PredicateCache(size=2, ttl=1)
    gone = []
    for _ in range(10):
        database = Database()
        Policy(allow_origin=database.later, predicate_cache=cache, predicate_timeout=1)
        gone.append(weakref.ref(database))
    del database
    gc.collect()
    assert [reference() for reference in gone] == [None] * 10
