"""The pytest plugin, as pytest finds it by the entry point of the package, in a separate process."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]

APP = """
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

cors = Middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_methods=["GET", "PUT"])
routes = [Route("/items", lambda request: PlainTextResponse("hello"), methods=["GET", "PUT"])]
app = Starlette(routes=routes, middleware=[cors])
"""

TESTS = """
from corsac.testing import assert_blocked, assert_readable

ORIGIN = "https://app.example.com"


def test_readable(corsac_browser):
    assert assert_readable(corsac_browser, "/items", origin=ORIGIN, method="PUT").body == b"hello"


def test_blocked(corsac_browser):
    assert_blocked(corsac_browser, "/items", origin="https://evil.example", code="allow-origin-missing")
"""

FAILING = """
from corsac.testing import assert_readable


def test_fails(corsac_browser):
    assert_readable(corsac_browser, "/items", origin="https://app.example.com", method="DELETE")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, and the package as if it were installed."""
    installed = tmp_path / "installed" / "corsac-0.1.0.dist-info"
    installed.mkdir(parents=True)
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: corsac\nVersion: 0.1.0\n")
    lines = [f"{name} = {value}\n" for name, value in project["entry-points"]["pytest11"].items()]
    (installed / "entry_points.txt").write_text(f"[pytest11]\n{''.join(lines)}")
    (tmp_path / "shop.py").write_text(APP)
    (tmp_path / "pytest.ini").write_text("[pytest]\ncorsac_app = shop:app\n")
    return tmp_path


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(folder) for folder in (PACKAGE / "python", project / "installed", project))
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_suite_that_passes(project: Path) -> None:
    (project / "test_cors.py").write_text(TESTS)
    done = run(project, "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_a_failing_test_prints_the_explanation(project: Path) -> None:
    (project / "test_cors.py").write_text(FAILING)
    done = run(project)
    assert done.returncode == 1
    for text in (
        "a page of https://app.example.com cannot read the response",
        "blocked: the browser does not send DELETE https://testserver/items",
        "error[preflight-failed]",
        "help: respond to OPTIONS",
        "OPTIONS https://testserver/items: 400 'Disallowed CORS method'",
    ):
        assert text in done.stdout
    # The frames of the package do not hide the test.
    assert "corsac/testing.py" not in done.stdout.replace(os.sep, "/")


def test_the_example_in_the_guide(project: Path) -> None:
    guide = (PACKAGE.parent / "docs" / "python.md").read_text(encoding="utf-8")
    (tests,) = (
        block for block in re.findall(r"^```python\n(.*?)^```$", guide, re.M | re.S) if "corsac_browser" in block
    )
    (settings,) = re.findall(r"^```ini\n(.*?)^```$", guide, re.M | re.S)
    assert "corsac_app = shop.main:app" in settings
    (project / "shop.py").unlink()
    (project / "shop").mkdir()
    (project / "shop" / "main.py").write_text(APP)
    (project / "pytest.ini").write_text(settings)
    (project / "test_cors.py").write_text(tests)
    assert "2 passed" in run(project).stdout


def test_another_server_for_the_same_tests(project: Path) -> None:
    (project / "test_cors.py").write_text(TESTS)
    done = run(project, "--corsac-url", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert "connection-failed" in done.stdout or "blocked-port" in done.stdout


def test_a_fixture_of_the_project(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\n")
    fixture = "import pytest\nfrom shop import app\n\n\n@pytest.fixture\ndef corsac_server():\n    return app\n"
    (project / "test_cors.py").write_text(fixture + TESTS)
    assert "2 passed" in run(project).stdout


def test_the_error_says_what_to_write_if_no_server_is_known(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "test_cors.py").write_text(TESTS)
    done = run(project)
    assert done.returncode == 1
    assert "corsac_browser needs a server: write `corsac_app = package.module:app`" in done.stdout


def test_importing_corsac_does_not_import_the_test_helpers() -> None:
    code = "import corsac, corsac.pytest_plugin, sys; print(sorted(name for name in sys.modules if 'test' in name))"
    done = subprocess.run(  # noqa: S603
        [
            sys.executable,
            "-c",
            f"import sys; sys.modules['pytest'] = __import__('unittest.mock', fromlist=['']).MagicMock(); {code}",
        ],
        env={**os.environ, "PYTHONPATH": str(PACKAGE / "python")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "corsac.testing" not in done.stdout
    assert "corsac._testing" not in done.stdout
    assert "corsac.pytest_plugin" in done.stdout
