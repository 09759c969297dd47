"""Runs the language-neutral vectors, each policy as keyword arguments and as text."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asgi_kit import App, play
from corsac import ConfigError, CORSMiddleware, Decision, Issue, Policy, merge_vary

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"

Json = dict[str, Any]

COMMON = {"id", "why", "spec"}
KINDS = {
    "decision": COMMON | {"request", "expect"},
    "issues": COMMON | {"issues"},
    "lints": COMMON | {"lints"},
    "vary": COMMON | {"vary"},
}


@dataclass(frozen=True)
class Case:
    """One form of one vector."""

    kind: str
    form: str
    vector: Json

    @property
    def name(self) -> str:
        return f"{self.vector['id']}-{self.form}"


def files() -> list[Path]:
    return sorted(path for path in VECTORS.glob("*.json") if path.name != "schema.json")


def load(path: Path) -> list[Json]:
    document = json.loads(path.read_bytes())
    exactly(document, {"$schema", "vectors"})
    vectors: list[Json] = document["vectors"]
    return vectors


def exactly(members: Json, keys: set[str], optional: frozenset[str] = frozenset()) -> None:
    """Refuse keys that this runner would otherwise ignore."""
    assert keys <= members.keys() <= keys | optional, f"{sorted(members)} instead of {sorted(keys)}: {members}"


def kind_of(vector: Json) -> str:
    for kind, keys in KINDS.items():
        source = vector.keys() & {"config", "text"}
        optional = {"predicate"} if kind == "decision" else set()
        if vector.keys() - optional == keys | source and len(source) == (kind != "vary"):
            return kind
    message = f"no kind of vector has these keys: {sorted(vector)}"
    raise AssertionError(message)


def cases() -> list[Case]:
    found = []
    for path in files():
        for vector in load(path):
            kind = kind_of(vector)
            forms = ["native", "json"] if "config" in vector else ["text" if "text" in vector else "vary"]
            found += [Case(kind, form, vector) for form in forms]
    return found


CASES = cases()
EXECUTED: Counter[str] = Counter()


class Predicate:
    """A predicate that answers as a vector says, and counts its calls."""

    def __init__(self, answer: str) -> None:
        self.answer = {"allow": True, "deny": False, "fail": None}[answer]
        self.asked = 0

    def __call__(self, origin: str) -> bool:
        self.asked += 1
        if self.answer is None:
            raise LookupError(origin)
        return self.answer


def build(case: Case, **predicate: Any) -> Policy:
    if case.form == "native":
        return Policy(**case.vector["config"], **predicate)
    if case.form == "json":
        return Policy.from_json(json.dumps(case.vector["config"]), **predicate)
    text = case.vector["text"]
    exactly(text, {"format", "text"})
    return {"json": Policy.from_json, "toml": Policy.from_toml}[text["format"]](text["text"], **predicate)


def findings(expected: list[Json]) -> Counter[tuple[str, str]]:
    for finding in expected:
        exactly(finding, {"code", "field"})
    return Counter((finding["code"], finding["field"]) for finding in expected)


def found(issues: tuple[Issue, ...]) -> Counter[tuple[str, str]]:
    return Counter((issue.code, issue.field) for issue in issues)


def check_decision(case: Case) -> None:
    request, expect = case.vector["request"], case.vector["expect"]
    flags = {"path_decoded", "secure", "websocket"}
    exactly(request, {"method", "headers"}, frozenset({"path", "authority"} | flags))
    asked = frozenset({"asked"} if "predicate" in case.vector else ())
    exactly(expect, {"action", "status", "headers", "body", "reason"} | asked, frozenset({"reported"}))
    headers = list(request["headers"])
    if "authority" in request:
        headers.append([":authority", request["authority"]])
    asks = {name: request[name] for name in flags & request.keys()}
    predicate = Predicate(case.vector["predicate"]) if "predicate" in case.vector else None
    policy = build(case, **({} if predicate is None else {"allow_origin": predicate}))
    if predicate is not None and predicate.answer is None and expect["asked"]:
        decision = failed(policy, request, headers, asks)
    else:
        decision = policy.evaluate(request["method"], headers, request.get("path"), **asks)
    assert {
        "action": decision.action,
        "status": decision.status,
        "headers": [list(header) for header in decision.headers],
        "body": decision.body,
        "reason": decision.reason,
    } == {name: value for name, value in expect.items() if name not in ("asked", "reported")}
    assert decision.reported == expect.get("reported")
    if predicate is not None:
        assert predicate.asked == expect["asked"]


def failed(policy: Policy, request: Json, headers: list[list[str]], asks: Json) -> Decision:
    """The exception of a predicate is raised, so only a hook gets the decision."""
    decisions: list[Decision] = []
    middleware = CORSMiddleware(App(), policy=policy, on_decision=lambda decision, scope: decisions.append(decision))
    scope = {
        "type": "websocket" if asks.get("websocket") else "http",
        "method": request["method"],
        "scheme": "https" if asks.get("secure") else "http",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }
    if "path" in request:
        scope["path" if asks.get("path_decoded") else "raw_path"] = request["path"].encode("latin-1")
    with pytest.raises(LookupError):
        play(middleware, scope)
    (decision,) = decisions
    return decision


def check_issues(case: Case) -> None:
    with pytest.raises(ConfigError) as raised:
        build(case)
    assert found(raised.value.issues) == findings(case.vector["issues"]), str(raised.value)
    assert {issue.severity for issue in raised.value.issues} == {"error"}


def check_lints(case: Case) -> None:
    lints = build(case).lints
    assert found(lints) == findings(case.vector["lints"])
    assert {issue.severity for issue in lints} <= {"lint"}


def check_vary(case: Case) -> None:
    vary = case.vector["vary"]
    exactly(vary, {"application", "decision", "merged"})
    assert merge_vary(vary["application"], vary["decision"]) == vary["merged"]
    lines = [line.encode("latin-1") for line in vary["application"]]
    assert merge_vary(lines, vary["decision"].encode("latin-1")) == vary["merged"].encode("latin-1")


CHECKS = {"decision": check_decision, "issues": check_issues, "lints": check_lints, "vary": check_vary}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_vector(case: Case) -> None:
    EXECUTED[case.name] += 1
    CHECKS[case.kind](case)


def test_every_vector_ran() -> None:
    """Counts the forms in the vectors' files. This test runs last, and passes only if the whole module runs."""
    vectors = [vector for path in files() for vector in json.loads(path.read_bytes())["vectors"]]
    assert vectors, f"no vectors in {VECTORS}"
    assert len({vector["id"] for vector in vectors}) == len(vectors), "ids are unique in all files"
    expected = sum(2 if "config" in vector else 1 for vector in vectors)
    assert sum(EXECUTED.values()) == len(EXECUTED) == expected
