"""The origin predicate: when it is called, with which arguments, and the effects of its answer and its failure."""

import asyncio
import functools
import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from asgi_kit import BODY, EVIL, ORIGIN, REFUSED, App, from_origin, head, play, preflight, request
from corsac import ConfigError, CORSMiddleware, Policy

OTHER = b"https://other.example"


def granted(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]


def answer(predicate: Any, scope: Any, **settings: Any) -> Any:
    return play(CORSMiddleware(App(head(), BODY), allow_origin=predicate, **settings), scope)[0]


def later(predicate: Any) -> Any:
    @functools.wraps(predicate)
    async def asked(*arguments: Any) -> Any:
        await asyncio.sleep(0)
        return predicate(*arguments)

    return asked


BOTH = pytest.mark.parametrize("kind", [lambda predicate: predicate, later], ids=["sync", "async"])


@BOTH
def test_its_answer_decides(kind: Any) -> None:
    predicate = kind(lambda origin: origin == OTHER.decode())
    assert answer(predicate, from_origin(OTHER))["headers"] == granted(OTHER)
    assert answer(predicate, from_origin(EVIL))["headers"] == REFUSED
    assert answer(predicate, preflight(OTHER))["status"] == 204
    assert answer(predicate, preflight(EVIL))["status"] == 403


@BOTH
def test_it_is_asked_only_if_nothing_else_decides(kind: Any) -> None:
    asked: list[str] = []

    def predicate(origin: str) -> bool:
        asked.append(origin)
        return True

    middleware = CORSMiddleware(App(head()), allow_origins=[ORIGIN.decode()], allow_origin=kind(predicate))
    for scope in (
        request(),
        from_origin(),
        from_origin(b"null"),
        from_origin(b"junk"),
        from_origin(b"HTTPS://A.EXAMPLE"),
    ):
        play(middleware, scope)
    assert asked == []
    play(middleware, from_origin(OTHER))
    assert asked == [OTHER.decode()]


@BOTH
def test_the_request_is_passed_to_functions_that_require_it(kind: Any) -> None:
    seen: list[Any] = []

    def predicate(origin: str, request: Any) -> bool:
        seen.append(request)
        return bool(request["path"] == "/")

    scope = from_origin(OTHER)
    assert answer(kind(predicate), scope)["headers"] == granted(OTHER)
    assert seen[0] is scope


class Methods:
    def one(self, origin: str) -> bool:
        return True

    def two(self, origin: str, request: Any) -> bool:
        return request is not None

    def __call__(self, origin: str, cache: Any = None) -> bool:
        return cache is None


@pytest.mark.parametrize(
    "predicate",
    [Methods().one, Methods().two, Methods(), functools.partial(Methods().two, request={}), lambda *a: len(a) == 1],
)
def test_functions_of_every_kind(predicate: Any) -> None:
    assert answer(predicate, from_origin(OTHER))["headers"] == granted(OTHER)


@pytest.mark.parametrize("predicate", [lambda: True, lambda a, b, c: True, lambda *, origin: True])
def test_functions_that_cannot_be_asked(predicate: Any) -> None:
    with pytest.raises(TypeError, match="allow_origin must take the origin"):
        Policy(allow_origin=predicate)


def test_values_that_are_not_functions_are_refused() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origin="https://a.example")  # type: ignore[arg-type]
    assert raised.value.issues[0].code == "unknown-key"
    assert "allow_origins" in raised.value.issues[0].help
    with pytest.raises(TypeError, match="allow_origin must be a function"):
        Policy.from_json('{"allow_origins": []}', allow_origin="x")  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        Policy(allow_origin=None)


@BOTH
@pytest.mark.parametrize("returned", [None, 1, "yes", [], object()])
def test_only_true_and_false_are_answers(kind: Any, returned: Any) -> None:
    for scope in (from_origin(OTHER), preflight(OTHER)):
        with pytest.raises(TypeError, match="must return True or False"):
            answer(kind(lambda origin: returned), scope)


@BOTH
def test_its_exceptions_are_raised_and_reported(kind: Any) -> None:
    def predicate(origin: str) -> bool:
        raise ZeroDivisionError

    reasons: list[str] = []
    app = App(head())
    middleware = CORSMiddleware(app, allow_origin=kind(predicate), on_decision=lambda d, _: reasons.append(d.reason))
    for scope in (from_origin(OTHER), preflight(OTHER)):
        with pytest.raises(ZeroDivisionError):
            play(middleware, scope)
    assert reasons == ["predicate-failed", "predicate-failed"]
    assert app.calls == []


def test_a_cancelled_request_is_cancelled() -> None:
    async def predicate(origin: str) -> bool:
        await asyncio.sleep(60)
        return True

    async def run() -> None:
        async def nothing(*_: Any) -> Any:
            return {}

        call = CORSMiddleware(App(), allow_origin=predicate)(from_origin(OTHER), nothing, nothing)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call, 0.01)

    asyncio.run(run())


def test_it_cannot_allow_plain_http_with_credentials() -> None:
    scope = from_origin(b"http://other.example")
    assert answer(lambda origin: True, scope, allow_credentials=True)["headers"] == REFUSED


def test_it_cannot_be_used_with_any_origin() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origins=["*"], allow_origin=lambda origin: True)
    assert raised.value.issues[0].code == "any-origin-not-alone"


def test_evaluate_asks_too() -> None:
    policy = Policy(allow_origin=lambda origin, request: request is None)
    assert policy.evaluate("GET", {"Origin": OTHER.decode()}).reason == "origin-allowed"

    async def predicate(origin: str) -> bool:
        return True

    # Python would warn if the coroutine was never awaited, and warnings are errors here.
    with pytest.raises(TypeError, match="async"):
        Policy(allow_origin=predicate).evaluate("GET", {"Origin": OTHER.decode()})


def test_texts_and_files_can_have_one(tmp_path: Path) -> None:
    path = tmp_path / "cors.toml"
    path.write_text("max_age = 5")
    for policy in (
        Policy.from_file(path, allow_origin=lambda origin: True),
        Policy.from_toml("max_age = 5", allow_origin=lambda origin: True),
        Policy.from_json('{"max_age": 5}', allow_origin=lambda origin: True),
    ):
        assert policy.evaluate("GET", {"Origin": OTHER.decode()}).reason == "origin-allowed"


def test_a_policy_is_collected_with_its_predicate() -> None:
    class Owner:
        def __init__(self) -> None:
            self.policy = Policy(allow_origin=self.ask)
            self.middleware = CORSMiddleware(App(self), policy=self.policy, on_decision=self.hear)

        def ask(self, origin: str) -> bool:
            return True

        def hear(self, decision: Any, scope: Any) -> None:
            pass

    owner = weakref.ref(Owner())
    gc.collect()
    assert owner() is None
