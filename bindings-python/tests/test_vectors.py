"""Runs the language-neutral vectors, each policy as keyword arguments and as text."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from corsac import ConfigError, Issue, Policy, merge_vary

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
    """Refuse what this runner would otherwise pass over."""
    assert keys <= members.keys() <= keys | optional, f"{sorted(members)} instead of {sorted(keys)}: {members}"


def kind_of(vector: Json) -> str:
    for kind, keys in KINDS.items():
        source = vector.keys() & {"config", "text"}
        if vector.keys() == keys | source and len(source) == (kind != "vary"):
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


def build(case: Case) -> Policy:
    if case.form == "native":
        return Policy(**case.vector["config"])
    if case.form == "json":
        return Policy.from_json(json.dumps(case.vector["config"]))
    text = case.vector["text"]
    exactly(text, {"format", "text"})
    return {"json": Policy.from_json, "toml": Policy.from_toml}[text["format"]](text["text"])


def findings(expected: list[Json]) -> Counter[tuple[str, str]]:
    for finding in expected:
        exactly(finding, {"code", "field"})
    return Counter((finding["code"], finding["field"]) for finding in expected)


def found(issues: tuple[Issue, ...]) -> Counter[tuple[str, str]]:
    return Counter((issue.code, issue.field) for issue in issues)


def check_decision(case: Case) -> None:
    request, expect = case.vector["request"], case.vector["expect"]
    exactly(request, {"method", "headers"}, frozenset({"path"}))
    exactly(expect, {"action", "status", "headers", "body", "reason"})
    decision = build(case).evaluate(request["method"], request["headers"], request.get("path"))
    assert {
        "action": decision.action,
        "status": decision.status,
        "headers": [list(header) for header in decision.headers],
        "body": decision.body,
        "reason": decision.reason,
    } == expect
    assert decision.reported is None


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
    """The number of forms, counted from the files alone. Runs last, so it needs the whole file to run."""
    vectors = [vector for path in files() for vector in json.loads(path.read_bytes())["vectors"]]
    assert vectors, f"no vectors in {VECTORS}"
    assert len({vector["id"] for vector in vectors}) == len(vectors), "ids are unique over all files"
    expected = sum(2 if "config" in vector else 1 for vector in vectors)
    assert sum(EXECUTED.values()) == len(EXECUTED) == expected
