#!/usr/bin/env python3
"""Builds the wheel once and runs the tests with it on the oldest and the newest CPython from 3.11 that the machine has.

Usage: .venv/bin/python bindings-python/tests/versions.py [--whole]

The last line is `N passed, N failed`. The vectors, and tests that need a framework or a server, run only on
the version of `.venv`. With `--whole`, every version that the machine has installs the same packages and runs all
tests.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent
TARGET = PACKAGE.parent / "target"
MINORS = range(11, 16)
# Tests that need packages, and tests of core alone, which is the same for every version.
NOT_BY_VERSION = (
    "aiohttp",
    "apply_vectors",
    "debug",
    "differences",
    "django",
    "django_vectors",
    "environment",
    "explain",
    "frameworks",
    "names_under_servers",
    "paths",
    "pytest_plugin",
    "readme",
    "schema",
    "session_vectors",
    "servers",
    "startup",
    "suggestions",
    "tenants",
    "testing",
    "vectors",
    "vectors_in_middleware",
    "websockets",
    "wsgi",
    "wsgi_errors",
)
WHOLE = "--whole" in sys.argv
TESTS = sorted(
    path.name for path in HERE.glob("test_*.py") if WHOLE or path.stem.removeprefix("test_") not in NOT_BY_VERSION
)
PACKAGES = ("-r", PACKAGE / "requirements-dev.txt") if WHOLE else ("pytest==9.2.0",)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=PACKAGE)  # noqa: S603


def must(*command: str | Path) -> None:
    done = run(*command)
    if done.returncode:
        sys.exit(f"$ {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def interpreters() -> dict[str, Path]:
    """The interpreters that start, on the path and in pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = {}
    for minor in MINORS:
        name = f"python3.{minor}"
        on_path = shutil.which(name)
        candidates = [Path(on_path)] if on_path else []
        candidates += sorted(pyenv.glob(f"3.{minor}.*/bin/{name}"))
        for candidate in candidates:
            if run(candidate, "-c", "import venv, ensurepip").returncode == 0:
                found[name] = candidate
                break
    return found


def wheel() -> Path:
    out = TARGET / "python-wheel"
    shutil.rmtree(out, ignore_errors=True)
    must(sys.executable, "-m", "maturin", "build", "--quiet", "--locked", "--profile", "bindings", "--out", out)
    (built,) = out.glob("corsac-*-abi3-*.whl")
    return built


def tested(name: str, interpreter: Path, built: Path) -> tuple[int, int]:
    where = TARGET / "python-versions" / (f"{name}-whole" if WHOLE else name)
    python = where / "bin" / "python"
    if not python.exists():
        must(interpreter, "-m", "venv", "--clear", where)
        must(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
    must(python, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", "--no-index", built)
    options = ["-o", "pythonpath=tests", "-p", "no:cacheprovider"]
    done = run(python, "-m", "pytest", *options, *(HERE / test for test in TESTS))
    counts = {what: int(number) for number, what in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    passed, failed = counts.get("passed", 0), counts.get("failed", 0) + counts.get("error", 0)
    if done.returncode or not passed:
        print(done.stdout, done.stderr)
        failed = failed or 1
    print(f"{name}: {passed} passed, {failed} failed", flush=True)
    return passed, failed


def main() -> int:
    built = wheel()
    found = list(interpreters().items())
    chosen = found if WHOLE or len(found) < 3 else [found[0], found[-1]]
    results = [tested(name, interpreter, built) for name, interpreter in chosen]
    passed, failed = (sum(column) for column in zip(*results, strict=True))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
