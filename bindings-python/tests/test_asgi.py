"""The ASGI middleware, message by message: the headers that it adds and removes, and the messages that it does not
change."""

import asyncio
import copy
import gc
import inspect
import logging
import sys
import time
import weakref
from collections.abc import Iterable
from typing import Any

import pytest
from asgi_kit import (
    ALLOWED,
    BODY,
    ORIGIN,
    REFUSED,
    SETTINGS,
    App,
    Message,
    from_origin,
    head,
    never,
    play,
    preflight,
    request,
)
from corsac import ConfigError, CORSMiddleware, Policy


def answered(headers: Any, scope: Any | None = None, **settings: Any) -> list[Any]:
    """The headers of the response if the application sets these."""
    app = App(head(headers), BODY)
    return list(play(CORSMiddleware(app, **{**SETTINGS, **settings}), scope or from_origin())[0]["headers"])


# --- headers that are added


def test_allowed_refused_and_without_origin() -> None:
    own = [(b"content-type", b"text/plain")]
    assert answered(own) == own + ALLOWED
    assert answered(own, from_origin(b"https://evil.example")) == own + REFUSED
    assert answered(own, request()) == own + REFUSED
    assert answered(own, allow_origins=["*"], allow_credentials=False, expose_headers=[]) == [
        *own,
        (b"access-control-allow-origin", b"*"),
    ]
    assert answered(own, allow_origins=[]) == own


def test_preflight_is_answered_without_the_application() -> None:
    app = App()
    middleware = CORSMiddleware(app, **SETTINGS)
    start, body = play(middleware, preflight())
    assert start["status"] == 204
    assert start["headers"][:3] == [*ALLOWED[:2], (b"access-control-allow-methods", b"GET, HEAD, POST, PUT")]
    assert body == {"type": "http.response.body", "body": b""}
    start, body = play(middleware, preflight(b"https://evil.example"))
    assert start["status"] == 403
    assert body["body"] == b"corsac: origin-not-allowed\n"
    assert app.calls == []


def test_responses_share_no_list() -> None:
    middleware = CORSMiddleware(App(head(), BODY, {**head(), "headers": []}), **SETTINGS)
    for scope in (preflight(), preflight(b"https://evil.example"), from_origin(), request()):
        first = [copy.deepcopy(message) for message in play(middleware, scope)]
        for message in play(middleware, scope):
            if "headers" in message:
                message["headers"].clear()
        assert play(middleware, scope) == first


def test_preflight_continue_reaches_the_application() -> None:
    own = [(b"access-control-allow-methods", b"BREW"), (b"allow", b"PUT")]
    headers = answered(own, preflight(), preflight_continue=True)
    assert headers[0] == (b"allow", b"PUT")
    assert [value for name, value in headers if name == b"access-control-allow-methods"] == [b"GET, HEAD, POST, PUT"]


def test_requested_names_are_sent_back() -> None:
    scope = preflight()
    scope["headers"][1] = (b"access-control-request-method", b"BREW")
    middleware = CORSMiddleware(
        App(), allow_origins=[ORIGIN.decode()], allow_methods=["*"], allow_headers=["*"], allow_credentials=True
    )
    headers = play(middleware, scope)[0]["headers"]
    assert (b"access-control-allow-methods", b"BREW") in headers
    assert (b"access-control-allow-headers", b"x-a") in headers


# --- every container of headers


def iterator_pairs(pairs: Any) -> Any:
    return (iter(pair) for pair in pairs)


CONTAINERS: list[Any] = [
    list,
    tuple,
    iter,
    lambda pairs: (pair for pair in pairs),
    lambda pairs: [list(pair) for pair in pairs],
    iterator_pairs,
    lambda pairs: dict(pairs).items(),
    lambda pairs: type("Headers", (list,), {})(pairs),
]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("own", [[], [(b"x-a", b"1")], [(b"vary", b"Accept"), (b"X-B", b"2")]])
def test_headers_of_the_application(container: Any, own: Any) -> None:
    names = {name for name, _ in own}
    headers = [(name, value) for name, value in answered(container(own))]
    vary = (b"vary", b"Accept, Origin" if b"vary" in names else b"Origin")
    assert headers == [*(pair for pair in own if pair[0] != b"vary"), *ALLOWED[:3], vary]


def test_headers_missing() -> None:
    app = App({"type": "http.response.start", "status": 200}, BODY)
    assert play(CORSMiddleware(app, **SETTINGS), from_origin())[0]["headers"] == ALLOWED


@pytest.mark.parametrize("container", [container for container in CONTAINERS if container is not iterator_pairs])
def test_headers_of_the_request(container: Any) -> None:
    app = App(head(), BODY)
    scope = from_origin()
    pairs = scope["headers"]
    scope["headers"] = container(pairs)
    assert play(CORSMiddleware(app, **SETTINGS), scope)[0]["headers"] == ALLOWED
    inner = app.calls[0][0]
    assert inner is scope
    if isinstance(container(pairs), (list, tuple)) or container is iter:
        assert [tuple(pair) for pair in inner["headers"]] == pairs, "the application can still read them"


def test_a_list_of_headers_that_shrinks_while_it_is_read() -> None:
    class Pair(list[bytes]):
        def __getitem__(self, place: Any) -> Any:
            scope["headers"].clear()
            return super().__getitem__(place)

    scope = request("GET", Pair([b"origin", ORIGIN]), (b"host", b"x"), (b"access-control-request-method", b"PUT"))
    assert play(CORSMiddleware(App(head(), BODY), **SETTINGS), scope)[0]["headers"] == ALLOWED


def test_request_without_headers() -> None:
    scope = request()
    del scope["headers"]
    assert play(CORSMiddleware(App(head(), BODY), **SETTINGS), scope)[0]["headers"] == REFUSED


@pytest.mark.parametrize("headers", [1, [1], [None], {b"a": b"b", b"access-control-allow-origin": b"*"}.keys()])
def test_values_that_are_not_headers_are_refused(headers: Any) -> None:
    try:
        sent = answered(headers)
    except (TypeError, ValueError):
        return
    assert sent[-4:] == ALLOWED


def test_odd_values_are_left_to_the_server() -> None:
    odd: Iterable[Any] = [(b"", b""), (b"\xff", None), (b"x-text", "text"), (b"x-number", 1)]
    assert answered(odd) == [*odd, *ALLOWED]


def test_nothing_of_the_application_is_changed() -> None:
    pairs = [[b"vary", b"Accept"], [b"access-control-allow-origin", b"*"]]
    start = head(pairs)
    before = copy.deepcopy(start)
    app = App(start, BODY)
    sent = play(CORSMiddleware(app, **SETTINGS), from_origin())
    assert start == before
    assert start["headers"] is pairs
    assert sent[0] is not start
    assert sent[1] is BODY


def test_other_mappings_as_messages() -> None:
    class Other(dict[str, Any]):
        pass

    start = Other(head([(b"a", b"b")]))
    assert play(CORSMiddleware(App(start), **SETTINGS), from_origin())[0]["headers"] == [(b"a", b"b"), *ALLOWED]


def test_two_heads_get_the_same_headers() -> None:
    app = App(head([(b"a", b"1")]), head([(b"b", b"2")]))
    first, second = play(CORSMiddleware(app, **SETTINGS), from_origin())
    assert first["headers"] == [(b"a", b"1"), *ALLOWED]
    assert second["headers"] == [(b"b", b"2"), *ALLOWED]


def test_other_messages_are_passed_on_unchanged() -> None:
    messages = [
        {"type": "http.response.trailers", "headers": [(b"access-control-allow-origin", b"x")]},
        {"type": "http.response.pathsend", "path": "/x"},
        {"type": "http.response.early_hint", "links": []},
        {"no": "type"},
        {"type": 1},
    ]
    sent = play(CORSMiddleware(App(*messages), **SETTINGS), from_origin())
    assert all(out is message for out, message in zip(sent, messages, strict=True))


def test_send_takes_one_message() -> None:
    app = App(head(), BODY)
    play(CORSMiddleware(app, **SETTINGS), from_origin())
    send = app.calls[0][2]
    assert list(inspect.signature(send).parameters) == ["message"]
    for arguments in [(), (head(), BODY)]:
        with pytest.raises(TypeError, match="one argument"):
            send(*arguments)


def test_requests_are_collected_with_the_functions_that_refer_to_them() -> None:
    class Server:
        wrapped: Any

        async def send(self, message: Message) -> None:
            pass

    server = Server()
    app = App(head(), BODY)
    asyncio.run(CORSMiddleware(app, **SETTINGS)(from_origin(), never, server.send))
    server.wrapped = app.calls.pop()[2]
    gone = weakref.ref(server)
    del server
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("kind", ["websocket", "lifespan", "else"])
def test_other_scopes_are_passed_on_unchanged(kind: str) -> None:
    app = App({"type": "x"})
    scope = request(kind=kind)

    async def send(message: Message) -> None:
        pass

    asyncio.run(CORSMiddleware(app, **SETTINGS)(scope, never, send))
    ((got, receive, inner),) = app.calls
    assert got is scope
    assert receive is never
    assert inner is send


# --- ownership and Vary


@pytest.mark.parametrize("origin", [ORIGIN, b"https://evil.example"])
def test_the_applications_own_headers_are_removed(origin: bytes, caplog: pytest.LogCaptureFixture) -> None:
    own = [
        (b"Access-Control-Allow-Origin", b"*"),
        (b"access-control-allow-credentials", b"maybe"),
        (b"ACCESS-CONTROL-EXPOSE-HEADERS", b"*"),
        (b"x-kept", b"1"),
        (b"access-control-allow-origin", b"again"),
    ]
    expected = [(b"x-kept", b"1"), *(ALLOWED if origin == ORIGIN else REFUSED)]
    middleware = CORSMiddleware(App(head(own)), **SETTINGS)
    with caplog.at_level(logging.WARNING, "corsac"):
        for _ in range(3):
            assert play(middleware, from_origin(origin))[0]["headers"] == expected
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 3, "once for each header"
    for name in ("origin", "credentials"):
        assert sum(f"access-control-allow-{name}" in text for text in messages) == 1
    assert all("routes" in text and "keep_app_headers" in text for text in messages)


@pytest.mark.parametrize("asked", [from_origin(), from_origin(b"https://evil.example"), request()])
def test_headers_of_preflights_are_removed_too(asked: Any) -> None:
    own = [(f"Access-Control-{name}".encode(), b"*") for name in ("Allow-Methods", "Allow-Headers", "Max-Age")]
    own.append((b"Access-Control-Allow-Private-Network", b"true"))
    assert answered([*own, (b"x-kept", b"1")], asked) == [(b"x-kept", b"1"), *answered([], asked)]
    assert answered(own, asked, keep_app_headers=True) == [*own, *answered([], asked)]


def test_the_same_value_causes_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert answered(ALLOWED[:2]) == ALLOWED
    assert caplog.records == []


def test_keep_app_headers() -> None:
    own = [(b"Access-Control-Allow-Origin", b"https://else.example")]
    assert answered(own, keep_app_headers=True) == own + REFUSED, "no credentials together with another's origin"
    other = [(b"access-control-expose-headers", b"x-own")]
    assert answered(other, keep_app_headers=True) == other + [line for line in ALLOWED if line[0] != other[0][0]]
    assert answered(own, from_origin(b"https://evil.example"), keep_app_headers=True) == own + REFUSED


@pytest.mark.parametrize(
    ("lines", "merged"),
    [
        ([b"Accept-Encoding"], b"Accept-Encoding, Origin"),
        ([b"Accept", b"cookie"], b"Accept, cookie, Origin"),
        ([b"origin"], b"origin"),
        ([b"*"], b"*"),
        ([b""], b"Origin"),
        (["Accept"], b"Accept, Origin"),
    ],
)
def test_vary_is_merged(lines: list[Any], merged: bytes) -> None:
    headers = answered([(b"Vary", line) for line in lines])
    assert [value for name, value in headers if name == b"vary"] == [merged]
    assert len(headers) == 4


def test_vary_is_not_changed_if_the_policy_has_none() -> None:
    own = [(b"Vary", b"Accept"), (b"vary", b"Cookie")]
    headers = answered(own, allow_origins=["*"], allow_credentials=False)
    assert headers[:2] == own


# --- building


def test_settings_are_keyword_only() -> None:
    with pytest.raises(TypeError):
        CORSMiddleware(App(), [ORIGIN.decode()])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        CORSMiddleware()  # type: ignore[call-arg]


def test_policy_or_settings() -> None:
    policy = Policy(**SETTINGS)
    app = App()
    middleware = CORSMiddleware(app=app, policy=policy)
    assert middleware.policy is policy
    assert middleware.app is app
    with pytest.raises(TypeError, match="not both: allow_origins"):
        CORSMiddleware(app, policy=policy, allow_origins=["*"])
    with pytest.raises(TypeError, match=r"must be a corsac\.Policy or a corsac\.Reloadable, not dict"):
        CORSMiddleware(app, policy={})  # type: ignore[arg-type]


def test_bad_settings_fail_at_construction() -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(App(), allow_origins="https://a.example", allow_credential=True)  # type: ignore[call-arg]
    assert [issue.code for issue in raised.value.issues] == ["unknown-key", "wrong-type"]


def test_any_iterable_is_accepted() -> None:
    def generator() -> Iterable[str]:
        yield ORIGIN.decode()

    for origins in (generator(), {ORIGIN.decode()}, (ORIGIN.decode(),), {ORIGIN.decode(): 1}.keys()):
        assert answered([], allow_origins=origins) == ALLOWED


def test_subclasses() -> None:
    class Ours(CORSMiddleware):
        def __init__(self, app: Any) -> None:
            super().__init__(app, **SETTINGS)

    class Forgetful(CORSMiddleware):
        def __init__(self, app: Any) -> None:
            pass

    assert play(Ours(App(head())), from_origin())[0]["headers"] == ALLOWED
    with pytest.raises(RuntimeError, match="super"):
        play(Forgetful(App(head())), from_origin())
    again = CORSMiddleware(App(), **SETTINGS)
    with pytest.raises(RuntimeError, match="already"):
        again.__init__(App(), **SETTINGS)  # type: ignore[misc]


@pytest.mark.parametrize("scope", [{}, {"type": "http"}, {"type": "http", "method": 1}, None, []])
def test_scopes_that_no_server_passes(scope: Any) -> None:
    with pytest.raises((TypeError, KeyError)):
        play(CORSMiddleware(App(), **SETTINGS), scope)


def test_exceptions_are_passed_on() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    async def gone(message: Any) -> None:
        raise OSError

    with pytest.raises(ZeroDivisionError):
        play(CORSMiddleware(app, **SETTINGS), from_origin())
    with pytest.raises(OSError):  # noqa: PT011
        asyncio.run(CORSMiddleware(App(head()), **SETTINGS)(from_origin(), never, gone))


def test_time_grows_only_with_the_number_of_lines() -> None:
    """A server without a limit passes on what a client sends: the time must not grow with the square of its length."""
    middleware = CORSMiddleware(App(head(), BODY), allow_origins=["https://a.example"])
    count = 100_000
    lines = [(b"origin", b"x")] * count + [(b"access-control-request-method", b"x")] * count
    start = time.monotonic()
    play(middleware, request("GET", *lines))
    assert time.monotonic() - start < 1


def test_send_gives_no_access_to_shared_lists() -> None:
    """An application that inspects its ``send`` cannot change the headers of other responses."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert not any(isinstance(member, (list, dict)) for member in send.__self__)
        await App(head(), BODY)(scope, receive, send)

    middleware = CORSMiddleware(application, allow_origins=["*"])
    for _ in range(2):
        assert (b"access-control-allow-origin", b"*") in play(middleware, from_origin(b"https://a.example"))[0][
            "headers"
        ]


def test_values_of_a_response_are_released_at_once() -> None:
    """Merging keeps the application's values alive only until the response is sent."""
    value = bytes(bytearray(b"a value of its own"))

    class Asks(App):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            start = head([(b"vary", value)])
            for _ in range(1000):
                await send(start)
            del start
            assert sys.getrefcount(value) < 50

    play(CORSMiddleware(Asks(), **SETTINGS), from_origin())
