"""Python objects as settings: each becomes the value that the engine checks, and only the host's own code raises
exceptions."""

import enum
import itertools
import logging
import re
from collections import ChainMap, OrderedDict, UserDict, deque
from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Never, get_type_hints

import pytest
from corsac import ConfigError, Policy, PolicyOptions, ProtectionOptions, RouteOptions

ORIGIN = "https://app.example.com"


def reason(policy: Policy, origin: str = ORIGIN) -> str:
    return policy.evaluate("GET", [("Origin", origin)]).reason


def refused(**config: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(ConfigError) as raised:
        Policy(**config)
    return [(issue.code, issue.field, issue.value) for issue in raised.value.issues]


def origins_refused(value: object) -> list[tuple[str, str, str]]:
    return refused(allow_origins=value)


class Url:
    def __init__(self, text: str) -> None:
        self.text = text
        self.scheme, _, self.host = text.partition("://")

    def __str__(self) -> str:
        return self.text


class Method(enum.StrEnum):
    PUT = "PUT"


class Seconds(enum.IntEnum):
    MINUTE = 60


@pytest.mark.parametrize(
    "origins",
    [
        [ORIGIN],
        (ORIGIN,),
        {ORIGIN},
        frozenset([ORIGIN]),
        deque([ORIGIN]),
        {ORIGIN: 1}.keys(),
        {1: ORIGIN}.values(),
        (text for text in [ORIGIN]),
        iter([ORIGIN]),
        map(str, [ORIGIN]),
    ],
    ids=lambda origins: type(origins).__name__,
)
def test_any_iterable_is_a_list(origins: Any) -> None:
    assert reason(Policy(allow_origins=origins)) == "origin-allowed"


def test_a_str_is_never_a_list() -> None:
    assert origins_refused(ORIGIN) == [("wrong-type", "allow_origins", ORIGIN)]


@pytest.mark.parametrize("url", [Url(ORIGIN), Url(ORIGIN + "/")])
def test_url_objects(url: Url) -> None:
    assert reason(Policy(allow_origins=[url])) == "origin-allowed"


def test_url_objects_must_be_origins() -> None:
    assert origins_refused([Url(ORIGIN + "/x")]) == [("origin-path", "allow_origins[0]", ORIGIN + "/x")]


def test_classes_of_urls_are_functions() -> None:
    class WithAttributes:
        scheme = host = "x"

    assert origins_refused([WithAttributes]) == [("wrong-type", "allow_origins[0]", "function")]


def test_enums_and_other_subclasses() -> None:
    policy = Policy(allow_origins=[ORIGIN], allow_methods=[Method.PUT], max_age=Seconds.MINUTE)
    preflight = policy.evaluate("OPTIONS", [("Origin", ORIGIN), ("Access-Control-Request-Method", "PUT")])
    headers = dict(preflight.headers)
    assert headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT"
    assert headers["access-control-max-age"] == "60"


def test_patterns() -> None:
    for regexes in (re.compile(r"https://[a-z]+\.example\.com"), [re.compile(r"HTTPS://[A-Z]+\.EXAMPLE\.COM", re.I)]):
        assert reason(Policy(allow_origin_regex=regexes)) == "origin-allowed"
    assert refused(allow_origin_regex=re.compile("x", re.MULTILINE))[0][0] == "regexp-flags"
    assert refused(allow_origin_regex=re.compile("x", re.VERBOSE))[0][0] == "regexp-flags"
    bytes_pattern: Any = re.compile(b"x")
    assert refused(allow_origin_regex=bytes_pattern) == [("wrong-type", "allow_origin_regex", "re.Pattern of bytes")]


def test_camel_case_and_json_agree() -> None:
    config: Any = {"allowOrigins": [ORIGIN], "allowCredentials": True, "$schema": "x"}
    assert reason(Policy(**config)) == "origin-allowed"
    assert refused(allow_origins=[], allowOrigins=[])[0][:2] == ("duplicate-key", "allow_origins")


def test_max_age_off() -> None:
    preflight = [("Origin", ORIGIN), ("Access-Control-Request-Method", "GET")]
    for off in (None, False):
        decision = Policy(allow_origins=[ORIGIN], max_age=off).evaluate("OPTIONS", preflight)
        assert "access-control-max-age" not in dict(decision.headers)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (2**63, "9223372036854776000"),
        (10**400, "inf"),
        (-(10**400), "-inf"),
        (1.5, "1.5"),
        (b"https://a.example", "bytes"),
        (bytearray(b"x"), "bytearray"),
        (memoryview(b"x"), "memoryview"),
        (Decimal(1), "decimal.Decimal"),
        (object(), "object"),
        (len, "function"),
        (lambda _: True, "function"),
        (Method, "function"),
        ({"a": 1}, "{a: 1}"),
        (OrderedDict(a=1), "{a: 1}"),
        (MappingProxyType({"a": 1}), "{a: 1}"),
        (UserDict({"a": 1}), "{a: 1}"),
        (ChainMap({"a": 1}), "{a: 1}"),
        ({1: 1, (2,): 2}, "{1: 1, (2,): 2}"),
    ],
)
def test_values_that_are_not_lists(value: object, shown: str) -> None:
    assert origins_refused(value) == [("wrong-type", "allow_origins", shown)]
    assert origins_refused([value]) == [("wrong-type", "allow_origins[0]", shown)]


@pytest.mark.parametrize(
    ("config", "message", "advice"),
    [
        (
            {"allow_origins": None},
            "`allow_origins` must be a list of str, not None",
            'write a list, as in `allow_origins=["https://app.example.com"]`',
        ),
        (
            {"allow_origins": [], "allow_credentials": "yes"},
            "`allow_credentials` must be `True` or `False`, not a str",
            "write `allow_credentials=True`",
        ),
        (
            {"allow_origins": [], "protection": True},
            "`protection` must be a dict, not a bool",
            'write `protection={"writes": "reject"}`',
        ),
        (
            {"allow_origins": ["http://a.example"], "allow_credentials": True},
            "`http://a.example` is plain http, so anyone on the network path could impersonate it "
            "and use the user's credentials",
            "write `https://a.example`, or lift this check with "
            '`dangerously_allow=[{"check": "insecure-origins", "origins": ["http://a.example"]}]`',
        ),
    ],
)
def test_messages_use_python_notation(config: dict[str, Any], message: str, advice: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(**config)
    (issue,) = raised.value.issues
    assert (issue.message, issue.help) == (message, advice)


def test_messages_about_a_text_use_its_notation() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy.from_json('{"allow_origins": [], "allow_credentials": "yes"}')
    assert raised.value.issues[0].help == 'write `"allow_credentials": true`'
    with pytest.raises(ConfigError) as raised:
        Policy.from_toml('allow_origins = []\nallow_credentials = "yes"')
    assert raised.value.issues[0].help == "write `allow_credentials = true`"


def test_lone_surrogates_are_refused_as_text() -> None:
    ((code, field, value),) = origins_refused(["https://\ud800.example"])
    assert (code, field) == ("origin-unicode", "allow_origins[0]")
    assert "\N{REPLACEMENT CHARACTER}" in value
    assert refused(allow_origins=[], **{"\udfff": 1})[0][0] == "unknown-key"


def test_values_that_contain_themselves() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    assert origins_refused(cycle)[0][:2] == ("wrong-type", "allow_origins[0]")
    table: dict[str, object] = {}
    table["self"] = table
    assert origins_refused(table)[0][:2] == ("wrong-type", "allow_origins")
    wide: list[object] = []
    wide.extend([wide] * 100)
    with pytest.raises(ValueError, match="contain itself"):
        Policy(allow_origins=wide)  # type: ignore[arg-type]


def test_values_that_are_nested_too_deeply() -> None:
    def nested(depth: int) -> object:
        value: object = ORIGIN
        for _ in range(depth):
            value = [value]
        return value

    config: Any = {"dialect": "cors", "origin": nested(15)}
    assert reason(Policy(**config)) == "origin-allowed"
    for depth in (16, 17, 10_000):
        ((code, _, value),) = refused(dialect="cors", origin=nested(depth))
        assert (code, value) == ("wrong-type", "list, nested too deep")


def test_endless_iterators() -> None:
    with pytest.raises(ValueError, match="more than 2000000 elements") as raised:
        Policy(allow_origins=itertools.repeat(ORIGIN))
    assert not isinstance(raised.value, ConfigError)


class HostError(Exception):
    pass


def fail(*_: object) -> Never:
    raise HostError


def failing_generator() -> Iterator[str]:
    yield ORIGIN
    raise HostError


@pytest.mark.parametrize(
    "value",
    [
        failing_generator(),
        type("Iter", (), {"__iter__": fail})(),
        type("Next", (), {"__iter__": lambda self: self, "__next__": fail})(),
        type("Url", (), {"scheme": "https", "host": "a", "__str__": fail})(),
        type("Scheme", (), {"scheme": property(fail)})(),
        type("Host", (), {"scheme": "https", "host": property(fail)})(),
        type("Mapping", (UserDict,), {"items": fail})(),
        {type("Key", (), {"__repr__": fail})(): 1},
    ],
    ids=lambda value: type(value).__name__,
)
def test_exceptions_of_the_host_are_passed_on(value: Any) -> None:
    with pytest.raises(HostError):
        Policy(allow_origins=[value])


def test_a_dict_that_changes_while_it_is_read() -> None:
    table: dict[str, object] = {}

    def change() -> Iterator[str]:
        table["more"] = 1
        yield ORIGIN

    table["list"] = change()
    table["last"] = 1
    with pytest.raises(RuntimeError, match="changed size"):
        Policy(protection=table)  # type: ignore[arg-type]


def test_arguments_that_type_checkers_refuse() -> None:
    with pytest.raises(TypeError):
        Policy([ORIGIN])  # type: ignore[call-arg, arg-type, unused-ignore]
    with pytest.raises(ConfigError):
        Policy(allow_origin=[ORIGIN])  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        Policy(allow_origins=[ORIGIN], preflight_status=201)  # type: ignore[arg-type]


def test_changing_the_list_afterwards_changes_nothing() -> None:
    origins = [ORIGIN]
    policy = Policy(allow_origins=origins)
    origins[0] = "https://other.example"
    assert reason(policy) == "origin-allowed"


def test_lints_are_kept_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="corsac"):
        policy = Policy(allow_origins=["*"], allow_headers=["*"])
        policy.evaluate("GET", [])
    (lint,) = policy.lints
    assert (lint.code, lint.severity, lint.field) == ("authorization-not-covered", "lint", "allow_headers")
    assert [record.getMessage() for record in caplog.records] == [str(lint)]


def test_the_typed_settings_are_the_engines() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origins=[], **{"no such setting anywhere": 1})  # type: ignore[arg-type]
    listed = raised.value.issues[0].help.partition("the settings are ")[2].split(", ")
    functions = {"allow_origin", "predicate_timeout", "predicate_cache"}  # settings that the engine does not have
    named = set(get_type_hints(PolicyOptions))
    assert set(listed) - {"$schema"} == named - functions
    described = Policy.__doc__ or ""
    assert {name for name in named if f"    {name} (" not in described} == {"dialect"}, (
        "this setting is only for other languages"
    )


def test_the_typed_settings_of_routes_and_protection_are_the_engines() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origins=[], routes=[{"no such": 1}], protection={"no such": 1})  # type: ignore[typeddict-item, typeddict-unknown-key]
    listed = {
        issue.field.partition(".")[0]: set(issue.help.partition("the settings are ")[2].split(", "))
        for issue in raised.value.issues
        if issue.code == "unknown-key"
    }
    assert listed["routes[0]"] == set(get_type_hints(RouteOptions)) - {"allow_origin"}
    assert listed["protection"] == set(get_type_hints(ProtectionOptions))
