"""Code that a help suggests is pasted into Python unchanged."""

from ast import literal_eval
from typing import Any

import pytest
from corsac import ConfigError, Policy

MARKS = ("write `", "write the origin `", "write the origin pattern `", "write the origin patterns `")


def suggested(**settings: Any) -> str:
    with pytest.raises(ConfigError) as raised:
        Policy(**settings)
    (issue,) = raised.value.issues
    assert issue.help.startswith(MARKS), issue.help
    return issue.help.split("`")[1]


def allows(policy: Policy, origin: str) -> bool:
    return policy.evaluate("GET", {"origin": origin}).reason == "origin-allowed"


@pytest.mark.parametrize(
    ("regex", "literal", "allowed"),
    [
        ("https://[a-z]+.example.com", r'r"https://[a-z]+\.example\.com"', "https://a.example.com"),
        (r"https://[a-z\"]+.example\.com", r'"https://[a-z\\\"]+\\.example\\.com"', "https://a.example.com"),
        (r"http://[a-z]+\.example\.com", r'r"https://[a-z]+\.example\.com"', "https://a.example.com"),
    ],
)
def test_a_suggested_regex_is_a_string_of_python(regex: str, literal: str, allowed: str) -> None:
    found = suggested(allow_origin_regex=[regex], allow_credentials=True)
    assert found == literal
    policy = Policy(allow_origin_regex=[literal_eval(found)], allow_credentials=True)
    assert allows(policy, allowed)
    assert not allows(policy, "https://axexample.com")


def test_a_suggested_setting_is_a_keyword_argument() -> None:
    found = suggested(allow_origin_regex="https://(a|b).example.com", allow_credentials=True)
    assert found == 'allow_origins=["https://a.example.com", "https://b.example.com"]'
    key, value = found.split("=", 1)
    policy = Policy(**{key: literal_eval(value)}, allow_credentials=True)
    assert allows(policy, "https://b.example.com")


def test_a_regex_of_the_cors_dialect_is_a_dict() -> None:
    origin = {"regexp": r"[a-z]+\.example\.com$", "flags": "i"}
    found = suggested(dialect="cors", origin=origin)
    assert found == r'{"regexp": r"^https://[a-z]+\.example\.com$", "flags": "i"}'
    settings: dict[str, Any] = {"dialect": "cors", "origin": literal_eval(found)}
    assert allows(Policy(**settings), "https://a.example.com")
