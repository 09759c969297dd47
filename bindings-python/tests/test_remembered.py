"""The ASGI middleware remembers the last requests that it allowed. Each response is as if nothing were remembered."""

import itertools
from typing import Any

import pytest
from asgi_kit import BODY, EVIL, ORIGIN, App, Message, from_origin, head, play, request
from corsac import CORSMiddleware, Policy, Reloadable

OTHER = b"https://other.example"
EVERYTHING: Any = {
    "allow_origins": [ORIGIN.decode(), OTHER.decode()],
    "allow_methods": ["*"],
    "allow_headers": ["*"],
    "allow_credentials": True,
    "allow_private_network": True,
}
BARE: Any = {**EVERYTHING, "allow_methods": ["PUT"], "allow_credentials": False}


def preflight(
    *more: tuple[bytes, bytes], origin: bytes = ORIGIN, method: bytes = b"PUT", names: bytes | None = None
) -> Any:
    asks = [(b"access-control-request-method", method)]
    if names is not None:
        asks.append((b"access-control-request-headers", names))
    return request("OPTIONS", (b"origin", origin), *asks, *more)


# They differ from each other in one part, or in none.
SCOPES = [
    preflight(names=b"x-a,x-b"),
    preflight(names=b"x-a,x-b"),
    preflight(names=b"x-b,x-a"),
    preflight(names=b"x-a,,"),
    preflight(names=b""),
    preflight(),
    preflight(method=b"put"),
    preflight(method=b"DELETE"),
    preflight(origin=OTHER, method=b"DELETE"),
    preflight(origin=EVIL, method=b"DELETE"),
    preflight((b"access-control-request-private-network", b"true")),
    preflight((b"access-control-request-private-network", b"false")),
    preflight((b"access-control-request-headers", b"x-b"), names=b"x-a"),
    preflight((b"origin", EVIL)),
    {**preflight(), "method": "GET"},
    {**preflight(), "method": b"OPTIONS"},
    {**preflight(), "headers": [(b"Origin", ORIGIN), (b"ACCESS-CONTROL-REQUEST-METHOD", "PUT")]},
    {**preflight(), "headers": iter([(b"origin", OTHER), (b"access-control-request-method", b"PUT")])},
    request("OPTIONS", (b"origin", ORIGIN)),
    request("OPTIONS"),
    request("GET"),
    request("POST"),
    from_origin(),
    from_origin(OTHER),
    from_origin(EVIL),
    from_origin(b"null"),
    from_origin(b"x" * 5000),
    request("POST", (b"origin", ORIGIN)),
    request("GET", (b"origin", ORIGIN), (b"origin", OTHER)),
]


def fresh(scope: Any) -> Any:
    """A copy of the scope with its own list of headers. An iterator can be read only once, so it is replaced first."""
    headers = list(scope["headers"])
    scope["headers"] = headers
    return {**scope, "headers": list(headers)}


def expected(policy: Policy, scope: Any) -> tuple[int, list[tuple[bytes, bytes]]]:
    """What the policy decides: ``evaluate`` remembers nothing."""
    decision = policy.evaluate(scope["method"], scope["headers"])
    return decision.status or 200, [(name.encode(), value.encode("latin-1")) for name, value in decision.headers]


ORDERS = [SCOPES, SCOPES[::-1], [one for scope in SCOPES for one in (SCOPES[0], SCOPES[22], scope, scope)]]


@pytest.mark.parametrize("settings", [EVERYTHING, BARE, {"allow_origins": ["*"]}, {"allow_origins": []}])
def test_responses_are_the_same_in_any_order(settings: Any) -> None:
    policies = [Policy(**settings), Policy(**BARE)]
    apps = [CORSMiddleware(App(head(), BODY), policy=policy) for policy in policies]
    for scope, (policy, app) in itertools.product(itertools.chain(*ORDERS), zip(policies, apps, strict=True)):
        one = fresh(scope)
        start = play(app, one)[0]
        assert (start["status"], list(start["headers"])) == expected(policy, one)


def pairs(app: CORSMiddleware, scope: Any) -> list[Any]:
    return list(play(app, fresh(scope))[0]["headers"])


def is_same(first: list[Any], second: list[Any]) -> bool:
    """Whether the headers of two responses are the same objects, so that nothing was decided in between."""
    assert first == second
    return all(one is other for one, other in zip(first, second, strict=True))


def test_the_same_preflight_is_decided_once() -> None:
    app = CORSMiddleware(App(head(), BODY), **EVERYTHING)
    first = pairs(app, SCOPES[0])
    assert is_same(pairs(app, SCOPES[1]), first)
    # Other requests do not displace a preflight, and a preflight does not displace them.
    for scope in [from_origin(), from_origin(EVIL), request(), preflight(origin=EVIL, names=b"x-a,x-b")]:
        pairs(app, scope)
        assert is_same(pairs(app, SCOPES[0]), first)
    pairs(app, SCOPES[2])
    assert not is_same(pairs(app, SCOPES[0]), first)


def test_nothing_is_remembered_if_a_decision_depends_on_more_than_its_headers() -> None:
    for more in (
        {"routes": [{"path": "/{*rest}", "allow_origins": [ORIGIN.decode()]}]},
        {"protection": {"writes": "reject", "trusted_origins": [ORIGIN.decode()]}},
        {"allow_origin": lambda _: True},
        {"on_decision": lambda *_: None},
        {"debug": True},
    ):
        app = CORSMiddleware(App(head(), BODY), **EVERYTHING, **more)
        assert not is_same(pairs(app, SCOPES[0]), pairs(app, SCOPES[0])), more


def test_every_decision_is_passed_to_the_hook_and_to_the_predicate() -> None:
    seen: list[str] = []
    policy = Policy(**EVERYTHING)
    app = CORSMiddleware(App(head(), BODY), policy=policy, on_decision=lambda decision, _: seen.append(decision.reason))
    # This one shares the policy, and remembers.
    plain = CORSMiddleware(App(head(), BODY), policy=policy)
    for _ in range(2):
        play(plain, from_origin())
        play(app, from_origin())
    assert seen == ["origin-allowed"] * 2
    answers = iter([True, False, True])
    asked = CORSMiddleware(App(head(), BODY), allow_origin=lambda _: next(answers))
    assert [len(pairs(asked, from_origin())) for _ in range(3)] == [2, 1, 2]


def test_a_reloaded_policy_decides_anew() -> None:
    reloadable = Reloadable(Policy(**EVERYTHING))
    app = CORSMiddleware(App(head(), BODY), policy=reloadable)
    for scope in (from_origin(), SCOPES[0]):
        assert (b"access-control-allow-origin", ORIGIN) in pairs(app, scope)
    reloadable.swap(Policy(allow_origins=[OTHER.decode()]))
    for scope in (from_origin(), SCOPES[0]):
        assert (b"access-control-allow-origin", ORIGIN) not in pairs(app, scope)


def test_who_gets_a_message_may_change_it() -> None:
    for scope in (SCOPES[0], from_origin(), request()):
        app = CORSMiddleware(App(head(), BODY), **EVERYTHING)
        first: list[Message] = play(app, fresh(scope))
        before = [{**message, "headers": list(message.get("headers", ()))} for message in first]
        for message in first:
            if "headers" in message:
                message["headers"].clear()
            if scope is SCOPES[0]:
                message.clear()
        again = [{**message, "headers": list(message.get("headers", ()))} for message in play(app, fresh(scope))]
        assert again == before


def test_large_requests_are_not_remembered() -> None:
    app = CORSMiddleware(App(head(), BODY), **EVERYTHING)
    for length, is_remembered in ((500, True), (2000, False)):
        asks = preflight(names=b"x-" + b"a" * length)
        first = pairs(app, asks)
        assert (b"access-control-allow-headers", b"x-" + b"a" * length) in first
        assert is_same(pairs(app, asks), first) == is_remembered
