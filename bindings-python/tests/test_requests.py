"""Requests of every kind, the decisions on them, and ``merge_vary``."""

import itertools
import random
import threading
from collections import UserDict
from typing import Any

import pytest
from corsac import Decision, Issue, Policy, merge_vary

ORIGIN = "https://app.example.com"
POLICY = Policy(allow_origins=[ORIGIN], allow_methods=["PUT"], allow_headers=["X-A"], allow_credentials=True)


# --- requests

PREFLIGHT = [("Origin", ORIGIN), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "x-a")]


@pytest.mark.parametrize(
    "headers",
    [
        PREFLIGHT,
        tuple(PREFLIGHT),
        iter(PREFLIGHT),
        (pair for pair in PREFLIGHT),
        [list(pair) for pair in PREFLIGHT],
        dict(PREFLIGHT),
        dict(PREFLIGHT).items(),
        UserDict(PREFLIGHT),
        [(name.encode(), value.encode()) for name, value in PREFLIGHT],
        [(name.upper(), value.encode()) for name, value in PREFLIGHT],
        [(name.lower().encode(), value) for name, value in PREFLIGHT],
        [(bytearray(name.encode()), bytearray(value.encode())) for name, value in PREFLIGHT],
    ],
    ids=lambda headers: type(headers).__name__,
)
def test_headers_of_every_kind(headers: Any) -> None:
    decision = POLICY.evaluate("OPTIONS", headers)
    assert decision.reason == "preflight-allowed"
    assert decision.headers[0] == ("access-control-allow-origin", ORIGIN)


def test_method_and_path_of_every_kind() -> None:
    for method in ("OPTIONS", b"OPTIONS", bytearray(b"OPTIONS")):
        for path in ("/x", b"/x", None, "/\ud800"):
            assert POLICY.evaluate(method, PREFLIGHT, path) == POLICY.evaluate(method, PREFLIGHT, path=path)
            assert POLICY.evaluate(method=method, headers=PREFLIGHT).reason == "preflight-allowed"


def test_repeated_lines_are_joined() -> None:
    assert POLICY.evaluate("GET", [("Origin", ORIGIN), (b"origin", ORIGIN)]).reason == "origin-malformed"


@pytest.mark.parametrize(
    ("method", "headers", "path"),
    [
        (None, [], None),
        (1, [], None),
        ("GET", None, None),
        ("GET", 1, None),
        ("GET", "Origin", None),
        ("GET", "", None),
        ("GET", b"Origin", None),
        ("GET", ["Origin"], None),
        ("GET", ["ab"], None),
        ("GET", [{"Origin", "x"}], None),
        ("GET", [("Origin", None)], None),
        ("GET", [("Origin", [ORIGIN])], None),
        ("GET", [(None, "x")], None),
        ("GET", [("X-Other", 1)], None),
        ("GET", {"Origin": None}, None),
        ("GET", [], 1),
        ("GET", object(), None),
    ],
)
def test_wrong_types(method: Any, headers: Any, path: Any) -> None:
    with pytest.raises(TypeError):
        POLICY.evaluate(method, headers, path)


def test_pairs_have_two_members() -> None:
    for pair in ((), ("Origin",), ("Origin", "x", "y")):
        with pytest.raises(ValueError, match="pair"):
            POLICY.evaluate("GET", [pair])  # type: ignore[list-item]


def test_exceptions_of_the_host_are_passed_on() -> None:
    def headers() -> Any:
        yield ("Origin", ORIGIN)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        POLICY.evaluate("GET", headers())


HOSTILE: list[str | bytes] = [
    "",
    "\0",
    "\r\nSet-Cookie: a=b",
    "é",
    "ÿ" * 1000,
    "Ł",
    "\ud800",
    "\udfff" + ORIGIN,
    ORIGIN + "\ud83d\ude00",
    ORIGIN + "\U0010ffff",
    "https://Łpp.example.com",
    ORIGIN.replace("a", "\u0161"),
    "," * 1_000_000,
    "x" * 1_000_000,
    "Ł" * 100_000,
    b"\xff\xfe",
    b"\0" * 1000,
    bytes(range(256)),
]


@pytest.mark.parametrize("origin", HOSTILE, ids=lambda text: repr(text)[:20])
def test_hostile_requests(origin: str | bytes) -> None:
    every = Policy(allow_origins=[ORIGIN], allow_methods=["*"], allow_headers=["*"], allow_credentials=True)
    for policy, method, other in itertools.product((POLICY, every), ("GET", "OPTIONS", origin), (ORIGIN, origin)):
        headers = [
            ("Origin", other),
            ("Access-Control-Request-Method", origin),
            ("Access-Control-Request-Headers", origin),
            (origin, origin),
        ]
        decision = policy.evaluate(method, headers, origin)
        readable = "access-control-allow-origin" in dict(decision.headers)
        assert readable == (other == ORIGIN)
        for _, value in decision.headers:
            assert value.isascii()
            assert value.isprintable()
        assert decision.body.isascii()


def test_random_requests() -> None:
    pick = random.Random(7)  # noqa: S311
    alphabet = "aA0-._~:/,* \t\r\n\0é\u0141\ud800\U0001f600"
    names = ["origin", "Access-Control-Request-Method", "ACCESS-CONTROL-REQUEST-HEADERS", "x-other"]

    def word() -> str:
        return "".join(pick.choices(alphabet, k=pick.randrange(12)))

    for _ in range(5000):
        headers = [(pick.choice(names), pick.choice([word(), ORIGIN, "PUT", "x-a"])) for _ in range(pick.randrange(6))]
        decision = POLICY.evaluate(pick.choice(["GET", "OPTIONS", word()]), headers, word())
        allowed = dict(decision.headers).get("access-control-allow-origin")
        assert allowed in (None, ORIGIN)


# --- decisions


def test_decision() -> None:
    decision = POLICY.evaluate(
        "OPTIONS", [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "PUT")]
    )
    assert (decision.action, decision.status, decision.reported) == ("respond", 403, None)
    assert decision.body == "corsac: origin-not-allowed\n"
    assert repr(decision).startswith("Decision(action='respond', status=403, headers=[('content-type', ")
    assert repr(decision).endswith("body='corsac: origin-not-allowed\\n', reason='origin-not-allowed', reported=None)")
    assert "None" in repr(POLICY.evaluate("GET", []))


def test_decisions_are_equal_by_value() -> None:
    first, second, other = (POLICY.evaluate("GET", {"origin": o}) for o in (ORIGIN, ORIGIN, "https://b.example"))
    assert first == second != other
    assert len({first, second, other}) == 2
    assert first != "x"


def test_everything_is_immutable() -> None:
    decision: Any = POLICY.evaluate("GET", {"origin": ORIGIN})
    decision.headers.clear()
    assert decision.headers[0] == ("access-control-allow-origin", ORIGIN)
    policy: Any = POLICY
    for target, name in ((decision, "reason"), (decision, "new"), (policy, "lints"), (policy, "new")):
        with pytest.raises(AttributeError):
            setattr(target, name, 1)
    with pytest.raises(TypeError):
        Decision()
    for final in (Policy, Decision, Issue):
        with pytest.raises(TypeError):
            type("Sub", (final,), {})


def test_header_values_are_latin1() -> None:
    policy = Policy(allow_origins=[ORIGIN])
    for _, value in policy.evaluate("GET", {"origin": ORIGIN.encode()}).headers:
        assert isinstance(value, str)


def test_threads_share_a_policy() -> None:
    wrong: list[str] = []

    def work(origin: str, expected: str) -> None:
        for _ in range(2000):
            reason = POLICY.evaluate("GET", [("Origin", origin)]).reason
            if reason != expected:
                wrong.append(reason)

    pairs = [(ORIGIN, "origin-allowed"), ("https://b.example", "origin-not-allowed"), ("x", "origin-malformed")]
    threads = [threading.Thread(target=work, args=pair) for pair in pairs * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- merge_vary


def test_merge_vary_keeps_the_type() -> None:
    assert merge_vary(["Accept-Encoding"], "Origin") == "Accept-Encoding, Origin"
    assert merge_vary([b"Accept-Encoding"], b"Origin") == b"Accept-Encoding, Origin"
    assert merge_vary((line for line in ("origin", "")), "Origin") == "origin"
    assert merge_vary(["\xe9"], "Origin") == "\xe9, Origin"
    assert merge_vary([], "Origin") == "Origin"


def test_merge_vary_refuses_other_types() -> None:
    lines: Any
    for lines in (None, "Origin", b"Origin", 1, [None], [1]):
        with pytest.raises(TypeError):
            merge_vary(lines, "Origin")
    with pytest.raises(TypeError):
        merge_vary([], None)  # type: ignore[type-var]
    for line in ("Ł", "\ud800"):
        with pytest.raises(ValueError, match="code point"):
            merge_vary([line], "Origin")
