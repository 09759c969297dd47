"""Explanations: every shared vector of exchanges and findings, and tests of the Python objects."""

import json
import pickle
from pathlib import Path
from types import MappingProxyType
from typing import Any

import corsac
import pytest
from corsac import ExchangeError, Explanation, Policy, diagnose

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"
BLOCKED: dict[str, Any] = {
    "page": "https://app.example.com",
    "request": {"url": "https://api.example.com/items/7", "method": "DELETE"},
}


def vectors(pattern: str) -> list[dict[str, Any]]:
    files = [path for path in sorted(VECTORS.glob(pattern)) if path.name != "schema.json"]
    return [vector for path in files for vector in json.loads(path.read_bytes())["vectors"]]


def policy_of(vector: dict[str, Any], config: dict[str, Any], exchange: dict[str, Any]) -> Policy:
    asks = "predicate" in exchange or vector["code"] == "predicate-unknown"
    return Policy.from_json(json.dumps(config), allow_origin=(lambda _: False) if asks else None)


def explain(vector: dict[str, Any], config: dict[str, Any] | None, exchange: dict[str, Any]) -> Explanation:
    explained = diagnose(exchange) if config is None else policy_of(vector, config, exchange).explain(exchange)
    assert explained.to_dict() == json.loads(explained.to_json())
    return explained


def codes(explanation: Explanation) -> list[str]:
    return [finding["code"] for finding in explanation.findings]


@pytest.mark.parametrize("vector", vectors("exchanges/*.json"), ids=lambda vector: vector["id"])
def test_exchanges(vector: dict[str, Any]) -> None:
    explained = diagnose(vector["exchange"])
    found, expected = explained.to_dict(), dict(vector["expect"])
    failed = [step["name"] for step in explained.steps if not step["passed"]]
    assert failed[:1] == [name for name in [expected.pop("failed")] if name]
    if "preflight" in expected:
        first = explained.preflight["hops"][0]
        assert {key: first[key] for key in expected["preflight"]} == expected.pop("preflight")  # type: ignore[literal-required]
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize("vector", vectors("findings/*.json"), ids=lambda vector: vector["id"])
def test_findings(vector: dict[str, Any]) -> None:
    config, fixed = vector.get("config"), vector["fixed"]
    explained = explain(vector, config, vector["exchange"])
    assert (explained.verdict, codes(explained)) == (vector["verdict"], vector["findings"])
    finding = next(finding for finding in explained.to_dict()["findings"] if finding["code"] == vector["code"])
    for name in ("near", "policy"):
        if name in vector:
            found = {"route": None} | finding[name] if name == "policy" else finding[name]
            assert {key: found[key] for key in vector[name]} == vector[name]
    assert f"[{vector['code']}]" in str(explained)
    again = explain(vector, fixed.get("config", config), fixed.get("exchange", vector["exchange"]))
    assert codes(again) == fixed["findings"]


def test_there_are_vectors() -> None:
    assert len(vectors("exchanges/*.json")) > 100
    assert len(vectors("findings/*.json")) > 100


def test_all_forms_of_an_exchange_are_the_same() -> None:
    text = json.dumps(BLOCKED)
    nested = MappingProxyType({**BLOCKED, "request": MappingProxyType(BLOCKED["request"])})
    wanted = diagnose(BLOCKED)
    for form in (text, text.encode(), bytearray(text.encode()), MappingProxyType(BLOCKED), nested):
        assert diagnose(form) == wanted  # type: ignore[arg-type]
    upper = {"pageUrl": "https://app.example.com/x", **BLOCKED}
    assert diagnose(upper) == diagnose({"page_url": "https://app.example.com/x", **BLOCKED})


def test_headers_may_be_bytes_as_on_the_wire() -> None:
    headers = [(b"Access-Control-Allow-Origin", b"https://app.example.com"), (b"X-Name", b"\xe9")]
    response = {"status": 200, "headers": headers}
    exchange = {**BLOCKED, "request": {"url": "https://api.example.com/"}, "response": response}
    explained = diagnose(exchange)
    assert explained.verdict == "readable"
    assert explained.exchange["response"]["headers"][1] == ["X-Name", "é"]  # type: ignore[index,call-overload]


def test_a_policy_explains_itself() -> None:
    policy = Policy.from_toml('allow_origins = ["https://app.example.com"]\nallow_methods = ["PUT"]')
    explained = policy.explain(BLOCKED)
    assert explained.verdict == "blocked"
    assert repr(explained) == "Explanation(verdict='blocked', findings=['method-not-allowed'])"
    assert explained.findings[0]["policy"] == {"field": "allow_methods", "line": 2}
    assert str(explained).startswith("blocked: the browser does not send DELETE https://api.example.com/items/7\n")
    assert "add `DELETE` to `allow_methods` (line 2)" in str(explained)


def test_the_predicate_is_not_called() -> None:
    def predicate(origin: str) -> bool:
        raise AssertionError(origin)

    policy = Policy(allow_origin=predicate, allow_methods=["DELETE"])
    assert policy.explain({**BLOCKED, "predicate": True, "response": {"status": 204}}).verdict == "readable"
    assert policy.explain({**BLOCKED, "predicate": False}).verdict == "blocked"


def test_every_problem_of_an_exchange_is_reported() -> None:
    with pytest.raises(ExchangeError, match="cannot be read: 2 problems") as caught:
        diagnose({"page": "x", "request": {"url": "https://api.example.com/", "metod": "PUT"}})
    problems = caught.value.problems
    assert sorted(problem.path for problem in problems) == ["page", "request.metod"]
    assert all(problem.message and problem.help for problem in problems)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (str(again), again.problems) == (str(caught.value), problems)


GARBAGE = ["", "{", "\udc80", '{"page": "\\ud800"}', "[" * 100_000, "null", b"\xff\xfe", b"\0" * 1000]


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_an_error(text: str | bytes) -> None:
    with pytest.raises(ExchangeError):
        diagnose(text)


def test_values_that_json_does_not_have_are_type_errors() -> None:
    for exchange in (7, None, [], object()):
        with pytest.raises(TypeError, match="an exchange is a mapping, str or bytes"):
            diagnose(exchange)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="set is not a type of JSON"):
        diagnose({**BLOCKED, "response": {1, 2}})
    circle: dict[str, Any] = dict(BLOCKED)
    circle["after"] = circle
    with pytest.raises(ValueError, match="Circular"):
        diagnose(circle)


def test_the_package_has_the_schemas() -> None:
    folder = Path(corsac.__file__).parent
    for name in ("exchange", "explanation"):
        schema = json.loads((folder / f"{name}.schema.json").read_bytes())
        assert schema["$schema"].startswith("http://json-schema.org/")
