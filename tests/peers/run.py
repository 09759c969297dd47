#!/usr/bin/env python3
"""Runs the tests of other packages against corsac. Each one that fails has to be a difference that the guides explain.

Usage: .venv/bin/python tests/peers/run.py

Starlette's own tests of its CORSMiddleware come from its source distribution. They run twice: with Starlette's class,
to see that they pass here, and with corsac's class instead. `starlette.toml` lists each assertion that then fails, with
the row of docs/python.md that explains it. This command fails if an assertion fails that is not listed, or if a listed
one passes. `tower_http.py` does the same for tower-http's tests, and docs/tower.md.

The `cors` package of Node is published without its tests. Each row of docs/node.md and of docs/python.md has a test
that asserts what both packages do, and these tests are run as well. The rows of docs/tower.md are tested with
bindings-tower. The last line is `N passed, N failed`.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import noted_assertions
import tower_http

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "target" / "peers"
TEST_FILE = "tests/middleware/test_cors.py"
GUIDE = ROOT / "docs" / "python.md"


def run(*command, cwd=ROOT, env=None):
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def must(*command, **options):
    status, output = run(*command, **options)
    if status != 0:
        sys.exit(f"$ {' '.join(map(str, command))}\n{output}")
    return output


def starlette():
    """A folder with Starlette's tests, rewritten so that each failed assertion is noted."""
    version = re.search(r"^starlette==(\S+)", (HERE / "requirements.txt").read_text(), re.M)[1]
    installed = must(sys.executable, "-c", "import importlib.metadata as m; print(m.version('starlette'))").strip()
    if installed != version:
        sys.exit(f"Starlette {installed} is installed, but requirements.txt is for {version}; change it, and then starlette.toml")
    archive = FOLDER / f"starlette-{version}.tar.gz"
    if not archive.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        must(*pip, "--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", HERE / "requirements.txt", "-d", FOLDER)
    with tarfile.open(archive) as source:
        members = [member for member in source.getmembers() if member.name.startswith(f"starlette-{version}/tests/")]
        source.extractall(FOLDER, members, filter="data")
    folder = FOLDER / f"starlette-{version}"
    test_file = folder / TEST_FILE
    test_file.write_text(noted_assertions.rewritten(test_file.read_text()))
    return folder


def results(folder, middleware):
    """The result of each of Starlette's tests with a class: the assertions that fail."""
    file = FOLDER / "results.json"
    file.unlink(missing_ok=True)
    python_path = os.pathsep.join([str(HERE), str(ROOT / "bindings-python" / "python")])
    status, output = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "middleware_swap", "-p", "no:cacheprovider"),
        *("-c", os.devnull, f"--rootdir={folder}", "-k", "asyncio", TEST_FILE),
        cwd=folder,
        env={"PYTHONPATH": python_path, "PEERS_MIDDLEWARE": middleware, "PEERS_RESULTS": str(file)},
    )
    if status not in (0, 1) or not file.exists():
        sys.exit(f"Starlette's tests were not run\n{output}")
    found = json.loads(file.read_text())
    expected = set(re.findall(r"^def (test_\w+)", (folder / TEST_FILE).read_text(), re.M))
    if set(found) != expected:
        sys.exit(f"not all of Starlette's tests were run: {sorted(expected - set(found))} is missing\n{output}")
    return found


def rows():
    """The rows of the table of differences from Starlette in docs/python.md."""
    section = GUIDE.read_text().split("### Starlette's and FastAPI's CORSMiddleware\n")[1].split("\n### ")[0]
    return set(re.findall(r"^\| `([a-z-]+)` \|", section, re.M))


def problems(found, listed, explained, package="Starlette", guide=GUIDE):
    """The problems of each test: failures that are not listed, and entries that do not fail or whose row does not exist."""
    for test in sorted(set(found) | set(listed)):
        if test not in found:
            yield test, [f"it is listed, but {package} has no such test"]
            continue
        failures = {(entry["line"], entry["failed"]) for entry in found[test]}
        entries = {(entry["line"], entry["failed"]): entry["difference"] for entry in listed.get(test, [])}
        wrong = [f"line {line} fails, but is not listed: {failed}" for line, failed in sorted(failures - set(entries))]
        wrong += [f"line {line} is listed, but does not fail: {failed}" for line, failed in sorted(set(entries) - failures)]
        wrong += [f"{guide.relative_to(ROOT)} has no row `{row}`" for row in sorted(set(entries.values()) - explained)]
        yield test, wrong


def own_tests():
    """Runs corsac's own tests for the rows of the guides; returns how many passed and failed."""
    python = [sys.executable, "-m", "pytest", "-v", "tests/test_differences.py"]
    node = ["node", "--test", "--test-reporter=tap", "tests/coming-from-cors.test.js", "tests/coming-from-others.test.js"]
    for command, folder, passed, failed in [
        (python, "bindings-python", r"(\d+) passed", r"(\d+) (?:failed|error)"),
        (node, "bindings-node", r"^# pass (\d+)", r"^# fail (\d+)"),
    ]:
        status, output = run(*command, cwd=ROOT / folder)
        good, bad = (sum(map(int, re.findall(pattern, output, re.M))) for pattern in (passed, failed))
        if status != 0 or good == 0:
            print(output)
            bad = bad or 1
        yield f"{folder}: the differences that the guide lists", good, bad


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = starlette()
    control = {test: failures for test, failures in results(folder, "starlette.middleware.cors:CORSMiddleware").items() if failures}
    if control:
        sys.exit(f"Starlette's own class fails its tests here: {json.dumps(control, indent=1)}")
    passed = failed = 0
    for package, found, file, explained, guide in [
        ("Starlette", results(folder, "corsac:CORSMiddleware"), HERE / "starlette.toml", rows(), GUIDE),
        ("tower-http", tower_http.results(), tower_http.LISTED, tower_http.rows(), tower_http.GUIDE),
    ]:
        for test, wrong in problems(found, tomllib.loads(file.read_text()), explained, package, guide):
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for line in wrong:
                print(f"{test}: {line}")
        same = sum(not failures for failures in found.values())
        print(f"{package}: {len(found)} tests; {same} pass with corsac, {len(found) - same} fail")
    for name, good, bad in own_tests():
        print(f"{name}: {good} passed, {bad} failed")
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
