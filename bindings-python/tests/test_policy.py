"""Tests of errors, files, requests, decisions, and immutability."""

import copy
import errno
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import corsac
import pytest
from corsac import ConfigError, Issue, Policy

ORIGIN = "https://app.example.com"
POLICY = Policy(allow_origins=[ORIGIN], allow_methods=["PUT"], allow_headers=["X-A"], allow_credentials=True)


# --- errors


def test_config_error() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origins=["app.example.com", ORIGIN + "/x"], max_age=-1)
    error = raised.value
    assert isinstance(error, ValueError)
    assert type(error).__module__ == "corsac"
    codes = {issue.code: issue.field for issue in error.issues}
    assert codes == {
        "origin-missing-scheme": "allow_origins[0]",
        "origin-path": "allow_origins[1]",
        "max-age-range": "max_age",
    }
    lines = ["3 problems in the CORS policy", *map(str, error.issues), "read more about each code: docs/errors.md"]
    assert str(error) == "\n".join(lines)
    assert all(issue.message and issue.help and issue.severity == "error" for issue in error.issues)


def test_config_errors_cross_processes() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(allow_origins="x")
    for other in (pickle.loads(pickle.dumps(raised.value)), copy.copy(raised.value)):  # noqa: S301
        assert (str(other), other.issues) == (str(raised.value), raised.value.issues)
    assert ConfigError("made by other code").issues == ()


def test_issue() -> None:
    def make(code: str = "x") -> Issue:
        return Issue(code=code, severity="lint", field="f[0]", value="v", message="m", help="h'")

    issue = make()
    assert (
        repr(issue) == "Issue(code='x', severity='lint', field='f[0]', value='v', message='m', help=\"h'\", line=None)"
    )
    assert str(issue) == "f[0]: m [x]\n  help: h'"
    assert issue == make() != make("y")
    assert len({make(), make(), make("y")}) == 2
    with pytest.raises(AttributeError):
        issue.code = "y"  # type: ignore[misc]


# --- texts and files


@pytest.mark.parametrize(
    "text", ['{"allow_origins": ["*"]}', b'{"allow_origins": ["*"]}', bytearray(b'{"allow_origins": []}')]
)
def test_from_json(text: Any) -> None:
    assert Policy.from_json(text).evaluate("GET", []).status is None


@pytest.mark.parametrize("text", ['allow_origins = ["*"]', b'allow_origins = ["*"]'])
def test_from_toml(text: Any) -> None:
    assert Policy.from_toml(text).evaluate("GET", []).reason == "any-origin"


@pytest.mark.parametrize("text", ["", "{", b"\xff", "\ud800", "[" * 100_000, '{"allow_origins": ["\ud800"]}\0'])
@pytest.mark.parametrize("load", [Policy.from_json, Policy.from_toml])
def test_syntax(load: Any, text: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        load(text)
    assert {issue.code for issue in raised.value.issues} <= {"syntax", "missing-origins"}


@pytest.mark.parametrize("text", [None, 1, [], {}, Path("x")])
@pytest.mark.parametrize("load", [Policy.from_json, Policy.from_toml])
def test_texts_of_other_types(load: Any, text: Any) -> None:
    with pytest.raises(TypeError):
        load(text)


def test_from_file(tmp_path: Path) -> None:
    toml, json = tmp_path / "cors.toml", tmp_path / "cors.json"
    toml.write_text(f'allow_origins = ["{ORIGIN}"]\n', encoding="utf-8-sig")
    json.write_text('{"allow_origins": ["x"]}')
    assert Policy.from_file(toml).evaluate("GET", [("origin", ORIGIN)]).reason == "origin-allowed"
    assert Policy.from_file(str(toml)).lints == ()
    with pytest.raises(ConfigError, match=r"cors\.json") as raised:
        Policy.from_file(json)
    assert raised.value.issues[0].field == "allow_origins[0]"


def test_unreadable_files(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    with pytest.raises(FileNotFoundError) as raised:
        Policy.from_file(missing)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOENT, str(missing))
    with pytest.raises(IsADirectoryError):
        Policy.from_file(tmp_path)
    with pytest.raises(NotADirectoryError):
        Policy.from_file(__file__ + "/x")
    with pytest.raises(ValueError, match=r"(?i)nul"):
        Policy.from_file("a\0b")
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    for special in (pipe, "/dev/zero"):
        with pytest.raises(ConfigError, match="not a regular file") as refused:
            Policy.from_file(special)
        assert refused.value.issues[0].code == "file-not-regular"
        with pytest.raises(ConfigError, match="not a regular file"):
            corsac.Reloadable.from_file(special)
    wrong: Any
    for wrong in (None, 1, b"x", []):
        with pytest.raises(TypeError):
            Policy.from_file(wrong)


# --- the package


def test_everything_public_is_described() -> None:
    assert corsac.__version__.count(".") == 2
    for name in corsac.__all__:
        public = getattr(corsac, name)
        if name == "__version__":
            continue
        assert public.__doc__, name
        members = vars(public) if isinstance(public, type) and public.__module__ == "corsac" else {}
        for member, value in members.items():
            if not member.startswith("_") and hasattr(value, "__get__"):
                assert value.__doc__, f"{name}.{member}"


def test_help_shows_signatures_and_sources() -> None:
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "import corsac; help(corsac.Policy); help(corsac.merge_vary); help(corsac.CORSMiddleware)",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(corsac.__file__).parents[1]), "PAGER": "cat", "TERM": "dumb"},
    ).stdout
    signatures = ("evaluate(self, /, method, headers, path=None, *,", "from_json(text, *, allow_origin=None,")
    for text in (*signatures, "class CORSMiddleware in module corsac:", "Raises:", "Fetch", "ConfigError"):
        assert plain(text) in plain(shown)


def plain(text: str) -> str:
    """The text without the line breaks that newer versions add to long signatures."""
    return "".join(text.replace("|", "").split())
