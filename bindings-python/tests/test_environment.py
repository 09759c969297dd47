"""Settings from the environment, read by corsac itself and by pydantic-settings."""

from typing import Any

import pytest
from corsac import ConfigError, CORSMiddleware, Policy, settings_from_env
from pydantic import AnyHttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict

A, B = "https://a.example", "https://b.example"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("ALLOW_ORIGINS", A, [A]),
        ("ALLOW_ORIGINS", f" {A} , {B},", [A, B]),
        ("ALLOW_ORIGINS", f'["{A}", "{B}"]', [A, B]),
        ("ALLOW_ORIGINS", "*", ["*"]),
        ("ALLOW_ORIGINS", "", []),
        ("ALLOW_ORIGIN_REGEX", r"https://[a-z]{1,3}\.a\.example", r"https://[a-z]{1,3}\.a\.example"),
        ("ALLOW_ORIGIN_REGEX", r'["https://a\\.example"]', [r"https://a\.example"]),
        ("ALLOW_METHODS", "PUT,DELETE", ["PUT", "DELETE"]),
        ("ALLOW_HEADERS", "X-A", ["X-A"]),
        ("EXPOSE_HEADERS", "X-A", ["X-A"]),
        ("DANGEROUSLY_ALLOW", "insecure-origins", ["insecure-origins"]),
        ("ALLOW_CREDENTIALS", "true", True),
        ("ALLOW_CREDENTIALS", "FALSE", False),
        ("ALLOW_CREDENTIALS", "maybe", "maybe"),
        ("KEEP_APP_HEADERS", "on", True),
        ("MAX_AGE", "60", 60),
        ("MAX_AGE", "false", False),
        ("MAX_AGE", "an hour", "an hour"),
        ("PREFLIGHT_STATUS", "200", 200),
        ("PROTECTION", '{"writes": "off"}', {"writes": "off"}),
        ("ROUTES", "[]", []),
        ("ROUTES", '[{"path": "/", "allow_origins": ["*"]}]', [{"path": "/", "allow_origins": ["*"]}]),
        ("PREDICATE_TIMEOUT", "1.5", 1.5),
        ("DIALECT", "corsac", "corsac"),
    ],
)
def test_each_setting(name: str, text: str, value: Any) -> None:
    assert settings_from_env({f"CORSAC_{name}": text, "OTHER": "x"}) == {name.lower(): value}


def test_from_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORSAC_ALLOW_ORIGINS", f"{A},{B}")
    monkeypatch.setenv("CORSAC_ALLOW_CREDENTIALS", "yes")
    policy = Policy(**settings_from_env())
    assert policy.evaluate("GET", {"Origin": B}).headers[1] == ("access-control-allow-credentials", "true")
    monkeypatch.setenv("MY_ALLOW_ORIGINS", A)
    assert settings_from_env(prefix="MY_") == {"allow_origins": [A]}


def test_the_policy_reports_what_is_wrong() -> None:
    variables = {
        "CORSAC_ALLOW_ORIGINS": f"{A}/,{B}",
        "CORSAC_ALLOW_CREDENTIAL": "true",
        "CORSAC_MAX_AGE": "an hour",
        "CORSAC_ALLOW_ORIGIN": A,
    }
    with pytest.raises(ConfigError) as raised:
        Policy(**settings_from_env(variables))
    assert {(issue.code, issue.field) for issue in raised.value.issues} == {
        ("origin-trailing-slash", "allow_origins[0]"),
        ("unknown-key", "allow_credential"),
        ("wrong-type", "max_age"),
        ("unknown-key", "allow_origin"),
    }


def test_pydantic_settings_with_url_types(monkeypatch: pytest.MonkeyPatch) -> None:
    class Settings(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="APP_CORS_")

        allow_origins: list[AnyHttpUrl]
        allow_credentials: bool = False

    monkeypatch.setenv("APP_CORS_ALLOW_ORIGINS", f'["{A}", "https://b.example:8443/"]')
    load: Any = Settings
    middleware: Any = CORSMiddleware(lambda *_: None, **load().model_dump())  # type: ignore[arg-type]
    for origin in (A, "https://b.example:8443"):
        assert middleware.policy.evaluate("GET", {"Origin": origin}).reason == "origin-allowed"
    monkeypatch.setenv("APP_CORS_ALLOW_ORIGINS", f'["{A}/path"]')
    with pytest.raises(ConfigError):
        Policy(**load().model_dump())
