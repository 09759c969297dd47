"""The schema of policy files agrees with the engine: valid policies pass, and wrong types and names do not."""

import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from corsac import ConfigError, Policy

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads(resources.files("corsac").joinpath("policy.schema.json").read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
# The codes that a schema can detect; all others need the engine.
SEEN = {"unknown-key", "wrong-type", "protection-mode", "missing-path", "max-age-range", "preflight-status"}


def vectors() -> list[dict[str, Any]]:
    """Every vector that has a policy."""
    files = sorted((ROOT / "tests" / "vectors").glob("*.json"))
    found = [
        vector for path in files if path.name != "schema.json" for vector in json.loads(path.read_text())["vectors"]
    ]
    return [vector for vector in found if "config" in vector or "text" in vector]


def config(vector: dict[str, Any]) -> Any:
    """The policy of a vector as plain data; None if its text does not parse."""
    if "config" in vector:
        return vector["config"]
    try:
        text = vector["text"]["text"].removeprefix("\ufeff")
        return tomllib.loads(text) if vector["text"]["format"] == "toml" else json.loads(text)
    except ValueError:
        return None


def test_the_schema_is_valid() -> None:
    """It is valid under the draft that it names."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_the_schema_accepts_what_the_engine_accepts() -> None:
    """An editor does not mark a valid policy as wrong."""
    good = [vector for vector in vectors() if "issues" not in vector and "predicate" not in vector]
    assert len(good) > 1000
    wrong = {vector["id"]: str(error) for vector in good for error in VALIDATOR.iter_errors(config(vector))}
    assert wrong == {}


def test_wrong_names_and_types_are_detected() -> None:
    """An editor reports every mistake that it can detect."""
    bad = [vector for vector in vectors() if any(issue["code"] in SEEN for issue in vector.get("issues", ()))]
    bad = [vector for vector in bad if config(vector) is not None]
    assert len(bad) > 50
    assert [vector["id"] for vector in bad if VALIDATOR.is_valid(config(vector))] == []


# Tables for `corsac test` are not policies.
POLICY_FILES = [path for path in (ROOT / "examples").rglob("cors*.toml") if path.suffixes != [".test", ".toml"]]


@pytest.mark.parametrize("path", sorted(POLICY_FILES))
def test_the_examples_pass(path: Path) -> None:
    """Checks the project's own files."""
    Policy.from_file(path)
    assert list(VALIDATOR.iter_errors(tomllib.loads(path.read_text()))) == []


def test_a_file_says_in_which_line(tmp_path: Path) -> None:
    """Checks that issues name the file, the line and the key."""
    path = tmp_path / "cors.toml"
    path.write_text('allow_origins = [\n  "https://a.example",\n  "https://B.example",\n]\n')
    with pytest.raises(ConfigError) as caught:
        Policy.from_file(path)
    assert f"{path}\nallow_origins[1], line 3: " in str(caught.value)
